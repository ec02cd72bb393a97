//! Messages taken apart.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A request or an answer taken apart.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, TS)]
pub struct MessageParts {
    /// Its first line; empty when the bytes are no HTTP message.
    pub start_line: String,
    /// What the status means.
    pub status: Option<Meaning>,
    /// Its headers in order.
    pub headers: Vec<HeaderLine>,
    /// Parameters behind the target's `?`, decoded.
    pub query: Vec<NamedValue>,
    /// Fields of a form body, decoded.
    pub form: Vec<NamedValue>,
    /// `Content-Type` without parameters, in lower case; empty when there is none.
    pub media_type: String,
    /// What the body is.
    pub kind: BodyKind,
    /// Bytes of the body as it says itself; of what was kept of it where it does not.
    pub body_bytes: usize,
    /// The body as text, JSON with a line for each member; none when it is empty or no text. The first 2 MiB.
    pub body: Option<String>,
    /// There was more: the body was cut at 2 MiB, or more passed over the wire than was kept.
    pub truncated: bool,
}

/// What a body is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
#[serde(rename_all = "snake_case")]
pub enum BodyKind {
    /// There is none.
    Empty,
    /// `application/x-www-form-urlencoded`.
    Form,
    /// JSON.
    Json,
    /// Any other text.
    Text,
    /// Not text.
    Binary,
}

/// A header with what it means.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, TS)]
pub struct HeaderLine {
    /// Its name as sent.
    pub name: String,
    /// Its value.
    pub value: String,
    /// What it means, when it is one that occurs here.
    pub meaning: Option<Meaning>,
}

/// What a header or a status means.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, TS)]
pub struct Meaning {
    /// In one line.
    pub text: String,
    /// Where that is written: `RFC 9110 §8.3`.
    pub source: String,
}

/// A name and a value, decoded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
pub struct NamedValue {
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: String,
}
