//! A single-page app: a public client whose token request and API calls are made by script, from another origin.

use axum::Router;
use axum::response::Html;
use axum::routing::get;
use serde_json::{Value, json};

use crate::support::browser::Browser;
use crate::support::sandbox::{MAYA, Sandbox};
use crate::support::web::Site;

/// The app: one page that begins the flow, ends it, and shows what came of it.
const PAGE: &str = r"<!doctype html><title>Single page</title><button>Connect with Loop</button><pre></pre><script>
const { identity, clinical, client_id } = CONFIG;
const redirect_uri = `${location.origin}/callback`;
const base64url = bytes => btoa(String.fromCharCode(...bytes)).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
const random = () => base64url(crypto.getRandomValues(new Uint8Array(32)));
document.querySelector('button').onclick = async () => {
  const [state, verifier] = [random(), random()];
  sessionStorage.setItem(state, verifier);
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(verifier));
  location = `${identity}/v1/oauth/authorize?` + new URLSearchParams({
    response_type: 'code', client_id, redirect_uri, scope: 'openid profile read:biomarkers', state,
    code_challenge: base64url(new Uint8Array(digest)), code_challenge_method: 'S256' });
};
const finish = async answer => {
  const code_verifier = sessionStorage.getItem(answer.get('state'));
  const post = (path, form) => fetch(identity + path, { method: 'POST', body: new URLSearchParams({ client_id, ...form }) });
  const exchanged = await post('/v1/oauth/token', { grant_type: 'authorization_code', code: answer.get('code'), redirect_uri, code_verifier });
  const first = await exchanged.json();
  const tokens = await (await post('/v1/oauth/token', { grant_type: 'refresh_token', refresh_token: first.refresh_token })).json();
  const call = () => fetch(`${clinical}/v1/biomarkers/me`, { headers: { Authorization: `Bearer ${tokens.access_token}` } });
  const { results } = await (await call()).json();
  const revoked = (await post('/v1/oauth/revoke', { token: tokens.refresh_token })).status;
  const after = await call();
  return { scope: tokens.scope, results: results.length, revoked, after: after.status, error: (await after.json()).error };
};
const answer = new URLSearchParams(location.search);
if (answer.has('code')) finish(answer).then(
  done => document.querySelector('pre').textContent = JSON.stringify(done),
  error => document.querySelector('pre').textContent = JSON.stringify({ blocked: error.message }));
</script>";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_single_page_app_calls_from_the_origins_it_has_registered_and_no_other()
-> anyhow::Result<()> {
    let sandbox = Sandbox::start().await?;
    let browser = Browser::open().await?;
    for allowed in [true, false] {
        let (site, client_id) = single_page(&sandbox, allowed).await?;
        browser.goto(site.localhost()).await?;
        browser.press("Connect with Loop").await?;
        if allowed {
            browser.sign_in(MAYA).await?;
        }
        browser.heading("Connect Single Page with Loop").await?;
        assert!(browser.text().await?.contains(&client_id));
        browser.press("Allow").await?;
        browser
            .arrive(&format!("{}/callback?code=", site.localhost()))
            .await?;
        let shown: Value =
            serde_json::from_str(&browser.element("//pre[text()]").await?.text().await?)?;
        if allowed {
            assert_eq!(shown["scope"], "openid profile read:biomarkers", "{shown}");
            assert!(shown["results"].as_u64() > Some(0), "{shown}");
            assert_eq!(shown["revoked"], 200, "{shown}");
            assert_eq!(
                (&shown["after"], &shown["error"]),
                (&401.into(), &"invalid_token".into()),
                "{shown}"
            );
        } else {
            assert_eq!(
                shown["blocked"], "Failed to fetch",
                "the browser keeps the answer from the page"
            );
        }
    }
    Ok(())
}

/// Registers the app and serves it; without its origin unless it is to be `allowed`.
async fn single_page(sandbox: &Sandbox, allowed: bool) -> anyhow::Result<(Site, String)> {
    let config = std::sync::Arc::new(std::sync::OnceLock::new());
    let shown = std::sync::Arc::clone(&config);
    let page = move || {
        let config: &Value = shown.get().unwrap_or(&Value::Null);
        let page = PAGE.replace("CONFIG", &config.to_string());
        async { Html(page) }
    };
    let site = Site::serve(
        Router::new()
            .route("/", get(page.clone()))
            .route("/callback", get(page)),
    )
    .await?;
    let origins = if allowed {
        vec![site.localhost()]
    } else {
        Vec::new()
    };
    let request = json!({
        "name": "Single Page",
        "app_type": "spa",
        "redirect_uris": [format!("{}/callback", site.localhost())],
        "scopes": ["openid", "profile", "read:biomarkers"],
        "allowed_origins": origins,
        "baa_status": "signed",
    });
    let client_id = sandbox.rpc("apps_create", request).await?["client_id"]
        .as_str()
        .unwrap_or_default()
        .to_owned();
    let settings = json!({ "identity": sandbox.url(), "clinical": sandbox.clinical(), "client_id": client_id });
    anyhow::ensure!(config.set(settings).is_ok(), "set once");
    Ok((site, client_id))
}
