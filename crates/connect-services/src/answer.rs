//! What an operation answers with, before it becomes bytes. Its body is kept as text, so that a repeated request can be
//! given the very same one.

use axum::body::Body;
use axum::response::Response;
use connect_core::domain::journal::Seq;
use connect_wire::ExchangeHandle;
use connect_wire::answer::{self, Refused};
use http::header::{CONTENT_LENGTH, HeaderName};
use http::{HeaderValue, StatusCode};
use http_body_util::BodyExt as _;
use serde::Serialize;
use serde_json::{Value, json};

use crate::schema::Violation;

/// How many rows there are in all, where the body's `count` is only how many are in it (assumed).
pub(crate) const TOTAL: HeaderName = HeaderName::from_static("x-total-count");
/// The answer was given before, to the same request with the same `Idempotency-Key` (assumed).
pub(crate) const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");

/// An answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) body: String,
    pub(crate) headers: Vec<(HeaderName, HeaderValue)>,
    /// The journal entry of the change it acknowledges.
    pub(crate) seq: Option<Seq>,
}

impl Answer {
    fn new(status: StatusCode, value: &impl Serialize) -> Self {
        Self {
            status,
            body: serde_json::to_string(value)
                .expect("wire types have text keys and always serialise"),
            headers: Vec::new(),
            seq: None,
        }
    }

    /// 200.
    pub(crate) fn ok(value: &impl Serialize) -> Self {
        Self::new(StatusCode::OK, value)
    }

    /// 201.
    pub(crate) fn created(value: &impl Serialize) -> Self {
        Self::new(StatusCode::CREATED, value)
    }

    /// The journal entry of the change it acknowledges.
    pub(crate) fn caused(mut self, seq: Seq) -> Self {
        self.seq = Some(seq);
        self
    }

    /// Says how many rows there are in all.
    pub(crate) fn total(mut self, total: u32) -> Self {
        self.headers.push((TOTAL, HeaderValue::from(total)));
        self
    }

    /// The bytes.
    pub(crate) fn into_response(self) -> Response {
        let mut response = answer::empty(self.status);
        let headers = response.headers_mut();
        headers.insert(
            http::header::CONTENT_TYPE,
            HeaderValue::from_static("application/json"),
        );
        headers.extend(self.headers);
        *response.body_mut() = Body::from(self.body);
        response
    }
}

/// Answers with a refusal; `violations` go into `details`, beside the documented members (assumed; the reference has
/// `details` on one 422).
pub(crate) async fn refuse(
    exchange: &ExchangeHandle,
    refused: Refused,
    violations: &[Violation],
) -> Response {
    let response = answer::refuse(exchange, refused);
    if violations.is_empty() {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    let bytes = body
        .collect()
        .await
        .map(http_body_util::Collected::to_bytes)
        .unwrap_or_default();
    let mut value: Value = serde_json::from_slice(&bytes).unwrap_or_else(|_| json!({}));
    value["details"] = json!(violations);
    parts.headers.remove(CONTENT_LENGTH);
    Response::from_parts(parts, Body::from(value.to_string()))
}
