//! The list of walks: how each ended, without any of them being opened.

use serde_json::{Value, json};

use crate::support::Sandbox;

async fn started(sandbox: &Sandbox, name: &str) -> Value {
    let session = sandbox
        .rpc("simulator_start", json!({ "name": name }))
        .await;
    session["summary"]["session"].clone()
}

/// What the list says of a walk.
async fn listed(sandbox: &Sandbox, id: &Value) -> Value {
    let list = sandbox.rpc("simulator_list", json!({})).await;
    assert_eq!(list["lost"], json!([]));
    let sessions = list["sessions"].as_array().expect("sessions");
    let mut sessions = sessions.iter();
    let found = sessions.find(|it| it["session"] == *id);
    found.expect("it is listed").clone()
}

#[tokio::test]
async fn the_list_says_of_each_walk_how_it_ended() {
    let sandbox = Sandbox::start().await;
    let new = started(&sandbox, "New").await;
    let whole = started(&sandbox, "Whole").await;
    let refused = started(&sandbox, "Refused").await;
    let waiting = started(&sandbox, "Waiting").await;
    sandbox
        .rpc("simulator_run_all", json!({ "session": whole }))
        .await;
    let until = json!({ "session": refused, "until": "callback" });
    sandbox.rpc("simulator_run_all", until).await;
    let slip = json!({ "session": refused, "tamper": "wrong_verifier" });
    sandbox.rpc("simulator_run", slip).await;
    let paste = json!({ "session": waiting, "setup": { "consent": "paste" } });
    sandbox.rpc("simulator_update", paste).await;
    sandbox
        .rpc("simulator_run_all", json!({ "session": waiting }))
        .await;
    assert_eq!(listed(&sandbox, &new).await["ended"], Value::Null);
    assert_eq!(
        listed(&sandbox, &whole).await["ended"],
        json!({
            "step": "after_revoke", "title": "The call that now fails", "state": "done",
            "word": "refused, as foreseen", "cancelled": false, "tamper": null, "edited": false,
        })
    );
    assert_eq!(
        listed(&sandbox, &refused).await["ended"],
        json!({
            "step": "token", "title": "Token exchange", "state": "refused_as_meant",
            "word": "refused, as meant", "cancelled": false,
            "tamper": { "name": "wrong_verifier", "title": "Wrong verifier" }, "edited": false,
        })
    );
    let ended = &listed(&sandbox, &waiting).await["ended"];
    assert_eq!(
        (&ended["step"], &ended["state"], &ended["word"]),
        (
            &json!("sign_in"),
            &json!("waiting"),
            &json!("waits for you")
        )
    );
    // What was set aside says nothing of how the walk stands now.
    let back = json!({ "session": refused, "step": "callback" });
    sandbox.rpc("simulator_go", back).await;
    let ended = &listed(&sandbox, &refused).await["ended"];
    assert_eq!(
        (&ended["step"], &ended["tamper"]),
        (&json!("sign_in"), &Value::Null)
    );
}

#[tokio::test]
async fn a_walk_that_is_begun_again_is_listed_with_how_it_had_ended() {
    let sandbox = Sandbox::start().await;
    let id = started(&sandbox, "Again").await;
    let session = json!({ "session": id });
    let until = json!({ "session": id, "until": "callback" });
    sandbox.rpc("simulator_run_all", until).await;
    let slip = json!({ "session": id, "tamper": "wrong_verifier" });
    sandbox.rpc("simulator_run", slip).await;
    let before = listed(&sandbox, &id).await;
    assert_eq!(before["ended_before"], Value::Null);
    sandbox.rpc("simulator_restart", session.clone()).await;
    let restarted = listed(&sandbox, &id).await;
    assert_eq!(restarted["ended"], Value::Null);
    assert_eq!(restarted["ended_before"], before["ended"]);
    assert_eq!(before["ended"]["tamper"]["name"], "wrong_verifier");
    // Once a step counts again, that is how it stands.
    let until = json!({ "session": id, "until": "configure" });
    sandbox.rpc("simulator_run_all", until).await;
    let walked = listed(&sandbox, &id).await;
    assert_eq!(walked["ended"]["step"], "configure");
    assert_eq!(walked["ended_before"], Value::Null);

    // A wait that was cancelled is neither done nor refused; one that was left behind waits for nobody.
    let paste = json!({ "session": id, "setup": { "consent": "paste" } });
    sandbox.rpc("simulator_update", paste).await;
    sandbox.rpc("simulator_run_all", session.clone()).await;
    let cancelled = sandbox.rpc("simulator_cancel", session.clone()).await;
    let ended = &cancelled["summary"]["ended"];
    assert_eq!(
        (&ended["state"], &ended["word"], &ended["cancelled"]),
        (&json!("failed"), &json!("cancelled"), &json!(true))
    );
    sandbox.rpc("simulator_run_all", session.clone()).await;
    let restarted = sandbox.rpc("simulator_restart", session).await;
    assert_eq!(restarted["summary"]["ended_before"]["word"], "left waiting");
}

#[tokio::test]
async fn how_a_walk_ended_is_sealed_as_the_rest_of_it() {
    let sandbox = Sandbox::start().await;
    let id = started(&sandbox, "A walk that nobody reads").await;
    let slip = json!({ "session": id, "step": "sign_in", "tamper": "unknown_scope" });
    sandbox
        .rpc(
            "simulator_run_all",
            json!({ "session": id, "until": "authorization_url" }),
        )
        .await;
    sandbox.rpc("simulator_run", slip).await;
    let ended = listed(&sandbox, &id).await["ended"].clone();
    assert_eq!(ended["tamper"]["name"], "unknown_scope");
    sandbox.app.stop().await;
    for file in ["traffic.db", "traffic.db-wal"] {
        let bytes = std::fs::read(sandbox.app.data_dir().join(file)).unwrap_or_default();
        for word in ["refused_as_meant", "unknown_scope", "nobody reads"] {
            let found = bytes.windows(word.len()).any(|it| it == word.as_bytes());
            assert!(!found, "{word} in {file}");
        }
    }
}
