//! Rules 15, 18, 19 and the half of 20 that is about pages: sign-in and consent.

use serde_json::json;

use crate::support::browser::Page;
use crate::support::{Answer, Browser, MAYA, Request, Sandbox, people_scopes};

#[tokio::test]
pub(super) async fn n15_deny_is_told_to_the_app_and_leaves_no_code() {
    let sandbox = Sandbox::start().await;
    let web = sandbox.web().await;
    // On the consent page.
    let mut browser = Browser::new(&sandbox);
    let request = web.authorize(&sandbox, "openid read:biomarkers");
    let page = browser.consent_page(&request, MAYA).await;
    let answer = browser.submit(&page, &[("decision", "deny")]).await.answer;
    assert_eq!(answer.status, 302, "documented: {answer}");
    answer.is_redirect_error(&sandbox, &request, "access_denied");
    // On the sign-in page, before anybody is signed in.
    let request = web.authorize(&sandbox, "openid");
    let mut stranger = Browser::new(&sandbox);
    let page = stranger.open(&request).await;
    assert!(page.is_sign_in(), "{}", page.answer);
    stranger
        .submit(&page, &[("decision", "deny")])
        .await
        .answer
        .is_redirect_error(&sandbox, &request, "access_denied");

    assert!(sandbox.journal("code").await.is_empty());
    assert_eq!(
        sandbox.rpc("grants_list", json!({})).await["grants"],
        json!([])
    );
    assert_eq!(sandbox.journal("authorization.denied").await.len(), 2);
}

#[tokio::test]
async fn what_was_taken_from_the_app_while_the_page_was_open_is_not_granted() {
    let sandbox = Sandbox::start().await;
    let web = sandbox.web().await;
    let mut browser = Browser::new(&sandbox);
    let request = web.authorize(&sandbox, "openid read:biomarkers");
    let page = browser.consent_page(&request, MAYA).await;
    let withdrawn = json!({ "client_id": web.client_id, "baa_status": "none" });
    sandbox.rpc("apps_set_baa", withdrawn).await;
    let answer = browser.submit(&page, &[("decision", "allow")]).await.answer;
    answer.is_redirect_error(&sandbox, &request, "invalid_scope");
    assert!(sandbox.journal("code").await.is_empty());
}

fn is_safe(answer: &Answer) {
    let policy = answer.header("content-security-policy").unwrap_or("");
    assert!(policy.contains("frame-ancestors 'none'"), "{answer}");
    // Chromium applies form-action to every later redirect: the way back to the app would be cut silently.
    assert!(
        !policy.contains("form-action") && !policy.contains("unsafe"),
        "{answer}"
    );
    assert_eq!(answer.header("x-frame-options"), Some("DENY"), "{answer}");
    assert_eq!(answer.header("cache-control"), Some("no-store"), "{answer}");
    assert_eq!(
        answer.header("x-content-type-options"),
        Some("nosniff"),
        "{answer}"
    );
}

#[tokio::test]
pub(super) async fn n18_the_pages_can_not_be_framed_nor_read_by_other_origins_and_redirect_by_302_or_303()
 {
    let sandbox = Sandbox::start().await;
    let spa = sandbox.spa().await;
    // The very origin that may call the token endpoint.
    let origin = "http://localhost:5173";
    sandbox
        .rpc(
            "apps_update",
            json!({ "client_id": spa.client_id, "allowed_origins": [origin] }),
        )
        .await;
    let mut browser = Browser::new(&sandbox);
    let request = spa.authorize(&sandbox, "openid");
    let start = browser
        .send(request.request().header("Origin", origin))
        .await;
    start.has_no_cors();
    let refused = sandbox
        .send(
            &request
                .clone()
                .set("redirect_uri", "x")
                .request()
                .header("Origin", origin),
        )
        .await;
    refused.has_no_cors().is_page(400);
    is_safe(&refused);
    let told = request
        .clone()
        .without("scope")
        .request()
        .header("Origin", origin);
    sandbox.send(&told).await.has_no_cors();
    let posted = Request::post("/v1/oauth/authorize")
        .header("Origin", origin)
        .form(&request.params.0);
    sandbox.send(&posted).await.has_no_cors();
    let preflight = Request::new("OPTIONS", "/v1/oauth/authorize")
        .header("Origin", origin)
        .header("Access-Control-Request-Method", "GET");
    sandbox.send(&preflight).await.has_no_cors();

    let page = browser.follow(request.target(), start).await;
    assert!(page.is_sign_in(), "{}", page.answer);
    is_safe(&page.answer);
    let page = browser.sign_in(&page, MAYA).await;
    assert!(page.is_consent(), "{}", page.answer);
    is_safe(&page.answer);
    page.answer.has_no_cors();
    let answer = browser.submit(&page, &[("decision", "allow")]).await.answer;
    request.code_of(&answer);
    answer.has_no_cors();
    assert!(browser.redirects.len() >= 3);
    assert!(
        browser
            .redirects
            .iter()
            .all(|status| matches!(status, 302 | 303)),
        "{:?}",
        browser.redirects
    );
    for (name, value) in &browser.cookies {
        assert!(
            name.starts_with("loop_session_") && !value.is_empty(),
            "{name}"
        );
    }
    // The cookie is for this server's pages only, and no script reads it.
    let again = Browser::new(&sandbox)
        .send(spa.authorize(&sandbox, "openid").request())
        .await;
    let cookie = again.header("set-cookie").expect("a cookie");
    for attribute in ["HttpOnly", "SameSite=Lax", "Path=/"] {
        assert!(cookie.contains(attribute), "{cookie}");
    }
}

