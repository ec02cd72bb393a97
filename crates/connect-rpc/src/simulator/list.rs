//! The list of sessions: what each is about, and how it ended.

use connect_core::Timestamp;
use connect_core::domain::walk::Step;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::run::StepState;
use super::target::WalkTarget;

/// A session, as the list shows it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, TS)]
pub struct WalkSummary {
    /// Its id, `walk_…`.
    pub session: String,
    /// Its name.
    pub name: String,
    /// Where it goes.
    pub target: WalkTarget,
    /// The app, by name where it is known, else by client id.
    pub app: String,
    /// The persona.
    pub persona: Option<String>,
    /// The step it stands at; none when it is finished.
    pub step: Option<Step>,
    /// The step that was taken last and how it ended; none when none was, or when the walk went back to its beginning.
    #[serde(default)]
    pub ended: Option<WalkEnd>,
    /// How it ended before it was begun again; none when it was not, or when a step was taken since.
    #[serde(default)]
    pub ended_before: Option<WalkEnd>,
    /// How many steps are done, set-aside ones not counted.
    pub done: usize,
    /// How many requests were sent.
    pub exchanges: usize,
    /// Predictions that turned out wrong.
    pub disagreements: usize,
    /// Whether it is kept.
    pub kept: bool,
    /// When it is deleted unless it is kept; only with another target.
    pub deleted_at: Option<Timestamp>,
    /// When it was begun, by the wall clock.
    pub created_at: Timestamp,
    /// When something was last done in it, by the wall clock.
    pub updated_at: Timestamp,
}

/// How a walk ended, as far as it went.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
pub struct WalkEnd {
    /// The step that was taken last.
    pub step: Step,
    /// As people read it.
    pub title: String,
    /// How it ended: done, waiting, refused as meant, or failed.
    pub state: StepState,
    /// The same as people read it: the word of that run.
    // An earlier version kept summaries without it: the list then asks the session itself.
    #[serde(default)]
    pub word: String,
    /// Whether it was cancelled: then it is neither done nor refused, and `state` says failed.
    #[serde(default)]
    pub cancelled: bool,
    /// What went wrong on purpose in it.
    pub tamper: Option<WalkSlip>,
    /// Whether its main request was changed by hand.
    pub edited: bool,
}

/// Something that went wrong on purpose, as a list names it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
pub struct WalkSlip {
    /// Its name: `wrong_verifier`.
    pub name: String,
    /// In a few words: `Wrong verifier`.
    pub title: String,
}

/// Sessions, the last used first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, TS)]
pub struct WalkList {
    /// The sessions.
    pub sessions: Vec<WalkSummary>,
    /// Ids of sessions that were sealed with a key that is gone: they can be deleted, and nothing else.
    pub lost: Vec<String>,
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// Summaries are kept as they are here: one that can't be read takes its session out of the list.
    #[test]
    fn a_summary_that_an_earlier_version_kept_is_read() {
        let kept = json!({
            "session": "walk_1", "name": "A walk", "app": "An app", "persona": null,
            "target": { "base_url": "http://127.0.0.1:9400", "own": true },
            "step": "token", "done": 5, "skipped": ["reuse"], "exchanges": 4, "disagreements": 0,
            "ended": {
                "step": "token", "title": "Token exchange", "state": "failed",
                "tamper": null, "edited": false,
            },
            "kept": false, "deleted_at": null,
            "created_at": "2026-11-21T10:00:00Z", "updated_at": "2026-11-21T10:00:00Z",
        });
        let summary: WalkSummary = serde_json::from_value(kept).expect("a summary");
        assert_eq!(summary.ended_before, None);
        let ended = summary.ended.expect("it ended");
        assert_eq!((&*ended.word, ended.cancelled), ("", false));
    }
}
