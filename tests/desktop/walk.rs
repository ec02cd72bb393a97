//! The window of a walk: a person signs in and consents in it, and where the server sends them back to the app it ends.

use std::slice;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::net::TcpListener;
use url::Url;

use crate::support::walks::{Native, maya};
use crate::support::window::Window;
use crate::support::{Home, eventually};

#[tokio::test]
async fn the_callback_is_caught_whatever_the_redirect_uri_is() {
    let home = Home::new().await;
    let window = Window::open(&home, &["--ephemeral"]).await;
    let console = window.driver.window().await.expect("a window");
    // Whoever listens there is not disturbed.
    let socket = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let port = socket.local_addr().expect("bound").port();
    let app = Native::registered(&window, port).await;
    for redirect_uri in &app.redirect_uris {
        let setup =
            json!({ "app": app.client_id, "redirect_uri": redirect_uri, "consent": "window" });
        let session = window
            .rpc("simulator_start", json!({ "setup": setup }))
            .await;
        let id = session["summary"]["session"].as_str().expect("an id");
        let session = window
            .rpc("simulator_run_all", json!({ "session": id }))
            .await;
        let open = session["waiting"]["open"].as_str().expect("it waits");
        let open = Url::parse(open).expect("an address");
        window.opens_walk(id, &open, redirect_uri).await;
        window.click(&maya()).await;
        window.allows().await;
        window.goes_to(&console).await;
        let walked = window.walked().await;
        assert_eq!(
            walked,
            json!({ "done": { "ended": "came_back" } }),
            "{redirect_uri}"
        );
        assert_eq!(window.windows().await, slice::from_ref(&console));
        let session = window.rpc("simulator_get", json!({ "session": id })).await;
        assert_eq!(session["waiting"], Value::Null, "{session}");
        let callback = json!({ "session": id, "step": "callback" });
        let session = window.rpc("simulator_run", callback).await;
        let runs = session["runs"].as_array().expect("a list");
        let checked = runs
            .iter()
            .find(|run| run["step"] == "callback")
            .expect("it ran");
        assert_eq!(
            checked["outcome"]["state"], "done",
            "{redirect_uri}: {checked}"
        );
    }
    let disturbed = tokio::time::timeout(Duration::ZERO, socket.accept()).await;
    assert!(disturbed.is_err(), "{disturbed:?}");
    window.close().await;
}

/// Tries a command by every way that a page of Tauri's has, and by its protocol without one.
const CALLS: &str = "
    const said = [];
    const tried = async (name, call) => {
        try { said.push([name, await call()]); } catch (error) { said.push([name, `failed: ${error}`]); }
    };
    const body = JSON.stringify({ cmd: 'people_create', payload: { email: 'eve@example.com', name: 'Eve' } });
    const headers = { 'Content-Type': 'application/json', 'Tauri-Callback': '1', 'Tauri-Error': '2', 'Tauri-Invoke-Key': 'x' };
    await tried('internals', () => typeof window.__TAURI_INTERNALS__);
    await tried('global', () => typeof window.__TAURI__);
    await tried('ipc', () => typeof window.ipc);
    await tried('messages', () => typeof window.webkit);
    await tried('scheme', async () => (await fetch('ipc://localhost/rpc', { method: 'POST', headers, body })).status);
    await tried('bare scheme', async () => (await fetch('ipc://localhost/rpc', { method: 'POST', body })).status);
    await tried('address', async () => (await fetch('http://ipc.localhost/rpc', { method: 'POST', headers, body })).status);
    await tried('console', async () => (await fetch('tauri://localhost/index.html')).status);
    return JSON.stringify(Object.fromEntries(said));";

