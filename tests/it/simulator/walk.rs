//! The whole walk: every step, every byte, back and forth, kept and cleared.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use connect_rpc::ErrorCode;
use serde_json::{Value, json};

use crate::support::Sandbox;

/// A session and the sandbox that it is in.
async fn started(setup: Value) -> (Sandbox, Value) {
    let sandbox = Sandbox::start().await;
    let session = sandbox
        .rpc("simulator_start", json!({ "setup": setup }))
        .await;
    (sandbox, session)
}

fn text(value: &Value) -> &str {
    value.as_str().expect("a text")
}

fn id(session: &Value) -> &str {
    text(&session["summary"]["session"])
}

async fn run_all(sandbox: &Sandbox, session: &Value) -> Value {
    sandbox
        .rpc("simulator_run_all", json!({ "session": id(session) }))
        .await
}

fn states(session: &Value) -> Vec<(String, String)> {
    let steps = session["steps"].as_array().expect("steps");
    let pair = |step: &Value| {
        (
            text(&step["step"]).to_owned(),
            text(&step["state"]).to_owned(),
        )
    };
    steps.iter().map(pair).collect()
}

/// The bytes of an exchange as they were.
async fn revealed(sandbox: &Sandbox, session: &Value, exchange: &Value) -> (Vec<u8>, Vec<u8>) {
    let payload = json!({ "session": id(session), "exchange": exchange["exchange"] });
    let answer = sandbox.rpc("simulator_reveal", payload).await;
    let bytes = |name: &str| STANDARD.decode(text(&answer[name])).expect("base64");
    (bytes("request_base64"), bytes("response_base64"))
}

#[tokio::test]
async fn the_whole_walk_goes_as_foreseen_within_two_seconds() {
    let (sandbox, session) = started(json!({})).await;
    let session = run_all(&sandbox, &session).await;
    assert!(
        states(&session).iter().all(|(_, state)| state == "done"),
        "{:?}",
        states(&session)
    );
    assert_eq!(session["summary"]["disagreements"], 0);
    assert_eq!(session["summary"]["step"], Value::Null);
    let took: u64 = session["runs"]
        .as_array()
        .expect("runs")
        .iter()
        .map(|run| run["took_ms"].as_u64().expect("a number"))
        .sum();
    // The budget is two seconds of a release build on a quiet machine; the bench measures it.
    assert!(took < 20_000, "{took} ms");
    let runs = session["runs"].as_array().expect("runs");
    for run in runs {
        assert!(!text(&run["outcome"]["words"]).is_empty());
        if run["prediction"] != Value::Null && run["step"] != "authorization_url" {
            assert_eq!(run["agreement"]["agrees"], true, "{run}");
        }
    }
    // The computations are there to be followed.
    let pkce = &runs[1]["shown"];
    let shown: BTreeMap<&str, &str> = pkce
        .as_array()
        .expect("values")
        .iter()
        .map(|it| (text(&it["name"]), text(&it["value"])))
        .collect();
    assert_eq!(
        connect_core::protocol::pkce::challenge(shown["code_verifier"]),
        shown["code_challenge"]
    );
    // The id_token was looked at claim by claim.
    let claims = runs
        .iter()
        .find(|run| run["step"] == "id_token")
        .expect("a run")["claims"]
        .as_array()
        .expect("claims");
    for claim in ["iss", "sub", "aud", "exp", "iat", "nonce", "email"] {
        assert!(claims.iter().any(|it| it["name"] == claim), "{claim}");
    }
}

#[tokio::test]
async fn every_request_of_a_walk_is_in_the_session_byte_for_byte_as_the_sandbox_saw_it() {
    let (sandbox, session) = started(json!({})).await;
    let session = run_all(&sandbox, &session).await;
    let exchanges = session["exchanges"].as_array().expect("exchanges");
    let listed = sandbox
        .rpc("traffic_list", json!({ "limit": 1000, "order": "oldest" }))
        .await;
    let seen = listed["exchanges"].as_array().expect("exchanges");
    let of_session: Vec<&str> = exchanges.iter().map(|it| text(&it["server"])).collect();
    let of_sandbox: Vec<&str> = seen.iter().map(|it| text(&it["id"])).collect();
    assert_eq!(of_session, of_sandbox, "one for one, in order");
    for exchange in exchanges {
        let (request, response) = revealed(&sandbox, &session, exchange).await;
        let there = sandbox
            .rpc("traffic_reveal", json!({ "exchange": exchange["server"] }))
            .await;
        assert_eq!(
            STANDARD.encode(&request),
            text(&there["request_base64"]),
            "{exchange}"
        );
        assert_eq!(
            STANDARD.encode(&response),
            text(&there["response_base64"]),
            "{exchange}"
        );
    }
    // The diagram has an arrow there and one back for each, in order.
    let drawn = sandbox
        .rpc(
            "simulator_diagram",
            json!({ "session": id(&session), "format": "mermaid" }),
        )
        .await;
    for kind in ["request", "response"] {
        let arrows = drawn["diagram"]["arrows"].as_array().expect("arrows");
        let numbers: Vec<&Value> = arrows
            .iter()
            .filter(|arrow| arrow["kind"] == kind)
            .map(|arrow| &arrow["exchange"])
            .collect();
        let all: Vec<&Value> = exchanges.iter().map(|it| &it["exchange"]).collect();
        assert_eq!(numbers, all, "{kind}");
    }
}

