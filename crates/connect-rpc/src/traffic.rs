//! Exchanges.

use connect_core::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use ts_rs::TS;

/// Which exchanges to list, and which part of them. Everything that is set must hold.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema, TS)]
#[serde(deny_unknown_fields, default)]
#[ts(optional_fields = nullable)]
pub struct ListTraffic {
    /// A filter in the language of `traffic_filters`: `status:4xx method:POST -is:pinned "free words"`.
    pub query: Option<String>,
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
    /// Only targets that contain this text, case aside.
    pub target: Option<String>,
    /// Only this status; 1 to 5 for a whole class.
    pub status: Option<u16>,
    /// Only refused ones, or only those not refused.
    pub refused: Option<bool>,
    /// Only those refused by this check.
    pub refused_by: Option<String>,
    /// Only what was recorded up to this place: a list that stands still while more is recorded.
    pub up_to: Option<i64>,
    /// The newest first unless told.
    pub order: Option<Order>,
    /// Of those that fit, only what comes after this place.
    pub after: Option<i64>,
    /// Of those that fit, only what comes before this place.
    pub before: Option<i64>,
    /// So many are passed over first.
    pub offset: Option<u32>,
    /// At most so many, up to 1000; 100 unless told.
    pub limit: Option<u32>,
    /// An exchange whose position among those that fit is asked for.
    pub position_of: Option<String>,
}

/// Which end of the list comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
#[serde(rename_all = "snake_case")]
pub enum Order {
    /// The newest.
    Newest,
    /// The oldest.
    Oldest,
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
    /// How many findings there are on it.
    pub findings: u32,
    /// Whether it is pinned: retention keeps it.
    pub pinned: bool,
}

/// Exchanges in the order asked for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, TS)]
pub struct TrafficList {
    /// The exchanges.
    pub exchanges: Vec<ExchangeSummary>,
    /// How many fit the filter, whatever part of them was asked for.
    pub matching: i64,
    /// How many there are in all, filter aside.
    pub total: i64,
    /// How many of all are pinned.
    pub pinned: i64,
    /// The place of the newest of all, to be given as `up_to`; 0 when there is none.
    pub last: i64,
    /// How many of those that fit come before the exchange asked for, in the order asked for; none when it does not
    /// fit, or was not asked for.
    pub position: Option<i64>,
}

/// Asks what exchanges can be filtered by, and what a filter means.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema, TS)]
#[serde(deny_unknown_fields, default)]
#[ts(optional_fields = nullable)]
pub struct DescribeFilters {
    /// A filter to be read.
    pub query: Option<String>,
}

/// What exchanges can be filtered by.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, TS)]
pub struct Filters {
    /// The fields, in the order in which to offer them.
    pub fields: Vec<FilterField>,
    /// The filter that was to be read.
    pub query: Option<ReadFilter>,
}

/// A field that a condition can name.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, TS)]
pub struct FilterField {
    /// As it is written.
    pub name: String,
    /// Other ways to write it.
    pub aliases: Vec<String>,
    /// What it is, in one line.
    pub description: String,
    /// A condition with it.
    pub example: String,
    /// What may stand between it and its value.
    pub operators: Vec<String>,
    /// Values there are, the most frequent first; of traffic, those among the newest 10,000 exchanges.
    pub values: Vec<FilterValue>,
}

/// A value to offer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, TS)]
pub struct FilterValue {
    /// The value; in a filter it stands in quotes when it holds anything but letters, digits and `_ - . / @ +`.
    pub value: String,
    /// What it is called, when that says more: the app of an id.
    pub label: Option<String>,
    /// In how many of the newest 10,000 exchanges it stands, where that is known.
    pub count: Option<i64>,
}

/// A filter taken apart.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, TS)]
pub struct ReadFilter {
    /// Its parts, in order; all that could be read when something is wrong with it.
    pub tokens: Vec<FilterToken>,
    /// The same filter as the sandbox would write it.
    pub canonical: Option<String>,
    /// What it shows, in words: `POST requests answered with a 4xx status that were not refused`.
    pub sentence: Option<String>,
    /// What is wrong with it.
    pub error: Option<FilterFlaw>,
}

/// A part of a filter. Places are characters (not bytes, not UTF-16 units), counted from 0.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, TS)]
pub struct FilterToken {
    /// First character.
    pub start: usize,
    /// One past the last character.
    pub end: usize,
    /// What it is.
    pub kind: FilterTokenKind,
    /// Of a condition: what it says of exchanges, `were answered with a 4xx status`.
    pub says: Option<String>,
}

/// What a part of a filter is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
#[serde(rename_all = "snake_case")]
pub enum FilterTokenKind {
    /// `(`.
    Open,
    /// `)`.
    Close,
    /// `and`.
    And,
    /// `or`.
    Or,
    /// `not` or `-`.
    Not,
    /// A condition with a field.
    Field,
    /// Free text.
    Text,
    /// A condition that can't be read.
    Wrong,
}

/// What is wrong with a filter. Places are characters, counted from 0.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, TS)]
pub struct FilterFlaw {
    /// The first character that is wrong.
    pub start: usize,
    /// One past the last; as `start` when something is missing there.
    pub end: usize,
    /// What is wrong.
    pub message: String,
    /// What to write.
    pub fix: String,
}

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