#[tokio::test]
async fn the_window_of_a_walk_can_call_nothing_and_goes_nowhere_else() {
    let home = Home::new().await;
    let window = Window::open(&home, &["--ephemeral"]).await;
    let console = window.driver.window().await.expect("a window");
    let platform = window.platform().await;
    let app = Native::registered(&window, 3000).await;
    let opened = home.keeps_what_is_opened();
    window
        .opens_walk("walk_1", &app.asks(&platform), &app.redirect_uris[0])
        .await;
    // A page whose own policy forbids it nothing.
    let plain = format!("{platform}/.well-known/openid-configuration");
    window
        .driver
        .goto(&plain)
        .await
        .expect("it is the server's");
    let script = format!(
        "const done = arguments[arguments.length - 1];
         (async () => {{ {CALLS} }})().then(done, (error) => done(String(error)));"
    );
    let said = window.run_async(&script).await;
    let said: Value = serde_json::from_str(said.as_str().expect("a text")).expect("JSON");
    for absent in ["internals", "global", "ipc", "messages"] {
        assert_eq!(said[absent], "undefined", "{said}");
    }
    for refused in ["address", "console"] {
        let why = said[refused].as_str().unwrap_or_default();
        assert!(why.starts_with("failed: "), "{refused}: {said}");
    }
    // Only a driven window shares the console's schemes, since a driver sees no other; it is nobody there.
    for nobody in ["scheme", "bare scheme"] {
        assert_eq!(said[nobody], 500, "{said}");
    }
    // It stays where it is, frames and further windows included.
    for script in [
        "location.href = 'https://example.com/'",
        "location.href = 'tauri://localhost/'",
        "location.href = 'file:///etc/passwd'",
        "location.href = 'com.example.other:/cb'",
        "window.open('tauri://localhost/')",
        "document.body.append(Object.assign(document.createElement('iframe'), { src: 'tauri://localhost/' }))",
    ] {
        window.run(script).await;
        let at = window.driver.current_url().await.expect("an address");
        assert_eq!(at.as_str(), plain, "{script}");
    }
    let inside = "try { return frames[0].location.href } catch (error) { return String(error) }";
    assert_eq!(window.run(inside).await, "about:blank");
    assert_eq!(window.windows().await.len(), 2);
    // Links lead out, to the person's own browser.
    for (id, target) in [("same", ""), ("new", "_blank")] {
        window
            .run(&format!(
                "const link = document.createElement('a');
                 Object.assign(link, {{ id: '{id}', href: 'https://example.com/{id}', target: '{target}', textContent: '{id}' }});
                 document.body.prepend(link);"
            ))
            .await;
        window.click(&format!("//a[@id='{id}']")).await;
        let expected = format!("https://example.com/{id}");
        eventually("the link is opened outside", async || {
            let said = std::fs::read_to_string(&opened).unwrap_or_default();
            said.lines().any(|line| line == expected).then_some(())
        })
        .await;
    }
    let all = std::fs::read_to_string(&opened).expect("there");
    assert_eq!(all, "https://example.com/same\nhttps://example.com/new\n");
    let at = window.driver.current_url().await.expect("an address");
    assert_eq!(at.as_str(), plain);
    window.goes_to(&console).await;
    let eve = json!({ "user_id": "eve@example.com" });
    let error = window.fails("people_get", eve).await;
    assert_eq!(error["code"], "not_found");
    window.close().await;
}

#[tokio::test]
async fn windows_of_walks_share_nothing_and_their_ends_are_told() {
    let home = Home::new().await;
    let window = Window::open(&home, &["--ephemeral"]).await;
    let console = window.driver.window().await.expect("a window");
    let platform = window.platform().await;
    let app = Native::registered(&window, 3000).await;
    let ended = |how: &str| json!({ "done": { "ended": how } });
    for _ in 0..2 {
        window
            .opens_walk("walk_1", &app.asks(&platform), &app.redirect_uris[0])
            .await;
        // Whoever signed in in the window before is not known in this one.
        window.click(&maya()).await;
        window
            .element("//button[@name='decision'][@value='allow']")
            .await;
        window.driver.close_window().await.expect("it closes");
        window.goes_to(&console).await;
        assert_eq!(window.walked().await, ended("closed"));
    }
    // Another one for the same session.
    window
        .opens_walk("walk_1", &app.asks(&platform), &app.redirect_uris[0])
        .await;
    let first = window.driver.window().await.expect("a window");
    window.goes_to(&console).await;
    window
        .opens_walk("walk_1", &app.asks(&platform), &app.redirect_uris[0])
        .await;
    window.goes_to(&console).await;
    eventually("the first one is gone", async || {
        (!window.windows().await.contains(&first)).then_some(())
    })
    .await;
    // The window goes first; then the page is told.
    assert_eq!(window.walked_before().await, ended("replaced"));
    // The sandbox is started again under the second one.
    let settings = window.rpc("host_settings", json!({})).await;
    window.rpc("host_update_settings", settings).await;
    assert_eq!(window.walked().await, ended("stopped"));
    eventually("the second one is gone", async || {
        (window.windows().await == [console.clone()]).then_some(())
    })
    .await;
    for (url, redirect_uri) in [
        ("file:///etc/passwd", "com.example.app:/cb"),
        ("tauri://localhost/", "com.example.app:/cb"),
        (platform.as_str(), "/callback"),
    ] {
        let asked = json!({ "session": "walk_1", "url": url, "redirect_uri": redirect_uri });
        let error = window.fails("host_open_walk", asked).await;
        assert_eq!(error["code"], "invalid", "{url}: {error}");
    }
    assert_eq!(window.windows().await.len(), 1);
    window.close().await;
}
