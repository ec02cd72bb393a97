//! The sandbox clock.

use connect_core::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Both clocks.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, TS)]
pub struct Clock {
    /// Sandbox time.
    pub now: Timestamp,
    /// Wall time.
    pub wall: Timestamp,
    /// Milliseconds the sandbox clock is ahead.
    pub ahead_ms: i64,
    /// Whether it stands still.
    pub paused: bool,
    /// Whether an advance is under way.
    pub advancing: bool,
    /// The next moment at which something falls due (sandbox time).
    pub next_due: Option<Timestamp>,
}

/// How far to move.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, TS)]
#[serde(deny_unknown_fields)]
pub struct Advance {
    /// Seconds, at least 1, at most ten years.
    pub seconds: u64,
}

/// What an advance did.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, TS)]
pub struct Advanced {
    /// Where it started (sandbox time).
    pub from: Timestamp,
    /// Where it ended (sandbox time).
    pub to: Timestamp,
    /// What fell due, in order; at most 1000 of them.
    pub due: Vec<Due>,
    /// How much fell due in all.
    pub due_count: usize,
    /// Whether it was cancelled before its end.
    pub cancelled: bool,
}

/// Something that fell due.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
pub struct Due {
    /// When (sandbox time).
    pub at: Timestamp,
    /// What: `code_expired`, `access_token_expired`, `client_secret_expired`…
    pub what: String,
    /// Its id.
    pub subject: String,
    /// The app concerned.
    pub client_id: Option<String>,
}

/// Whether there was something to cancel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
pub struct Cancelled {
    /// True when an advance was under way.
    pub cancelled: bool,
}
