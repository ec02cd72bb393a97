//! Home, and the world bar over every panel.

use serde_json::json;

use crate::support::eventually;

use super::super::Console;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_world_is_taken_along_cleared_and_moved_in_time_by_keys() -> anyhow::Result<()> {
    let console = Console::open().await?;
    let env = json!({ "client_id": console.sandbox.demo_app().await? });
    let env = console.sandbox.rpc("apps_env", env).await?;
    let env = env["text"].as_str().unwrap_or_default();

    // The first stop leads over the frame, into the panel.
    console.keys("Tab").await?;
    console.is_on("link", "To the panel").await?;
    console.keys("Enter").await?;
    console.is_on("main", "").await?;
    console.enter("button", "Copy .env").await?;
    console.is_told("copied").await?;
    assert_eq!(console.copied("LOOP_CLIENT_ID").await?, env);
    console.keys("Ctrl+Shift+U").await?;
    console.is_told("Base URL copied").await?;
    let url = console.sandbox.url();
    assert_eq!(console.copied(url).await?, url);
    console.keys("Ctrl+Shift+E").await?;
    console.is_told(".env of Demo Web App copied").await?;

    // The clock's menu: a day on.
    let clock = async || {
        let clock = console.sandbox.rpc("clock_get", json!({})).await?;
        anyhow::Ok(clock["ahead_ms"].as_i64().unwrap_or_default())
    };
    console.reach("button", "Sandbox clock").await?;
    console.keys("Enter").await?;
    console.is_on("menuitem", "Pause Clock").await?;
    console.walk_menu("Advance a Day").await?;
    console.keys("Enter").await?;
    console.is_told("1 day").await?;
    eventually("the clock is about a day on", async || {
        Ok((clock().await? > 23 * 3_600_000).then_some(()))
    })
    .await?;
    console.is_on("button", "Sandbox clock").await?;
    // By any time, in a dialog, which can be left as well.
    console.keys("Ctrl+Shift+A").await?;
    console.asked("Advance the clock").await?;
    console.is_on("textbox", "By").await?;
    console.keys("Escape").await?;
    console.is_on("button", "Sandbox clock").await?;
    console.keys("Ctrl+Shift+A").await?;
    console.is_on("textbox", "By").await?;
    console.rewrites("30").await?;
    console.reach("radio", "Hours").await?;
    console.keys("ArrowLeft").await?;
    console.is_on("radio", "Minutes").await?;
    console.keys("Enter").await?;
    console.is_back().await?;
    console.is_told("30 minutes").await?;

    // Cleared; what is asked first can be refused.
    console.sandbox.some_traffic().await?;
    console.keys("Ctrl+Shift+Backspace").await?;
    console.asked("Clear activity?").await?;
    console.enter("button", "Cancel").await?;
    console.is_on("button", "Sandbox clock").await?;
    console.keys("Ctrl+Shift+Backspace").await?;
    console.asked("Clear activity?").await?;
    console.enter("button", "Clear activity").await?;
    console.is_told("Activity cleared").await?;
    console.is_on("button", "Sandbox clock").await?;
    let left = console.sandbox.rpc("traffic_list", json!({})).await?;
    assert_eq!(left["exchanges"], json!([]));
    console.no_complaints().await
}
