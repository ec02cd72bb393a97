//! Rules 13, 14, 16, 17 and the half of 20 that is about descriptions.

use connect_core::protocol::pkce;
use serde_json::json;

use crate::support::sandbox::people_scopes;
use crate::support::{Browser, MAYA, Partner, Request, Sandbox, Tokens, in_wire_characters};

#[tokio::test]
pub(super) async fn n13_state_comes_back_byte_for_byte_on_success_and_error() {
    let sandbox = Sandbox::approving().await;
    let web = sandbox.web().await;
    let states = [
        "x".to_owned(),
        "a b".to_owned(),
        "a+b".to_owned(),
        "a%20b%2520c".to_owned(),
        "a&b=c#d?e/f;g,h".to_owned(),
        "\"quoted\" 'single' <tag> \\ | ^ ` { }".to_owned(),
        "grüße ✓ 🦀 \u{202e}".to_owned(),
        "line\r\nLocation: http://evil.example/".to_owned(),
        "tab\tand\u{7f}".to_owned(),
        " leading and trailing ".to_owned(),
        "eyJhbGciOiJub25lIn0.eyJyIjoiLyJ9.".to_owned(),
        "s".repeat(2048),
    ];
    for state in states {
        let request = web.authorize(&sandbox, "openid").set("state", &state);
        let answer = sandbox.send(&request.request()).await;
        assert_eq!(answer.headers("location").len(), 1, "{state:?}: {answer}");
        request.code_of(&answer);
        let refused = request.set("scope", "read:moon");
        let answer = sandbox.send(&refused.request()).await;
        answer.is_redirect_error(&sandbox, &refused, "invalid_scope");
    }
}

#[tokio::test]
pub(super) async fn n14_iss_comes_with_code_and_error_and_is_the_issuer_as_addressed() {
    let sandbox = Sandbox::approving().await;
    let web = sandbox.web().await;
    for host in [
        format!("127.0.0.1:{}", sandbox.port()),
        format!("localhost:{}", sandbox.port()),
    ] {
        let discovery = Request::get("/.well-known/openid-configuration").host(&host);
        let metadata = sandbox.send(&discovery).await.expect(200).json();
        assert_eq!(metadata["issuer"], format!("http://{host}"));
        assert_eq!(
            metadata["authorization_response_iss_parameter_supported"],
            true
        );
        let request = web.authorize(&sandbox, "openid");
        let answer = sandbox.send(&request.request().host(&host)).await;
        let code = request.code_of(&answer);
        assert_eq!(
            answer.redirected("iss").as_deref(),
            metadata["issuer"].as_str()
        );
        let refused = sandbox
            .send(&request.set("response_type", "token").request().host(&host))
            .await;
        assert_eq!(
            refused.redirected("error").as_deref(),
            Some("unsupported_response_type")
        );
        assert_eq!(
            refused.redirected("iss").as_deref(),
            metadata["issuer"].as_str()
        );
        // The id_token names the issuer of the authorization request, even when the code is exchanged elsewhere.
        let tokens = Tokens::of(&sandbox.exchange(&web, &code).await);
        let claims = Sandbox::claims(&tokens.id_token.expect("openid was granted"));
        assert_eq!(claims["iss"], metadata["issuer"]);
    }
}

#[tokio::test]
pub(super) async fn n16_prompt_none_without_a_session_is_login_required() {
    let sandbox = Sandbox::start().await;
    let request = sandbox
        .web()
        .await
        .authorize(&sandbox, "openid")
        .set("prompt", "none");
    sandbox
        .send(&request.request())
        .await
        .is_redirect_error(&sandbox, &request, "login_required");
    let stranger = request
        .request()
        .header("Cookie", "loop_session_x=1; other=2");
    sandbox
        .send(&stranger)
        .await
        .is_redirect_error(&sandbox, &request, "login_required");
}

/// A first-party app, which needs no consent for the basic scopes (ruling 26).
async fn first_party(sandbox: &Sandbox) -> Partner {
    sandbox
        .register(json!({
            "name": "Loop Home", "app_type": "web", "redirect_uris": ["https://home.example.com/cb"],
            "scopes": people_scopes(), "baa_status": "signed", "is_first_party": true,
        }))
        .await
}

#[tokio::test]
pub(super) async fn n16_prompt_none_without_consent_is_consent_required() {
    let sandbox = Sandbox::start().await;
    let (web, own) = (sandbox.web().await, first_party(&sandbox).await);
    let mut browser = Browser::new(&sandbox);
    browser.code(&web.authorize(&sandbox, "openid"), MAYA).await;
    // Third parties always ask, even when the same was consented to a moment ago.
    let request = web.authorize(&sandbox, "openid").set("prompt", "none");
    browser
        .send(request.request())
        .await
        .is_redirect_error(&sandbox, &request, "consent_required");
    // A first-party app does not, for the basic scopes alone.
    let request = own
        .authorize(&sandbox, "openid profile email read:account")
        .set("prompt", "none");
    request.code_of(&browser.send(request.request()).await);
    let request = own
        .authorize(&sandbox, "openid read:biomarkers")
        .set("prompt", "none");
    browser
        .send(request.request())
        .await
        .is_redirect_error(&sandbox, &request, "consent_required");
}

#[tokio::test]
pub(super) async fn n16_prompt_none_with_another_value_is_invalid_request() {
    let sandbox = Sandbox::start().await;
    let web = sandbox.web().await;
    for prompt in [
        "none login",
        "login none",
        "none consent",
        "none none",
        "nonE",
        "later",
    ] {
        let request = web.authorize(&sandbox, "openid").set("prompt", prompt);
        sandbox.send(&request.request()).await.is_redirect_error(
            &sandbox,
            &request,
            "invalid_request",
        );
    }
}

