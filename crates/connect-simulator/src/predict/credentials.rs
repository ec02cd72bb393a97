//! What the session knows of a credential that a request presents.

use connect_core::Timestamp;

use super::Situation;
use crate::session::{Credential, CredentialKind, CredentialState, Session};

/// Length of what follows the prefix of a code or a token: 256 bits in base64url (ruling 31).
const RANDOM: usize = 43;

/// What is known of a presented value.
pub(super) enum Found<'s> {
    /// The session has seen it.
    Known(&'s Credential),
    /// It was never given out: it has not the form of one, or is one of the session's with a change.
    NeverIssued,
    /// It may be one that somebody else was given, or nobody can tell whether it still works.
    Elsewhere,
}

/// Looks for a value among what the session has seen.
pub(super) fn find<'s>(value: &str, session: &'s Session) -> Found<'s> {
    let mut newest = session.credentials.iter().rev();
    if let Some(credential) = newest.find(|it| it.value == value) {
        return match credential.state {
            CredentialState::Unsure => Found::Elsewhere,
            _ => Found::Known(credential),
        };
    }
    let has_form = ["lph_ac_", "lph_at_", "lph_rt_"].iter().any(|prefix| {
        let rest = value.strip_prefix(prefix).unwrap_or_default();
        let is_random = |c: u8| c.is_ascii_alphanumeric() || matches!(c, b'-' | b'_');
        rest.len() == RANDOM && rest.bytes().all(is_random)
    });
    // A machine's token is a JWT, and so is the id_token, which opens nothing.
    let may_be_machine = value.starts_with("eyJ") && !is_own_id_token(value, session);
    let altered = session
        .credentials
        .iter()
        .any(|it| is_near(&it.value, value));
    if (has_form || may_be_machine) && !altered {
        Found::Elsewhere
    } else {
        Found::NeverIssued
    }
}

fn is_own_id_token(value: &str, session: &Session) -> bool {
    let before = session.runs.iter().map(|run| &*run.before);
    let mut all = before.chain(std::iter::once(&session.facts));
    // The signature is of no interest where an id_token opens nothing: one with another signature is still one.
    let own = |token: &String| {
        let body = token.rsplit_once('.').map_or(&**token, |(body, _)| body);
        value.starts_with(body)
    };
    all.any(|facts| facts.id_token.as_ref().is_some_and(own))
}

/// Whether two values differ in a few characters only.
fn is_near(one: &str, other: &str) -> bool {
    one.len() == other.len() && {
        let pairs = one.bytes().zip(other.bytes());
        pairs.filter(|(a, b)| a != b).count() <= 8
    }
}

/// How a credential stands at a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    /// It works.
    Alive,
    /// Its time is over.
    Expired,
    /// It was ended, in this way.
    Ended(CredentialState),
}

/// How a credential stands when the server's clock shows `now`.
pub(super) fn standing(credential: &Credential, now: Timestamp) -> Standing {
    match credential.state {
        CredentialState::Active if credential.expires_at.is_some_and(|end| end <= now) => {
            Standing::Expired
        }
        CredentialState::Active => Standing::Alive,
        other => Standing::Ended(other),
    }
}

/// What became of a credential that does not work any more.
pub(super) fn how(credential: &Credential, now: &Situation<'_>) -> String {
    let fate = credential.fate(now.known.server_now());
    fate.unwrap_or_else(|| "it works".to_owned())
}

/// The kind of a credential in words.
pub(super) const fn kind(kind: CredentialKind) -> &'static str {
    match kind {
        CredentialKind::Code => "an authorization code",
        CredentialKind::AccessToken => "an access token",
        CredentialKind::RefreshToken => "a refresh token",
    }
}
