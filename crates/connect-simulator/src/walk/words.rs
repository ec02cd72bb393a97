//! What an answer means, in plain words.

use connect_core::domain::walk::Step;
use serde_json::Value;

use super::telling::shown;
use crate::session::Shown;

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
            if text("refresh_token").is_some() { ", a refresh token" } else { "" },
            if text("id_token").is_some() { " and an id_token" } else { "" },
        ),
        Step::Refresh => format!("There is a new access token{life} and a new refresh token; the old one has had its turn."),
        Step::Introspect if body.get("active").and_then(Value::as_bool) == Some(true) => {
            "The server says that the token is active, whose it is, and what it may do.".to_owned()
        }
        Step::Introspect => "The server says that the token is not active, and nothing else: it does not tell why.".to_owned(),
        Step::Api => "The service answered: the token's scopes open this call.".to_owned(),
        Step::Reuse => "The old refresh token was taken once more: a grace window allows that.".to_owned(),
        Step::Revoke => "The server says that the tokens are gone. It says so as well of tokens that it never knew, and of those that had ended before.".to_owned(),
        Step::AfterRevoke => "The call still works: the token is alive.".to_owned(),
        _ => "It worked.".to_owned(),
    }
}

pub(super) fn refusal(step: Step, status: u16, error: &str, said: &str) -> String {
    match step {
        _ if status == SLOWED_DOWN => format!(
            "{status} `{error}`{said}. The app asked too often: this is no answer to what was asked, and nothing is spent."
        ),
        Step::Reuse => format!(
            "{status} `{error}`{said}. The server takes a refresh token that comes twice for a stolen one, and ends everything that came from this consent."
        ),
        Step::AfterRevoke if status == 401 => format!(
            "{status} `{error}`{said}. The same call, the same token: revoked means revoked, at once."
        ),
        Step::AfterRevoke => format!(
            "{status} `{error}`{said}. That is no answer about the token: this call fails with any. Choose one that worked before."
        ),
        _ => format!("The server said no: {status} `{error}`{said}."),
    }
}

pub(super) fn fix(step: Step, refused: bool, error: &str) -> &'static str {
    match step {
        _ if error == "rate_limited" => {
            "Wait as long as the answer's Retry-After says, then take the step again. In this sandbox the limit is the setting `rate_limit_per_minute`."
        }
        _ if error == "invalid_client" => {
            "The server does not know the app by what it sent: look at client id, secret and client authentication under Configure."
        }
        Step::Token => {
            "A code works once, for a minute, and a wrong verifier spends it: go back to the authorization URL and walk on from there."
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
