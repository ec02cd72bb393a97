//! Everything that goes wrong on purpose, in both profiles, with each kind of app: what is foreseen is what comes, and the
//! server refuses it by the check that was meant.

use std::sync::Arc;

use serde_json::{Value, json};

use super::meant::{Kind, of_step, refusing};
use super::walker::{STEPS, Walk};
use crate::support::{Sandbox, text};

pub(super) const APPS: [(&str, Kind); 3] = [
    ("Table", Kind::Web),
    ("Demo SPA", Kind::Spa),
    ("Demo Native App", Kind::Native),
];

/// What the rows of an app came to.
#[derive(Default)]
struct Rows {
    run: usize,
    unavailable: Vec<String>,
    wrong: Vec<String>,
}

/// A sandbox with a web app that is registered with some of the scopes only.
pub(super) async fn sandbox() -> Sandbox {
    let sandbox = Sandbox::start().await;
    sandbox
        .register(json!({
            "name": "Table", "app_type": "web", "redirect_uris": ["http://localhost:3000/callback"],
            "scopes": ["openid", "profile", "email", "read:biomarkers", "read:red_flags", "read:check_ins"],
            "baa_status": "signed",
        }))
        .await;
    sandbox
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn all_predictions_agree_with_all_answers() {
    let sandbox = Arc::new(sandbox().await);
    let tampers = sandbox.rpc("simulator_tampers", json!({})).await;
    let tampers = tampers["tampers"].as_array().expect("a list").clone();
    let mut all = Rows::default();
    let mut tried: Vec<String> = Vec::new();
    for profile in ["loop", "strict"] {
        sandbox
            .rpc("settings_update", json!({ "profile": profile }))
            .await;
        let strict = profile == "strict";
        let side_by_side = APPS.map(|app| {
            let (sandbox, tampers) = (Arc::clone(&sandbox), tampers.clone());
            tokio::spawn(async move { still(&sandbox, app, strict, &tampers).await })
        });
        let mut rows = Vec::new();
        for of_app in side_by_side {
            rows.push(of_app.await.expect("the rows of an app"));
        }
        // Those that move the clock have it to themselves.
        for app in APPS {
            rows.push(moving(&sandbox, app, strict, &tampers).await);
        }
        for rows in rows {
            all.run += rows.run;
            all.wrong.extend(rows.wrong);
            tried.extend(rows.unavailable);
        }
    }
    assert!(
        all.wrong.is_empty(),
        "{} of {} rows:\n{}",
        all.wrong.len(),
        all.run,
        all.wrong.join("\n")
    );
    // What can be tried in none of the six has no business in the list.
    for tamper in &tampers {
        let name = text(&tamper["name"]);
        let never = tried.iter().filter(|it| **it == name).count() == 2 * APPS.len();
        assert!(!never, "`{name}` could be tried nowhere");
    }
    assert!(all.run > 600, "only {} rows", all.run);
}

/// Every step as it should be, and every slip that leaves the clock alone.
async fn still(
    sandbox: &Sandbox,
    app: (&'static str, Kind),
    strict: bool,
    tampers: &[Value],
) -> Rows {
    let mut rows = Rows::default();
    let walk = Walk::start(sandbox, app.0).await;
    for step in STEPS {
        row(&walk, app.1, strict, (step, None), &mut rows).await;
    }
    for step in STEPS {
        let mut walk = Walk::start(sandbox, app.0).await;
        let mut spent = true;
        for tamper in tampers
            .iter()
            .filter(|it| it["step"] == step && it["moves_clock"] == false)
        {
            // A session of its own is quicker than one that has grown.
            if spent {
                walk = Walk::start(sandbox, app.0).await;
                walk.reach(step).await;
            }
            spent = row(
                &walk,
                app.1,
                strict,
                (step, tamper["name"].as_str()),
                &mut rows,
            )
            .await;
        }
    }
    rows
}

/// The slips that move the clock.
async fn moving(
    sandbox: &Sandbox,
    app: (&'static str, Kind),
    strict: bool,
    tampers: &[Value],
) -> Rows {
    let mut rows = Rows::default();
    for tamper in tampers.iter().filter(|it| it["moves_clock"] == true) {
        let step = text(&tamper["step"]);
        let walk = Walk::start(sandbox, app.0).await;
        walk.reach(&step).await;
        row(
            &walk,
            app.1,
            strict,
            (&step, tamper["name"].as_str()),
            &mut rows,
        )
        .await;
    }
    rows
}

/// Runs a row; answers whether it changed anything.
async fn row(
    walk: &Walk<'_>,
    kind: Kind,
    strict: bool,
    (step, tamper): (&str, Option<&str>),
    rows: &mut Rows,
) -> bool {
    let Some(taken) = walk.take(step, tamper, None).await else {
        rows.unavailable.extend(tamper.map(str::to_owned));
        return false;
    };
    rows.run += 1;
    let sends_nothing = tamper.is_none() && matches!(step, "pkce" | "authorization_url");
    let name = format!(
        "{} {} {step} {}",
        walk.app,
        if strict { "strict" } else { "loop" },
        tamper.unwrap_or("as it should be")
    );
    if !sends_nothing && let Some(disagreement) = taken.disagreement(walk).await {
        rows.wrong.push(format!("{name}: {disagreement}"));
    }
    if let Some(standings) = taken.standings(walk.sandbox).await {
        rows.wrong.push(format!("{name}: {standings}"));
    }
    let meant = tamper.map_or_else(
        || of_step(step, kind),
        |tamper| refusing(tamper, kind, strict),
    );
    let refused_by = taken.refused_by(walk.sandbox).await;
    if refused_by.as_deref() != meant {
        rows.wrong.push(format!(
            "{name}: refused by {refused_by:?}, meant {meant:?}"
        ));
    }
    taken.spends(step)
}
