//! A persona's health data added to, and an app's access taken back.

use serde_json::json;

use crate::support::http;
use crate::support::sandbox::{MAYA, MAYA_EMAIL, SCOPES};

use super::super::Console;

impl Console {
    /// Has Maya connect an app, without asking her.
    async fn connected(&self, name: &str) -> anyhow::Result<()> {
        let redirect = "http://localhost:3000/callback";
        let app = self.sandbox.register(name, "web", redirect).await?;
        let consents = json!({ "auto_approve": MAYA_EMAIL });
        self.sandbox.rpc("settings_update", consents).await?;
        let client = http::client()?;
        let verifier = "a-verifier-that-is-long-enough-for-the-proof-key";
        let asked = client
            .get(format!("{}/v1/oauth/authorize", self.sandbox.url()))
            .query(&[
                ("response_type", "code"),
                ("client_id", &app.client_id),
                ("redirect_uri", redirect),
                ("scope", &SCOPES.join(" ")),
                ("state", "s"),
                (
                    "code_challenge",
                    &connect_core::protocol::pkce::challenge(verifier),
                ),
                ("code_challenge_method", "S256"),
            ]);
        let back = http::location(&asked.send().await?)?;
        anyhow::ensure!(http::query(&back, "code").is_some(), "no code: {back}");
        Ok(())
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_persona_is_added_to_and_disconnected_by_keys() -> anyhow::Result<()> {
    let console = Console::open().await?;
    console.connected("Reads Along").await?;
    console.keys("Ctrl+3").await?;
    console.browser.heading("People").await?;
    console.keys("Ctrl+F").await?;
    console.is_on("textbox", "Find a persona").await?;
    console.types("maya").await?;
    console.settled().await?;
    console.reach("link", "").await?;
    console.keys("Home").await?;
    let maya = json!({ "user_id": MAYA_EMAIL });
    let before = console.sandbox.rpc("people_health", maya.clone()).await?;

    // A lab result.
    console.menu("Add", "Lab result…").await?;
    console.asked("Add a lab result").await?;
    console.types("ferritin").await?;
    console.settled().await?;
    console.keys("ArrowDown").await?;
    console.keys("Enter").await?;
    console.reach("textbox", "Value").await?;
    console.types("81").await?;
    console.keys("Enter").await?;
    console.is_told(&format!("is in {MAYA}’s results")).await?;
    console.is_back().await?;
    console.is_on("button", "Add").await?;

    // A protocol, after thinking it over.
    console.add("Protocol…", "Start a protocol").await?;
    console.keys("Escape").await?;
    console.is_back().await?;
    console.is_on("button", "Add").await?;
    console.add("Protocol…", "Start a protocol").await?;
    console.reach("textbox", "Goals").await?;
    console.types("Sleep better").await?;
    console.enter("button", "Start protocol").await?;
    console.is_told(&format!("{MAYA} is on")).await?;
    console.is_back().await?;
    console.is_on("button", "Add").await?;

    // A check-in.
    console.add("Check-in…", "Record a check-in").await?;
    console.reach("slider", "Mood").await?;
    console.keys("ArrowRight").await?;
    console.enter("button", "Record check-in").await?;
    console.is_told("check-in of day").await?;
    console.is_back().await?;
    console.is_on("button", "Add").await?;
    let after = console.sandbox.rpc("people_health", maya.clone()).await?;
    let running = |health: &serde_json::Value| health["protocols"].as_array().map(Vec::len);
    assert!(running(&after) > running(&before), "{after}");

    // The app's access is taken back.
    console.reach("tab", "Health").await?;
    console.keys("ArrowRight").await?;
    console.is_on("tab", "Connected apps").await?;
    console.reach("button", "Disconnect…").await?;
    console.keys("Enter").await?;
    console.asked("Disconnect Reads Along?").await?;
    console.keys("Escape").await?;
    console.is_back().await?;
    console.is_on("button", "Disconnect…").await?;
    console.keys("Enter").await?;
    console.asked("Disconnect Reads Along?").await?;
    console.enter("button", "Disconnect").await?;
    console.is_told("Reads Along was disconnected").await?;
    console.is_back().await?;
    let connected = console.sandbox.rpc("people_connected_apps", maya).await?;
    assert_eq!(connected["apps"], json!([]));

    // A new persona.
    console.reach_back("button", "New persona").await?;
    console.keys("Enter").await?;
    console.asked("New persona").await?;
    console.is_on("textbox", "Name").await?;
    console.types("Ada Byron").await?;
    console.keys("Enter").await?;
    console.is_told("Ada Byron can sign in now").await?;
    console.is_back().await?;
    console.no_complaints().await
}

impl Console {
    /// Opens one of the dialogs under Add, where the focus is.
    async fn add(&self, item: &str, title: &str) -> anyhow::Result<()> {
        self.keys("Enter").await?;
        self.walk_menu(item).await?;
        self.keys("Enter").await?;
        self.asked(title).await
    }
}