#[tokio::test]
pub(super) async fn n17_a_sign_in_older_than_max_age_is_done_again_and_auth_time_tells() {
    let sandbox = Sandbox::start().await;
    let web = sandbox.web().await;
    let mut browser = Browser::new(&sandbox);
    browser.code(&web.authorize(&sandbox, "openid"), MAYA).await;
    sandbox.advance(600).await;

    let request = web.authorize(&sandbox, "openid").set("max_age", "300");
    let silent = request.clone().set("prompt", "none");
    browser
        .send(silent.request())
        .await
        .is_redirect_error(&sandbox, &silent, "login_required");
    let page = browser.open(&request).await;
    assert!(
        page.is_sign_in(),
        "ten minutes are more than five: {}",
        page.answer
    );
    let page = browser.sign_in(&page, MAYA).await;
    let answer = browser.submit(&page, &[("decision", "allow")]).await.answer;
    let tokens = Tokens::of(&sandbox.exchange(&web, &request.code_of(&answer)).await);
    let fresh = Sandbox::claims(&tokens.id_token.expect("openid was granted"));
    let (auth_time, iat) = (
        fresh["auth_time"].as_i64().expect("auth_time"),
        fresh["iat"].as_i64().expect("iat"),
    );
    assert!((0..60).contains(&(iat - auth_time)), "{fresh}");

    // Young enough: no page for signing in, and auth_time is that of the sign-in.
    sandbox.advance(200).await;
    let request = web.authorize(&sandbox, "openid").set("max_age", "300");
    let code = {
        let page = browser.open(&request).await;
        assert!(page.is_consent(), "{}", page.answer);
        request.code_of(&browser.submit(&page, &[("decision", "allow")]).await.answer)
    };
    let tokens = Tokens::of(&sandbox.exchange(&web, &code).await);
    let claims = Sandbox::claims(&tokens.id_token.expect("openid was granted"));
    let age =
        claims["iat"].as_i64().expect("iat") - claims["auth_time"].as_i64().expect("auth_time");
    assert!((200..260).contains(&age), "{claims}");

    // Zero means: now.
    let page = browser
        .open(&web.authorize(&sandbox, "openid").set("max_age", "0"))
        .await;
    assert!(page.is_sign_in(), "{}", page.answer);
    for wrong in ["-1", "soon", "1.5", "99999999999999999999"] {
        let request = web.authorize(&sandbox, "openid").set("max_age", wrong);
        browser.send(request.request()).await.is_redirect_error(
            &sandbox,
            &request,
            "invalid_request",
        );
    }
}

#[tokio::test]
pub(super) async fn n17_without_max_age_an_old_sign_in_is_good_and_no_auth_time_is_told() {
    let sandbox = Sandbox::start().await;
    let web = sandbox.web().await;
    let mut browser = Browser::new(&sandbox);
    browser.code(&web.authorize(&sandbox, "openid"), MAYA).await;
    sandbox.advance(3600).await;
    let request = web.authorize(&sandbox, "openid");
    let page = browser.open(&request).await;
    assert!(page.is_consent(), "{}", page.answer);
    let code = request.code_of(&browser.submit(&page, &[("decision", "allow")]).await.answer);
    let tokens = Tokens::of(&sandbox.exchange(&web, &code).await);
    assert_eq!(
        Sandbox::claims(&tokens.id_token.expect("openid was granted")).get("auth_time"),
        None
    );
    // prompt=login asks again all the same.
    let page = browser
        .open(&web.authorize(&sandbox, "openid").set("prompt", "login"))
        .await;
    assert!(page.is_sign_in(), "{}", page.answer);
}

#[tokio::test]
pub(super) async fn n20_every_description_stays_in_its_alphabet() {
    let sandbox = Sandbox::approving().await;
    let web = sandbox.web().await;
    let nasty = "ü\"\\<script>\r\n\t'&%00🦀";
    let request = web.authorize(&sandbox, "openid");
    for (name, value) in [
        ("response_type", nasty),
        ("scope", nasty),
        ("code_challenge", nasty),
        ("code_challenge_method", nasty),
        ("prompt", nasty),
        ("max_age", nasty),
        ("request", nasty),
        ("request_uri", nasty),
    ] {
        let answer = sandbox
            .send(&request.clone().set(name, value).request())
            .await;
        let description = answer
            .redirected("error_description")
            .unwrap_or_else(|| panic!("{name}: {answer}"));
        assert!(
            in_wire_characters(&description) && !description.contains("<script"),
            "{name}: {description}"
        );
        assert!(
            answer
                .headers
                .iter()
                .all(|(_, value)| !value.contains(['\r', '\n'])),
            "{name}: {answer}"
        );
    }
    let unknown = request.set("client_id", nasty).target();
    let json = sandbox
        .send(&Request::get(unknown).header("Accept", "application/json"))
        .await;
    assert!(!json.text().contains("<script"), "{json}");
    let verifier = "é".repeat(50);
    let form = web.exchange(&sandbox.code(&web, "openid").await);
    for form in [
        form.clone().set("code_verifier", &verifier),
        form.clone().set("redirect_uri", nasty),
        form.clone().set("grant_type", nasty),
        form.clone().set("code", nasty),
        form.clone().set("client_id", nasty),
        form.set("code_challenge", &pkce::challenge(&verifier))
            .also("x\"y", "1")
            .also("x\"y", "2"),
    ] {
        let answer = sandbox.token(&form).await;
        let description = answer.json()["error_description"]
            .as_str()
            .map(str::to_owned);
        assert!(
            description.is_some_and(|text| in_wire_characters(&text) && !text.contains("<script")),
            "{answer}"
        );
    }
}
