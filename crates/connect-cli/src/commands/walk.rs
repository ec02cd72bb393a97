//! `connect-sandbox walk`: a walk through the flow from the app's side, consent given automatically, step by step.

use std::path::Path;

use connect_core::domain::walk::Consent;
use connect_rpc::simulator::{
    RunStep, SessionRef, StartWalk, StepState, TamperInfo, TamperList, WalkSession, WalkSetup,
};
use serde_json::{Value, json};

use super::ask::Sandbox;
use crate::arguments::Walk;
use crate::failure::{self, Failure};
use crate::{output, walk};

/// What `--tamper` takes to say what there is.
const LIST: &str = "list";
/// A name this much like another may have been meant (Jaro-Winkler, 0 to 1).
const LIKENESS: f64 = 0.8;

pub(super) async fn run(data_dir: &Path, asked: Walk) -> Result<(), Failure> {
    let mut sandbox = Sandbox::on(data_dir).await?;
    let tamper = match asked.tamper.as_deref() {
        None => None,
        Some(LIST) => return list(&mut sandbox, asked.json).await,
        Some(name) => Some(find(&mut sandbox, name).await?),
    };
    if let Some((tamper, until)) = tamper.as_ref().zip(asked.until)
        && tamper.step > until
    {
        return Err(Failure::Arguments(format!(
            "`{}` belongs to the step {}, and --until {} ends before it",
            tamper.name,
            tamper.step.as_str(),
            until.as_str()
        )));
    }
    // An app of another target is known here by what its own environment says of it.
    let elsewhere = |name: &str| {
        let set = asked.target.as_ref().and_then(|_| std::env::var(name).ok());
        set.filter(|value| !value.is_empty())
    };
    let started = StartWalk {
        setup: WalkSetup {
            app: asked.app.or_else(|| elsewhere("LOOP_CLIENT_ID")),
            client_secret: elsewhere("LOOP_CLIENT_SECRET"),
            redirect_uri: elsewhere("LOOP_REDIRECT_URI"),
            persona: asked.persona,
            scopes: (!asked.scope.is_empty()).then_some(asked.scope),
            consent: Some(Consent::Automatic),
            ..WalkSetup::default()
        },
        name: asked.name,
        target: asked.target,
    };
    let mut session: WalkSession = sandbox.get("simulator_start", json!(started)).await?;
    let words = !asked.json;
    if words {
        output::data(&walk::head(&session))?;
    }
    let mut told = 0;
    while let Some(step) = session.summary.step {
        if asked.until.is_some_and(|until| step > until) {
            break;
        }
        let name = tamper.as_ref().filter(|tamper| tamper.step == step);
        let taken = RunStep {
            session: session.summary.session.clone(),
            step: Some(step),
            tamper: name.map(|tamper| tamper.name.clone()),
            edit: None,
        };
        session = sandbox.get("simulator_run", json!(taken)).await?;
        if words {
            output::data(&walk::runs(&session, told, tamper.as_ref()))?;
        }
        told = session.runs.len();
        let went_on = session.summary.step != Some(step);
        if !went_on || newest_state(&session) != Some(StepState::Done) {
            break;
        }
    }
    if words {
        let data_dir = failure::commands_data_dir(data_dir);
        output::data(&walk::foot(&session, &data_dir))?;
    } else {
        let session = SessionRef {
            session: session.summary.session.clone(),
        };
        let whole: Value = sandbox.call("simulator_get", json!(session)).await?;
        output::json(&whole)?;
    }
    verdict(&session)
}

fn newest_state(session: &WalkSession) -> Option<StepState> {
    session.runs.last().map(|run| run.outcome.state)
}

/// Whether everything went as it was meant to.
fn verdict(session: &WalkSession) -> Result<(), Failure> {
    if session.summary.disagreements > 0 {
        return Err(Failure::NotAsForeseen(session.summary.disagreements));
    }
    let stuck = session.runs.iter().rev().find(|run| {
        !run.set_aside && matches!(run.outcome.state, StepState::Failed | StepState::Waiting)
    });
    match stuck {
        None => Ok(()),
        Some(run) => Err(Failure::Step {
            step: run.step.title(),
            words: run.outcome.words.clone(),
            fix: run.outcome.fix.clone(),
        }),
    }
}

