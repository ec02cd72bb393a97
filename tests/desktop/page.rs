//! The page in its window.

use serde_json::{Value, json};

use crate::support::window::Window;
use crate::support::{Home, eventually};

#[tokio::test]
async fn the_window_opens_on_a_running_sandbox() {
    let home = Home::new().await;
    let window = Window::open(&home, &["--ephemeral"]).await;
    assert!(
        window
            .driver
            .title()
            .await
            .expect("a title")
            .contains("Connect Console")
    );
    let status = window.rpc("sandbox_status", json!({})).await;
    assert_eq!(status["ephemeral"], true, "{status}");
    let apps = window.rpc("apps_list", json!({})).await;
    let apps = apps["apps"].as_array().expect("a list");
    assert!(apps.iter().any(|app| app["name"] == "Demo Web App"));
    assert_eq!(
        window.rpc("host_state", json!({})).await,
        json!({ "state": "running", "workspace": null })
    );
    // The page itself is there, not only the window: something of it can be read.
    eventually("the page shows something", async || {
        let shown = window
            .run("return document.body.innerText.trim().length")
            .await;
        shown.as_u64().filter(|length| *length > 0)
    })
    .await;
    window.close().await;
}

#[tokio::test]
async fn the_page_hears_what_changes_and_is_told_why_something_fails() {
    let home = Home::new().await;
    let window = Window::open(&home, &["--ephemeral"]).await;
    // A channel of the test's own, made as Tauri's library makes it, takes the place of the page's.
    window
        .run(
            "window.heard = [];
             const id = window.__TAURI_INTERNALS__.transformCallback((message) => window.heard.push(message));
             window.__TAURI_INTERNALS__.invoke('changes', { channel: `__CHANNEL__:${id}` });",
        )
        .await;
    let heard = async || {
        window
            .run("return JSON.stringify(window.heard)")
            .await
            .to_string()
    };
    eventually("the stream has begun", async || {
        heard().await.contains("changed").then_some(())
    })
    .await;
    let person = json!({ "email": "ada@example.com", "name": "Ada", "without_data": true });
    window.rpc("people_create", person.clone()).await;
    eventually("the change is told", async || {
        heard().await.contains("people").then_some(())
    })
    .await;
    let error = window.fails("people_create", person).await;
    assert_eq!(error["code"], "conflict", "{error}");
    assert!(error["message"].is_string() && error.get("detail").is_some());
    let error = window.fails("host_no_such_thing", json!({})).await;
    assert_eq!(error["code"], "unknown_command");
    let error = window
        .fails("host_open_external", json!({ "url": "file:///etc/passwd" }))
        .await;
    assert_eq!(error["code"], "invalid");
    window.close().await;
}

/// Asks Tauri for something the page has no permission for.
const FORBIDDEN: &[(&str, &str)] = &[
    (
        "plugin:event|listen",
        r#"{ "event": "x", "target": { "kind": "Any" }, "handler": 1 }"#,
    ),
    ("plugin:event|emit", r#"{ "event": "x", "payload": 1 }"#),
    ("plugin:window|close", r#"{ "label": "main" }"#),
    (
        "plugin:window|create",
        r#"{ "options": { "label": "other" } }"#,
    ),
    (
        "plugin:webview|create_webview_window",
        r#"{ "options": { "label": "other" } }"#,
    ),
    ("plugin:path|resolve_directory", r#"{ "directory": 1 }"#),
    ("plugin:dialog|open", r#"{ "options": {} }"#),
    ("plugin:clipboard-manager|read_text", "{}"),
    ("plugin:opener|open_path", r#"{ "path": "/etc/passwd" }"#),
    ("plugin:window-state|save_window_state", r#"{ "flags": 1 }"#),
    ("plugin:app|version", "{}"),
];

#[tokio::test]
async fn the_page_may_do_nothing_else() {
    let home = Home::new().await;
    let window = Window::open(&home, &["--ephemeral"]).await;
    for (command, arguments) in FORBIDDEN {
        let script = format!("window.__TAURI_INTERNALS__.invoke({command:?}, {arguments})");
        let outcome = window.settle(&script).await;
        let said = outcome["failed"].to_string();
        assert!(
            said.contains("not allowed") || said.contains("not found"),
            "{command}: {outcome}"
        );
    }
    assert_eq!(
        window.run("return typeof window.__TAURI__").await,
        "undefined"
    );
    let frozen = window.run("return Object.isFrozen(Object.prototype)").await;
    assert_eq!(frozen, true);
    window.close().await;
}

#[tokio::test]
async fn the_page_reaches_neither_the_network_nor_any_script_but_its_own() {
    let home = Home::new().await;
    let window = Window::open(&home, &["--ephemeral"]).await;
    let status = window.rpc("sandbox_status", json!({})).await;
    let platform = status["platform"].as_str().expect("an address");
    // The sandbox itself is no exception: the page has its commands, and no HTTP.
    for url in [
        format!("{platform}/.well-known/openid-configuration"),
        "http://localhost:9/".to_owned(),
        "data:text/plain,x".to_owned(),
    ] {
        let outcome = window.settle(&format!("fetch({url:?})")).await;
        assert!(outcome.get("failed").is_some(), "{url}: {outcome}");
    }
    // Each of the three is said to break the policy, else there is no answer.
    let violations = window
        .run_async(
            "const done = arguments[arguments.length - 1];
             const heard = new Set();
             document.addEventListener('securitypolicyviolation', (event) => {
               heard.add(event.effectiveDirective);
               const all = ['script-src-elem', 'style-src-elem', 'frame-src'].every((one) => heard.has(one));
               if (all) done(JSON.stringify({ injected: window.injected === true, styled: getComputedStyle(document.body).getPropertyValue('--injected') }));
             });
             const script = document.createElement('script');
             script.textContent = 'window.injected = true';
             document.body.append(script);
             const style = document.createElement('style');
             style.textContent = 'body { --injected: 1 }';
             document.head.append(style);
             const frame = document.createElement('iframe');
             frame.src = 'https://example.com/';
             document.body.append(frame);",
        )
        .await;
    let found: Value = serde_json::from_str(violations.as_str().expect("a text")).expect("JSON");
    assert_eq!(found, json!({ "injected": false, "styled": "" }));
    // The window goes nowhere else and opens no other.
    let before = window.driver.current_url().await.expect("an address");
    window
        .run(&format!(
            "window.open({platform:?}); location.href = {platform:?};"
        ))
        .await;
    let status = window.rpc("sandbox_status", json!({})).await;
    assert_eq!(status["platform"], platform);
    assert_eq!(
        window.driver.current_url().await.expect("an address"),
        before
    );
    assert_eq!(window.driver.windows().await.expect("windows").len(), 1);
    window.close().await;
}
