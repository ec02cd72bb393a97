//! The ways of a walk: a person's own browser, a pasted callback, another server given only its base URL.

use std::time::Duration;

use connect_app::Config;
use connect_rpc::{ErrorCode, Topic};
use connect_testkit::seeded_env;
use serde_json::{Value, json};
use tokio::time::timeout;

use super::cancel::port_of_its_own;
use crate::support::browser::Browser;
use crate::support::http::send;
use crate::support::{MAYA, Request, Sandbox};

fn text(value: &Value) -> &str {
    value.as_str().expect("a text")
}

fn walk(session: &Value) -> Value {
    json!({ "session": session["summary"]["session"] })
}

fn newest(session: &Value) -> Value {
    let runs = session["runs"].as_array().expect("runs");
    runs.last().expect("a run").clone()
}

/// A session that waits for its callback.
async fn waiting(sandbox: &Sandbox, setup: Value) -> Value {
    let session = sandbox
        .rpc("simulator_start", json!({ "setup": setup }))
        .await;
    let session = sandbox.rpc("simulator_run_all", walk(&session)).await;
    assert_eq!(newest(&session)["outcome"]["state"], "waiting", "{session}");
    session
}

/// What a person's browser does at the address: signs in as Maya, allows it, and is sent back.
async fn allowed(sandbox: &Sandbox, open: &str) -> String {
    let mut browser = Browser::new(sandbox);
    let target = open.split_once(&*sandbox.authority).expect("our address").1;
    let answer = browser.send(Request::get(target.to_owned())).await;
    let page = browser.follow(target.to_owned(), answer).await;
    let page = browser.sign_in(&page, MAYA).await;
    let page = browser.submit(&page, &[("decision", "allow")]).await;
    page.answer
        .header("location")
        .expect("a way back")
        .to_owned()
}

#[tokio::test]
async fn a_pasted_callback_is_taken_when_it_is_this_walks_own() {
    let sandbox = Sandbox::start().await;
    let session = waiting(&sandbox, json!({ "consent": "paste" })).await;
    let back = allowed(&sandbox, text(&session["waiting"]["open"])).await;
    let mut payload = walk(&session);
    payload["url"] = json!("http://localhost:3999/elsewhere?code=1");
    let error = sandbox
        .rpc_fails("simulator_callback", payload.clone(), ErrorCode::Invalid)
        .await;
    assert!(error.message.contains("should begin with"), "{error}");
    payload["url"] = json!(format!("  {back} \n"));
    let session = sandbox.rpc("simulator_callback", payload.clone()).await;
    assert_eq!(session["summary"]["step"], "callback");
    let session = sandbox.rpc("simulator_run_all", walk(&session)).await;
    assert_eq!(session["summary"]["done"], 13);
    assert_eq!(session["summary"]["disagreements"], 0);
    sandbox
        .rpc_fails("simulator_callback", payload, ErrorCode::Conflict)
        .await;
}

#[tokio::test]
async fn a_listener_takes_the_callback_of_the_persons_own_browser() {
    let sandbox = Sandbox::start().await;
    let port = port_of_its_own();
    let uri = format!("http://127.0.0.1:{port}/callback");
    let app = json!({ "name": "Listens", "app_type": "web", "redirect_uris": [uri], "scopes": ["openid", "read:biomarkers"], "baa_status": "signed" });
    sandbox.rpc("apps_create", app).await;
    let session = waiting(&sandbox, json!({ "app": "Listens", "consent": "browser" })).await;
    assert_eq!(session["waiting"]["problem"], Value::Null);
    assert_eq!(session["waiting"]["listening"], json!(uri));
    let back = allowed(&sandbox, text(&session["waiting"]["open"])).await;
    let authority = format!("127.0.0.1:{port}");
    let target = back.split_once(&*authority).expect("our address").1;
    let mut changes = sandbox.app.changes();
    changes.next().await.expect("the greeting");
    let page = send(&authority, &Request::get(target.to_owned())).await;
    assert_eq!(page.status, 200, "{page}");
    assert!(page.text().contains("Connect Console"), "{page}");
    // That the session is another is told once it is saved: nobody needs to ask until it is.
    let told = async {
        while let Some(changed) = changes.next().await {
            if changed.topics.contains(&Topic::Simulator) {
                return;
            }
        }
        panic!("the sandbox stopped");
    };
    timeout(Duration::from_secs(20), told)
        .await
        .expect("the change is told");
    let session = sandbox.rpc("simulator_get", walk(&session)).await;
    assert_eq!(session["summary"]["step"], "callback", "{session}");
    let exchanges = session["exchanges"].as_array().expect("exchanges");
    let callback = exchanges.last().expect("an exchange");
    assert_eq!(callback["label"], "Callback");
    assert_eq!(
        (&callback["from"], &callback["to"]),
        (&json!("browser"), &json!("app"))
    );
    let session = sandbox.rpc("simulator_run_all", walk(&session)).await;
    assert_eq!(session["summary"]["done"], 13);
    assert_eq!(session["summary"]["disagreements"], 0);
}

