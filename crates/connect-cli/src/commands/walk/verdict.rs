//! Whether a walk went as it was meant to.

use connect_rpc::simulator::{StepRun, StepState, WalkSession};

use crate::failure::{Failure, Stuck};

/// Nothing but foreseen answers, and every step as it was meant: that is a success.
pub(super) fn of(session: &WalkSession) -> Result<(), Failure> {
    if session.summary.disagreements > 0 {
        return Err(Failure::NotAsForeseen(session.summary.disagreements));
    }
    let stuck = session.runs.iter().rev().find(|run| {
        !run.set_aside && matches!(run.outcome.state, StepState::Failed | StepState::Waiting)
    });
    let Some(run) = stuck else { return Ok(()) };
    let how = match run.outcome.state {
        StepState::Waiting => Stuck::Waits,
        _ if run.outcome.cancelled => Stuck::Cancelled,
        _ if is_unanswered(session, run) => Stuck::Unanswered,
        _ => Stuck::WentWrong,
    };
    Err(Failure::Step {
        step: run.step.title(),
        how,
        words: run.outcome.words.clone(),
        fix: run.outcome.fix.clone(),
    })
}

/// Whether the step ended with a request that nobody answered.
fn is_unanswered(session: &WalkSession, run: &StepRun) -> bool {
    let mut all = session.exchanges.iter().rev();
    let last = all.find(|it| it.run == run.run);
    last.is_some_and(|it| it.status.is_none() && it.failed.is_some())
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    /// A session that came to an end so.
    fn session(disagreements: usize, state: &str, exchange: &Value) -> WalkSession {
        let cancelled = state == "cancelled";
        let state = if cancelled { "failed" } else { state };
        let session = json!({
            "summary": {
                "session": "walk_1", "name": "A walk", "app": "An app", "persona": null,
                "target": { "base_url": "http://127.0.0.1:9400", "own": true },
                "step": "token", "done": 1, "exchanges": 1, "disagreements": disagreements,
                "kept": false, "deleted_at": null,
                "created_at": "2026-11-21T10:00:00Z", "updated_at": "2026-11-21T10:00:00Z",
            },
            "setup": {
                "client_id": "client_1", "app_name": null, "app_type": "web", "has_secret": true,
                "persona": null, "scopes": [], "redirect_uri": "http://localhost:3000/callback",
                "client_authentication": "body", "consent": "automatic", "allow": true,
                "nonce": true, "prompt": null, "call": null, "outside_call": null,
            },
            "steps": [], "exchanges": [exchange], "waiting": null, "trace": null,
            "runs": [{
                "run": 1, "step": "token", "at": "2026-11-21T10:00:00Z", "took_ms": 1,
                "set_aside": false, "tamper": null, "edited": false, "prediction": null,
                "agreement": null,
                "outcome": {
                    "state": state, "word": "as it is", "cancelled": cancelled,
                    "words": "So it ended.", "fix": null,
                },
                "shown": [], "checks": [], "claims": [], "exchanges": [], "main_exchange": null,
            }],
        });
        serde_json::from_value(session).unwrap()
    }

    #[test]
    fn the_exit_code_says_how_a_walk_went() {
        let exchange = |status: Option<u16>, failed: Option<&str>| {
            json!({
                "exchange": 1, "run": 1, "step": "token", "label": "Token request", "from": "app",
                "to": "identity", "at": "2026-11-21T10:00:00Z", "method": "POST",
                "url": "http://127.0.0.1:9400/v1/oauth/token", "status": status, "error": null,
                "failed": failed, "hidden": false, "server": null, "tls": false,
                "timing": { "connected_us": 1, "sent_us": 1, "first_byte_us": 1, "done_us": 1 },
                "prediction": null, "agreement": null,
            })
        };
        let answered = exchange(Some(400), None);
        let code = |disagreements, state| {
            let verdict = of(&session(disagreements, state, &answered));
            verdict.err().map_or(0, |failure| failure.exit_code())
        };
        assert_eq!(code(0, "done"), 0);
        assert_eq!(code(0, "refused_as_meant"), 0);
        assert_eq!(code(0, "failed"), 10);
        assert_eq!(code(0, "cancelled"), 13);
        assert_eq!(code(0, "waiting"), 14);
        // What is not as foreseen is the graver news.
        assert_eq!(code(1, "done"), 11);
        assert_eq!(code(1, "failed"), 11);
        let silent = exchange(None, Some("nobody answers"));
        let code = |state| of(&session(0, state, &silent)).unwrap_err().exit_code();
        assert_eq!(code("failed"), 12);
        // Who cancels a step does not wait for its answer.
        assert_eq!(code("cancelled"), 13);
    }
}
