//! Credentials as the app's side knows them.

use connect_core::Timestamp;
use connect_core::domain::walk::Step;
use serde::{Deserialize, Serialize};

/// A credential that the session has seen.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Credential {
    /// The credential.
    pub value: String,
    /// What it is.
    pub kind: CredentialKind,
    /// The client it was issued to.
    pub client_id: String,
    /// How it stands.
    pub state: CredentialState,
    /// The redirect URI of a code's request.
    pub redirect_uri: Option<String>,
    /// The challenge of a code's request.
    pub challenge: Option<String>,
    /// Its scopes.
    pub scopes: Vec<String>,
    /// When it ends, on the clock that the server judges by.
    pub expires_at: Option<Timestamp>,
    /// Which walk through the consent pages it comes from: what is revoked together has the same number.
    pub family: u32,
    /// The step that it was given in, where the session has seen that.
    #[serde(default)]
    pub given: Option<Step>,
    /// How it was ended, once it was.
    #[serde(default)]
    pub ended: Option<Ending>,
}

impl Credential {
    /// Whether it works at a moment of the clock that the server judges by.
    #[must_use]
    pub fn is_alive(&self, now: Timestamp) -> bool {
        self.state == CredentialState::Active && self.expires_at.is_none_or(|end| now < end)
    }

    /// What became of it, as a sentence without its full stop; none while it works.
    #[must_use]
    pub fn fate(&self, now: Timestamp) -> Option<String> {
        if self.is_alive(now) {
            return None;
        }
        Some(match (self.state, &self.ended) {
            (CredentialState::Active, _) => "its time is over".to_owned(),
            (CredentialState::Used, _) => "it was exchanged".to_owned(),
            (CredentialState::Rotated, _) => "another took its place when it was used".to_owned(),
            (CredentialState::Replaced, _) => {
                "a newer sign-in of the same person and app took its place".to_owned()
            }
            (CredentialState::Unsure, _) => {
                "it was in a request that was never answered, and nobody can tell from here"
                    .to_owned()
            }
            (CredentialState::Revoked, Some(ending)) => ending.words(),
            (CredentialState::Revoked, None) => "it was revoked".to_owned(),
        })
    }
}

/// How a credential was ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ending {
    /// By what.
    pub cause: Cause,
    /// When, on the clock that the server judges by, as far as that is known.
    pub at: Option<Timestamp>,
    /// The run that brought it about, where it was one of this session.
    #[serde(default)]
    pub run: Option<u32>,
    /// By whom.
    #[serde(default)]
    pub by: By,
}

/// What ends a credential.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Cause {
    /// A verifier that proved nothing came with the code.
    Proof,
    /// Its code came a second time.
    Replay,
    /// A refresh token that had been used came again.
    Reuse,
    /// It was sent to the revocation endpoint, or what it came from was.
    Revocation,
    /// The person's consent was withdrawn.
    Disconnect,
    /// Something of which nobody knows more.
    Elsewhere,
}

/// Who ended a credential.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum By {
    /// This session.
    #[default]
    ThisWalk,
    /// Another session or a program, with the app's credentials.
    TheApp,
    /// The person.
    ThePerson,
    /// Whoever uses the console or its commands.
    TheConsole,
    /// Somebody who is not this session.
    Somebody,
    /// A request of this step that goes before: it is foreseen to, and has not gone yet.
    TheRequestBefore,
}

impl Ending {
    /// By what, by whom and when, as a sentence without its full stop.
    #[must_use]
    pub fn words(&self) -> String {
        let what = match self.cause {
            Cause::Proof => "a verifier that proved nothing spent it",
            Cause::Replay => "its code came a second time, which ended all that came of it",
            Cause::Reuse => {
                "a refresh token that had been used came again, which ended everything of this consent"
            }
            Cause::Revocation => "it was revoked",
            Cause::Disconnect => "the consent was withdrawn",
            Cause::Elsewhere => "it was ended",
        };
        let by = match self.by {
            By::ThisWalk => "in this walk",
            By::TheApp => {
                "from outside of this walk, by another walk or program of the same app and person"
            }
            By::ThePerson => "from outside of this walk, by the person",
            By::TheConsole => "from outside of this walk, in the console or by one of its commands",
            By::Somebody => "from outside of this walk",
            By::TheRequestBefore => "by the request before this one",
        };
        let when = self.at.map_or_else(String::new, |at| {
            let text = at.to_string();
            let time = text.get(11..19).unwrap_or(&text);
            format!(" (at {time} UTC of the server's clock)")
        });
        format!("{what}, {by}{when}")
    }
}

/// What a credential is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum CredentialKind {
    /// An authorization code.
    Code,
    /// An access token.
    AccessToken,
    /// A refresh token.
    RefreshToken,
}

/// How a credential stands, as far as the app can tell from what was answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum CredentialState {
    /// It works until it expires.
    Active,
    /// A code that was exchanged.
    Used,
    /// A refresh token that gave its place to another by being used.
    Rotated,
    /// A refresh token that a new run of the flow took the place of.
    Replaced,
    /// It was revoked.
    Revoked,
    /// It was presented in a request that was never answered.
    Unsure,
}

/// Tokens counted by kind: `2 access tokens and 1 refresh token`; none when there are none.
pub fn counted(kinds: impl Iterator<Item = CredentialKind>) -> Option<String> {
    let (mut access, mut refresh) = (0, 0);
    for kind in kinds {
        match kind {
            CredentialKind::AccessToken => access += 1,
            CredentialKind::RefreshToken => refresh += 1,
            CredentialKind::Code => {}
        }
    }
    let said = |count: usize, kind: &str| match count {
        0 => None,
        1 => Some(format!("1 {kind} token")),
        many => Some(format!("{many} {kind} tokens")),
    };
    let parts = [said(access, "access"), said(refresh, "refresh")];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    (!parts.is_empty()).then(|| parts.join(" and "))
}
