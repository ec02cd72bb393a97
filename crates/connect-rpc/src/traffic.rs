//! Exchanges.

use connect_core::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use ts_rs::TS;

/// Which exchanges to list. Everything that is set must hold.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema, TS)]
#[serde(deny_unknown_fields, default)]
#[ts(optional_fields = nullable)]
pub struct ListTraffic {
    /// Only this trace.
    pub trace: Option<String>,
    /// Only this app.
    pub client_id: Option<String>,
    /// Only this persona.
    pub user_id: Option<String>,
    /// Only this service.
    pub service: Option<String>,
    /// Only this operation.
    pub operation: Option<String>,
    /// Only this method.
    pub method: Option<String>,
    /// Only targets that contain this text.
    pub target: Option<String>,
    /// Only this status; 1 to 5 for a whole class.
    pub status: Option<u16>,
    /// Only refused ones, or only those not refused.
    pub refused: Option<bool>,
    /// Only those refused by this check.
    pub refused_by: Option<String>,
    /// Only those after this place.
    pub after: Option<i64>,
    /// Only those before this place.
    pub before: Option<i64>,
    /// At most so many, up to 1000; 100 unless told.
    pub limit: Option<u32>,
}

/// One line of the list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, TS)]
pub struct ExchangeSummary {
    /// Its place; later ones have higher.
    pub seq: i64,
    /// Its id.
    pub id: String,
    /// Which listener.
    pub listener: String,
    /// When (sandbox time).
    pub at: Timestamp,
    /// When (wall time).
    pub wall: Timestamp,
    /// Request method.
    pub method: String,
    /// Request target, credentials masked.
    pub target: String,
    /// `Host`.
    pub host: String,
    /// Status of the answer; none when nothing was answered.
    pub status: Option<u16>,
    /// The service that answered.
    pub service: Option<String>,
    /// The operation.
    pub operation: Option<String>,
    /// The app.
    pub client_id: Option<String>,
    /// The persona.
    pub user_id: Option<String>,
    /// The grant.
    pub grant_id: Option<String>,
    /// The trace.
    pub trace: String,
    /// The journal entry that led to it.
    pub cause: Option<i64>,
    /// The check that failed.
    pub refused_by: Option<String>,
    /// Its code on the wire.
    pub error: Option<String>,
    /// How it ended.
    pub ended: String,
    /// Microseconds from the first byte in to the last byte out.
    pub duration_us: u64,
    /// Bytes in.
    pub request_len: u64,
    /// Bytes out.
    pub response_len: u64,
}

/// Exchanges, newest first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, TS)]
pub struct TrafficList {
    /// The exchanges.
    pub exchanges: Vec<ExchangeSummary>,
    /// How many there are in all, filter aside.
    pub total: i64,
}

/// Names an exchange.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, TS)]
#[serde(deny_unknown_fields)]
pub struct ExchangeRef {
    /// Its id, `exchange_…`.
    pub exchange: String,
}

/// One exchange with its bytes; credentials are markers such as `[access_token 1a2b3c4d]`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, TS)]
pub struct ExchangeDetail {
    /// What the list shows.
    pub summary: ExchangeSummary,
    /// The other end.
    pub peer: String,
    /// Bytes in, as text; other bytes are replaced.
    pub request: String,
    /// Bytes out, as text; other bytes are replaced.
    pub response: String,
    /// Microseconds to each part: `head_us`, `body_us`, `answered_us`, `done_us`.
    pub timing: Value,
    /// Checks, refusal, findings, facts.
    pub notes: Value,
}

/// An exchange's bytes as they were.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, TS)]
pub struct Revealed {
    /// Bytes in, in base64.
    pub request_base64: String,
    /// Bytes out, in base64.
    pub response_base64: String,
    /// Credentials that could not be put back.
    pub lost: usize,
}

/// Why an exchange was answered as it was.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, TS)]
pub struct Explanation {
    /// What the list shows.
    pub summary: ExchangeSummary,
    /// One sentence.
    pub verdict: String,
    /// Names of the checks that passed, in order.
    pub passed: Vec<String>,
    /// The check that failed, if one did.
    pub refusal: Option<ExplainedRefusal>,
    /// Accepted, with a remark: name, message, clause.
    pub findings: Vec<Value>,
    /// Facts worth knowing, such as the challenge computed from what was sent.
    pub facts: Vec<Value>,
    /// What the request changed.
    pub entries: Vec<crate::journal::Entry>,
}

/// A refusal with the differing characters marked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, TS)]
pub struct ExplainedRefusal {
    /// The check that failed.
    pub check: String,
    /// The code on the wire.
    pub code: String,
    /// The description on the wire.
    pub description: String,
    /// What the check wanted.
    pub expected: String,
    /// What it got.
    pub received: String,
    /// Where they begin and stop to differ, when both are values of the same kind.
    pub difference: Option<Difference>,
    /// What governs the check.
    pub clause: String,
    /// `documented`, `standard` or `assumed`.
    pub standing: String,
    /// What to do.
    pub fix: String,
    /// The command that mends it, with payload and label.
    pub remedy: Option<Value>,
}

/// Where two texts differ, in characters.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
pub struct Difference {
    /// Characters that are the same at the beginning.
    pub same_start: usize,
    /// Characters that are the same at the end.
    pub same_end: usize,
}
