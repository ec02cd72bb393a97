//! What only the profile `strict` refuses.

use std::collections::BTreeSet;

use serde_json::json;

use super::every_refusal_is_explained;
use super::oauth::redirected;
use crate::support::{MAYA, Request, Sandbox};

#[tokio::test]
async fn the_profile_strict_requires_what_the_security_page_requires() {
    let sandbox = Sandbox::approving().await;
    let web = sandbox.web().await;
    let person = sandbox.person(MAYA).await;
    let without_nonce = web.authorize(&sandbox, "openid");
    without_nonce.code_of(&sandbox.send(&without_nonce.request()).await);
    let finding = sandbox.explain_newest("authorize").await["findings"].to_string();
    assert!(finding.contains("nonce_missing"), "{finding}");
    sandbox
        .rpc("settings_update", json!({ "profile": "strict" }))
        .await;
    redirected(
        &sandbox,
        &mut BTreeSet::new(),
        &without_nonce,
        "invalid_request",
    )
    .await;
    let with_nonce = without_nonce.clone().set("nonce", "n-0S6");
    with_nonce.code_of(&sandbox.send(&with_nonce.request()).await);

    let token = sandbox.tokens(&web, "write:follows").await.access;
    let follow =
        json!({ "follower_id": person, "followee_id": "user_made_up", "brand_id": "loop" });
    let bare = Request::post("/v1/follows").bearer(&token).json(&follow);
    sandbox
        .send(&bare)
        .await
        .is_service_error(400, "validation_error");
    let keyed = bare.header("Idempotency-Key", "one");
    sandbox
        .send(&keyed)
        .await
        .is_service_error(404, "not_found");

    let register = |uri: &str| json!({ "name": "Native", "app_type": "native", "redirect_uris": [uri], "scopes": ["openid"] });
    for uri in [
        "myloopapp://auth/callback",
        "exp://127.0.0.1:8081/--/auth/callback",
    ] {
        sandbox
            .rpc_fails(
                "apps_create",
                register(uri),
                connect_rpc::ErrorCode::Invalid,
            )
            .await;
    }
    sandbox
        .rpc("apps_create", register("com.example.app:/callback"))
        .await;
    sandbox
        .rpc("settings_update", json!({ "profile": "loop" }))
        .await;
    sandbox
        .rpc("apps_create", register("myloopapp://auth/callback"))
        .await;
    every_refusal_is_explained(&sandbox).await;
}
