//! kill -9 of the window's program, in the middle of something: what it had acknowledged is there again.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use reqwest::StatusCode;
use rustix::process::Signal;
use serde_json::{Value, json};

use crate::support::outside::{self, App, MAYA, SCOPES, Tokens};
use crate::support::window::Window;
use crate::support::{Home, eventually, program};

/// Apps that refresh at the same time.
const APPS: usize = 4;
/// The kill comes after so many answers.
const ANSWERS: usize = 300;

impl Window {
    /// Registers an app that may ask for health data.
    async fn registers(&self, name: &str) -> App {
        let redirect_uri = "http://localhost:3000/callback".to_owned();
        let asked = json!({
            "name": name, "app_type": "web", "redirect_uris": [redirect_uri], "scopes": SCOPES, "baa_status": "signed",
        });
        let registered = self.rpc("apps_create", asked).await;
        let text = |name: &str| registered[name].as_str().expect("a text").to_owned();
        App {
            client_id: text("client_id"),
            client_secret: text("client_secret"),
            redirect_uri,
        }
    }

    /// Where the platform is.
    pub(crate) async fn platform(&self) -> String {
        let status = self.rpc("sandbox_status", json!({})).await;
        status["platform"].as_str().expect("an address").to_owned()
    }

    /// Ends the program as the system does when memory runs out.
    async fn killed(self) {
        let status = self.rpc("sandbox_status", json!({})).await;
        let pid = status["pid"].as_u64().and_then(|pid| pid.try_into().ok());
        program::signal(pid.expect("a pid"), Signal::KILL);
    }

    /// The exchanges that the console lists, newest first.
    async fn exchanges(&self) -> Vec<String> {
        let listed = self.rpc("traffic_list", json!({ "limit": 1000 })).await;
        let rows = listed["exchanges"].as_array().expect("a list");
        let ids = rows.iter().map(|row| row["id"].as_str().expect("an id"));
        ids.map(str::to_owned).collect()
    }

    /// The journal's first thousand entries.
    async fn journal(&self) -> Vec<Value> {
        let asked = json!({ "limit": 1000, "oldest_first": true });
        let page = self.rpc("journal_list", asked).await;
        page["entries"].as_array().expect("a list").clone()
    }
}

#[tokio::test]
async fn between_consent_and_token_everything_is_kept_and_the_code_still_works() {
    let home = Home::new().await;
    let data = home.path().join("data-dir");
    let data = data.to_str().expect("a plain path");
    let window = Window::open(&home, &["--data-dir", data, "--key-file"]).await;
    let platform = window.platform().await;
    let app = window.registers("Half Way").await;
    let code = app.code(&platform, MAYA).await;
    let (_, tokens) = app.redeem(&platform, &code).await;
    let tokens = tokens.expect("tokens");
    assert_eq!(
        outside::biomarkers(&platform, &tokens).await,
        StatusCode::OK
    );
    // Maya consents to another app, which has its code and has not yet come for its tokens.
    let waiting = window.registers("Just Asked").await;
    let waiting_code = waiting.code(&platform, MAYA).await;
    let last = eventually("the consent is listed", async || {
        let asked = json!({ "client_id": waiting.client_id, "limit": 10 });
        let listed = window.rpc("traffic_list", asked).await;
        let rows = listed["exchanges"].as_array().expect("a list");
        let sent = rows.iter().find(|row| row["method"] == "POST");
        sent.and_then(|row| row["id"].as_str().map(str::to_owned))
    })
    .await;
    let (exchanges, journal) = (window.exchanges().await, window.journal().await);
    assert!(exchanges.contains(&last), "{last} in {exchanges:?}");
    window.killed().await;

    // On the port it had, where the apps look for it.
    let port = platform.rsplit(':').next().expect("a port");
    let window =
        Window::open_with(&home, &["--data-dir", data, "--key-file", "--port", port]).await;
    assert_eq!(window.platform().await, platform);
    let listed = window.exchanges().await;
    assert!(listed.ends_with(&exchanges), "{listed:?}\n{exchanges:?}");
    assert!(window.journal().await.starts_with(&journal));
    for app in [&app, &waiting] {
        let secrets = json!({ "client_id": app.client_id });
        let secrets = window.rpc("apps_reveal", secrets).await;
        assert_eq!(secrets["client_secret"], app.client_secret);
    }
    let maya = json!({ "user_id": MAYA });
    let connected = window.rpc("people_connected_apps", maya).await;
    let connected: BTreeSet<&str> = connected["apps"]
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(|app| app["client_id"].as_str())
        .collect();
    for app in [&app, &waiting] {
        assert!(connected.contains(app.client_id.as_str()), "{connected:?}");
    }
    // What was given goes on working, once.
    assert_eq!(
        outside::biomarkers(&platform, &tokens).await,
        StatusCode::OK
    );
    let (status, redeemed) = waiting.redeem(&platform, &waiting_code).await;
    let redeemed = redeemed.unwrap_or_else(|| panic!("the code is lost: {status}"));
    assert_eq!(
        outside::biomarkers(&platform, &redeemed).await,
        StatusCode::OK
    );
    let (status, _) = app.redeem(&platform, &code).await;
    assert_eq!(status, StatusCode::BAD_REQUEST, "a code works once");
    window.close().await;
}

