//! An exchange found, read, explained and mended.

use serde_json::json;

use crate::support::{eventually, http};

use super::super::Console;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refusal_is_found_explained_and_mended_by_keys() -> anyhow::Result<()> {
    let console = Console::open().await?;
    console.sandbox.some_traffic().await?;
    let app = console.sandbox.demo_app().await?;
    let wrong = format!(
        "{}/v1/oauth/authorize?response_type=code&client_id={app}&redirect_uri=http://localhost:3000/calback&scope=openid&state=s&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256",
        console.sandbox.url()
    );
    http::client()?.get(&wrong).send().await?;
    let refused = console.sandbox.newest_exchange().await?;

    console.keys("Ctrl+5").await?;
    console.browser.heading("Traffic").await?;
    console.keys("Ctrl+F").await?;
    console.is_on("combobox", "Filter").await?;
    console.types("check:redirect_uri_registered").await?;
    console.keys("Enter").await?;
    console.says("1 of").await?;
    console.settled().await?;
    console.keys("ArrowDown").await?;
    console.is_on("grid", "Exchanges").await?;
    console.keys("End").await?;
    console.keys("Enter").await?;
    console.settled().await?;
    assert!(
        console
            .place()
            .await?
            .starts_with(&format!("#/traffic/{refused}"))
    );
    console.is_on("grid", "Exchanges").await?;

    // Why, and the fix.
    console.keys("w").await?;
    console.says("exact strings").await?;
    console.keys("Ctrl+]").await?;
    console
        .reach("button", "Register this redirect URI")
        .await?;
    console.keys("Enter").await?;
    console.says("Fixed").await?;
    console.is_back().await?;
    let fixed = http::client()?.get(&wrong).send().await?;
    anyhow::ensure!(!fixed.status().is_client_error(), "{}", fixed.status());

    // Its tabs.
    console.reach_back("tab", "Why?").await?;
    for tab in ["Trace", "Raw", "Overview", "Request"] {
        console.keys("ArrowRight").await?;
        console.is_on("tab", tab).await?;
        console.settled().await?;
    }
    // Left by Escape, back in the list; the filter is cleared by Escape too.
    console.keys("Escape").await?;
    console.is_on("grid", "Exchanges").await?;
    console.comes_to(|place| !place.contains(&refused)).await?;
    console.keys("/").await?;
    console.is_on("combobox", "Filter").await?;
    console.keys("Escape").await?;
    console.says("exchanges").await?;
    console.keys("Escape").await?;
    console.is_on("grid", "Exchanges").await?;

    // Held still while requests come in, and let go.
    console.keys("Ctrl+Shift+P").await?;
    console.says("Paused").await?;
    http::client()?.get(console.sandbox.url()).send().await?;
    console.says("1 came since").await?;
    console.reach_back("button", "Resume").await?;
    console.keys("Enter").await?;
    console.reach("grid", "Exchanges").await?;
    console.no_complaints().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn exchanges_are_pinned_compared_copied_and_exported_by_keys() -> anyhow::Result<()> {
    let console = Console::open().await?;
    let newest = console.sandbox.some_traffic().await?;
    console.keys("Ctrl+5").await?;
    console.browser.heading("Traffic").await?;
    console.settled().await?;
    console.reach("grid", "Exchanges").await?;
    console.keys("End").await?;
    console.keys("Ctrl+D").await?;
    console.is_told("Pinned").await?;
    let pinned = json!({ "exchange": newest });
    let pinned = console.sandbox.rpc("traffic_get", pinned).await?;
    assert_eq!(pinned["summary"]["pinned"], true);
    console.keys("p").await?;
    console.is_told("No longer pinned").await?;

    // Copied, without its credentials unless they are asked for.
    console.keys("Ctrl+Shift+C").await?;
    console.is_told("Copied as cURL").await?;
    let command = console.copied("curl ").await?;
    assert!(command.contains("/v1/oauth/token"), "{command}");

    // Two side by side.
    console.keys("Shift+ArrowUp").await?;
    console.keys("Ctrl+Shift+D").await?;
    console.says("Two exchanges").await?;
    console.says("/v1/oauth/token").await?;
    console.keys("Ctrl+]").await?;
    console.reach("switch", "Only what differs").await?;
    console.keys("Escape").await?;
    // One of them is still open.
    console.says("Overview").await?;
    console.is_back().await?;
    console.keys("Escape").await?;
    console.is_on("grid", "Exchanges").await?;

    // A file.
    let downloads = tempfile::tempdir()?;
    let behaviour = json!({ "behavior": "allow", "downloadPath": downloads.path() });
    console
        .browser
        .cdp()
        .send_raw("Browser.setDownloadBehavior", behaviour)
        .await?;
    console.keys("Ctrl+E").await?;
    console.asked("Export as HAR").await?;
    console.keys("Escape").await?;
    console.is_on("grid", "Exchanges").await?;
    console.keys("Ctrl+E").await?;
    console.asked("Export as HAR").await?;
    console.enter("button", "Save…").await?;
    console.is_told("Saved").await?;
    console.is_back().await?;
    let file = eventually("the file is there", async || {
        let files = std::fs::read_dir(downloads.path())?;
        let mut files = files.filter_map(|file| Some(file.ok()?.path()));
        Ok(files.find(|file| file.extension().is_some_and(|kind| kind == "har")))
    })
    .await?;
    let har: serde_json::Value = serde_json::from_slice(&std::fs::read(file)?)?;
    assert_eq!(har["log"]["version"], "1.2");
    console.no_complaints().await
}
