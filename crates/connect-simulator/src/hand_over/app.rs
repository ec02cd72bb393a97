//! What the app does by itself, without a request: it looks at the answer that came back, and into the id_token. A slip
//! that is the app's to find is made again in the program, and must be found there.

use connect_core::domain::walk::Step;

use super::plain;
use super::values::Var;
use crate::plan::Request;
use crate::session::{Check, Place, Run, Session};

/// How much later the app looks at the id_token when it lay about (`expired_id_token`), in seconds.
const LATER: u32 = 6 * 60;
/// Whom the id_token is about when it was altered on the way (`altered_claim`).
const SOMEBODY_ELSE: &str = "user_somebody_else";
/// What slips change in the answer to the authorization request.
const CHANGED: [&str; 4] = ["code", "state", "iss", "error"];

/// The answer to the authorization request.
pub(super) struct Take {
    /// What is changed in it on purpose before the app looks: a parameter, and its value, or none when it is taken out.
    pub(super) changes: Vec<(&'static str, Option<String>)>,
    /// What the app looks at, in order; the last one is refused when the app drops the answer.
    pub(super) looks: Vec<Look>,
    /// Whether there is a code to be taken.
    pub(super) code: bool,
    refused: bool,
}

/// What the app looks at in the answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Look {
    State {
        refused: bool,
    },
    Issuer {
        refused: bool,
    },
    /// The error that is expected.
    Error {
        expected: Option<String>,
        refused: bool,
    },
    /// Only where it is missed.
    NoCode,
}

impl Look {
    /// What it is looked at by: what has to be right, or what has to be found wrong.
    pub(super) const fn by(&self) -> &'static str {
        match self {
            Self::State { refused: true }
            | Self::Issuer { refused: true }
            | Self::Error { refused: true, .. }
            | Self::NoCode => "refuse",
            _ => "check",
        }
    }
}

impl Take {
    pub(super) const fn is_refused(&self) -> bool {
        self.refused
    }

    pub(super) fn vars(&self) -> Vec<Var> {
        let vars = self.looks.iter().filter_map(|look| match look {
            Look::State { .. } => Some(Var::State),
            Look::Issuer { .. } => Some(Var::setting("LOOP_ISSUER")),
            Look::Error { .. } | Look::NoCode => None,
        });
        vars.collect()
    }
}

/// How the answer is taken; `run` is the step in which it was, if it was, and `state` whether it was asked for with one.
pub(super) fn take(session: &Session, run: Option<&Run>, state: bool) -> Take {
    let metadata = session.facts.metadata.as_ref();
    let promised = metadata.and_then(|it| {
        it.get("authorization_response_iss_parameter_supported")?
            .as_bool()
    });
    let issuer = promised == Some(true);
    let answered = session
        .run_of(Step::SignIn)
        .and_then(|it| it.answered.as_ref());
    let answered = answered.filter(|it| it.place == Place::Redirect);
    let error = answered.and_then(|it| it.error.clone());
    let slip = run.filter(|run| run.tamper.is_some());
    let refused = slip.and_then(failed).map(|check| check.name.as_str());
    let mut take = Take {
        changes: slip.map_or_else(Vec::new, |run| changes(session, run)),
        looks: Vec::new(),
        code: refused.is_none() && error.is_none(),
        refused: refused.is_some(),
    };
    let is = |name: &str| refused == Some(name);
    if state {
        let refused = is("state_matches");
        take.looks.push(Look::State { refused });
        if refused {
            return take;
        }
    }
    if issuer {
        let refused = is("issuer_matches");
        take.looks.push(Look::Issuer { refused });
        if refused {
            return take;
        }
    }
    let refused = is("no_error");
    take.looks.push(Look::Error {
        expected: error.filter(|_| !refused),
        refused,
    });
    if is("code_present") {
        take.looks.push(Look::NoCode);
    }
    take
}

/// The check that the app dropped it for.
fn failed(run: &Run) -> Option<&Check> {
    run.checks.iter().find(|check| !check.passed)
}

/// What was changed in the answer, of what slips change: what the app saw against what came. Whatever else came, and under
/// whatever name, is no part of the program.
fn changes(session: &Session, run: &Run) -> Vec<(&'static str, Option<String>)> {
    let came = session.facts.callback_url.clone().unwrap_or_default();
    let came = Request::get(came);
    let changes = CHANGED.into_iter().filter_map(|name| {
        let mut seen = run.shown.iter();
        let now = seen
            .find(|it| it.how == "From the callback URL" && it.name == name)
            .map(|it| it.value.clone());
        (now != came.parameter(name)).then_some((name, now))
    });
    changes.collect()
}

/// What is looked at in an id_token.
pub(super) struct Verify {
    pub(super) token: Var,
    /// In order; the last one is refused when the app does not believe it.
    pub(super) claims: Vec<Claimed>,
    refused: bool,
}

/// What is looked at in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Claimed {
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
    pub(super) const fn is_in_order(&self) -> bool {
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
    pub(super) const fn is_refused(&self) -> bool {
        self.refused
    }

    pub(super) fn reads_header(&self) -> bool {
        let mut claims = self.claims.iter();
        claims.any(|it| matches!(it, Claimed::Algorithm { .. } | Claimed::Key))
    }

    pub(super) fn reads_claims(&self) -> bool {
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
    pub(super) fn reads_signature(&self) -> bool {
        let mut claims = self.claims.iter();
        claims.any(|it| matches!(it, Claimed::Signature | Claimed::OtherSubject(_)))
    }

    /// Whether it is refused for what only a language with signatures can find.
    pub(super) fn is_altered(&self) -> bool {
        let mut claims = self.claims.iter();
        claims.any(|it| matches!(it, Claimed::OtherSubject(_)))
    }

    pub(super) fn counts_time(&self) -> bool {
        let mut claims = self.claims.iter();
        claims.any(|it| matches!(it, Claimed::TooLate(_)))
    }

    pub(super) fn vars(&self) -> Vec<Var> {
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
pub(super) fn verify(session: &Session, run: &Run, issued: usize, keys: bool) -> Option<Verify> {
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

/// What the app found and the program does not find again, and why not.
pub(super) fn why_not(run: &Run) -> Option<String> {
    let failed = failed(run)?;
    let name = &failed.name;
    let why = match (run.step, run.tamper.is_some(), name.as_str()) {
        (
            Step::Callback,
            true,
            "state_matches" | "issuer_matches" | "no_error" | "code_present",
        )
        | (
            Step::IdToken,
            true,
            "algorithm_allowed" | "key_published" | "signature_valid" | "audience_matches" | "nonce_matches" | "not_expired",
        )
        // The error that the server gave is checked for.
        | (Step::Callback, false, "no_error") => return None,
        (Step::Callback, ..) => {
            "It came from elsewhere then. The one that this program asks for itself is in order"
        }
        _ => "What came then is not in this program",
    };
    Some(plain(&format!(
        "In the walk the app refused it: {name} failed. {why}."
    )))
}
