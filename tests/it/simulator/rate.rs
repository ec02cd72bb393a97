//! The rate limit switched on: used up, one left, plenty; in both profiles, with each kind of app.

use std::sync::Arc;

use serde_json::{Value, json};

use super::table::{APPS, sandbox};
use super::walker::Walk;
use crate::support::{Sandbox, text};

/// Steps whose requests are counted.
const COUNTED: [&str; 6] = ["token", "api", "introspect", "refresh", "reuse", "revoke"];

/// What was tried, and what came of it.
#[derive(Default)]
struct Rows {
    slowed_down: usize,
    let_through: usize,
    wrong: Vec<String>,
}

impl Rows {
    /// Takes a step and notes what is wrong with it; answers the run.
    async fn take(
        &mut self,
        walk: &Walk<'_>,
        step: &str,
        tamper: Option<&str>,
        case: &str,
    ) -> Option<Value> {
        let taken = walk.take(step, tamper, None).await?;
        let name = format!("{} {step} {} {case}", walk.app, tamper.unwrap_or_default());
        if let Some(disagreement) = taken.disagreement(walk).await {
            self.wrong.push(format!("{name}: {disagreement}"));
        }
        // Nobody else uses the app, and the clock stands: the other answer has no excuse.
        let (foreseen, came) = (
            &taken.run["prediction"]["expected"],
            &taken.run["agreement"]["answered"],
        );
        if foreseen != came {
            self.wrong
                .push(format!("{name}: foreseen {foreseen}, came {came}"));
        }
        if came["status"] == 429 {
            self.slowed_down += 1;
        } else {
            self.let_through += 1;
        }
        Some(taken.run)
    }
}

async fn limit(sandbox: &Sandbox, most: Option<u32>) {
    let settings = json!({ "rate_limit_per_minute": most });
    sandbox.rpc("settings_update", settings).await;
}

/// A walk that stands before a step, in a minute in which nothing was counted yet.
async fn ready<'s>(sandbox: &'s Sandbox, app: &'static str, step: &str) -> Walk<'s> {
    limit(sandbox, None).await;
    let walk = Walk::start(sandbox, app).await;
    walk.reach(step).await;
    walk
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_rate_limit_answers_is_foreseen() {
    let sandbox = Arc::new(sandbox().await);
    sandbox.rpc("clock_pause", json!({})).await;
    let tampers = sandbox.rpc("simulator_tampers", json!({})).await;
    let tampers = tampers["tampers"].as_array().expect("a list").clone();
    let mut rows = Rows::default();
    for profile in ["loop", "strict"] {
        let settings = json!({ "profile": profile });
        sandbox.rpc("settings_update", settings).await;
        for (app, _) in APPS {
            for step in COUNTED {
                sandbox.advance(60).await;
                // Plenty, then as many as one more step takes, then none.
                let walk = ready(&sandbox, app, step).await;
                limit(&sandbox, Some(1000)).await;
                let run = rows.take(&walk, step, None, "plenty").await.expect("a run");
                assert_eq!(run["prediction"]["otherwise"]["expected"]["status"], 429);
                let counted = if step == "revoke" { 2 } else { 1 };
                let walk = ready(&sandbox, app, step).await;
                limit(&sandbox, Some(counted + 1)).await;
                let run = rows
                    .take(&walk, step, None, "one left")
                    .await
                    .expect("a run");
                let when = text(&run["prediction"]["otherwise"]["when"]);
                assert!(when.starts_with("1 of the app's requests"), "{when}");
                let run = rows.take(&walk, step, None, "none").await.expect("a run");
                assert_eq!(run["agreement"]["answered"]["error"], "rate_limited");
                assert_eq!(run["outcome"]["state"], "failed", "{run}");
                assert!(text(&run["outcome"]["fix"]).contains("Retry-After"));
                told_how_long_to_wait(&walk, &run).await;
                // Every slip meets the limit where it would have been let through that far.
                for tamper in tampers
                    .iter()
                    .filter(|it| it["step"] == step && it["moves_clock"] == false)
                {
                    let tamper = tamper["name"].as_str();
                    rows.take(&walk, step, tamper, "none").await;
                }
            }
            // A token that opens nothing gets no further than to itself: nobody is counted.
            let walk = ready(&sandbox, app, "after_revoke").await;
            limit(&sandbox, Some(1)).await;
            for case in ["first", "second"] {
                let run = rows.take(&walk, "after_revoke", None, case).await;
                let run = run.expect("a run");
                assert_eq!(run["agreement"]["answered"]["status"], 401);
                assert_eq!(run["prediction"]["otherwise"], Value::Null);
            }
        }
    }
    assert!(
        rows.wrong.is_empty(),
        "{} are wrong:\n{}",
        rows.wrong.len(),
        rows.wrong.join("\n")
    );
    assert!(rows.slowed_down > 200, "only {}", rows.slowed_down);
    assert!(rows.let_through > 150, "only {}", rows.let_through);
}

/// The answer has the documented body, and its `Retry-After` is what was foreseen (rulings 17 and 29).
async fn told_how_long_to_wait(walk: &Walk<'_>, run: &Value) {
    let payload = json!({ "session": walk.session, "exchange": run["main_exchange"] });
    let exchange = walk.sandbox.rpc("simulator_exchange", payload).await;
    let response = text(&exchange["response"]);
    let (head, body) = response
        .split_once("\r\n\r\n")
        .or_else(|| response.split_once("\n\n"))
        .expect("a head");
    let mut lines = head.lines();
    let wait = lines
        .find_map(|line| {
            let (name, value) = line.split_once(':')?;
            name.eq_ignore_ascii_case("retry-after")
                .then(|| value.trim().to_owned())
        })
        .expect("Retry-After");
    let effects = run["prediction"]["effects"].to_string();
    assert!(effects.contains(&format!("wait {wait} s")), "{effects}");
    let body: Value = serde_json::from_str(body).expect("JSON");
    assert_eq!(body["error"], "rate_limited");
    assert!(text(&body["error_description"]).len() > 10);
    assert!(text(&body["error_uri"]).ends_with("/errors#rate_limited"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_walk_stops_where_it_is_slowed_down_and_goes_on_in_the_next_minute() {
    let sandbox = sandbox().await;
    sandbox.rpc("clock_pause", json!({})).await;
    limit(&sandbox, Some(2)).await;
    let walk = Walk::start(&sandbox, "Table").await;
    let all = json!({ "session": walk.session });
    let session = sandbox.rpc("simulator_run_all", all.clone()).await;
    // Token and introspection take the two; the refresh is one too many.
    assert_eq!(session["summary"]["step"], "refresh", "{session}");
    assert_eq!(session["summary"]["disagreements"], 0);
    sandbox.advance(60).await;
    let session = sandbox.rpc("simulator_run_all", all.clone()).await;
    assert_eq!(session["summary"]["step"], "revoke", "{session}");
    sandbox.advance(60).await;
    let session = sandbox.rpc("simulator_run_all", all).await;
    assert_eq!(session["summary"]["step"], Value::Null, "{session}");
    assert_eq!(session["summary"]["disagreements"], 0);
}
