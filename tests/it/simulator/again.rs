//! What went wrong on purpose is planned again as it was then: parameter for parameter what was sent, whatever has become of
//! the walk, the app and the world since.

use connect_rpc::ErrorCode;
use serde_json::{Value, json};

use super::table;
use super::walker::Walk;
use crate::support::{Sandbox, text};

/// Each step, with something that goes wrong in it: other parameters, fewer, more, another app, another method or body.
const SLIPS: [(&str, &str); 16] = [
    ("sign_in", "extra_scope"),
    ("sign_in", "duplicated_parameter_asked"),
    ("token", "wrong_verifier"),
    ("token", "code_of_another_app"),
    ("token", "secret_with_white_space"),
    ("token", "basic_authentication"),
    ("token", "parameters_in_url"),
    ("token", "json_body"),
    ("token", "get_request"),
    ("token", "code_twice"),
    ("api", "altered_token"),
    ("api", "out_of_scope"),
    ("introspect", "introspect_by_another_app"),
    ("refresh", "refresh_twice"),
    ("reuse", "reuse_no_secret"),
    ("revoke", "revoke_wrong_hint"),
];

/// A step as it was taken, or as it would have been.
async fn planned(walk: &Walk<'_>, run: &Value, tamper: Option<&str>) -> Value {
    let payload = json!({ "session": walk.session, "run": run, "tamper": tamper });
    walk.sandbox.rpc("simulator_plan", payload).await
}

fn main(plan: &Value) -> Value {
    let requests = plan["requests"].as_array().expect("requests");
    let mut requests = requests.iter();
    let main = requests.find(|it| it["main"] == true);
    main.unwrap_or_else(|| panic!("no main request in {plan}"))
        .clone()
}

/// Name and value of the parameters at a place, in order.
fn parameters(request: &Value, place: &str) -> Vec<(String, String)> {
    let all = request["parameters"].as_array().expect("parameters").iter();
    let there = all.filter(|it| it["place"] == place);
    there
        .map(|it| (text(&it["name"]), text(&it["value"])))
        .collect()
}

/// The same of a message that was sent.
fn named(list: &Value) -> Vec<(String, String)> {
    let list = list.as_array().expect("a list").iter();
    list.map(|it| (text(&it["name"]), text(&it["value"])))
        .collect()
}

/// The request of a run that it is about, as it went over the wire, with a fingerprint for each credential.
async fn sent(walk: &Walk<'_>, session: &Value, run: &Value, label: &Value) -> Value {
    let exchanges = session["exchanges"].as_array().expect("exchanges");
    let mut exchanges = exchanges.iter();
    let exchange = exchanges.find(|it| it["run"] == *run && it["label"] == *label);
    let exchange = exchange.unwrap_or_else(|| panic!("nothing is called {label} in run {run}"));
    let payload = json!({ "session": walk.session, "exchange": exchange["exchange"] });
    walk.sandbox.rpc("simulator_exchange", payload).await
}

/// That a planned request is the one that was sent, parameter for parameter.
#[track_caller]
fn assert_same(planned: &Value, sent: &Value, case: &str) {
    let parts = &sent["request_parts"];
    assert_eq!(
        parameters(planned, "query"),
        named(&parts["query"]),
        "{case}"
    );
    assert_eq!(parameters(planned, "form"), named(&parts["form"]), "{case}");
    let headers = named(&parts["headers"]);
    for (name, value) in parameters(planned, "header") {
        let mut there = headers.iter();
        let found = there.find(|(it, _)| it.eq_ignore_ascii_case(&name));
        let found = found.unwrap_or_else(|| panic!("{case}: no header {name} in {headers:?}"));
        assert_eq!(found.1, value, "{case}: {name}");
    }
    let line = text(&parts["start_line"]);
    assert!(
        line.starts_with(&text(&planned["method"])),
        "{case}: {line}"
    );
    let whole = text(&sent["request"]);
    let (_, body) = whole.split_once("\r\n\r\n").expect("a head");
    if parts["kind"] != "form" {
        assert_eq!(text(&planned["body"]), body, "{case}");
    }
}

