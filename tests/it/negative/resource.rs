//! Rules 41 to 43: introspection, and bearer tokens at the APIs of identity and of the services alike.

use serde_json::json;

use crate::support::{Answer, MAYA, Params, Request, Sandbox, text};

/// One operation of a service and one of identity, with the scope each needs.
const APIS: [(&str, &str); 2] = [
    ("/v1/biomarkers/me", "read:biomarkers"),
    ("/v1/me/grants", "manage:connected_apps"),
];

#[tokio::test]
pub(super) async fn n41_introspection_without_client_authentication_is_401() {
    let sandbox = Sandbox::approving().await;
    let web = sandbox.web().await;
    let tokens = sandbox.tokens(&web, "openid").await;
    let token = Params::of(&[("token", &tokens.access)]);
    for form in [
        token.clone(),
        token.clone().set("client_id", &web.client_id),
        token
            .clone()
            .set("client_id", &web.client_id)
            .set("client_secret", "secret_wrong"),
        token
            .clone()
            .set("client_id", "client_made_up")
            .set("client_secret", "secret_wrong"),
    ] {
        sandbox
            .send(&form.post("/v1/oauth/introspect"))
            .await
            .is_oauth_error(401, "invalid_client");
    }
    // An access token is no client's credential.
    let answer = sandbox
        .send(&token.post("/v1/oauth/introspect").bearer(&tokens.access))
        .await;
    answer.is_oauth_error(401, "invalid_client");
    let answer = sandbox
        .send(&web.credentials().post("/v1/oauth/introspect"))
        .await;
    answer.is_oauth_error(400, "invalid_request");
}

#[tokio::test]
pub(super) async fn n41_a_dead_foreign_or_unknown_token_is_exactly_inactive() {
    let sandbox = Sandbox::approving().await;
    let (web, other) = (sandbox.web().await, sandbox.register_web("Other").await);
    let service = sandbox.service_client("clinical").await;
    let person = sandbox.person(MAYA).await;
    let tokens = sandbox.tokens(&web, "openid read:biomarkers").await;

    // Its own app and Loop's services see it, with the documented members and no others.
    for asker in [&web, &service] {
        let body = sandbox
            .introspect(asker, &tokens.access)
            .await
            .expect(200)
            .json();
        assert_eq!(body["sub"], json!(person));
        assert_eq!(body["client_id"], json!(web.client_id));
        assert_eq!(body["scope"], "openid read:biomarkers");
        assert_eq!(body["brand"], "loop");
        assert_eq!(body["token_type"], "Bearer");
        assert!(body["exp"].is_i64());
        assert_eq!(
            body.as_object().map(serde_json::Map::len),
            Some(7),
            "{body}"
        );
        assert!(sandbox.is_active(asker, &tokens.refresh).await);
    }
    // A foreign app sees nothing.
    assert!(!sandbox.is_active(&other, &tokens.access).await);
    assert!(!sandbox.is_active(&other, &tokens.refresh).await);
    // What is no token, is of no interest here.
    let code = sandbox.code(&web, "openid").await;
    let made_up = format!("lph_at_{}", "a".repeat(43));
    let id_token = tokens.id_token.clone().expect("openid was granted");
    let secret = web.secret.clone().expect("a confidential app");
    for nothing in [made_up.as_str(), "x", &code.value, &id_token, &secret] {
        assert!(!sandbox.is_active(&web, nothing).await, "{nothing}");
        assert!(!sandbox.is_active(&service, nothing).await, "{nothing}");
    }
    // Dead ones: revoked, of a disabled app, expired.
    let dead = sandbox.tokens(&web, "openid").await;
    sandbox.revoke(&web, &dead.access).await.expect(200);
    assert!(!sandbox.is_active(&web, &dead.access).await);
    sandbox
        .rpc("apps_disable", json!({ "client_id": web.client_id }))
        .await;
    assert!(!sandbox.is_active(&service, &tokens.access).await);
    sandbox
        .rpc("apps_enable", json!({ "client_id": web.client_id }))
        .await;
    assert!(sandbox.is_active(&service, &tokens.access).await);
    sandbox.advance(3600).await;
    assert!(!sandbox.is_active(&web, &tokens.access).await);
}

#[tokio::test]
pub(super) async fn n41_a_public_client_may_not_introspect() {
    let sandbox = Sandbox::approving().await;
    for public in [sandbox.spa().await, sandbox.native().await] {
        let tokens = sandbox.tokens(&public, "openid").await;
        sandbox
            .introspect(&public, &tokens.access)
            .await
            .is_oauth_error(403, "forbidden");
    }
}

fn challenge(answer: &Answer) -> &str {
    answer
        .header("www-authenticate")
        .unwrap_or_else(|| panic!("no challenge: {answer}"))
}

#[tokio::test]
pub(super) async fn n42_no_token_is_challenged_without_an_error_code() {
    let sandbox = Sandbox::approving().await;
    let tokens = sandbox
        .tokens(
            &sandbox.web().await,
            "openid read:biomarkers manage:connected_apps",
        )
        .await;
    for (path, _) in APIS {
        for request in [
            Request::get(path),
            Request::get(path).header("Authorization", "Basic eDp5"),
            Request::get(path).header("Authorization", "Bearer"),
            Request::get(path).header("Authorization", "Bearer  "),
            Request::get(path).header("Authorization", tokens.access.clone()),
            // The URL is no place for a token (RFC 6750 §2.3 leaves it to the server; ours says no).
            Request::get(format!("{path}?access_token={}", tokens.access)),
        ] {
            let answer = sandbox.send(&request).await;
            answer.is_service_error(401, "unauthenticated");
            assert!(challenge(&answer).starts_with("Bearer"), "{answer}");
            assert!(!challenge(&answer).contains("error"), "{answer}");
        }
    }
}

