//! What ends tokens in a walk: what is foreseen and told of it is what the sandbox's journal says, with the reuse and without.

use serde_json::{Value, json};

use super::walker::ended;
use crate::support::{Sandbox, text};

async fn started(sandbox: &Sandbox) -> Value {
    let session = sandbox.rpc("simulator_start", json!({})).await;
    json!({ "session": session["summary"]["session"] })
}

fn with(walk: &Value, name: &str, value: &str) -> Value {
    let mut payload = walk.clone();
    payload[name] = json!(value);
    payload
}

fn run_of(session: &Value, step: &str) -> Value {
    let mut runs = session["runs"].as_array().expect("runs").iter().rev();
    let found = runs.find(|run| run["step"] == step && run["set_aside"] == false);
    found.unwrap_or_else(|| panic!("no run of {step}")).clone()
}

/// The steps that were passed over.
fn passed_over(session: &Value) -> Vec<String> {
    let steps = session["steps"].as_array().expect("steps").iter();
    let passed = steps.filter(|it| it["state"] == "skipped");
    passed.map(|it| text(&it["step"])).collect()
}

fn exchanges_of<'s>(session: &'s Value, run: &Value) -> Vec<&'s Value> {
    let all = session["exchanges"].as_array().expect("exchanges").iter();
    all.filter(|it| it["run"] == run["run"]).collect()
}

fn effects(exchange: &Value) -> String {
    let effects = exchange["prediction"]["effects"]
        .as_array()
        .expect("effects");
    let effects: Vec<&str> = effects.iter().filter_map(Value::as_str).collect();
    effects.join("; ")
}

