//! The pages in a browser whose owner has switched script off.

use axum::Router;
use axum::response::Html;
use axum::routing::get;

use crate::support::browser::Browser;
use crate::support::partner::{Partner, Quickstart};
use crate::support::sandbox::{JONAS, MAYA, Sandbox};
use crate::support::web::Site;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_whole_flow_works_without_script() -> anyhow::Result<()> {
    let sandbox = Sandbox::start().await?;
    let partner = Partner::start(Quickstart::Flask, &sandbox).await?;
    let page = "<title>no script</title><script>document.title = 'script'</script>";
    let site = Site::serve(Router::new().route("/", get(async move || Html(page)))).await?;
    let browser = Browser::without_script().await?;

    browser.goto(site.localhost()).await?;
    assert_eq!(
        browser.title().await?,
        "no script",
        "this browser runs no script of a page"
    );

    browser.goto(partner.login()).await?;
    browser.sign_in(JONAS).await?;
    browser.press("Use another account").await?;
    browser.sign_in(MAYA).await?;
    browser
        .heading(&format!("Connect {} with Loop", partner.name))
        .await?;
    browser.press("Allow").await?;
    browser.arrive(&partner.callback()).await?;
    let shown = browser.json().await?;
    assert_eq!(shown["message"], "Connected to Loop!");
    assert!(
        shown["biomarkers"]["results"]
            .as_array()
            .is_some_and(|results| !results.is_empty()),
        "{shown}"
    );
    Ok(())
}
