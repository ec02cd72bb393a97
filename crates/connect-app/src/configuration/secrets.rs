//! Secrets of apps as a file gives them.

use connect_core::domain::credential::{CredentialKind, CredentialState};
use connect_core::id::ClientId;
use connect_store::{StoreError, credentials};

use super::file::Secret;
use crate::App;

/// Shortest text after the prefix: 96 bits where it is random, and long enough to be known as a credential wherever it
/// appears.
const SHORTEST: usize = 16;
/// Longest text after the prefix.
const LONGEST: usize = 128;

/// What is wrong with a secret's form (ruling 31).
pub(super) fn malformed(secret: &Secret, kind: CredentialKind) -> Option<String> {
    let prefix = kind.prefix();
    let body = secret.0.expose().strip_prefix(prefix).unwrap_or("");
    let right = (SHORTEST..=LONGEST).contains(&body.len()) && body.bytes().all(is_url_safe);
    (!right).then(|| {
        format!(
            "a secret is `{prefix}` and {SHORTEST} to {LONGEST} letters, digits, `-` or `_` after it; leave it out to \
             have one made"
        )
    })
}

/// A letter, a digit, `-` or `_`.
pub(super) const fn is_url_safe(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')
}

/// How a given secret stands to the app it is given for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    /// Nobody has it.
    New,
    /// It is in force.
    InForce,
    /// It was rotated away, and ends or has ended.
    RotatedAway,
    /// It is, or was, another app's, or something else.
    Taken,
}

/// Looks a given secret up.
pub(super) async fn standing(
    app: &App,
    of: Option<&ClientId>,
    secret: &Secret,
) -> Result<Standing, StoreError> {
    let known = credentials::by_hashes(&mut *app.0.world.read().await?, &[secret.0.hash()]).await?;
    Ok(match known.first() {
        None => Standing::New,
        Some(known) if of.is_none() || known.client_id.as_ref() != of => Standing::Taken,
        Some(known) if known.state == CredentialState::Active && known.expires_at.is_none() => {
            Standing::InForce
        }
        Some(_) => Standing::RotatedAway,
    })
}
