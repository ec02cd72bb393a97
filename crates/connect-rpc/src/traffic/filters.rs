//! What exchanges can be filtered by, and what a filter means.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

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
