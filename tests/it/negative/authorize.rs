//! Rules 6 to 12: what is wrong with an authorization request is told to the app.

use connect_core::protocol::pkce;

use crate::support::partner::Authorize;
use crate::support::{Answer, Request, Sandbox};

async fn is_refused(sandbox: &Sandbox, request: &Authorize, code: &str) -> Answer {
    let answer = sandbox.send(&request.request()).await;
    answer.is_redirect_error(sandbox, request, code);
    answer
}

#[tokio::test]
pub(super) async fn n06_a_missing_or_foreign_response_type_is_told_to_the_app() {
    let sandbox = Sandbox::approving().await;
    let request = sandbox.web().await.authorize(&sandbox, "openid");
    is_refused(
        &sandbox,
        &request.clone().without("response_type"),
        "invalid_request",
    )
    .await;
    is_refused(
        &sandbox,
        &request.clone().set("response_type", ""),
        "invalid_request",
    )
    .await;
    for foreign in [
        "token",
        "id_token",
        "code id_token",
        "code token",
        "none",
        "CODE",
        "code ",
    ] {
        is_refused(
            &sandbox,
            &request.clone().set("response_type", foreign),
            "unsupported_response_type",
        )
        .await;
    }
    assert!(sandbox.journal("code").await.is_empty());
}

#[tokio::test]
pub(super) async fn n07_a_parameter_sent_twice_is_invalid_request() {
    let sandbox = Sandbox::approving().await;
    let request = sandbox
        .web()
        .await
        .authorize(&sandbox, "openid")
        .set("nonce", "n-0S6");
    for name in [
        "state",
        "scope",
        "response_type",
        "code_challenge",
        "code_challenge_method",
        "nonce",
    ] {
        for value in [request.get(name), "another"] {
            let twice = request.clone().also(name, value);
            let answer = sandbox.send(&twice.request()).await;
            let (place, _) = answer.redirect();
            assert_eq!(place, request.get("redirect_uri"), "{name}: {answer}");
            assert_eq!(
                answer.redirected("error").as_deref(),
                Some("invalid_request"),
                "{name}: {answer}"
            );
            assert_eq!(
                answer.redirected("iss"),
                Some(sandbox.issuer()),
                "{name}: {answer}"
            );
            assert_eq!(answer.redirected("code"), None, "{name}: {answer}");
        }
    }
    // What the server does not know may not come twice either.
    let twice = request.also("tint", "red").also("tint", "blue");
    is_refused(&sandbox, &twice, "invalid_request").await;
    assert!(sandbox.journal("code").await.is_empty());
}

#[tokio::test]
pub(super) async fn n07_client_id_or_redirect_uri_sent_twice_gets_a_page() {
    let sandbox = Sandbox::approving().await;
    let request = sandbox.web().await.authorize(&sandbox, "openid");
    for name in ["client_id", "redirect_uri"] {
        for value in [request.get(name), "https://evil.example/cb"] {
            sandbox
                .send(&request.clone().also(name, value).request())
                .await
                .is_page(400);
            // Another parameter that is twice as well does not lead past it.
            sandbox
                .send(
                    &request
                        .clone()
                        .also("state", "x")
                        .also(name, value)
                        .request(),
                )
                .await
                .is_page(400);
            sandbox
                .send(
                    &request
                        .clone()
                        .also(name, value)
                        .also("state", "x")
                        .request(),
                )
                .await
                .is_page(400);
        }
    }
    assert!(sandbox.journal("code").await.is_empty());
}

#[tokio::test]
pub(super) async fn n08_an_empty_parameter_counts_as_omitted() {
    let sandbox = Sandbox::approving().await;
    let request = sandbox.web().await.authorize(&sandbox, "openid");
    for name in [
        "state",
        "scope",
        "code_challenge",
        "code_challenge_method",
        "response_type",
    ] {
        let answer = sandbox.send(&request.clone().set(name, "").request()).await;
        let omitted = sandbox.send(&request.clone().without(name).request()).await;
        let told = |answer: &Answer| {
            (
                answer.redirected("error"),
                answer.redirected("error_description"),
            )
        };
        assert_eq!(told(&answer), told(&omitted), "{name}");
    }
    sandbox
        .send(&request.clone().set("redirect_uri", "").request())
        .await
        .is_page(400);
    sandbox
        .send(&request.clone().set("client_id", "").request())
        .await
        .is_page(400);
    // Optional ones that are empty change nothing, and an empty one beside a full one is no repetition.
    let padded = request
        .set("nonce", "")
        .set("prompt", "")
        .set("max_age", "")
        .set("login_hint", "");
    let padded = padded.also("ui_locales", "").also("state", "");
    padded.code_of(&sandbox.send(&padded.request()).await);
}

