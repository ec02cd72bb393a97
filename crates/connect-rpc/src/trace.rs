//! Traces: what belongs together.

mod list;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::journal::Entry;
use crate::traffic::ExchangeSummary;

pub use list::{ListTraces, TraceBegan, TraceList, TraceOutcome, TraceStep, TraceSummary};

/// Names a trace.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, TS)]
#[serde(deny_unknown_fields)]
pub struct GetTrace {
    /// Its id.
    pub trace: String,
}

/// Everything that belongs to a trace, oldest first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, TS)]
pub struct Trace {
    /// Its id.
    pub trace: String,
    /// Journal entries, at most 1000.
    pub entries: Vec<Entry>,
    /// Exchanges, at most 1000.
    pub exchanges: Vec<ExchangeSummary>,
    /// Traces that led to this one.
    pub caused_by: Vec<String>,
    /// Traces that this one led to.
    pub led_to: Vec<String>,
    /// There is more than was given.
    pub truncated: bool,
}
