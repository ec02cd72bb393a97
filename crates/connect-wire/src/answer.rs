//! How every crate answers: JSON, and refusals in the documented shapes (ruling 17) with their challenges.
//!
//! [`refuse`] is the one place where a [`Refusal`] becomes bytes, and it notes the refusal on the exchange, so that the
//! console can always say why.

use std::borrow::Cow;
use std::time::Duration;

use axum::body::Body;
use axum::response::Response;
use connect_core::domain::refusal::{Refusal, wire_text};
use connect_core::domain::standing::Clause;
use connect_core::protocol::error::{ErrorCode, Family};
use http::header::{CACHE_CONTROL, CONNECTION, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use http::{HeaderValue, StatusCode};
use serde::Serialize;

use crate::exchange::ExchangeHandle;

/// A refusal and what its headers need beyond it. A plain [`Refusal`] converts into one, so `?` works in handlers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// The refusal.
    pub refusal: Refusal,
    challenge: Challenge,
}

/// What goes into `WWW-Authenticate` or `Retry-After` beyond what the code alone says.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Challenge {
    None,
    MissingScope(String),
    BasicUsed,
    RetryAfter(Duration),
}

impl From<Refusal> for Refused {
    fn from(refusal: Refusal) -> Self {
        Self {
            refusal,
            challenge: Challenge::None,
        }
    }
}

impl From<Box<Refusal>> for Refused {
    fn from(refusal: Box<Refusal>) -> Self {
        (*refusal).into()
    }
}

impl Refused {
    /// The token lacks `scope` (ruling 1): names it in the challenge. Several are separated by a space.
    #[must_use]
    pub fn missing_scope(refusal: Refusal, scope: impl Into<String>) -> Self {
        Self {
            refusal,
            challenge: Challenge::MissingScope(scope.into()),
        }
    }

    /// Client authentication failed. If it was tried by HTTP Basic, the answer challenges for it (RFC 6749 §5.2).
    #[must_use]
    pub fn client_authentication(refusal: Refusal, basic_used: bool) -> Self {
        let challenge = if basic_used {
            Challenge::BasicUsed
        } else {
            Challenge::None
        };
        Self { refusal, challenge }
    }

    /// Too many requests: `Retry-After`, in whole seconds, rounded up (RFC 9110 §10.2.3).
    #[must_use]
    pub fn retry_after(refusal: Refusal, wait: Duration) -> Self {
        Self {
            refusal,
            challenge: Challenge::RetryAfter(wait),
        }
    }
}

/// The error on the wire: the OAuth shape, and with `message` the services' (ruling 17).
#[derive(Serialize)]
struct ErrorBody<'a> {
    error: ErrorCode,
    error_description: &'a str,
    error_uri: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<&'a str>,
}

/// `value` as JSON, not to be stored by caches; a caller whose answer may be replaces `Cache-Control`.
pub fn json(status: StatusCode, value: &impl Serialize) -> Response {
    match serde_json::to_vec(value) {
        Ok(body) => with_type(status, "application/json", Body::from(body)),
        Err(error) => {
            // Only a map whose keys are no text does this; our types have none.
            tracing::error!(%error, "an answer could not be written as JSON");
            let code = ErrorCode::InternalError;
            body_of(code, "The answer could not be written.")
        }
    }
}

/// An answer without a body, not to be stored by caches.
pub fn empty(status: StatusCode) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = status;
    response
        .headers_mut()
        .insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// Answers with a refusal and notes it on the exchange.
pub fn refuse(exchange: &ExchangeHandle, refused: impl Into<Refused>) -> Response {
    let Refused { refusal, challenge } = refused.into();
    let description = wire_text(&refusal.description);
    let mut response = body_of(refusal.code, &description);
    let headers = response.headers_mut();
    if let Some(value) = www_authenticate(refusal.code, &description, &challenge) {
        headers.insert(WWW_AUTHENTICATE, value);
    }
    if let Challenge::RetryAfter(wait) = challenge {
        let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
        headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
    }
    exchange.note(|notes| notes.refusal = Some(refusal));
    response
}

/// As [`refuse`], and the connection ends after it: the rest of the request is not going to be read.
pub(crate) fn refuse_and_close(exchange: &ExchangeHandle, refusal: Refusal) -> Response {
    let mut response = refuse(exchange, refusal);
    response
        .headers_mut()
        .insert(CONNECTION, HeaderValue::from_static("close"));
    response
}

/// The refusal for a handler that panicked: a bug of ours, said so.
pub(crate) fn internal_error() -> Refusal {
    Refusal::new(
        "handler_completed",
        ErrorCode::InternalError,
        "Something failed inside the sandbox.",
        Clause::documented("/reference/errors"),
    )
    .expected("the handler answers")
    .received("the handler panicked")
    .fix("This is a bug of the sandbox. The log says where it happened.")
}

