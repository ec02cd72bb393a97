//! What an answer means, in plain words.

use connect_core::domain::walk::Step;
use serde_json::Value;

use super::telling::shown;
use crate::session::{Exchange, Shown};

/// The status of a request too many (RFC 6585 §4).
pub(super) const SLOWED_DOWN: u16 = 429;

/// Members of an answer worth looking at.
pub(super) fn values(step: Step, body: &Value) -> Vec<Shown> {
    let (names, source): (&[&str], &str) = match step {
        Step::Token => (
            &[
                "access_token",
                "token_type",
                "expires_in",
                "refresh_token",
                "scope",
                "id_token",
            ],
            "RFC 6749 §5.1",
        ),
        Step::Refresh => (
            &["access_token", "expires_in", "refresh_token", "scope"],
            "RFC 6749 §6",
        ),
        Step::Introspect => (
            &[
                "active",
                "scope",
                "client_id",
                "sub",
                "exp",
                "iat",
                "token_type",
                "brand",
            ],
            "RFC 7662 §2.2",
        ),
        _ => (&[], ""),
    };
    let text = |value: &Value| {
        value
            .as_str()
            .map_or_else(|| value.to_string(), str::to_owned)
    };
    names
        .iter()
        .filter_map(|name| Some((*name, body.get(*name)?)))
        .map(|(name, value)| shown(name, text(value), "From the answer", source))
        .collect()
}

pub(super) fn success(step: Step, body: &Value) -> String {
    let text = |name: &str| body.get(name).and_then(Value::as_str);
    let seconds = body.get("expires_in").and_then(Value::as_i64);
    let life = seconds.map_or_else(String::new, |it| format!(" that works for {it} seconds"));
    match step {
        Step::Token => format!(
            "The code became an access token{life}{}{}.",
            if text("refresh_token").is_some() {
                ", a refresh token"
            } else {
                ""
            },
            if text("id_token").is_some() {
                " and an id_token"
            } else {
                ""
            },
        ),
        Step::Refresh => format!(
            "There is a new access token{life} and a new refresh token; the old one has had its turn."
        ),
        Step::Introspect if body.get("active").and_then(Value::as_bool) == Some(true) => {
            "The server says that the token is active, whose it is, and what it may do.".to_owned()
        }
        Step::Introspect => {
            "The server says that the token is not active, and nothing else: it does not tell why."
                .to_owned()
        }
        Step::Api => "The service answered: the token's scopes open this call.".to_owned(),
        Step::Reuse => {
            "The old refresh token was taken once more: a grace window allows that.".to_owned()
        }
        Step::Revoke => {
            "The server answers 200, as it does whether there was anything to end or not."
                .to_owned()
        }
        Step::AfterRevoke => "The call still works: the token is alive.".to_owned(),
        _ => "It worked.".to_owned(),
    }
}

pub(super) fn refusal(step: Step, status: u16, error: &str, said: &str) -> String {
    match step {
        _ if status == SLOWED_DOWN => format!(
            "{status} `{error}`{said}. The app asked too often: this is no answer to what was asked, and nothing is spent."
        ),
        Step::AfterRevoke => format!(
            "{status} `{error}`{said}. That is no answer about the token: this call fails with any. Choose one that worked before."
        ),
        _ => format!("The server said no: {status} `{error}`{said}."),
    }
}

/// What came of something else than the call, after everything was given up.
pub(super) fn instead(body: &Value, status: u16, error: &str, said: &str, refused: bool) -> String {
    if refused {
        return format!("The server said no: {status} `{error}`{said}.");
    }
    match body.get("active") {
        Some(_) => success(Step::Introspect, body),
        None => format!(
            "The server answered with {status}. That says nothing of whether the token still opens anything."
        ),
    }
}

/// What came of a call beside the main one of its step, in a sentence with a space before it.
pub(super) fn beside(step: Step, exchange: &Exchange) -> String {
    let what = match step {
        Step::Refresh => "A call with the new access token",
        _ => "The other call",
    };
    let Some(answered) = &exchange.answered else {
        return format!(" {what} was not answered.");
    };
    let status = answered.status.unwrap_or_default();
    let came = match (&answered.error, status, step) {
        (Some(error), 403, _) if error == "insufficient_scope" => {
            format!(
                "was refused: 403 `{error}`. The token lives, and none of its scopes opens that call."
            )
        }
        (Some(error), _, _) => format!("was refused: {status} `{error}`."),
        (None, 200..300, Step::Refresh) => "works.".to_owned(),
        (None, _, _) => format!("was answered with {status}."),
    };
    let foreseen = exchange.prediction.as_ref();
    let wrong = foreseen.is_some_and(|it| !it.agrees(answered));
    let wrong = if wrong { " That was not foreseen." } else { "" };
    format!(" {what} {came}{wrong}")
}

pub(super) fn fix(step: Step, refused: bool, error: &str) -> &'static str {
    match step {
        _ if error == "rate_limited" => {
            "Wait as long as the answer's Retry-After says, then take the step again. In this sandbox the limit is the setting `rate_limit_per_minute`."
        }
        _ if error == "invalid_client" => {
            "The server does not know the app by what it sent: look at client id, secret and client authentication under Configure. At another platform they have to be those that are registered there."
        }
        Step::Token => {
            "A code works once, for a minute, and a wrong verifier spends it: begin the sign-in anew, from step 2. Each has a verifier, a state and a nonce of its own."
        }
        Step::Refresh => {
            "If the refresh token is spent or revoked, walk through the consent again."
        }
        Step::Reuse | Step::AfterRevoke if !refused => {
            "It should have been refused: look at the server's side."
        }
        _ => "Look at the server's side beside this: it says which check failed and what to do.",
    }
}