#[tokio::test]
async fn credentials_are_masked_until_they_are_asked_for_and_sealed_where_they_are_kept() {
    let (sandbox, session) = started(json!({})).await;
    let session = run_all(&sandbox, &session).await;
    let mut secrets = Vec::new();
    for exchange in session["exchanges"].as_array().expect("exchanges") {
        let (request, response) = revealed(&sandbox, &session, exchange).await;
        let all = [request, response].concat();
        let all = String::from_utf8_lossy(&all).into_owned();
        for prefix in ["lph_at_", "lph_rt_", "lph_ac_", "secret_", "lph_ss_"] {
            // 256 random bits in base64url; a word such as `client_secret_post` is none.
            let value = |at: usize| all.get(at..at + prefix.len() + 43);
            let random = |text: &&str| {
                let mut rest = text[prefix.len()..].bytes();
                rest.all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
            };
            let found = all.match_indices(prefix).filter_map(|(at, _)| value(at));
            secrets.extend(found.filter(random).map(str::to_owned));
        }
    }
    secrets.sort();
    secrets.dedup();
    assert!(secrets.len() >= 5, "the walk has used some");
    let mut shown = vec![session.to_string()];
    for exchange in session["exchanges"].as_array().expect("exchanges") {
        let payload = json!({ "session": id(&session), "exchange": exchange["exchange"] });
        shown.push(
            sandbox
                .rpc("simulator_exchange", payload.clone())
                .await
                .to_string(),
        );
        for format in ["curl", "httpie", "fetch", "python"] {
            let mut payload = payload.clone();
            payload["format"] = json!(format);
            shown.push(sandbox.rpc("simulator_copy_as", payload).await.to_string());
        }
    }
    for step in ["token", "refresh", "revoke", "api"] {
        let payload = json!({ "session": id(&session), "step": step });
        shown.push(sandbox.rpc("simulator_plan", payload).await.to_string());
    }
    for form in ["curl", "node", "python", "rust", "text"] {
        let payload = json!({ "session": id(&session), "form": form });
        shown.push(
            sandbox
                .rpc("simulator_hand_over", payload)
                .await
                .to_string(),
        );
    }
    for format in ["svg", "mermaid"] {
        let payload = json!({ "session": id(&session), "format": format });
        shown.push(sandbox.rpc("simulator_diagram", payload).await.to_string());
    }
    for text in &shown {
        for secret in &secrets {
            assert!(!text.contains(&**secret), "{} in {text}", &secret[..7]);
        }
    }
    let directory = sandbox.app.data_dir().to_owned();
    for file in std::fs::read_dir(directory).expect("a directory") {
        let path = file.expect("a file").path();
        let Ok(bytes) = std::fs::read(&path) else {
            continue;
        };
        for secret in &secrets {
            let found = bytes
                .windows(secret.len())
                .any(|it| it == secret.as_bytes());
            assert!(!found, "{} in {}", &secret[..7], path.display());
        }
    }
}

#[tokio::test]
async fn going_back_sets_aside_what_came_after_and_loses_nothing() {
    let (sandbox, session) = started(json!({})).await;
    let walk = json!({ "session": id(&session) });
    let session = run_all(&sandbox, &session).await;
    let before = session["exchanges"].as_array().expect("exchanges").len();
    let mut to = walk.clone();
    to["step"] = json!("pkce");
    let back = sandbox.rpc("simulator_go", to).await;
    assert_eq!(back["summary"]["step"], "pkce");
    assert_eq!(
        back["exchanges"].as_array().expect("exchanges").len(),
        before
    );
    let set_aside = |session: &Value| {
        let runs = session["runs"].as_array().expect("runs").clone();
        runs.iter().filter(|run| run["set_aside"] == true).count()
    };
    assert_eq!(set_aside(&back), 12, "all but the first");
    let again = run_all(&sandbox, &back).await;
    assert_eq!(set_aside(&again), 12);
    assert_eq!(again["summary"]["done"], 13);
    assert_eq!(again["summary"]["disagreements"], 0);
    // A step alone can be taken again; what came after it is set aside.
    let mut once_more = walk.clone();
    once_more["step"] = json!("introspect");
    let session = sandbox.rpc("simulator_run", once_more).await;
    let newest = session["runs"]
        .as_array()
        .expect("runs")
        .last()
        .expect("a run")
        .clone();
    assert_eq!(newest["step"], "introspect");
    assert_eq!(
        newest["agreement"]["agrees"], true,
        "the token was revoked since, and that is foreseen: {newest}"
    );
    assert_eq!(session["summary"]["step"], "refresh");
    // Passing over steps is allowed.
    let mut over = walk.clone();
    over["step"] = json!("revoke");
    let session = sandbox.rpc("simulator_go", over).await;
    let skipped: Vec<String> = states(&session)
        .into_iter()
        .filter(|(_, state)| state == "skipped")
        .map(|(step, _)| step)
        .collect();
    assert_eq!(skipped, ["refresh", "reuse"]);
    let session = sandbox.rpc("simulator_restart", walk).await;
    assert_eq!(session["summary"]["done"], 0);
}

