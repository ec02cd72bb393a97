//! The program from its start to its end, and what is there after it.

use serde_json::json;

use crate::support::window::Window;
use crate::support::{Home, eventually};

#[tokio::test]
async fn after_a_kill_everything_acknowledged_is_there_again() {
    let home = Home::new().await;
    let data = home.path().join("data-dir");
    let data = data.to_str().expect("a plain path");
    let arguments = ["--data-dir", data, "--key-file"];
    let window = Window::open(&home, &arguments).await;
    let app = json!({
        "name": "Made in a window", "app_type": "web", "redirect_uris": ["http://localhost:3000/cb"], "scopes": ["openid"],
    });
    let registered = window.rpc("apps_create", app).await;
    let status = window.rpc("sandbox_status", json!({})).await;
    let pid = status["pid"].as_u64().expect("a pid");
    let platform = status["platform"].as_str().expect("an address").to_owned();
    crate::support::get(&platform, "/v1/oauth/authorize").await;
    eventually("the exchange is recorded", async || {
        let listed = window
            .rpc("traffic_list", json!({ "operation": "authorize" }))
            .await;
        let list = listed["exchanges"].as_array().expect("a list");
        (!list.is_empty()).then_some(())
    })
    .await;
    let pid = u32::try_from(pid).expect("a small number");
    crate::support::program::signal(pid, rustix::process::Signal::KILL);
    drop(window);

    let window = Window::open(&home, &arguments).await;
    let found = window
        .rpc(
            "apps_reveal",
            json!({ "client_id": registered["client_id"] }),
        )
        .await;
    assert_eq!(found["client_secret"], registered["client_secret"]);
    let listed = window
        .rpc("traffic_list", json!({ "operation": "authorize" }))
        .await;
    assert_eq!(
        listed["exchanges"].as_array().map(Vec::len),
        Some(1),
        "{listed}"
    );
    window.close().await;
}

#[tokio::test]
async fn the_end_is_clean_however_it_is_asked_for() {
    let home = Home::new().await;
    let data = home.path().join("data-dir");
    let arguments = [
        "--data-dir",
        data.to_str().expect("a plain path"),
        "--key-file",
    ];
    // By the system.
    let mut program = home.start(&arguments);
    eventually("the sandbox runs", async || {
        data.join("runtime.json").is_file().then_some(())
    })
    .await;
    program.terminate();
    assert_eq!(program.ends().await, Some(0), "{}", program.said());
    for left in ["runtime.json", "control.sock"] {
        assert!(!data.join(left).exists(), "{left}");
    }
    let lock = std::fs::read_to_string(data.join("lock")).expect("there");
    assert_eq!(lock, "", "the directory was let go");
    // By the page.
    let window = Window::open(&home, &arguments).await;
    window.tell("host_close").await;
    eventually("the directory is let go", async || {
        (!data.join("runtime.json").exists()).then_some(())
    })
    .await;
    drop(window);
    let logs = std::fs::read_to_string(data.join("logs/log.jsonl")).expect("logs");
    assert!(logs.contains("the sandbox is ready"), "{logs}");
}

#[tokio::test]
async fn a_taken_port_is_said_in_the_window_which_offers_another() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let port = taken.local_addr().expect("bound").port().to_string();
    let home = Home::new().await;
    let window = Window::open_with(&home, &["--ephemeral", "--port", &port]).await;
    let state = window.rpc("host_state", json!({})).await;
    assert_eq!(state["state"], "failed", "{state}");
    assert_eq!(state["port_in_use"].to_string(), port);
    let error = window.fails("sandbox_status", json!({})).await;
    assert_eq!(error["code"], "unavailable");
    let state = window.rpc("host_retry", json!({ "any_port": true })).await;
    assert_eq!(state["state"], "running", "{state}");
    window.rpc("sandbox_status", json!({})).await;
    window.close().await;
}

#[tokio::test]
async fn workspaces_are_made_switched_copied_and_deleted_from_the_window() {
    let home = Home::new().await;
    let window = Window::open(&home, &["--key-file"]).await;
    let state = window.rpc("host_state", json!({})).await;
    assert_eq!(state, json!({ "state": "running", "workspace": "default" }));
    let ada = json!({ "email": "ada@example.com", "name": "Ada", "without_data": true });
    window.rpc("people_create", ada).await;
    let ada = json!({ "user_id": "ada@example.com" });
    let list = window
        .rpc(
            "host_duplicate_workspace",
            json!({ "name": "default", "copy": "Copy" }),
        )
        .await;
    let names = |list: &serde_json::Value| -> Vec<String> {
        let all = list["workspaces"].as_array().expect("a list");
        all.iter()
            .filter_map(|one| one["name"].as_str().map(str::to_owned))
            .collect()
    };
    assert_eq!(names(&list), ["Copy", "default"]);
    assert_eq!(list["current"], "default");
    let state = window
        .rpc("host_create_workspace", json!({ "name": "demo" }))
        .await;
    assert_eq!(state["workspace"], "demo");
    let error = window.fails("people_get", ada.clone()).await;
    assert_eq!(error["code"], "not_found");
    window
        .rpc("host_switch_workspace", json!({ "name": "Copy" }))
        .await;
    window.rpc("people_get", ada).await;
    let error = window
        .fails(
            "host_delete_workspace",
            json!({ "name": "Copy", "confirm": "Copy" }),
        )
        .await;
    assert_eq!(error["code"], "conflict");
    let error = window
        .fails(
            "host_delete_workspace",
            json!({ "name": "demo", "confirm": "no" }),
        )
        .await;
    assert_eq!(error["code"], "not_confirmed");
    let list = window
        .rpc(
            "host_delete_workspace",
            json!({ "name": "demo", "confirm": "demo" }),
        )
        .await;
    assert_eq!(names(&list), ["Copy", "default"]);
    window.close().await;
    // The workspace that was open last is open again.
    let window = Window::open(&home, &["--key-file"]).await;
    let state = window.rpc("host_state", json!({})).await;
    assert_eq!(state["workspace"], "Copy", "{state}");
    window.close().await;
}

#[tokio::test]
async fn a_second_start_shows_the_first_window_and_ends_before_it_opens_anything() {
    let home = Home::with_a_bus().await;
    let arguments = ["--key-file", "--port", "0", "--log", "info"];
    let mut first = home.start(&arguments);
    let runtime = home.workspace("default").join("runtime.json");
    eventually("the sandbox runs", async || runtime.is_file().then_some(())).await;
    // Were the second to open its workspace, it would be this one, and a new one.
    let remembered = json!({ "workspace": "other" }).to_string();
    std::fs::write(home.workspaces().join("console.json"), remembered).expect("written");
    let running = std::fs::read(&runtime).expect("there");
    let mut second = home.start(&arguments);
    assert_eq!(second.ends().await, Some(0), "{}", second.said());
    assert!(!home.workspace("other").exists(), "{}", second.said());
    assert!(
        first.said().contains("the sandbox is ready") && !second.said().contains("the sandbox"),
        "{}",
        second.said()
    );
    assert!(first.runs(), "{}", first.said());
    assert_eq!(std::fs::read(&runtime).expect("there"), running);
    first.terminate();
    assert_eq!(first.ends().await, Some(0), "{}", first.said());
}