#[tokio::test]
async fn under_a_stream_of_requests_nothing_acknowledged_is_lost() {
    let home = Home::new().await;
    let data = home.path().join("data-dir");
    let data = data.to_str().expect("a plain path");
    let arguments = ["--data-dir", data, "--key-file"];
    let window = Window::open(&home, &arguments).await;
    let platform = window.platform().await;
    let answers = Arc::new(AtomicUsize::new(0));
    let mut streams = Vec::new();
    for index in 0..APPS {
        let app = window.registers(&format!("Stream {index}")).await;
        let code = app.code(&platform, MAYA).await;
        let (_, first) = app.redeem(&platform, &code).await;
        let mut given = vec![first.expect("tokens")];
        let (platform, answers) = (platform.clone(), Arc::clone(&answers));
        streams.push(tokio::spawn(async move {
            let client = outside::client();
            while let Some(last) = given.last()
                && let Ok(next) = app.refresh(&client, &platform, last).await
            {
                given.push(next);
                answers.fetch_add(1, Ordering::SeqCst);
            }
            given
        }));
    }
    // What the console has listed by then it lists again.
    let exchanges = eventually("the stream runs", async || {
        let listed = window.exchanges().await;
        (answers.load(Ordering::SeqCst) >= ANSWERS).then_some(listed)
    })
    .await;
    let journal = window.journal().await;
    window.killed().await;
    let mut given: Vec<Vec<Tokens>> = Vec::new();
    for stream in streams {
        given.push(stream.await.expect("it only ends when nobody answers"));
    }

    let window = Window::open(&home, &arguments).await;
    let platform = window.platform().await;
    let listed = window.all_exchanges().await;
    let lost: Vec<_> = exchanges
        .iter()
        .filter(|id| !listed.contains(*id))
        .collect();
    assert!(lost.is_empty(), "{lost:?}");
    assert!(window.journal().await.starts_with(&journal));
    // Every token that arrived is alive: the last ones by use, the others by their number in the journal.
    for tokens in &given {
        let last = tokens.last().expect("the first one at least");
        assert_eq!(outside::biomarkers(&platform, last).await, StatusCode::OK);
    }
    let acknowledged: usize = given.iter().map(Vec::len).sum();
    let status = window.rpc("sandbox_status", json!({})).await;
    let live = status["counts"]["live_tokens"].as_u64().expect("a number");
    assert!(
        live >= acknowledged as u64,
        "{live} tokens are alive, {acknowledged} were given"
    );
    window.close().await;
}

impl Window {
    /// Every exchange that the console lists.
    async fn all_exchanges(&self) -> BTreeSet<String> {
        let mut found = BTreeSet::new();
        let mut before = Value::Null;
        loop {
            let mut asked = json!({ "limit": 1000 });
            if !before.is_null() {
                asked["before"] = before;
            }
            let listed = self.rpc("traffic_list", asked).await;
            let rows = listed["exchanges"].as_array().expect("a list");
            let Some(oldest) = rows.last() else {
                return found;
            };
            before = oldest["seq"].clone();
            let ids = rows.iter().filter_map(|row| row["id"].as_str());
            found.extend(ids.map(str::to_owned));
        }
    }
}