#[tokio::test]
async fn the_next_request_can_be_edited_and_is_foreseen_as_edited() {
    let (sandbox, session) = started(json!({})).await;
    let walk = id(&session);
    let until = json!({ "session": walk, "until": "callback" });
    sandbox.rpc("simulator_run_all", until).await;
    let plan = sandbox
        .rpc(
            "simulator_plan",
            json!({ "session": walk, "step": "token" }),
        )
        .await;
    let request = &plan["requests"][0];
    assert_eq!(plan["prediction"]["expected"]["status"], 200);
    let body = text(&request["body"]);
    assert!(
        body.contains("{{code}}") && body.contains("{{client_secret}}"),
        "{body}"
    );
    let edit = json!({
        "method": request["method"], "url": request["url"], "headers": request["headers"],
        "body": body.replace("grant_type=authorization_code", "grant_type=password"),
    });
    let payload = json!({ "session": walk, "step": "token", "edit": edit });
    let plan = sandbox.rpc("simulator_plan", payload.clone()).await;
    assert_eq!(
        plan["prediction"]["expected"]["error"],
        "unsupported_grant_type"
    );
    let session = sandbox.rpc("simulator_run", payload).await;
    let run = session["runs"]
        .as_array()
        .expect("runs")
        .last()
        .expect("a run")
        .clone();
    assert_eq!(run["edited"], true);
    assert_eq!(run["agreement"]["agrees"], true, "{run}");
    assert_eq!(run["outcome"]["state"], "refused_as_meant");
    // The code was not touched by that: the step works as it is.
    let session = sandbox
        .rpc("simulator_run", json!({ "session": walk }))
        .await;
    assert_eq!(session["summary"]["step"], "id_token");
    // A request to somewhere else is not sent.
    let payload = json!({ "session": walk, "step": "api", "edit": {
        "method": "GET", "url": "http://127.0.0.1:9/clinical", "headers": [], "body": ""
    } });
    let session = sandbox.rpc("simulator_run", payload).await;
    let run = session["runs"]
        .as_array()
        .expect("runs")
        .last()
        .expect("a run")
        .clone();
    assert_eq!(run["outcome"]["state"], "failed");
    assert!(
        text(&run["outcome"]["words"]).contains("may talk to"),
        "{run}"
    );
}

#[tokio::test]
async fn sessions_are_kept_copied_named_and_cleared() {
    let (sandbox, session) = started(json!({ "scopes": ["openid"] })).await;
    let walk = json!({ "session": id(&session) });
    let copy = sandbox.rpc("simulator_duplicate", walk.clone()).await;
    assert_eq!(copy["setup"], session["setup"]);
    assert_ne!(copy["summary"]["session"], session["summary"]["session"]);
    let mut keep = walk.clone();
    keep["kept"] = json!(true);
    keep["name"] = json!("For the demo");
    let kept = sandbox.rpc("simulator_update", keep).await;
    assert_eq!(kept["summary"]["name"], "For the demo");
    sandbox.rpc("workspace_clear", json!({})).await;
    let listed = sandbox.rpc("simulator_list", json!({})).await;
    let names: Vec<&str> = listed["sessions"]
        .as_array()
        .expect("sessions")
        .iter()
        .map(|it| text(&it["name"]))
        .collect();
    assert_eq!(names, ["For the demo"], "what is kept outlives a clearing");
    sandbox.rpc("simulator_delete", walk.clone()).await;
    sandbox
        .rpc_fails("simulator_get", walk, ErrorCode::NotFound)
        .await;
}

#[tokio::test]
async fn a_persona_who_says_no_is_told_to_the_app() {
    let (sandbox, session) = started(json!({ "allow": false })).await;
    let session = run_all(&sandbox, &session).await;
    let run = session["runs"]
        .as_array()
        .expect("runs")
        .last()
        .expect("a run")
        .clone();
    assert_eq!(run["step"], "callback");
    assert_eq!(run["outcome"]["state"], "refused_as_meant", "{run}");
    assert!(
        text(&run["outcome"]["words"]).contains("access_denied"),
        "{run}"
    );
}