/// Sends a form and expects it to be turned away with a page, and the answer still open.
async fn is_turned_away(browser: &mut Browser<'_>, request: Request, status: u16) {
    browser.send(request).await.is_page(status);
}

#[tokio::test]
pub(super) async fn n19_a_form_without_the_token_of_its_page_is_refused() {
    let sandbox = Sandbox::start().await;
    let web = sandbox.web().await;
    let mut browser = Browser::new(&sandbox);
    let other = browser
        .consent_page(&web.authorize(&sandbox, "openid"), MAYA)
        .await;
    let request = web.authorize(&sandbox, "openid email");
    let page = browser.consent_page(&request, MAYA).await;
    let origin = sandbox.issuer();
    let post = |fields: &[(&str, &str)]| {
        Request::post(page.path.clone())
            .header("Origin", origin.clone())
            .form(fields)
    };
    is_turned_away(&mut browser, post(&[("decision", "allow")]), 403).await;
    is_turned_away(
        &mut browser,
        post(&[("decision", "allow"), ("csrf", "")]),
        403,
    )
    .await;
    is_turned_away(
        &mut browser,
        post(&[("decision", "allow"), ("csrf", "lph_cs_made_up")]),
        403,
    )
    .await;
    // The token of another page of the same browser is not the token of this one.
    assert_ne!(other.csrf(), page.csrf());
    is_turned_away(
        &mut browser,
        post(&[("decision", "allow"), ("csrf", &other.csrf())]),
        403,
    )
    .await;
    is_turned_away(&mut browser, post(&[("decision", "deny")]), 403).await;
    let in_query = Request::post(format!("{}?csrf={}&decision=allow", page.path, page.csrf()))
        .header("Origin", origin.clone())
        .form::<&str, &str>(&[]);
    is_turned_away(&mut browser, in_query, 403).await;
    assert!(
        sandbox.journal("code").await.is_empty()
            && sandbox.journal("authorization.denied").await.is_empty()
    );
    // It is still open, and the right form works.
    let answer = browser.submit(&page, &[("decision", "allow")]).await.answer;
    request.code_of(&answer);
}

#[tokio::test]
pub(super) async fn n19_a_form_from_another_site_or_browser_is_refused() {
    let sandbox = Sandbox::start().await;
    let web = sandbox.web().await;
    let mut browser = Browser::new(&sandbox);
    let request = web.authorize(&sandbox, "openid");
    let page = browser.consent_page(&request, MAYA).await;
    let csrf = page.csrf();
    let fields = [("decision", "allow"), ("csrf", csrf.as_str())];
    for origin in [
        "https://evil.example",
        "null",
        &format!("http://localhost:{}", sandbox.port()),
    ] {
        is_turned_away(
            &mut browser,
            Request::post(page.path.clone())
                .header("Origin", origin)
                .form(&fields),
            403,
        )
        .await;
    }
    // Another browser, with or without a sign-in of its own, that knows path and token.
    let mut bare = Browser::new(&sandbox);
    let stolen = Request::post(page.path.clone())
        .header("Origin", sandbox.issuer())
        .form(&fields);
    is_turned_away(&mut bare, stolen.clone(), 403).await;
    is_turned_away(&mut bare, Request::get(page.path.clone()), 403).await;
    let mut thief = Browser::new(&sandbox);
    thief
        .consent_page(&web.authorize(&sandbox, "openid"), "jonas@example.com")
        .await;
    is_turned_away(&mut thief, stolen, 403).await;
    is_turned_away(&mut thief, Request::get(page.path.clone()), 403).await;
    assert!(sandbox.journal("code").await.is_empty());
    request.code_of(&browser.submit(&page, &[("decision", "allow")]).await.answer);
}