async fn whole(walk: &Walk<'_>) -> Value {
    let session = json!({ "session": walk.session });
    walk.sandbox.rpc("simulator_get", session).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_slip_made_of_a_step_is_planned_again_as_it_was_sent() {
    let sandbox = table::sandbox().await;
    let walk = Walk::start(&sandbox, "Table").await;
    let mut runs = Vec::new();
    for (step, slip) in SLIPS {
        walk.reach(step).await;
        let without = main(&walk.plan(step).await);
        let taken = walk.take(step, Some(slip), None).await;
        let taken = taken.unwrap_or_else(|| panic!("{slip} can be tried"));
        runs.push((step, slip, taken.run, without));
    }
    let session = whole(&walk).await;
    let mut first = Vec::new();
    for (step, slip, run, before) in &runs {
        let number = &run["run"];
        let made = planned(&walk, number, Some(slip)).await;
        assert_eq!(
            (&made["step"], &made["blocked"]),
            (&json!(step), &Value::Null)
        );
        assert_eq!(made["tamper"]["name"], *slip);
        assert_eq!(
            made["prediction"], run["prediction"],
            "{slip}: what was foreseen then"
        );
        let request = main(&made);
        let exchange = sent(&walk, &session, number, &request["label"]).await;
        assert_same(&request, &exchange, slip);
        // Without the slip it is what was planned before it was taken, fingerprints in the place of names.
        let plain = planned(&walk, number, None).await;
        assert_eq!(
            (&plain["tamper"], &plain["prediction"]),
            (&Value::Null, &Value::Null)
        );
        let plain_main = main(&plain);
        for place in ["query", "form", "header"] {
            let (then, now) = (parameters(before, place), parameters(&plain_main, place));
            let names = |all: &[(String, String)]| -> Vec<String> {
                all.iter().map(|(name, _)| name.clone()).collect()
            };
            assert_eq!(names(&then), names(&now), "{slip}");
            for ((name, then), (_, now)) in then.iter().zip(&now) {
                let is_name = then.contains("{{");
                assert!(is_name || then == now, "{slip} {name}: {then} {now}");
                assert!(!now.contains("{{"), "{slip} {name}: {now}");
            }
        }
        assert_ne!(plain_main, request, "{slip} made a difference");
        first.push((made, plain));
    }
    // The other apps are switched off, the setup is another one, the walk begins anew: nothing of that changes what was.
    let apps = sandbox.rpc("apps_list", json!({})).await;
    for app in apps["apps"].as_array().expect("apps") {
        if app["name"] != "Table" {
            let other = json!({ "client_id": app["client_id"] });
            sandbox.rpc("apps_disable", other).await;
        }
    }
    let setup = json!({
        "session": walk.session, "setup": { "scopes": ["openid"], "client_authentication": "basic", "nonce": false },
    });
    sandbox.rpc("simulator_update", setup).await;
    for ((_, slip, run, _), (made, plain)) in runs.iter().zip(&first) {
        assert_eq!(
            planned(&walk, &run["run"], Some(slip)).await,
            *made,
            "{slip}"
        );
        assert_eq!(planned(&walk, &run["run"], None).await, *plain, "{slip}");
    }
}

#[tokio::test]
async fn a_run_that_nothing_went_wrong_in_is_planned_again_as_it_was_sent() {
    let sandbox = Sandbox::start().await;
    let begun = sandbox.rpc("simulator_start", json!({})).await;
    let walk = Walk {
        sandbox: &sandbox,
        session: text(&begun["summary"]["session"]),
        app: "Demo Web App",
    };
    let all = json!({ "session": walk.session });
    let session = sandbox.rpc("simulator_run_all", all).await;
    for run in session["runs"].as_array().expect("runs") {
        let plan = planned(&walk, &run["run"], None).await;
        assert_eq!(plan["step"], run["step"]);
        let requests = plan["requests"].as_array().expect("requests");
        let step = text(&run["step"]);
        // The first request of the others is the whole of them, or nothing is sent.
        if requests.is_empty() || step == "authorization_url" {
            continue;
        }
        let exchange = sent(&walk, &session, &run["run"], &requests[0]["label"]).await;
        assert_same(&requests[0], &exchange, &step);
    }
}

#[tokio::test]
async fn what_is_no_run_and_what_it_had_not_is_refused() {
    let sandbox = Sandbox::start().await;
    let begun = sandbox.rpc("simulator_start", json!({})).await;
    let session = &begun["summary"]["session"];
    let until = json!({ "session": session, "until": "callback" });
    sandbox.rpc("simulator_run_all", until).await;
    let slip = json!({ "session": session, "tamper": "wrong_verifier" });
    sandbox.rpc("simulator_run", slip).await;
    let edit = json!({ "method": "GET", "url": sandbox.issuer(), "headers": [], "body": "" });
    for (payload, code, part) in [
        (
            json!({ "run": 99 }),
            ErrorCode::NotFound,
            "there is no run of this session `99`",
        ),
        (json!({ "run": 0 }), ErrorCode::NotFound, "`0`"),
        (
            json!({ "run": 6, "step": "pkce" }),
            ErrorCode::Invalid,
            "leave `step` out",
        ),
        (
            json!({ "run": 6, "tamper": "no_verifier" }),
            ErrorCode::Invalid,
            "run 6 did not go wrong by",
        ),
        (
            json!({ "run": 2, "tamper": "wrong_verifier" }),
            ErrorCode::Invalid,
            "run 2 did not",
        ),
        (
            json!({ "run": 6, "edit": edit }),
            ErrorCode::Invalid,
            "leave `edit` out",
        ),
    ] {
        let mut payload = payload;
        payload["session"] = session.clone();
        let error = sandbox.rpc_fails("simulator_plan", payload, code).await;
        assert!(error.message.contains(part), "{error}");
    }
    let own = json!({ "session": session, "run": 6, "step": "token", "tamper": "wrong_verifier" });
    sandbox.rpc("simulator_plan", own).await;
    // What is misspelt is answered with what may have been meant, for programs as well.
    for (command, payload, code, field, meant) in [
        (
            "simulator_run",
            json!({ "session": session, "tamper": "wrong_verifer" }),
            ErrorCode::Invalid,
            "tamper",
            "wrong_verifier",
        ),
        (
            "simulator_start",
            json!({ "setup": { "app": "demo web ap" } }),
            ErrorCode::NotFound,
            "app",
            "Demo Web App",
        ),
        (
            "simulator_start",
            json!({ "setup": { "persona": "maia@example.com" } }),
            ErrorCode::NotFound,
            "persona",
            "maya@example.com",
        ),
    ] {
        let error = sandbox.rpc_fails(command, payload, code).await;
        assert_eq!(error.detail["field"], field, "{error}");
        assert_eq!(error.detail["did_you_mean"][0], meant, "{error}");
    }
    let nobody = json!({ "setup": { "app": "zzz" } });
    let error = sandbox
        .rpc_fails("simulator_start", nobody, ErrorCode::NotFound)
        .await;
    assert_eq!(error.detail, Value::Null);
}