#[tokio::test]
async fn a_native_app_is_listened_for_at_any_free_port_and_a_taken_one_is_said() {
    let sandbox = Sandbox::start().await;
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = taken.local_addr().expect("an address").port();
    let uri = format!("http://127.0.0.1:{port}/cb");
    for (name, kind) in [("Served", "web"), ("Installed", "native")] {
        let app =
            json!({ "name": name, "app_type": kind, "redirect_uris": [uri], "scopes": ["openid"] });
        sandbox.rpc("apps_create", app).await;
    }
    let session = waiting(&sandbox, json!({ "app": "Served", "consent": "browser" })).await;
    let problem = text(&session["waiting"]["problem"]);
    assert!(problem.contains(&port.to_string()), "{problem}");
    let session = waiting(
        &sandbox,
        json!({ "app": "Installed", "consent": "browser" }),
    )
    .await;
    assert_eq!(session["waiting"]["problem"], Value::Null);
    let listening = text(&session["waiting"]["listening"]).to_owned();
    assert_ne!(listening, uri);
    let back = allowed(&sandbox, text(&session["waiting"]["open"])).await;
    assert!(back.starts_with(&listening), "{back}");
    let mut payload = walk(&session);
    payload["url"] = json!(back);
    sandbox.rpc("simulator_callback", payload).await;
    let session = sandbox.rpc("simulator_run_all", walk(&session)).await;
    assert_eq!(session["summary"]["disagreements"], 0);
    assert_eq!(session["summary"]["step"], Value::Null, "{session}");
}

#[tokio::test]
async fn another_server_is_walked_given_only_its_base_url() {
    let other = Sandbox::start().await;
    let apps = other.rpc("apps_list", json!({})).await;
    let app = apps["apps"]
        .as_array()
        .expect("apps")
        .iter()
        .find(|app| app["app_type"] == "web" && app["redirect_uris"][0].is_string())
        .expect("a demo app")
        .clone();
    let secrets = other
        .rpc("apps_reveal", json!({ "client_id": app["client_id"] }))
        .await;
    let here = Sandbox::start().await;
    let session = here
        .rpc(
            "simulator_start",
            json!({ "target": other.issuer(), "setup": {
                "app": app["client_id"], "client_secret": secrets["client_secret"], "persona": MAYA,
                "redirect_uri": app["redirect_uris"][0], "consent": "automatic"
            } }),
        )
        .await;
    assert_eq!(session["summary"]["target"]["own"], false);
    assert!(session["summary"]["deleted_at"].is_string());
    let session = here.rpc("simulator_run_all", walk(&session)).await;
    assert_eq!(session["summary"]["done"], 13, "{session}");
    assert_eq!(session["summary"]["disagreements"], 0, "{session}");
    let exchanges = session["exchanges"].as_array().expect("exchanges");
    assert!(
        exchanges.iter().all(|it| it["server"].is_null()),
        "the server's side is not ours"
    );
    // Nothing of it is in what this sandbox has to give away.
    let secret = text(&secrets["client_secret"]);
    let har = here
        .rpc("traffic_export", json!({ "with_credentials": true }))
        .await;
    let toml = here
        .rpc("workspace_export", json!({ "with_secrets": true }))
        .await;
    for export in [har.to_string(), toml.to_string()] {
        assert!(!export.contains(secret) && !export.contains(&other.authority));
    }
    let mut payload = walk(&session);
    payload["form"] = json!("text");
    here.rpc_fails("simulator_hand_over", payload, ErrorCode::Conflict)
        .await;
    // Not even its name is readable in the files.
    for file in ["traffic.db", "traffic.db-wal", "world.db", "world.db-wal"] {
        let bytes = std::fs::read(here.app.data_dir().join(file)).unwrap_or_default();
        for word in [other.authority.as_bytes(), secret.as_bytes()] {
            assert!(!bytes.windows(word.len()).any(|it| it == word), "{file}");
        }
    }
}

