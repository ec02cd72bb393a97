//! Rules 1 to 5: until client and redirect URI are trusted, there is no redirect.

use connect_rpc::ErrorCode;
use serde_json::json;

use crate::support::{Answer, Request, Sandbox};

/// A page, or with `Accept: application/json` an OAuth error; a redirect with neither.
async fn is_told_to_the_person(sandbox: &Sandbox, target: &str, code: &str) -> Answer {
    let page = sandbox
        .send(&Request::get(target).header("Accept", "text/html"))
        .await;
    page.is_page(400);
    let json = sandbox
        .send(&Request::get(target).header("Accept", "application/json"))
        .await;
    assert_eq!(json.header("location"), None, "{json}");
    json.is_oauth_error(400, code);
    page
}

#[tokio::test]
pub(super) async fn n01_an_unknown_client_gets_a_page_and_never_a_redirect() {
    let sandbox = Sandbox::approving().await;
    let request = sandbox.web().await.authorize(&sandbox, "openid");
    let made_up = request
        .clone()
        .set("client_id", "client_01HXYAAAAAAAAAAAAAAAAAAAAA");
    is_told_to_the_person(&sandbox, &made_up.target(), "invalid_client").await;
    is_told_to_the_person(
        &sandbox,
        &request.without("client_id").target(),
        "invalid_request",
    )
    .await;
    assert!(sandbox.journal("code").await.is_empty());
}

#[tokio::test]
pub(super) async fn n02_an_unregistered_redirect_uri_gets_a_page_and_no_code() {
    let sandbox = Sandbox::approving().await;
    let request = sandbox
        .web()
        .await
        .authorize(&sandbox, "openid")
        .set("redirect_uri", "https://evil.example/cb");
    is_told_to_the_person(&sandbox, &request.target(), "invalid_request").await;
    assert!(sandbox.journal("code").await.is_empty());
}

#[tokio::test]
pub(super) async fn n02_a_missing_redirect_uri_gets_a_page() {
    let sandbox = Sandbox::approving().await;
    // With several registered, and with exactly one: every sample of the platform sends it.
    for partner in [sandbox.web().await, sandbox.spa().await] {
        let request = partner
            .authorize(&sandbox, "openid")
            .without("redirect_uri");
        is_told_to_the_person(&sandbox, &request.target(), "invalid_request").await;
    }
    assert!(sandbox.journal("code").await.is_empty());
}

#[tokio::test]
pub(super) async fn n03_nothing_but_the_exact_string_is_taken() {
    let sandbox = Sandbox::approving().await;
    let web = sandbox.web().await;
    assert_eq!(web.redirect_uri, "http://localhost:3000/callback");
    let elsewhere = sandbox.register_web("Elsewhere").await;
    let near_misses = [
        (&web, "http://localhost:3000/callback/"),
        (&web, "http://localhost:3000/Callback"),
        (&web, "HTTP://localhost:3000/callback"),
        (&web, "http://LOCALHOST:3000/callback"),
        (&web, "http://localhost:3000/callback?next=/"),
        (&web, "http://localhost:3000/callback?"),
        (&web, "http://localhost:3000%2Fcallback"),
        (&web, "http://localhost:3000/call%62ack"),
        (&web, "http://localhost:3000@evil.example/callback"),
        (&web, "http://evil@localhost:3000/callback"),
        (&web, "http://localhost:3000/x/../callback"),
        (&web, "http://localhost:3000/callback/../callback"),
        (&web, "http://localhost:3000/./callback"),
        (&web, "http://localhost:3000//callback"),
        (&web, "http://localhost:3000\\callback"),
        (&web, "http://localhost:3000/callback2"),
        (&web, "http://localhost:3000/call"),
        (&web, "http://localhost:3000/"),
        (&web, "http://localhost:3000"),
        (&web, "http://localhost:30000/callback"),
        (&web, "http://localhost:03000/callback"),
        (&web, "http://localhost.:3000/callback"),
        (&web, "http://localhost.evil.example:3000/callback"),
        (&web, "http://127.0.0.1:3000/callback"),
        (&web, "http://[::1]:3000/callback"),
        (&web, "https://localhost:3000/callback"),
        (&web, " http://localhost:3000/callback"),
        (&web, "http://localhost:3000/callback "),
        (&web, "http://localhost:3000/callback\n"),
        (&web, "//localhost:3000/callback"),
        (&web, "/callback"),
        (&web, "javascript:alert(1)"),
        (&elsewhere, "https://partner.example.com/callback/"),
        (&elsewhere, "https://partner.example.com:443/callback"),
        (&elsewhere, "https://PARTNER.example.com/callback"),
        (
            &elsewhere,
            "https://partner.example.com.evil.example/callback",
        ),
        (&elsewhere, "https://evil.partner.example.com/callback"),
        (&elsewhere, "https://partner.example.com/callback/deeper"),
        (&elsewhere, "https://partner.example.com/callback;x=1"),
        (&elsewhere, "https://partner.example.com%2fcallback"),
        (&elsewhere, "https://partner.example.com\u{2044}callback"),
        (&elsewhere, "http://partner.example.com/callback"),
    ];
    for (partner, uri) in near_misses {
        let request = partner
            .authorize(&sandbox, "openid")
            .set("redirect_uri", uri);
        let answer = sandbox.send(&request.request()).await;
        assert_eq!(
            (answer.status, answer.header("location")),
            (400, None),
            "{uri:?}: {answer}"
        );
    }
    assert!(sandbox.journal("code").await.is_empty());
    let exact = web.authorize(&sandbox, "openid");
    exact.code_of(&sandbox.send(&exact.request()).await);
}

