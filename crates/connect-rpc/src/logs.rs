//! What the program has logged.

use connect_core::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use ts_rs::TS;

/// How grave a record is, the gravest first.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema, TS,
)]
#[serde(rename_all = "snake_case")]
pub enum LogLevel {
    /// Something of ours failed.
    Error,
    /// Something is not as it should be.
    Warn,
    /// Something worth knowing happened.
    Info,
    /// For whoever works on the program.
    Debug,
    /// Everything.
    Trace,
}

impl LogLevel {
    /// The level that a log file names so: `WARN`.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        match word {
            "ERROR" => Some(Self::Error),
            "WARN" => Some(Self::Warn),
            "INFO" => Some(Self::Info),
            "DEBUG" => Some(Self::Debug),
            "TRACE" => Some(Self::Trace),
            _ => None,
        }
    }
}

/// Which records to list.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema, TS)]
#[serde(deny_unknown_fields, default)]
#[ts(optional_fields = nullable)]
pub struct ListLogs {
    /// This level and graver; `info` unless told.
    pub level: Option<LogLevel>,
    /// Only records that hold each of these words, in upper or lower case, wherever in them.
    pub text: Option<String>,
    /// At most so many, up to 1000; 100 unless told.
    pub limit: Option<u32>,
}

/// One record. It holds no credential and no health value: what is logged never does.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, TS)]
pub struct LogLine {
    /// When (wall time).
    pub at: Timestamp,
    /// How grave.
    pub level: LogLevel,
    /// Who says it: a module of the program or of a library.
    pub target: String,
    /// What.
    pub message: String,
    /// What else was said, by name.
    pub fields: Value,
}

/// Records, newest first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, TS)]
pub struct LogList {
    /// The directory with the files.
    pub directory: String,
    /// The records.
    pub lines: Vec<LogLine>,
    /// Older records fit too: more than were asked for.
    pub more: bool,
}