#[tokio::test]
async fn a_host_elsewhere_is_talked_to_only_when_it_was_unlocked() {
    let sandbox = Sandbox::start().await;
    let base_url = "https://identity.staging.example.com";
    let start = json!({ "target": base_url, "setup": { "app": "abc", "redirect_uri": "https://app.example.com/cb" } });
    let error = sandbox
        .rpc_fails("simulator_start", start.clone(), ErrorCode::Conflict)
        .await;
    assert!(error.message.contains("not unlocked"), "{error}");
    for bad in [
        "http://identity.staging.example.com",
        "https://x.example.com/path",
        "ftp://x",
        "x",
    ] {
        let payload = json!({ "base_url": bad, "confirm": "x" });
        sandbox
            .rpc_fails("simulator_unlock", payload, ErrorCode::Invalid)
            .await;
    }
    let unlock = json!({ "base_url": base_url, "confirm": "identity.staging.example.com", "client_id": "abc", "client_secret": "secret_of_staging_0123456789" });
    let choices = sandbox.rpc("simulator_unlock", unlock).await;
    assert_eq!(choices["unlocked"][0]["client_id"], "abc");
    assert_eq!(choices["unlocked"][0]["has_secret"], true);
    assert!(!choices.to_string().contains("secret_of_staging"));
    let session = sandbox.rpc("simulator_start", start).await;
    assert_eq!(session["setup"]["has_secret"], true, "it was remembered");
    sandbox
        .rpc("simulator_lock", json!({ "base_url": base_url }))
        .await;
    sandbox
        .rpc_fails("simulator_run", walk(&session), ErrorCode::Conflict)
        .await;
}

#[tokio::test]
async fn sessions_with_another_target_go_after_seven_days_unless_they_are_kept() {
    let (env, clock) = seeded_env();
    let sandbox = Sandbox::of(Config::ephemeral(), env).await;
    let start = json!({ "target": "http://127.0.0.1:9", "setup": { "app": "abc", "redirect_uri": "https://app.example.com/cb" } });
    let kept = sandbox.rpc("simulator_start", start.clone()).await;
    let mut keep = walk(&kept);
    keep["kept"] = json!(true);
    sandbox.rpc("simulator_update", keep).await;
    sandbox.rpc("simulator_start", start).await;
    let own = sandbox.rpc("simulator_start", json!({})).await;
    let look = async |wanted: usize| {
        Sandbox::wait_for("retention to look", || async {
            // New limits are looked at at once.
            for days in [29, 30] {
                let limits = json!({ "keep_days": days });
                sandbox.rpc("settings_update", limits).await;
            }
            let listed = sandbox.rpc("simulator_list", json!({})).await;
            let sessions = listed["sessions"].as_array().expect("sessions").len();
            (sessions == wanted).then_some(())
        })
        .await;
    };
    clock.advance(Duration::from_hours(7 * 24 - 1));
    look(3).await;
    clock.advance(Duration::from_hours(2));
    look(2).await;
    sandbox.rpc("simulator_get", walk(&kept)).await;
    sandbox.rpc("simulator_get", walk(&own)).await;
}

