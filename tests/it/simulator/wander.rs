//! A session that does anything in any order: steps, slips, twice, too late, after everything was revoked. What the
//! simulator thinks of its credentials stays true, so what it foresees stays true.

use serde_json::json;

use super::dice::{Dice, told};
use super::table::sandbox;
use super::walker::Walk;
use crate::support::text;

/// How many steps are taken with each app, unless `CONNECT_STEPS` says more.
const STEPS: u64 = 30;
/// The steps to choose from; the ones that make trouble more often.
const CHOICES: [&str; 14] = [
    "sign_in",
    "callback",
    "token",
    "token",
    "id_token",
    "api",
    "introspect",
    "refresh",
    "refresh",
    "reuse",
    "reuse",
    "revoke",
    "after_revoke",
    "api",
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_that_wanders_foresees_every_answer() {
    let sandbox = sandbox().await;
    let tampers = sandbox.rpc("simulator_tampers", json!({})).await;
    let tampers = tampers["tampers"].as_array().expect("a list");
    let mut dice = Dice::thrown();
    let mut wrong = Vec::new();
    let mut foreseen = 0;
    for (app, grace) in [("Table", 0), ("Demo Native App", 30)] {
        let settings = json!({ "refresh_grace_seconds": grace });
        sandbox.rpc("settings_update", settings).await;
        let mut walk = Walk::start(&sandbox, app).await;
        walk.reach("revoke").await;
        let mut way: Vec<String> = Vec::new();
        for taken in 0..told("CONNECT_STEPS").unwrap_or(STEPS) {
            // Now and then from the beginning, in the same session or another.
            if taken % 15 == 14 {
                if dice.below(2) == 0 {
                    walk = Walk::start(&sandbox, app).await;
                    way.clear();
                }
                walk.reach("revoke").await;
                way.push("from the beginning".to_owned());
            }
            let step = dice.one(&CHOICES);
            let of_step: Vec<String> = tampers
                .iter()
                .filter(|it| it["step"] == step)
                .map(|it| text(&it["name"]))
                .collect();
            let tamper = (dice.below(3) == 0 && !of_step.is_empty())
                .then(|| of_step[dice.below(of_step.len())].clone());
            way.push(format!("{step} {}", tamper.as_deref().unwrap_or_default()));
            let Some(run) = walk.try_to_take(step, tamper.as_deref()).await else {
                // Something was missing for it: the walk goes there as the flow has it.
                walk.reach(step).await;
                way.push(format!("all before {step}"));
                continue;
            };
            if run.run["prediction"].is_null() || run.run["agreement"].is_null() {
                continue;
            }
            foreseen += 1;
            if let Some(disagreement) = run.disagreement(&walk).await {
                wrong.push(format!("{app} {}: {disagreement}", way.join(", ")));
                break;
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(foreseen > 30, "only {foreseen} could be foreseen");
}
