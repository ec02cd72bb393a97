//! An app's life: registered, agreed on, rotated, its code taken, changed, deleted.

use serde_json::json;

use super::super::Console;

const NAME: &str = "By Keys Alone";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_app_is_registered_run_changed_and_deleted_by_keys() -> anyhow::Result<()> {
    let console = Console::open().await?;
    console.keys("Ctrl+Alt+N").await?;
    console.browser.heading("New app").await?;
    console.is_on("textbox", "Name").await?;
    console.types(NAME).await?;
    console.reach("textbox", "Redirect URI").await?;
    console.types("http://localhost:3000/cb").await?;
    // A refused form takes one to what is wrong.
    console.keys("Ctrl+Enter").await?;
    console.says("scope").await?;
    console.reach("textbox", "Find a scope").await?;
    console.types("biomarkers").await?;
    console.reach("checkbox", "read:biomarkers").await?;
    console.keys("Space").await?;
    console.keys("Ctrl+Enter").await?;

    // The credentials, once.
    console.asked(&format!("{NAME} is registered")).await?;
    console.is_on("button", "Copy .env").await?;
    console.keys("Escape").await?;
    console.asked(&format!("{NAME} is registered")).await?;
    console.enter("button", "I have them").await?;
    console.is_back().await?;
    console.is_on("link", NAME).await?;

    // The agreement, applied for and approved.
    console.keys("Ctrl+]").await?;
    console.enter("button", "Apply").await?;
    console.says("Under review").await?;
    console.is_back().await?;
    console.enter("button", "Approve").await?;
    console.says("In force").await?;
    console.is_back().await?;

    // Rotation, refused and done.
    console.reach_back("button", "Rotate secret…").await?;
    console.keys("Enter").await?;
    console
        .asked(&format!("Rotate the secret of {NAME}?"))
        .await?;
    console.keys("Escape").await?;
    console.is_back().await?;
    console.is_on("button", "Rotate secret…").await?;
    console.keys("Enter").await?;
    console
        .asked(&format!("Rotate the secret of {NAME}?"))
        .await?;
    console.enter("button", "Rotate the secret").await?;
    console.asked(&format!("New secret of {NAME}")).await?;
    console.enter("button", "I have them").await?;
    console.is_back().await?;
    console.says("The old secret still works").await?;
    // The secret is shown where it is asked for.
    console.reach("button", "Show Client secret").await?;
    console.keys("Enter").await?;
    console.is_on("button", "Mask Client secret").await?;
    console.says("secret_").await?;

    // Ready code.
    console.reach_back("tab", "Overview").await?;
    for tab in ["Settings", "Scopes", "Code"] {
        console.keys("ArrowRight").await?;
        console.is_on("tab", tab).await?;
    }
    console.reach("radio", "Node").await?;
    console.keys("ArrowRight").await?;
    console.is_on("radio", "Python").await?;
    console.reach("button", "Copy app.py").await?;
    console.keys("Enter").await?;
    console.is_told("app.py copied").await?;
    console.copied("flask").await?;

    // Changed, and kept by its bar.
    console.reach_back("tab", "Code").await?;
    console.keys("ArrowLeft").await?;
    console.keys("ArrowLeft").await?;
    console.is_on("tab", "Settings").await?;
    console.reach("textbox", "Name").await?;
    console.rewrites("Renamed by Keys").await?;
    console.enter("button", "Save").await?;
    console.is_told("is saved").await?;
    console.says("Renamed by Keys").await?;
    console.is_back().await?;

    // Disabled and deleted, by the menu of the app.
    console.menu("More for Renamed by Keys", "Disable…").await?;
    console.asked("Disable Renamed by Keys?").await?;
    console.enter("button", "Disable the app").await?;
    console.is_back().await?;
    console.is_on("button", "More for Renamed by Keys").await?;
    console.keys("Enter").await?;
    console.walk_menu("Delete…").await?;
    console.keys("Enter").await?;
    console.asked("Delete Renamed by Keys?").await?;
    console.enter("button", "Delete the app").await?;
    console.is_told("Renamed by Keys is deleted").await?;
    console.is_back().await?;
    console.is_on("textbox", "Find an app").await?;
    let apps = console.sandbox.rpc("apps_list", json!({})).await?;
    assert!(!apps.to_string().contains("by Keys"), "{apps}");

    // The list itself: found by words, moved through by arrows, left by Escape.
    console.types("demo").await?;
    console.keys("ArrowDown").await?;
    console.is_on("link", "Demo").await?;
    console.keys("ArrowDown").await?;
    console
        .comes_to(|place| place.starts_with("#/apps/client_"))
        .await?;
    console.keys("Escape").await?;
    console.is_on("link", "Demo").await?;
    console.comes_to(|place| place == "#/apps").await?;
    console.no_complaints().await
}
