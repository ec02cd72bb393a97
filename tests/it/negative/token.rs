//! Rules 21, 22 and 36: the token endpoint as such.

use crate::support::{Answer, Params, Request, Sandbox, Tokens};

#[tokio::test]
pub(super) async fn n21_other_methods_are_405() {
    let sandbox = Sandbox::approving().await;
    let web = sandbox.web().await;
    let form = web.exchange(&sandbox.code(&web, "openid").await);
    for method in ["GET", "PUT", "PATCH", "DELETE", "HEAD"] {
        let request = Request::new(method, format!("/v1/oauth/token?{}", form.encoded()));
        let answer = sandbox.send(&request).await;
        assert_eq!(answer.status, 405, "{method}: {answer}");
        assert!(
            answer
                .header("allow")
                .is_some_and(|allow| allow.contains("POST")),
            "{method}: {answer}"
        );
    }
    // The code is as good as before.
    Tokens::of(&sandbox.token(&form).await);
}

#[tokio::test]
pub(super) async fn n21_a_json_body_is_refused() {
    let sandbox = Sandbox::approving().await;
    let web = sandbox.web().await;
    let form = web.exchange(&sandbox.code(&web, "openid").await);
    let members = form
        .0
        .iter()
        .map(|(name, value)| (name.clone(), serde_json::json!(value)));
    let json = serde_json::Value::Object(members.collect());
    sandbox
        .send(&Request::post("/v1/oauth/token").json(&json))
        .await
        .is_oauth_error(400, "invalid_request");
    let encoded = form.encoded();
    for content_type in [
        "",
        "text/plain",
        "multipart/form-data",
        "application/json; charset=utf-8",
        "application/x-www-form",
    ] {
        let request = Request::post("/v1/oauth/token")
            .header("Content-Type", content_type)
            .body(encoded.clone());
        sandbox
            .send(&request)
            .await
            .is_oauth_error(400, "invalid_request");
    }
    sandbox
        .send(&Request::post("/v1/oauth/token").body(encoded.clone()))
        .await
        .is_oauth_error(400, "invalid_request");
    // With a charset it is a form all the same.
    let request = Request::post("/v1/oauth/token")
        .header(
            "Content-Type",
            "Application/X-WWW-Form-urlencoded;charset=UTF-8",
        )
        .body(encoded);
    Tokens::of(&sandbox.send(&request).await);
}

#[tokio::test]
pub(super) async fn n21_a_missing_or_unknown_grant_type_is_refused() {
    let sandbox = Sandbox::approving().await;
    let web = sandbox.web().await;
    let form = web.exchange(&sandbox.code(&web, "openid").await);
    sandbox
        .token(&form.clone().without("grant_type"))
        .await
        .is_oauth_error(400, "invalid_request");
    sandbox
        .token(&form.clone().set("grant_type", ""))
        .await
        .is_oauth_error(400, "invalid_request");
    sandbox
        .token(&Params::default())
        .await
        .is_oauth_error(400, "invalid_request");
    for foreign in [
        "password",
        "implicit",
        "AUTHORIZATION_CODE",
        "authorization_code ",
        "urn:ietf:params:oauth:grant-type:device_code",
        "urn:ietf:params:oauth:grant-type:jwt-bearer",
    ] {
        let answer = sandbox
            .token(&form.clone().set("grant_type", foreign))
            .await;
        answer.is_oauth_error(400, "unsupported_grant_type");
    }
    let answer = sandbox
        .token(&form.clone().set("grant_type", "client_credentials"))
        .await;
    answer.is_oauth_error(400, "unsupported_grant_type");
    assert!(answer.text().contains("/v1/tokens"), "ruling 12: {answer}");
    Tokens::of(&sandbox.token(&form).await);
}

#[tokio::test]
pub(super) async fn n22_a_parameter_sent_twice_is_invalid_request_and_issues_nothing() {
    let sandbox = Sandbox::approving().await;
    let web = sandbox.web().await;
    let form = web.exchange(&sandbox.code(&web, "openid").await);
    for (name, value) in &form.0 {
        for value in [value.as_str(), "another"] {
            sandbox
                .token(&form.clone().also(name, value))
                .await
                .is_oauth_error(400, "invalid_request");
        }
    }
    let unknown = form
        .clone()
        .also("resource", "https://a.example")
        .also("resource", "https://b.example");
    sandbox
        .token(&unknown)
        .await
        .is_oauth_error(400, "invalid_request");
    assert!(sandbox.journal("code.redeemed").await.is_empty());
    let tokens = Tokens::of(&sandbox.token(&form).await);
    let twice = web
        .refresh(&tokens.refresh)
        .also("refresh_token", &tokens.refresh);
    sandbox
        .token(&twice)
        .await
        .is_oauth_error(400, "invalid_request");
    Tokens::of(&sandbox.refresh(&web, &tokens.refresh).await);
}

/// JSON, not to be stored, with or without a proxy's help.
fn is_not_stored(answer: &Answer) {
    assert_eq!(
        answer.header("content-type"),
        Some("application/json"),
        "{answer}"
    );
    assert_eq!(answer.header("cache-control"), Some("no-store"), "{answer}");
}

#[tokio::test]
pub(super) async fn n36_every_answer_is_json_and_not_to_be_stored() {
    let sandbox = Sandbox::approving().await;
    let web = sandbox.web().await;
    let code = sandbox.code(&web, "openid read:biomarkers").await;
    let answer = sandbox.exchange(&web, &code).await;
    is_not_stored(&answer);
    let body = answer.json();
    assert_eq!(body["token_type"], "Bearer");
    assert_eq!(body["expires_in"], serde_json::json!(3600));
    let mut members: Vec<&String> = body.as_object().expect("an object").keys().collect();
    members.sort();
    assert_eq!(
        members,
        [
            "access_token",
            "expires_in",
            "id_token",
            "refresh_token",
            "scope",
            "token_type"
        ]
    );
    let tokens = Tokens::of(&answer);
    for (value, prefix) in [
        (&tokens.access, "lph_at_"),
        (&tokens.refresh, "lph_rt_"),
        (&code.value, "lph_ac_"),
    ] {
        // 256 bits in base64url after the prefix (ruling 31).
        let tail = value
            .strip_prefix(prefix)
            .unwrap_or_else(|| panic!("{value} does not begin with {prefix}"));
        assert_eq!(tail.len(), 43, "{value}");
    }
    let refreshed = sandbox.refresh(&web, &tokens.refresh).await;
    is_not_stored(&refreshed);
    is_not_stored(&sandbox.introspect(&web, &tokens.access).await.expect(200));
    is_not_stored(&sandbox.introspect(&web, "made up").await.expect(200));
    // Errors have it in `is_oauth_error`.
    sandbox
        .exchange(&web, &code)
        .await
        .is_oauth_error(400, "invalid_grant");
    sandbox
        .send(&Params::default().post("/v1/oauth/introspect"))
        .await
        .is_oauth_error(401, "invalid_client");
    sandbox
        .send(&Params::default().post("/v1/oauth/revoke"))
        .await
        .is_oauth_error(401, "invalid_client");
    let revoked = sandbox.revoke(&web, &tokens.access).await.expect(200);
    assert_eq!(
        (revoked.header("cache-control"), revoked.body.len()),
        (Some("no-store"), 0),
        "{revoked}"
    );
    // Without openid there is no id_token (ruling 2).
    let code = sandbox.code(&web, "read:biomarkers").await;
    assert_eq!(
        sandbox
            .exchange(&web, &code)
            .await
            .expect(200)
            .json()
            .get("id_token"),
        None
    );
}