#[tokio::test]
pub(super) async fn n19_a_form_sent_again_issues_no_second_code() {
    let sandbox = Sandbox::start().await;
    let web = sandbox.web().await;
    let mut browser = Browser::new(&sandbox);
    let page = browser
        .consent_page(&web.authorize(&sandbox, "openid"), MAYA)
        .await;
    let (form, _) = browser.form(&page, &[("decision", "allow")]);
    assert!(
        browser
            .send(form.clone())
            .await
            .redirected("code")
            .is_some()
    );
    for again in [
        form.clone(),
        browser.form(&page, &[("decision", "deny")]).0,
        Request::get(page.path.clone()),
    ] {
        is_turned_away(&mut browser, again, 410).await;
    }
    assert_eq!(sandbox.journal("code.issued").await.len(), 1);
    is_turned_away(
        &mut browser,
        Request::get("/interactions/interaction_01HXY0000000000000000000000"),
        404,
    )
    .await;
    // Signing in gives the browser a new cookie; the one before it opens nothing any more.
    let request = web.authorize(&sandbox, "openid").set("prompt", "login");
    let page = browser.open(&request).await;
    let before = browser.cookies.clone();
    let page = browser.sign_in(&page, MAYA).await;
    assert_ne!(before, browser.cookies);
    let after = std::mem::replace(&mut browser.cookies, before);
    is_turned_away(&mut browser, Request::get(page.path.clone()), 403).await;
    browser.cookies = after;
    request.code_of(&browser.submit(&page, &[("decision", "allow")]).await.answer);
}

/// The page shows `nasty` nowhere as markup.
fn is_escaped(page: &Answer, nasty: &str) {
    let text = page.text();
    assert!(
        !text.contains(nasty),
        "{nasty} stands in the page as it is: {page}"
    );
    for markup in ["<script>alert", "<img src=x", "onerror=alert(1)>", "\"><b>"] {
        assert!(!text.contains(markup), "{page}");
    }
}

#[tokio::test]
pub(super) async fn n20_names_and_parameters_are_escaped_on_every_page() {
    let sandbox = Sandbox::start().await;
    let nasty = "\"><b>'<script>alert(1)</script><img src=x onerror=alert(1)>&amp;";
    let app = sandbox
        .register(json!({
            "name": nasty, "app_type": "web", "redirect_uris": ["https://nasty.example.com/cb"],
            "scopes": people_scopes(), "baa_status": "signed",
        }))
        .await;
    sandbox
        .rpc(
            "people_create",
            json!({ "email": "nasty@example.com", "name": nasty, "description": nasty }),
        )
        .await;
    let mut browser = Browser::new(&sandbox);
    let request = app
        .authorize(&sandbox, "openid read:biomarkers")
        .set("login_hint", nasty)
        .set("state", nasty);
    let page: Page = browser.open(&request).await;
    assert!(page.is_sign_in(), "{}", page.answer);
    is_escaped(&page.answer, nasty);
    let page = browser.sign_in(&page, "nasty@example.com").await;
    assert!(page.is_consent(), "{}", page.answer);
    is_escaped(&page.answer, nasty);
    let answer = browser.submit(&page, &[("decision", "deny")]).await.answer;
    assert_eq!(answer.redirected("state").as_deref(), Some(nasty));
    let over = browser.send(Request::get(page.path.clone())).await;
    is_escaped(over.is_page(410), nasty);
    // Pages for errors that may not be redirected, and forms that are turned away.
    for name in ["redirect_uri", "client_id"] {
        let answer = sandbox
            .send(&request.clone().set(name, nasty).request())
            .await;
        is_escaped(answer.is_page(400), nasty);
    }
    let twice = request.clone().also("redirect_uri", nasty).also(nasty, "1");
    is_escaped(sandbox.send(&twice.request()).await.is_page(400), nasty);
    sandbox
        .rpc("apps_disable", json!({ "client_id": app.client_id }))
        .await;
    is_escaped(sandbox.send(&request.request()).await.is_page(400), nasty);
}
