//! Two exchanges beside each other.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{Difference, ExchangeSummary};

/// Names two exchanges.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, TS)]
#[serde(deny_unknown_fields)]
pub struct CompareExchanges {
    /// The id of one.
    pub left: String,
    /// The id of the other.
    pub right: String,
}

/// Two exchanges beside each other, field by field, credentials as markers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, TS)]
pub struct Compared {
    /// What the list shows of one.
    pub left: ExchangeSummary,
    /// What the list shows of the other.
    pub right: ExchangeSummary,
    /// The fields, in the order of the messages; at most 5,000 of each body.
    pub fields: Vec<ComparedField>,
    /// How many of them are not the same.
    pub differences: usize,
}

/// A field of two exchanges.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, TS)]
pub struct ComparedField {
    /// Where it stands.
    pub place: ComparedPlace,
    /// Its name; a path such as `results[0].value` in JSON.
    pub name: String,
    /// Its value in one.
    pub left: Option<String>,
    /// Its value in the other.
    pub right: Option<String>,
    /// What came of it.
    pub outcome: Outcome,
    /// Where the values begin and stop to differ.
    pub difference: Option<Difference>,
}

/// Where a field stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
#[serde(rename_all = "snake_case")]
pub enum ComparedPlace {
    /// The request's first line.
    RequestLine,
    /// Its query.
    Query,
    /// Its headers.
    RequestHeader,
    /// Its body.
    RequestBody,
    /// The answer's first line.
    StatusLine,
    /// Its headers.
    ResponseHeader,
    /// Its body.
    ResponseBody,
}

/// What came of comparing a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The same in both.
    Same,
    /// Another value.
    Different,
    /// In the left one alone.
    OnlyLeft,
    /// In the right one alone.
    OnlyRight,
}
