//! Where an answer leads: to the app, from there to a third origin, to a custom scheme. A policy on the page with the
//! form must not cut any of these ways (Chromium applies `form-action` to every redirect after a form).

use anyhow::Context as _;
use axum::Router;
use axum::response::{Html, Redirect};
use axum::routing::{get, post};
use oauth2::{PkceCodeChallenge, PkceCodeVerifier};
use serde_json::Value;
use url::Url;

use crate::support::browser::Browser;
use crate::support::sandbox::{Credentials, MAYA, Sandbox};
use crate::support::web::Site;
use crate::support::{eventually, http};

/// The scheme of an app on a phone.
const SCHEME: &str = "com.example.demo:/callback";

/// An authorization request, and the verifier that its code will need.
fn authorize(
    sandbox: &Sandbox,
    app: &Credentials,
    redirect_uri: &str,
) -> anyhow::Result<(Url, PkceCodeVerifier)> {
    let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
    let parameters = [
        ("response_type", "code"),
        ("client_id", &app.client_id),
        ("redirect_uri", redirect_uri),
        ("scope", "openid profile read:biomarkers"),
        ("state", "between requests"),
        ("code_challenge", challenge.as_str()),
        ("code_challenge_method", "S256"),
    ];
    let url = Url::parse_with_params(&format!("{}/v1/oauth/authorize", sandbox.url()), parameters)?;
    Ok((url, verifier))
}

/// An app whose callback sends the browser on, as apps do once they have kept what came.
async fn app_that_goes_on_to(target: String) -> anyhow::Result<Site> {
    Site::serve(Router::new().route("/callback", get(async move || Redirect::to(&target)))).await
}

/// Where a way ends.
async fn landing() -> anyhow::Result<Site> {
    Site::serve(Router::new().route("/landed", get(async || Html("<h1>Landed</h1>")))).await
}

/// Waits until the browser has tried to open an address outside the web, and returns it.
async fn opened(browser: &Browser, start: &str) -> anyhow::Result<Url> {
    eventually(&format!("the browser tries to open {start}"), async || {
        Ok(browser
            .requested()
            .await?
            .into_iter()
            .find(|url| url.as_str().starts_with(start)))
    })
    .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_app_may_send_the_browser_on_to_a_third_origin() -> anyhow::Result<()> {
    let sandbox = Sandbox::start().await?;
    let third = landing().await?;
    let landed = format!("{}/landed", third.address());
    let partner = app_that_goes_on_to(landed.clone()).await?;
    let callback = format!("{}/callback", partner.localhost());
    let app = sandbox.register("Goes On", "web", &callback).await?;
    let browser = Browser::open().await?;

    browser
        .goto(authorize(&sandbox, &app, &callback)?.0.as_str())
        .await?;
    browser.sign_in(MAYA).await?;
    browser.press("Allow").await?;
    browser.arrive(&landed).await?;
    browser.heading("Landed").await?;

    browser
        .goto(authorize(&sandbox, &app, &callback)?.0.as_str())
        .await?;
    browser.press("Deny").await?;
    browser.arrive(&landed).await?;
    browser.heading("Landed").await?;
    browser.stayed_on_this_machine().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_custom_scheme_is_opened_with_a_code_that_works() -> anyhow::Result<()> {
    let sandbox = Sandbox::start().await?;
    let app = sandbox.register("On A Phone", "native", SCHEME).await?;
    let browser = Browser::open().await?;
    let (url, verifier) = authorize(&sandbox, &app, SCHEME)?;

    browser.goto(url.as_str()).await?;
    browser.sign_in(MAYA).await?;
    browser.heading("Connect On A Phone with Loop").await?;
    browser.press("Allow").await?;
    let answer = opened(&browser, SCHEME).await?;
    assert_eq!(
        http::query(&answer, "state").as_deref(),
        Some("between requests")
    );
    assert_eq!(http::query(&answer, "iss").as_deref(), Some(sandbox.url()));
    let code = http::query(&answer, "code").context("no code")?;
    let form = [
        ("grant_type", "authorization_code"),
        ("code", &code),
        ("redirect_uri", SCHEME),
        ("client_id", &app.client_id),
        ("code_verifier", verifier.secret()),
    ];
    let response = http::client()?
        .post(format!("{}/v1/oauth/token", sandbox.url()))
        .form(&form)
        .send()
        .await?;
    assert_eq!(response.status(), 200);
    let tokens: Value = response.json().await?;
    assert_eq!(tokens["scope"], "openid profile read:biomarkers");

    Ok(())
}

/// In a browser of its own: over a page whose custom scheme was opened, Chromium's question stands and takes clicks.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_denial_opens_the_custom_scheme_too() -> anyhow::Result<()> {
    let sandbox = Sandbox::start().await?;
    let app = sandbox.register("On A Phone", "native", SCHEME).await?;
    let browser = Browser::open().await?;

    browser
        .goto(authorize(&sandbox, &app, SCHEME)?.0.as_str())
        .await?;
    browser.sign_in(MAYA).await?;
    browser.press("Deny").await?;
    let answer = opened(&browser, SCHEME).await?;
    assert_eq!(
        http::query(&answer, "error").as_deref(),
        Some("access_denied")
    );
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_app_may_send_the_browser_on_to_a_custom_scheme() -> anyhow::Result<()> {
    let sandbox = Sandbox::start().await?;
    let partner = app_that_goes_on_to("com.example.demo:/done".to_owned()).await?;
    // A native app's loopback port is its own affair: it is registered without one.
    let app = sandbox
        .register("On A Desktop", "native", "http://127.0.0.1/callback")
        .await?;
    let browser = Browser::open().await?;
    let callback = format!("{}/callback", partner.address());

    browser
        .goto(authorize(&sandbox, &app, &callback)?.0.as_str())
        .await?;
    browser.sign_in(MAYA).await?;
    browser.press("Allow").await?;
    opened(&browser, "com.example.demo:/done").await?;
    Ok(())
}

/// Shows that the tests above can fail: with the directive, this very browser does stop.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_directive_that_we_leave_out_would_cut_the_way() -> anyhow::Result<()> {
    let third = landing().await?;
    let landed = format!("{}/landed", third.address());
    let page = (
        [("content-security-policy", "form-action 'self'")],
        Html("<form method=post action=/answer><button>Go on</button></form>"),
    );
    let router = Router::new().route("/page", get(async move || page)).route(
        "/answer",
        post({
            let landed = landed.clone();
            async move || Redirect::to(&landed)
        }),
    );
    let site = Site::serve(router).await?;
    let browser = Browser::open().await?;

    browser.goto(format!("{}/page", site.localhost())).await?;
    browser.press("Go on").await?;
    eventually("the browser refuses", async || {
        let log = browser.browser_log().await?;
        Ok(log
            .iter()
            .any(|entry| entry.message.contains("form-action"))
            .then_some(()))
    })
    .await?;
    assert_eq!(browser.current_url().await?.path(), "/page");
    Ok(())
}