#[tokio::test]
pub(super) async fn n42_a_bad_token_is_invalid_token() {
    let sandbox = Sandbox::approving().await;
    let web = sandbox.web().await;
    let scope = "read:biomarkers manage:connected_apps";
    let made_up = format!("lph_at_{}", "a".repeat(43));
    let revoked = sandbox.tokens(&web, scope).await.access;
    sandbox.revoke(&web, &revoked).await.expect(200);
    let expired = sandbox.tokens(&web, scope).await.access;
    sandbox.advance(3600).await;
    for (path, _) in APIS {
        for bad in [
            made_up.as_str(),
            "x",
            "eyJhbGciOiJub25lIn0.e30.",
            &revoked,
            &expired,
            &"a".repeat(5000),
        ] {
            let answer = sandbox.send(&Request::get(path).bearer(bad)).await;
            answer.is_service_error(401, "invalid_token");
            assert!(
                challenge(&answer).starts_with("Bearer")
                    && challenge(&answer).contains("error=\"invalid_token\"")
            );
        }
        let good = sandbox.tokens(&web, scope).await.access;
        sandbox
            .send(&Request::get(path).bearer(&good))
            .await
            .expect(200);
        sandbox
            .rpc("apps_disable", json!({ "client_id": web.client_id }))
            .await;
        sandbox
            .send(&Request::get(path).bearer(&good))
            .await
            .is_service_error(401, "invalid_token");
        sandbox
            .rpc("apps_enable", json!({ "client_id": web.client_id }))
            .await;
        sandbox
            .send(&Request::get(path).bearer(&good))
            .await
            .expect(200);
    }
}

#[tokio::test]
pub(super) async fn n42_a_missing_scope_is_named() {
    let sandbox = Sandbox::approving().await;
    let tokens = sandbox.tokens(&sandbox.web().await, "openid email").await;
    for (path, scope) in APIS {
        let answer = sandbox
            .send(&Request::get(path).bearer(&tokens.access))
            .await;
        answer.is_service_error(403, "insufficient_scope");
        assert_eq!(
            challenge(&answer),
            format!("Bearer error=\"insufficient_scope\", scope=\"{scope}\"")
        );
    }
}

#[tokio::test]
pub(super) async fn n42_a_token_in_two_places_is_400() {
    let sandbox = Sandbox::approving().await;
    let scope = "read:biomarkers manage:connected_apps";
    let token = sandbox.tokens(&sandbox.web().await, scope).await.access;
    for (path, _) in APIS {
        let twice = Request::get(path).bearer(&token).bearer(&token);
        sandbox
            .send(&twice)
            .await
            .is_service_error(400, "invalid_request");
        let both = Request::get(format!("{path}?access_token={token}")).bearer(&token);
        sandbox
            .send(&both)
            .await
            .is_service_error(400, "invalid_request");
    }
}

#[tokio::test]
pub(super) async fn n43_refresh_tokens_id_tokens_and_codes_open_nothing() {
    let sandbox = Sandbox::approving().await;
    let web = sandbox.web().await;
    let tokens = sandbox
        .tokens(&web, "openid read:biomarkers manage:connected_apps")
        .await;
    let code = sandbox
        .code(&web, "openid read:biomarkers manage:connected_apps")
        .await;
    let machine = sandbox
        .register_machine("Robot", &["admin:clinical", "admin:oauth_clients"])
        .await;
    let machine_token = sandbox.machine_token(&machine, "admin:clinical").await;
    let id_token = tokens.id_token.expect("openid was granted");
    let secret = web.secret.expect("a confidential app");
    for (path, _) in APIS {
        for wrong in [&tokens.refresh, &id_token, &code.value, &secret] {
            let answer = sandbox.send(&Request::get(path).bearer(wrong)).await;
            answer.is_service_error(401, "invalid_token");
        }
        // A machine's token speaks for no person.
        let answer = sandbox
            .send(&Request::get(path).bearer(&machine_token))
            .await;
        assert!(matches!(answer.status, 401 | 403), "{path}: {answer}");
        sandbox
            .send(&Request::get(path).bearer(&tokens.access))
            .await
            .expect(200);
    }
    // And a person's token administers nothing.
    let create = Request::post("/v1/admin/oauth-clients").json(&json!({
        "client_name": "x", "redirect_uris": ["https://x.example/cb"], "allowed_scopes": ["openid"],
    }));
    let answer = sandbox.send(&create.clone().bearer(&tokens.access)).await;
    assert!(matches!(answer.status, 401 | 403), "{answer}");
    let answer = sandbox.send(&create.clone().bearer(&machine_token)).await;
    answer.is_service_error(403, "insufficient_scope");
    // Nor does a machine's that holds the scope but was issued for another service.
    for (audience, status) in [
        ("clinical", 401),
        ("identity", 201),
        (&*sandbox.issuer(), 201),
    ] {
        let form = machine
            .credentials()
            .set("grant_type", "client_credentials")
            .set("audience", audience);
        let issued = sandbox.send(&form.post("/v1/tokens")).await.expect(200);
        let token = text(&issued.json()["access_token"]);
        let answer = sandbox.send(&create.clone().bearer(&token)).await;
        assert_eq!(answer.status, status, "{audience}: {answer}");
    }
}
