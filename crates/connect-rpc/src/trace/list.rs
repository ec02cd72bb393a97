//! Recent traces, each in a few words.

use connect_core::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Which traces to list. Everything that is set must hold.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema, TS)]
#[serde(deny_unknown_fields, default)]
#[ts(optional_fields = nullable)]
pub struct ListTraces {
    /// At most so many, up to 100; 20 unless told.
    pub limit: Option<u32>,
    /// Only those before this place: `next` of the answer before.
    pub before: Option<String>,
    /// Only those whose id, app, persona, steps or outcome contain this text, case aside.
    pub query: Option<String>,
    /// Only those that began so.
    pub began: Option<TraceBegan>,
}

/// How a trace began.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
#[serde(rename_all = "snake_case")]
pub enum TraceBegan {
    /// With an authorization request.
    Authorize,
    /// With something done at the console or its command line.
    Console,
    /// With a machine's token request.
    Machine,
    /// With a request that belongs to nothing.
    Other,
}

/// Traces, the one that something happened in last first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
pub struct TraceList {
    /// The traces. What only passing time or the seed wrote is not among them, nor are the pages' own pictures.
    pub traces: Vec<TraceSummary>,
    /// Where older ones begin; none when there are no more. With `query` or `began` there may be no older one all the
    /// same.
    pub next: Option<String>,
}

/// A trace in a few words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
pub struct TraceSummary {
    /// Its id.
    pub trace: String,
    /// How it began.
    pub began: TraceBegan,
    /// The app.
    pub client_id: Option<String>,
    /// Its name; none when it is gone.
    pub client_name: Option<String>,
    /// The persona.
    pub user_id: Option<String>,
    /// Their name; none when they are gone.
    pub user_name: Option<String>,
    /// When it began (sandbox time).
    pub started_at: Timestamp,
    /// When it began (wall time).
    pub started_wall: Timestamp,
    /// When something last happened in it (sandbox time).
    pub last_at: Timestamp,
    /// When something last happened in it (wall time).
    pub last_wall: Timestamp,
    /// What happened, in order; at most 30 steps.
    pub steps: Vec<TraceStep>,
    /// There were more steps than are given.
    pub steps_cut: bool,
    /// The steps in one line: `authorize → consent → code → tokens → 3 API calls`.
    pub words: String,
    /// How it stands.
    pub outcome: TraceOutcome,
    /// The outcome in words: `refused: redirect_uri_registered`.
    pub outcome_words: String,
    /// The check that refused it last, when it stands refused.
    pub refused_by: Option<String>,
    /// Exchanges in it.
    pub exchanges: i64,
    /// Those that were refused.
    pub refusals: i64,
    /// Those that were accepted with a remark.
    pub findings: i64,
    /// The place of its last exchange; none when it has none.
    pub last_exchange: Option<i64>,
    /// The place of its last journal entry that is somebody's doing, not passing time's; none when it has none.
    pub last_entry: Option<i64>,
}

/// Something that happened, once or several times in a row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
pub struct TraceStep {
    /// What it is, for programs: `authorize`, `consent`, `code`, `tokens`, `refresh`, `api`…
    pub kind: String,
    /// In words, the number among them: `3 API calls`.
    pub words: String,
    /// How often in a row.
    pub count: u32,
    /// It was refused.
    pub refused: bool,
}

/// How a trace stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
#[serde(rename_all = "snake_case")]
pub enum TraceOutcome {
    /// What was asked last was given.
    Completed,
    /// What was asked last was refused.
    Refused,
    /// The person has not answered on the pages yet.
    Waiting,
    /// The person never answered on the pages, and can't any more.
    Abandoned,
    /// The person said no.
    Denied,
    /// The access was revoked.
    Revoked,
}