#[tokio::test]
pub(super) async fn n04_a_native_app_may_come_with_another_loopback_port_but_not_another_path_or_host()
 {
    let sandbox = Sandbox::approving().await;
    let native = sandbox.native().await;
    assert_eq!(native.redirect_uri, "http://127.0.0.1/callback");
    for uri in [
        "http://127.0.0.1:49152/callback",
        "http://127.0.0.1:1/callback",
        "http://127.0.0.1/callback",
    ] {
        let partner = native.returning_to(uri);
        let tokens = sandbox.tokens(&partner, "openid").await;
        assert_eq!(tokens.scope, "openid", "{uri}");
    }
    let issued = sandbox.journal("code.issued").await.len();
    for uri in [
        "http://127.0.0.1:49152/other",
        "http://127.0.0.1:49152/callback/",
        "http://localhost:49152/callback",
        "http://[::1]:49152/callback",
        "http://127.0.0.2:49152/callback",
        "http://127.0.0.1:49152@evil.example/callback",
        "http://127.0.0.1:49152.evil.example/callback",
        "http://127.0.0.1:999999/callback",
        "https://127.0.0.1:49152/callback",
    ] {
        let answer = sandbox
            .send(
                &native
                    .returning_to(uri)
                    .authorize(&sandbox, "openid")
                    .request(),
            )
            .await;
        assert_eq!(
            (answer.status, answer.header("location")),
            (400, None),
            "{uri}: {answer}"
        );
    }
    assert_eq!(sandbox.journal("code.issued").await.len(), issued);
}

#[tokio::test]
pub(super) async fn n04_a_web_app_may_not_and_is_told_that_the_port_is_the_difference() {
    let sandbox = Sandbox::approving().await;
    let spa = sandbox.spa().await;
    let at = spa.redirect_uri.replace(":5173", ":5174");
    assert_ne!(at, spa.redirect_uri);
    let request = spa.authorize(&sandbox, "openid").set("redirect_uri", &at);
    let page = is_told_to_the_person(&sandbox, &request.target(), "invalid_request").await;
    assert!(
        page.text().contains("the port of the loopback address"),
        "{page}"
    );
    let request = spa
        .authorize(&sandbox, "openid")
        .set("redirect_uri", "http://127.0.0.1:5173/callback");
    let page = is_told_to_the_person(&sandbox, &request.target(), "invalid_request").await;
    assert!(
        page.text().contains("localhost") && page.text().contains("The only difference is"),
        "{page}"
    );
    let request = spa
        .authorize(&sandbox, "openid")
        .set("redirect_uri", &format!("{}/", spa.redirect_uri));
    let page = is_told_to_the_person(&sandbox, &request.target(), "invalid_request").await;
    assert!(page.text().contains("a slash at the end"), "{page}");
}

#[tokio::test]
pub(super) async fn n05_a_fragment_or_a_query_is_refused_at_registration_and_request() {
    let sandbox = Sandbox::approving().await;
    for uri in [
        "https://app.example.com/cb#here",
        "https://app.example.com/cb?a=b",
        "https://app.example.com/cb#",
    ] {
        let payload = json!({ "name": "Tailed", "app_type": "web", "redirect_uris": [uri], "scopes": ["openid"] });
        let error = sandbox
            .rpc_fails("apps_create", payload, ErrorCode::Invalid)
            .await;
        assert!(error.message.contains("redirect_uris[0]"), "{error}");
    }
    let web = sandbox.web().await;
    for tail in ["#here", "#", "?a=b"] {
        let uri = format!("{}{tail}", web.redirect_uri);
        let request = web.authorize(&sandbox, "openid").set("redirect_uri", &uri);
        is_told_to_the_person(&sandbox, &request.target(), "invalid_request").await;
    }
    assert!(sandbox.journal("code").await.is_empty());
}
