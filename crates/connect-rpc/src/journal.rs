//! The journal.

use connect_core::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use ts_rs::TS;

/// Which entries to list. Everything that is set must hold.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema, TS)]
#[serde(deny_unknown_fields, default)]
#[ts(optional_fields = nullable)]
pub struct ListJournal {
    /// Only this trace.
    pub trace: Option<String>,
    /// Only entries about this id.
    pub subject: Option<String>,
    /// Only kinds that begin with this text.
    pub kind: Option<String>,
    /// Only entries led to by this one.
    pub cause: Option<i64>,
    /// Only entries that this exchange brought.
    pub exchange: Option<String>,
    /// Only entries after this place.
    pub after: Option<i64>,
    /// Only entries before this place.
    pub before: Option<i64>,
    /// At most so many, up to 1000; 100 unless told.
    pub limit: Option<u32>,
    /// Oldest first instead of newest first.
    #[ts(as = "Option<_>", optional)]
    pub oldest_first: bool,
}

/// One entry.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, TS)]
pub struct Entry {
    /// Its place.
    pub seq: i64,
    /// When, on the sandbox clock.
    pub at: Timestamp,
    /// When, on the wall clock.
    pub wall: Timestamp,
    /// What happened.
    pub kind: String,
    /// What it happened to.
    pub subject: String,
    /// The trace.
    pub trace: String,
    /// The entry that led to it.
    pub cause: Option<i64>,
    /// The exchange that brought it.
    pub exchange: Option<String>,
    /// `user`, `client`, `console` or `system`.
    pub actor_type: String,
    /// The user's or client's id.
    pub actor_id: Option<String>,
    /// What else is known.
    pub detail: Value,
}

/// Entries, and how many there are in all.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, TS)]
pub struct JournalList {
    /// The entries.
    pub entries: Vec<Entry>,
    /// How many there are in all, filter aside.
    pub total: i64,
}
