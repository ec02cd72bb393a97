//! Exchanges.

mod compare;
mod export;
mod filters;
mod list;
mod parts;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use ts_rs::TS;

pub use compare::{CompareExchanges, Compared, ComparedField, ComparedPlace, Outcome};
pub use export::{
    Copied, CopyExchange, CopyFormat, ExportFormat, ExportTraffic, ExportedTraffic, Redacted,
};
pub use filters::{
    DescribeFilters, FilterField, FilterFlaw, FilterToken, FilterTokenKind, FilterValue, Filters,
    ReadFilter,
};
pub use list::{ExchangeSummary, ListTraffic, Order, TrafficList};
pub use parts::{BodyKind, HeaderLine, Meaning, MessageParts, NamedValue};

/// Says whether an exchange is pinned.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, TS)]
#[serde(deny_unknown_fields)]
pub struct PinExchange {
    /// Its id, `exchange_…`.
    pub exchange: String,
    /// Whether retention keeps it from now on. Clearing the workspace removes it all the same.
    pub pinned: bool,
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
    /// Bytes in, as text; other bytes are replaced. The first 2 MiB.
    pub request: String,
    /// Bytes out, as text; other bytes are replaced. The first 2 MiB.
    pub response: String,
    /// The request taken apart.
    pub request_parts: MessageParts,
    /// The answer taken apart.
    pub response_parts: MessageParts,
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