#[tokio::test]
pub(super) async fn n08_unknown_parameters_are_ignored() {
    let sandbox = Sandbox::approving().await;
    let request = sandbox.web().await.authorize(&sandbox, "openid");
    let request = request
        .also("foo", "bar")
        .also("audience", "x")
        .also("ui_locales", "de")
        .also("acr_values", "1");
    request.code_of(&sandbox.send(&request.request()).await);
    // The parameters may come as a form body too (OpenID Connect Core §3.1.2.1).
    let request = sandbox.web().await.authorize(&sandbox, "openid");
    request.code_of(
        &sandbox
            .send(&Request::post("/v1/oauth/authorize").form(&request.params.0))
            .await,
    );
}

#[tokio::test]
pub(super) async fn n09_a_request_without_a_challenge_is_refused_for_every_kind_of_app() {
    let sandbox = Sandbox::approving().await;
    for partner in [
        sandbox.web().await,
        sandbox.spa().await,
        sandbox.native().await,
    ] {
        let request = partner.authorize(&sandbox, "openid");
        let bare = request
            .clone()
            .without("code_challenge")
            .without("code_challenge_method");
        is_refused(&sandbox, &bare, "invalid_request").await;
    }
    assert!(sandbox.journal("code").await.is_empty());
}

#[tokio::test]
pub(super) async fn n10_plain_unknown_or_absent_methods_are_refused() {
    let sandbox = Sandbox::approving().await;
    let request = sandbox.web().await.authorize(&sandbox, "openid");
    for method in ["plain", "s256", "S512", "S256 ", "none"] {
        is_refused(
            &sandbox,
            &request.clone().set("code_challenge_method", method),
            "invalid_request",
        )
        .await;
    }
    // Absent means plain (RFC 7636 §4.3).
    is_refused(
        &sandbox,
        &request.clone().without("code_challenge_method"),
        "invalid_request",
    )
    .await;
    is_refused(
        &sandbox,
        &request.without("code_challenge"),
        "invalid_request",
    )
    .await;
    assert!(sandbox.journal("code").await.is_empty());
}

#[tokio::test]
pub(super) async fn n11_a_malformed_challenge_is_refused() {
    let sandbox = Sandbox::approving().await;
    let request = sandbox.web().await.authorize(&sandbox, "openid");
    let right = pkce::challenge("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");
    let wrong = [
        right[..42].to_owned(),
        format!("{right}="),
        right.replace('-', "+"),
        format!("{}/", &right[..42]),
        format!("{} ", &right[..42]),
        format!("{}ü", &right[..42]),
        "a".repeat(129),
        "a".repeat(5000),
        "x".to_owned(),
    ];
    for challenge in wrong {
        is_refused(
            &sandbox,
            &request.clone().set("code_challenge", &challenge),
            "invalid_request",
        )
        .await;
    }
    assert!(sandbox.journal("code").await.is_empty());
}

#[tokio::test]
pub(super) async fn n12_a_scope_outside_grammar_catalogue_or_registration_is_invalid_scope() {
    let sandbox = Sandbox::approving().await;
    let narrow = sandbox
        .register(serde_json::json!({
            "name": "Narrow", "app_type": "web", "redirect_uris": ["https://narrow.example.com/cb"],
            "scopes": ["openid", "email", "read:biomarkers"],
        }))
        .await;
    let request = narrow.authorize(&sandbox, "openid");
    let wrong = [
        "open\"id",
        "openid\tread:biomarkers",
        "openid\u{a0}email",
        "openid\\email",
        "openid,email",
        "read:moon",
        "OPENID",
        "openid read:community",
        "openid profile",
        "admin:clinical",
        "openid admin:oauth_clients",
        // Allowed to the app, but its BAA is not signed.
        "openid read:biomarkers",
    ];
    for scope in wrong {
        is_refused(
            &sandbox,
            &request.clone().set("scope", scope),
            "invalid_scope",
        )
        .await;
    }
    is_refused(&sandbox, &request.clone().without("scope"), "invalid_scope").await;
    is_refused(
        &sandbox,
        &request.clone().set("scope", "   "),
        "invalid_scope",
    )
    .await;
    assert!(sandbox.journal("code").await.is_empty());
}

#[tokio::test]
pub(super) async fn n12_the_token_answer_always_states_what_was_granted() {
    let sandbox = Sandbox::approving().await;
    let web = sandbox.web().await;
    for (asked, granted) in [
        ("openid", "openid"),
        ("read:biomarkers openid", "read:biomarkers openid"),
        ("openid  openid email openid", "openid email"),
        ("email read:protocols", "email read:protocols"),
    ] {
        let tokens = sandbox.tokens(&web, asked).await;
        assert_eq!(tokens.scope, granted);
        let body = sandbox.introspect(&web, &tokens.access).await.json();
        assert_eq!(body["scope"], granted);
    }
}
