//! What can be chosen, and keys that are given to other actions.

use serde_json::json;

use crate::support::eventually;

use super::super::Console;

impl Console {
    /// The attribute of the page that says which theme is seen.
    async fn theme(&self) -> anyhow::Result<String> {
        let theme = "return document.documentElement.dataset.theme";
        let theme = self.browser.execute(theme, vec![]).await?;
        Ok(theme.json().as_str().unwrap_or_default().to_owned())
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn settings_are_found_and_changed_by_keys() -> anyhow::Result<()> {
    let console = Console::open().await?;
    console.keys("Ctrl+6").await?;
    console.browser.heading("Settings").await?;

    // The theme, by its radio buttons and by its keys.
    console.keys("Ctrl+F").await?;
    console.is_on("textbox", "Find a setting").await?;
    console.types("theme").await?;
    console.reach("radio", "System").await?;
    for (name, seen) in [
        ("Light", "light"),
        ("Dark", "dark"),
        ("High contrast", "contrast"),
    ] {
        console.keys("ArrowRight").await?;
        console.is_on("radio", name).await?;
        assert_eq!(console.theme().await?, seen);
    }
    console.keys("Ctrl+Shift+L").await?;
    console.reach("radio", "System").await?;

    // A number, kept with Enter.
    console.keys("Ctrl+F").await?;
    console.rewrites("retention").await?;
    console.reach("textbox", "Longest time").await?;
    console.rewrites("7").await?;
    console.keys("Enter").await?;
    eventually("the setting is kept", async || {
        let kept = console.sandbox.rpc("settings_get", json!({})).await?;
        Ok((kept["settings"]["keep_days"] == 7).then_some(()))
    })
    .await?;
    // A wrong one is said, and undone by Escape.
    console.rewrites("0").await?;
    console.keys("Enter").await?;
    eventually("the flaw is said", async || {
        let flaw = "return document.querySelector('main [role=\"alert\"]')?.innerText ?? null";
        let flaw = console.browser.execute(flaw, vec![]).await?;
        Ok(flaw.json().as_str().map(str::to_owned))
    })
    .await?;
    console.keys("Escape").await?;
    let written = console.browser.active_element().await?.value().await?;
    assert_eq!(written.as_deref(), Some("7"));

    // What only the window can do says so.
    console.keys("Ctrl+F").await?;
    console.rewrites("workspaces").await?;
    console
        .says("The window switches workspaces; a browser shows one")
        .await?;
    console.keys("Ctrl+O").await?;
    console.is_told("Only in the desktop window").await?;
    console.no_complaints().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn keys_are_given_to_an_action_by_keys_and_taken_back() -> anyhow::Result<()> {
    let console = Console::open().await?;
    console.keys("F1").await?;
    console.asked("Keyboard shortcuts").await?;
    console.is_on("textbox", "Find an action").await?;
    console.types("Advance a Minute").await?;
    console
        .enter("button", "Change the keys of Advance a Minute")
        .await?;
    console.is_on("button", "Press the new keys").await?;
    // What would be typed is refused, what another action has is said.
    console.keys("x").await?;
    console.asked("alone would be typed").await?;
    console.keys("Ctrl+1").await?;
    console.asked("They press “Home” now").await?;
    console.keys("Ctrl+Alt+M").await?;
    console.keys("Enter").await?;
    console
        .is_on("button", "Change the keys of Advance a Minute")
        .await?;
    console.escape().await?;

    console.keys("Ctrl+Alt+M").await?;
    console.is_told("1 minute").await?;
    let clock = console.sandbox.rpc("clock_get", json!({})).await?;
    assert!(
        clock["ahead_ms"].as_i64().unwrap_or_default() > 50_000,
        "{clock}"
    );

    // As they were.
    console.keys("F1").await?;
    console.asked("Keyboard shortcuts").await?;
    console.types("Advance a Minute").await?;
    console
        .enter("button", "Reset the keys of Advance a Minute")
        .await?;
    console.asked("no keys").await?;
    console
        .is_on("button", "Change the keys of Advance a Minute")
        .await?;
    console.escape().await?;
    console.no_complaints().await
}
