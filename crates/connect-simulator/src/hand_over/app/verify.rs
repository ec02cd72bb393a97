//! What the app looks at in an id_token, and what a slip has it refused for.

use super::super::values::Var;
use super::failed;
use crate::session::{Run, Session};

/// How much later the app looks at the id_token when it lay about (`expired_id_token`), in seconds.
const LATER: u32 = 6 * 60;
/// Whom the id_token is about when it was altered on the way (`altered_claim`).
const SOMEBODY_ELSE: &str = "user_somebody_else";

/// What is looked at in an id_token.
pub(in super::super) struct Verify {
    pub(in super::super) token: Var,
    /// In order; the last one is refused when the app does not believe it.
    pub(in super::super) claims: Vec<Claimed>,
    refused: bool,
}

/// What is looked at in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in super::super) enum Claimed {
    /// Its header says another algorithm than it did, and these are allowed.
    Algorithm {
        shown: String,
        allowed: Vec<String>,
    },
    /// The key that its header names is published.
    Key,
    /// Its header names this key, which nobody published.
    OtherKey(String),
    /// It is signed with that key, as far as the language can verify that by itself.
    Signature,
    /// It is not: its subject was made another one on the way.
    OtherSubject(&'static str),
    Audience,
    /// The app is another one than it was made for.
    OtherAudience(String),
    Nonce,
    /// The app asked with another nonce.
    OtherNonce(String),
    /// So many seconds from now.
    TooLate(u32),
}

impl Claimed {
    /// Whether it has to be right.
    pub(in super::super) const fn is_in_order(&self) -> bool {
        matches!(
            self,
            Self::Key | Self::Signature | Self::Audience | Self::Nonce
        )
    }

    /// Whether the published keys are needed for it.
    const fn needs_keys(&self) -> bool {
        matches!(
            self,
            Self::Key | Self::OtherKey(_) | Self::Signature | Self::OtherSubject(_)
        )
    }
}

impl Verify {
    pub(in super::super) const fn is_refused(&self) -> bool {
        self.refused
    }

    pub(in super::super) fn reads_header(&self) -> bool {
        let mut claims = self.claims.iter();
        claims.any(|it| matches!(it, Claimed::Algorithm { .. } | Claimed::Key))
    }

    pub(in super::super) fn reads_claims(&self) -> bool {
        self.claims.iter().any(|it| {
            matches!(
                it,
                Claimed::Audience
                    | Claimed::OtherAudience(_)
                    | Claimed::Nonce
                    | Claimed::OtherNonce(_)
                    | Claimed::TooLate(_)
            )
        })
    }

    /// Whether the signature is looked at, for a language that can.
    pub(in super::super) fn reads_signature(&self) -> bool {
        let mut claims = self.claims.iter();
        claims.any(|it| matches!(it, Claimed::Signature | Claimed::OtherSubject(_)))
    }

    /// Whether it is refused for what only a language with signatures can find.
    pub(in super::super) fn is_altered(&self) -> bool {
        let mut claims = self.claims.iter();
        claims.any(|it| matches!(it, Claimed::OtherSubject(_)))
    }

    pub(in super::super) fn counts_time(&self) -> bool {
        let mut claims = self.claims.iter();
        claims.any(|it| matches!(it, Claimed::TooLate(_)))
    }

    pub(in super::super) fn vars(&self) -> Vec<Var> {
        let of_claims = self.claims.iter().filter_map(|it| match it {
            Claimed::Audience => Some(Var::setting("LOOP_CLIENT_ID")),
            Claimed::Nonce => Some(Var::Nonce),
            it if it.needs_keys() => Some(Var::Keys),
            _ => None,
        });
        std::iter::once(self.token.clone())
            .chain(of_claims)
            .collect()
    }
}

/// How the id_token is looked into; none when there is none. `issued` is the number of the answer that brought it, `keys`
/// whether the published keys were asked for.
pub(in super::super) fn verify(
    session: &Session,
    run: &Run,
    issued: usize,
    keys: bool,
) -> Option<Verify> {
    session.facts.id_token.as_ref()?;
    if issued == 0 {
        return None;
    }
    let mut claims = Vec::new();
    if keys {
        claims.extend([Claimed::Key, Claimed::Signature]);
    }
    claims.push(Claimed::Audience);
    if session.facts.nonce.is_some() {
        claims.push(Claimed::Nonce);
    }
    let slip = failed(run).filter(|_| run.tamper.is_some());
    let refused = slip.and_then(|check| {
        let expected = check.expected.clone();
        Some(match check.name.as_str() {
            "algorithm_allowed" => Claimed::Algorithm {
                shown: check.received.clone(),
                allowed: expected.split(" or ").map(str::to_owned).collect(),
            },
            "key_published" if keys => Claimed::OtherKey(check.received.clone()),
            "signature_valid" if keys => Claimed::OtherSubject(SOMEBODY_ELSE),
            "audience_matches" => Claimed::OtherAudience(expected),
            "nonce_matches" => Claimed::OtherNonce(expected),
            "not_expired" => Claimed::TooLate(LATER),
            _ => return None,
        })
    });
    let is_refused = refused.is_some();
    if let Some(refused) = refused {
        match refused {
            Claimed::OtherNonce(_) => claims.retain(|it| *it != Claimed::Nonce),
            Claimed::TooLate(_) => {}
            // What comes after it is not looked at.
            Claimed::OtherAudience(_) => claims.retain(Claimed::needs_keys),
            Claimed::OtherSubject(_) => claims.retain(|it| *it == Claimed::Key),
            _ => claims.clear(),
        }
        claims.push(refused);
    }
    Some(Verify {
        token: Var::IdToken(issued),
        claims,
        refused: is_refused,
    })
}