async fn list(sandbox: &mut Sandbox, json: bool) -> Result<(), Failure> {
    if json {
        let tampers: Value = sandbox.call("simulator_tampers", Value::Null).await?;
        return Ok(output::json(&tampers)?);
    }
    let tampers: TamperList = sandbox.get("simulator_tampers", Value::Null).await?;
    Ok(output::data(&walk::tampers(&tampers.tampers))?)
}

async fn find(sandbox: &mut Sandbox, name: &str) -> Result<TamperInfo, Failure> {
    let known: TamperList = sandbox.get("simulator_tampers", Value::Null).await?;
    let found = known.tampers.iter().find(|tamper| tamper.name == name);
    found
        .cloned()
        .ok_or_else(|| Failure::Arguments(unknown(name, &known.tampers)))
}

/// What is said of a name that nothing has.
fn unknown(name: &str, known: &[TamperInfo]) -> String {
    let mut near: Vec<(f64, &str)> = known
        .iter()
        .map(|tamper| {
            (
                strsim::jaro_winkler(name, &tamper.name),
                tamper.name.as_str(),
            )
        })
        .filter(|(likeness, _)| *likeness > LIKENESS)
        .collect();
    near.sort_by(|a, b| b.0.total_cmp(&a.0));
    let near: Vec<&str> = near.into_iter().take(3).map(|(_, name)| name).collect();
    let shown = output::plain(&name.chars().take(64).collect::<String>());
    let meant = if near.is_empty() {
        let all: Vec<&str> = known.iter().map(|tamper| tamper.name.as_str()).collect();
        format!("there are {}", all.join(", "))
    } else {
        format!(
            "did you mean {}? `connect-sandbox walk --tamper {LIST}` says what there is",
            near.join(", ")
        )
    };
    format!("nothing goes wrong by the name `{shown}`; {meant}")
}

#[cfg(test)]
mod tests {
    use connect_core::domain::walk::Step;

    use super::*;

    fn tamper(name: &str, step: Step) -> TamperInfo {
        TamperInfo {
            name: name.to_owned(),
            step,
            title: String::new(),
            about: String::new(),
            moves_clock: false,
            unavailable: None,
        }
    }

    #[test]
    fn a_slip_is_answered_with_what_was_meant() {
        let known = [
            tamper("wrong_verifier", Step::Token),
            tamper("code_twice", Step::Token),
        ];
        let said = unknown("wrong_verifer", &known);
        assert!(said.contains("did you mean wrong_verifier?"), "{said}");
        let said = unknown("zzz\u{1b}[2J", &known);
        assert!(
            said.contains("there are wrong_verifier, code_twice"),
            "{said}"
        );
        assert!(!said.contains('\u{1b}'), "{said}");
    }

    /// A session that came to an end so.
    fn session(disagreements: usize, state: &str) -> WalkSession {
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
            "steps": [], "exchanges": [], "waiting": null, "trace": null,
            "runs": [{
                "run": 1, "step": "token", "at": "2026-11-21T10:00:00Z", "took_ms": 1,
                "set_aside": false, "tamper": null, "edited": false, "prediction": null,
                "agreement": null,
                "outcome": { "state": state, "words": "So it ended.", "fix": null },
                "shown": [], "checks": [], "claims": [], "exchanges": [], "main_exchange": null,
            }],
        });
        serde_json::from_value(session).unwrap()
    }

    #[test]
    fn the_exit_code_says_how_a_walk_went() {
        let code = |disagreements, state| {
            let verdict = verdict(&session(disagreements, state));
            verdict.err().map_or(0, |failure| failure.exit_code())
        };
        assert_eq!(code(0, "done"), 0);
        assert_eq!(code(0, "refused_as_meant"), 0);
        assert_eq!(code(0, "failed"), 10);
        assert_eq!(code(0, "waiting"), 10);
        // What is not as foreseen is the graver news.
        assert_eq!(code(1, "done"), 11);
        assert_eq!(code(1, "failed"), 11);
    }
}