fn with_type(status: StatusCode, content_type: &'static str, body: Body) -> Response {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

fn body_of(code: ErrorCode, description: &str) -> Response {
    let uri = code.uri();
    let body = ErrorBody {
        error: code,
        error_description: description,
        error_uri: &uri,
        message: (code.family() == Family::Service).then_some(description),
    };
    let status = StatusCode::from_u16(code.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    // Four texts always are JSON.
    let bytes = serde_json::to_vec(&body).unwrap_or_default();
    with_type(status, "application/json", Body::from(bytes))
}

/// The challenge that belongs to a code (RFC 6750 §3, RFC 6749 §5.2).
fn www_authenticate(
    code: ErrorCode,
    description: &str,
    challenge: &Challenge,
) -> Option<HeaderValue> {
    let text: Cow<'static, str> = match (code, challenge) {
        (ErrorCode::InvalidToken, _) => format!(
            r#"Bearer realm="loop", error="invalid_token", error_description="{description}""#
        )
        .into(),
        // Without credentials a challenge carries no error code (RFC 6750 §3.1).
        (ErrorCode::Unauthenticated, _) => r#"Bearer realm="loop""#.into(),
        (ErrorCode::InsufficientScope, Challenge::MissingScope(scope)) => format!(
            r#"Bearer error="insufficient_scope", scope="{}""#,
            wire_text(scope)
        )
        .into(),
        (ErrorCode::InsufficientScope, _) => {
            debug_assert!(
                false,
                "insufficient_scope names the scope: Refused::missing_scope"
            );
            r#"Bearer error="insufficient_scope""#.into()
        }
        (_, Challenge::BasicUsed) => r#"Basic realm="loop""#.into(),
        _ => return None,
    };
    HeaderValue::from_str(&text).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use connect_testkit::seeded_env;
    use http_body_util::BodyExt as _;

    fn exchange() -> ExchangeHandle {
        let (env, _) = seeded_env();
        let here = std::net::SocketAddr::from(([127, 0, 0, 1], 9400));
        ExchangeHandle::new(&env, "platform", here, here)
    }

    fn refusal(code: ErrorCode) -> Refusal {
        Refusal::new(
            "a_check",
            code,
            "It is \"not\" so.",
            Clause::standard("RFC 6749 §5.2"),
        )
    }

    async fn text(response: Response) -> String {
        let bytes = response
            .into_body()
            .collect()
            .await
            .expect("a body")
            .to_bytes();
        String::from_utf8(bytes.to_vec()).expect("text")
    }

    fn challenge(response: &Response) -> Option<&str> {
        response
            .headers()
            .get(WWW_AUTHENTICATE)
            .map(|value| value.to_str().expect("ascii"))
    }

    #[tokio::test]
    async fn an_oauth_refusal_has_three_members_and_is_noted() {
        let exchange = exchange();
        let response = refuse(&exchange, refusal(ErrorCode::InvalidGrant));
        assert_eq!(response.status(), 400);
        assert_eq!(response.headers()[CONTENT_TYPE], "application/json");
        assert_eq!(response.headers()[CACHE_CONTROL], "no-store");
        assert_eq!(challenge(&response), None);
        assert_eq!(
            text(response).await,
            r#"{"error":"invalid_grant","error_description":"It is 'not' so.","error_uri":"https://platform.loop.health/connect/errors#invalid_grant"}"#
        );
        assert_eq!(
            exchange.note(|notes| notes.refusal.as_ref().map(|refusal| refusal.check)),
            Some("a_check")
        );
    }

    #[tokio::test]
    async fn a_service_refusal_has_both_documented_shapes() {
        let response = refuse(&exchange(), refusal(ErrorCode::NotFound));
        assert_eq!(response.status(), 404);
        assert_eq!(
            text(response).await,
            r#"{"error":"not_found","error_description":"It is 'not' so.","error_uri":"https://platform.loop.health/reference/errors#not_found","message":"It is 'not' so."}"#
        );
    }

    #[test]
    fn each_code_has_its_challenge() {
        let exchange = exchange();
        let refused = |refused: Refused| refuse(&exchange, refused);
        let plain = |code| refused(refusal(code).into());
        assert_eq!(
            challenge(&plain(ErrorCode::InvalidToken)),
            Some(
                r#"Bearer realm="loop", error="invalid_token", error_description="It is 'not' so.""#
            )
        );
        assert_eq!(
            challenge(&plain(ErrorCode::Unauthenticated)),
            Some(r#"Bearer realm="loop""#)
        );
        let scope = Refused::missing_scope(refusal(ErrorCode::InsufficientScope), "read:labs");
        let response = refused(scope);
        assert_eq!(response.status(), 403);
        assert_eq!(
            challenge(&response),
            Some(r#"Bearer error="insufficient_scope", scope="read:labs""#)
        );
        let client =
            |basic| Refused::client_authentication(refusal(ErrorCode::InvalidClient), basic);
        assert_eq!(
            challenge(&refused(client(true))),
            Some(r#"Basic realm="loop""#)
        );
        assert_eq!(challenge(&refused(client(false))), None);
    }

    #[test]
    fn a_wait_is_rounded_up_to_whole_seconds() {
        let wait = Duration::from_millis(1_200);
        let response = refuse(
            &exchange(),
            Refused::retry_after(refusal(ErrorCode::RateLimited), wait),
        );
        assert_eq!(response.status(), 429);
        assert_eq!(response.headers()[RETRY_AFTER], "2");
    }

    #[test]
    fn a_value_that_is_no_json_is_an_internal_error() {
        let keys_are_no_text = std::collections::HashMap::from([((1, 2), 3)]);
        assert_eq!(json(StatusCode::OK, &keys_are_no_text).status(), 500);
        assert_eq!(json(StatusCode::OK, &[1, 2]).status(), 200);
        assert_eq!(empty(StatusCode::NO_CONTENT).status(), 204);
    }
}