#[tokio::test]
async fn what_ends_a_session_ends_its_listener_and_is_not_undone_by_it() {
    let sandbox = Sandbox::start().await;
    let port = port_of_its_own();
    let uri = format!("http://127.0.0.1:{port}/callback");
    let app = json!({ "name": "Listens", "app_type": "web", "redirect_uris": [uri], "scopes": ["openid"] });
    sandbox.rpc("apps_create", app).await;
    let setup = json!({ "app": "Listens", "consent": "browser" });
    let free = || async {
        let bound = std::net::TcpListener::bind(("127.0.0.1", port));
        bound.is_ok().then_some(())
    };
    // Another step, a restart, a clearing: nobody waits any more.
    let session = waiting(&sandbox, setup.clone()).await;
    let mut other = walk(&session);
    other["step"] = json!("pkce");
    sandbox.rpc("simulator_run", other).await;
    Sandbox::wait_for("the port to be free after another step", free).await;
    waiting(&sandbox, setup.clone()).await;
    sandbox.rpc("workspace_clear", json!({})).await;
    Sandbox::wait_for("the port to be free after a clearing", free).await;
    let session = waiting(&sandbox, setup).await;
    // A page that asks for it in passing is no callback.
    let authority = format!("127.0.0.1:{port}");
    let passing = Request::get("/callback?code=1").header("Sec-Fetch-Mode", "no-cors");
    for request in [Request::get("/callback"), passing] {
        assert_eq!(send(&authority, &request).await.status, 400);
    }
    let session = sandbox.rpc("simulator_get", walk(&session)).await;
    assert_eq!(session["waiting"]["problem"], Value::Null, "it waits on");
    sandbox
        .rpc(
            "workspace_factory_reset",
            json!({ "confirm": "factory reset" }),
        )
        .await;
    Sandbox::wait_for("the port to be free after a reset", free).await;
    sandbox
        .rpc_fails("simulator_get", walk(&session), ErrorCode::NotFound)
        .await;
}

#[tokio::test]
async fn a_session_whose_sandbox_has_moved_to_another_port_begins_anew_there() {
    let directory = tempfile::tempdir().expect("a directory");
    let start = || async {
        let config = Config {
            key_file: true,
            ..Config::at(directory.path())
        };
        Sandbox::of(config, std::sync::Arc::new(connect_core::Env::system())).await
    };
    let sandbox = start().await;
    let session = sandbox.rpc("simulator_start", json!({})).await;
    sandbox.rpc("simulator_run_all", walk(&session)).await;
    let before = sandbox.issuer();
    sandbox.app.stop().await;
    // What listens at the old port now is not the sandbox.
    let stranger = std::net::TcpListener::bind(before.trim_start_matches("http://")).ok();
    let sandbox = start().await;
    let session = sandbox.rpc("simulator_get", walk(&session)).await;
    if sandbox.issuer() != before {
        assert_eq!(session["summary"]["step"], "configure");
    }
    assert_eq!(
        session["summary"]["target"]["base_url"],
        json!(sandbox.issuer())
    );
    let session = sandbox.rpc("simulator_run_all", walk(&session)).await;
    assert_eq!(session["summary"]["done"], 13, "{session}");
    assert_eq!(session["summary"]["disagreements"], 0);
    drop(stranger);
}

#[tokio::test]
async fn a_callback_of_another_request_is_foreseen_to_be_dropped() {
    let sandbox = Sandbox::start().await;
    let session = waiting(&sandbox, json!({ "consent": "paste" })).await;
    let mut payload = walk(&session);
    payload["url"] = json!("http://localhost:3000/callback");
    sandbox
        .rpc_fails("simulator_callback", payload.clone(), ErrorCode::Invalid)
        .await;
    payload["url"] = json!("http://localhost:3000/callback?code=lph_ac_x&state=somebody-elses");
    sandbox.rpc("simulator_callback", payload).await;
    let session = sandbox.rpc("simulator_run", walk(&session)).await;
    let run = newest(&session);
    assert_eq!(
        run["agreement"]["answered"]["error"], "state_matches",
        "{run}"
    );
    assert_eq!(run["agreement"]["agrees"], true, "{run}");
    // What a person decides is foreseen both ways.
    let session = waiting(&sandbox, json!({ "consent": "paste" })).await;
    let mut payload = walk(&session);
    payload["url"] = json!("http://localhost:3000/callback?error=access_denied&state=x");
    let session = sandbox.rpc("simulator_callback", payload).await;
    assert_eq!(session["summary"]["disagreements"], 0);
    let run = newest(&session);
    assert_eq!(run["agreement"]["agrees"], true, "{run}");
    assert_eq!(
        run["agreement"]["answered"]["error"], "access_denied",
        "{run}"
    );
    assert_eq!(
        run["prediction"]["otherwise"]["when"], "The person says no.",
        "{run}"
    );
    assert_eq!(run["outcome"]["word"], "refused, as foreseen", "{run}");
    let fix = run["outcome"]["fix"].as_str().unwrap_or_default();
    assert!(fix.contains("from step 2"), "{run}");
}