/// That the consequences which were foreseen for each request of a run are what the journal has.
async fn holds(sandbox: &Sandbox, session: &Value, run: &Value) -> Vec<Option<String>> {
    let mut all = Vec::new();
    for exchange in exchanges_of(session, run) {
        let (ended, effects) = (ended(sandbox, exchange).await, effects(exchange));
        match &ended {
            Some(ended) => assert!(effects.contains(&**ended), "{ended}: {effects}"),
            None => assert!(effects.contains("nothing was left to revoke"), "{effects}"),
        }
        assert_eq!(exchange["agreement"]["agrees"], true, "{exchange}");
        all.push(ended);
    }
    all
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_the_reuse_nothing_is_left_to_revoke_and_that_is_said_before_and_after() {
    let sandbox = Sandbox::start().await;
    let walk = started(&sandbox).await;
    sandbox
        .rpc("simulator_run_all", with(&walk, "until", "refresh"))
        .await;
    let plan = sandbox
        .rpc("simulator_plan", with(&walk, "step", "reuse"))
        .await;
    assert!(text(&plan["action"]).contains("leave this step out"));
    let session = sandbox
        .rpc("simulator_run", with(&walk, "step", "reuse"))
        .await;
    let reuse = run_of(&session, "reuse");
    let ended = ended(&sandbox, exchanges_of(&session, &reuse)[0]).await;
    assert_eq!(
        ended.as_deref(),
        Some("2 access tokens and 1 refresh token")
    );
    let foreseen = effects(exchanges_of(&session, &reuse)[0]);
    assert!(foreseen.contains("2 access tokens and 1 refresh token of this walk"));
    assert_eq!(reuse["outcome"]["state"], "done");
    assert_eq!(reuse["outcome"]["word"], "refused, as foreseen");
    let plan = sandbox
        .rpc("simulator_plan", with(&walk, "step", "revoke"))
        .await;
    let action = text(&plan["action"]);
    assert!(action.contains("Nothing is left to revoke"), "{action}");
    let because = text(&plan["prediction"]["because"]);
    assert!(because.contains("had been used came again"), "{because}");
    let session = sandbox.rpc("simulator_run_all", walk.clone()).await;
    let revoke = run_of(&session, "revoke");
    let ended = holds(&sandbox, &session, &revoke).await;
    assert_eq!(ended, [None, None]);
    let first = text(&exchanges_of(&session, &revoke)[0]["prediction"]["because"]);
    assert!(first.contains("has ended already"), "{first}");
    let words = text(&revoke["outcome"]["words"]);
    assert!(words.contains("Nothing was left to revoke"), "{words}");
    let last = run_of(&session, "after_revoke");
    let words = text(&last["outcome"]["words"]);
    assert!(words.contains("The same call, the same token"), "{words}");
    assert!(words.contains("had been used came again"), "{words}");
    assert!(!words.contains("it was revoked"), "{words}");
    assert_eq!(session["summary"]["disagreements"], 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_the_reuse_the_revocation_ends_what_it_says_and_the_call_fails_by_it() {
    let sandbox = Sandbox::start().await;
    let walk = started(&sandbox).await;
    sandbox
        .rpc("simulator_run_all", with(&walk, "until", "refresh"))
        .await;
    let session = sandbox
        .rpc("simulator_go", with(&walk, "step", "revoke"))
        .await;
    assert_eq!(passed_over(&session), ["reuse"]);
    let steps = session["steps"].as_array().expect("steps");
    let reuse = steps.iter().find(|it| it["step"] == "reuse");
    assert_eq!(reuse.expect("the step")["word"], "left out");
    let plan = sandbox
        .rpc("simulator_plan", with(&walk, "step", "revoke"))
        .await;
    assert!(!text(&plan["action"]).contains("Nothing is left"));
    let session = sandbox.rpc("simulator_run_all", walk.clone()).await;
    let revoke = run_of(&session, "revoke");
    let ended = holds(&sandbox, &session, &revoke).await;
    let all = "2 access tokens and 1 refresh token".to_owned();
    assert_eq!(ended, [Some(all.clone()), None]);
    // What has not happened yet is not told as if it had.
    let second = text(&exchanges_of(&session, &revoke)[1]["prediction"]["because"]);
    assert!(
        second.contains("will have ended by then: it was revoked, by the request before this one."),
        "{second}"
    );
    let words = text(&revoke["outcome"]["words"]);
    assert!(words.contains(&all), "{words}");
    let last = run_of(&session, "after_revoke");
    let words = text(&last["outcome"]["words"]);
    assert!(words.contains("The same call, the same token"), "{words}");
    assert!(words.contains("it was revoked, in this walk"), "{words}");
    assert_eq!(session["summary"]["disagreements"], 0);
    assert_eq!(passed_over(&session), ["reuse"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_walk_says_until_when_its_code_is_good() {
    let sandbox = Sandbox::start().await;
    sandbox.rpc("clock_pause", json!({})).await;
    let walk = started(&sandbox).await;
    let session = sandbox
        .rpc("simulator_run_all", with(&walk, "until", "sign_in"))
        .await;
    let time = |of: &Value| text(of).parse::<connect_core::Timestamp>().expect("a time");
    let now = sandbox.rpc("clock_get", json!({})).await;
    let ends = time(&session["code_expires_at"]);
    assert_eq!(ends.as_millis() - time(&now["now"]).as_millis(), 60_000);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_token_of_the_failing_call_is_one_that_a_call_was_answered_with_or_is_named() {
    let sandbox = Sandbox::start().await;
    let walk = started(&sandbox).await;
    let session = sandbox.rpc("simulator_run_all", walk.clone()).await;
    // The refresh is followed by a call with the new token, foreseen and judged as every other.
    let refresh = run_of(&session, "refresh");
    let also = refresh["also"].as_array().expect("another request");
    assert_eq!(also[0]["label"], "API call with the new token");
    assert_eq!(also[0]["prediction"]["expected"]["status"], 200);
    assert_eq!(also[0]["agreement"]["agrees"], true);
    let used = async |run: &Value, place: usize| {
        let exchange = exchanges_of(&session, run)[place];
        let mut payload = walk.clone();
        payload["exchange"] = exchange["exchange"].clone();
        let exchange = sandbox.rpc("simulator_exchange", payload).await;
        let request = text(&exchange["request"]);
        let line = request.lines().find(|it| it.starts_with("Authorization"));
        line.expect("a token").to_owned()
    };
    let last = run_of(&session, "after_revoke");
    assert_eq!(used(&refresh, 1).await, used(&last, 0).await);
    assert_ne!(
        used(&run_of(&session, "api"), 0).await,
        used(&last, 0).await
    );
    // A walk that never called says so.
    let walk = started(&sandbox).await;
    sandbox
        .rpc("simulator_run_all", with(&walk, "until", "token"))
        .await;
    sandbox
        .rpc("simulator_run", with(&walk, "step", "revoke"))
        .await;
    let plan = sandbox
        .rpc("simulator_plan", with(&walk, "step", "after_revoke"))
        .await;
    assert!(text(&plan["action"]).contains("no call was answered with it before"));
    let session = sandbox.rpc("simulator_run_all", walk).await;
    let words = text(&run_of(&session, "after_revoke")["outcome"]["words"]);
    assert!(
        words.contains("the step \"Token exchange\" gave"),
        "{words}"
    );
    assert!(!words.contains("the same token"), "{words}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_another_walk_ended_is_told_as_that() {
    let sandbox = Sandbox::start().await;
    let (one, other) = (started(&sandbox).await, started(&sandbox).await);
    sandbox
        .rpc("simulator_run_all", with(&one, "until", "api"))
        .await;
    let session = sandbox.rpc("simulator_run_all", other).await;
    assert_eq!(session["summary"]["disagreements"], 0);
    let plan = sandbox
        .rpc("simulator_plan", with(&one, "step", "after_revoke"))
        .await;
    let because = text(&plan["prediction"]["because"]);
    assert!(because.contains("by another walk or program"), "{because}");
    assert!(because.contains("had been used came again"), "{because}");
    assert!(because.contains("UTC"), "{because}");
    let session = sandbox
        .rpc("simulator_run", with(&one, "step", "after_revoke"))
        .await;
    let words = text(&run_of(&session, "after_revoke")["outcome"]["words"]);
    assert!(words.contains("from outside of this walk"), "{words}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn both_calls_of_a_step_are_foreseen_and_told_and_what_sends_nothing_foresees_no_answer() {
    let sandbox = Sandbox::start().await;
    let walk = started(&sandbox).await;
    let until = with(&walk, "until", "introspect");
    let session = sandbox.rpc("simulator_run_all", until).await;
    let plan = sandbox
        .rpc("simulator_plan", with(&walk, "step", "api"))
        .await;
    let statuses: Vec<&Value> = plan["requests"]
        .as_array()
        .expect("requests")
        .iter()
        .map(|it| &it["prediction"]["expected"]["status"])
        .collect();
    assert_eq!(statuses, [&json!(200), &json!(403)]);
    let api = run_of(&session, "api");
    let also = &api["also"][0];
    assert_eq!(
        also["prediction"]["expected"]["error"],
        "insufficient_scope"
    );
    assert_eq!(also["agreement"]["agrees"], true);
    let words = text(&api["outcome"]["words"]);
    assert!(words.contains("403 `insufficient_scope`"), "{words}");
    let plan = sandbox
        .rpc("simulator_plan", with(&walk, "step", "authorization_url"))
        .await;
    assert_eq!(plan["prediction"], Value::Null);
    assert_eq!(plan["requests"][0].get("prediction"), None);
}
