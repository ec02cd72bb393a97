//! Rules 37 to 40: refreshing and revoking.

use crate::support::{Params, Sandbox, Tokens, text};

#[tokio::test]
pub(super) async fn n37_a_foreign_revoked_expired_or_made_up_refresh_token_is_invalid_grant() {
    let sandbox = Sandbox::approving().await;
    let (web, spa, thief) = (
        sandbox.web().await,
        sandbox.spa().await,
        sandbox.register_web("Thief").await,
    );
    let tokens = sandbox.tokens(&web, "openid").await;
    for other in [&thief, &spa] {
        sandbox
            .refresh(other, &tokens.refresh)
            .await
            .is_oauth_error(400, "invalid_grant");
    }
    let code = sandbox.code(&web, "openid").await;
    let made_up = format!("lph_rt_{}", "a".repeat(43));
    for wrong in [
        made_up.as_str(),
        "x",
        &tokens.access,
        &code.value,
        tokens.id_token.as_deref().expect("openid"),
    ] {
        sandbox
            .refresh(&web, wrong)
            .await
            .is_oauth_error(400, "invalid_grant");
    }
    sandbox
        .token(&web.refresh("x").without("refresh_token"))
        .await
        .is_oauth_error(400, "invalid_request");
    // None of that has harmed it.
    let tokens = Tokens::of(&sandbox.refresh(&web, &tokens.refresh).await);
    sandbox.revoke(&web, &tokens.refresh).await.expect(200);
    sandbox
        .refresh(&web, &tokens.refresh)
        .await
        .is_oauth_error(400, "invalid_grant");
    let tokens = sandbox.tokens(&web, "openid").await;
    sandbox.advance(90 * 24 * 3600).await;
    sandbox
        .refresh(&web, &tokens.refresh)
        .await
        .is_oauth_error(400, "invalid_grant");
}

#[tokio::test]
pub(super) async fn n38_a_refresh_that_asks_for_more_is_invalid_scope() {
    let sandbox = Sandbox::approving().await;
    let web = sandbox.web().await;
    // The consent was once wider, but this token is of a narrower run.
    sandbox.tokens(&web, "openid email read:biomarkers").await;
    let tokens = sandbox.tokens(&web, "openid email").await;
    for more in [
        "openid email read:biomarkers",
        "read:biomarkers",
        "openid email profile",
        "read:moon",
        "open\"id",
    ] {
        let answer = sandbox
            .token(&web.refresh(&tokens.refresh).set("scope", more))
            .await;
        answer.is_oauth_error(400, "invalid_scope");
    }
    // A refused refresh has not rotated it.
    assert_eq!(
        Tokens::of(&sandbox.refresh(&web, &tokens.refresh).await).scope,
        "openid email"
    );
}

#[tokio::test]
pub(super) async fn n38_a_refresh_that_asks_for_less_narrows_the_access_token_alone() {
    let sandbox = Sandbox::approving().await;
    let web = sandbox.web().await;
    let tokens = sandbox.tokens(&web, "openid email read:biomarkers").await;
    let narrow = Tokens::of(
        &sandbox
            .token(&web.refresh(&tokens.refresh).set("scope", "email"))
            .await,
    );
    assert_eq!((narrow.scope.as_str(), &narrow.id_token), ("email", &None));
    let answer = sandbox.biomarkers(&narrow.access).await;
    answer.is_service_error(403, "insufficient_scope");
    let wide = Tokens::of(&sandbox.refresh(&web, &narrow.refresh).await);
    assert_eq!(wide.scope, "openid email read:biomarkers");
    assert!(wide.id_token.is_some());
    sandbox.biomarkers(&wide.access).await.expect(200);
}

#[tokio::test]
pub(super) async fn n39_a_rotated_refresh_token_presented_again_kills_the_whole_grant() {
    let sandbox = Sandbox::approving().await;
    let web = sandbox.web().await;
    let first = sandbox.tokens(&web, "read:biomarkers").await;
    let second = Tokens::of(&sandbox.refresh(&web, &first.refresh).await);
    assert_ne!(first.refresh, second.refresh);
    let third = Tokens::of(&sandbox.refresh(&web, &second.refresh).await);
    sandbox.biomarkers(&first.access).await.expect(200);

    sandbox
        .refresh(&web, &first.refresh)
        .await
        .is_oauth_error(400, "invalid_grant");
    for tokens in [&first, &second, &third] {
        sandbox
            .biomarkers(&tokens.access)
            .await
            .is_service_error(401, "invalid_token");
        assert!(!sandbox.is_active(&web, &tokens.access).await);
        assert!(!sandbox.is_active(&web, &tokens.refresh).await);
        sandbox
            .refresh(&web, &tokens.refresh)
            .await
            .is_oauth_error(400, "invalid_grant");
    }
    let grants = sandbox.rpc("grants_list", serde_json::json!({})).await;
    assert_eq!(grants["grants"], serde_json::json!([]));
    // The person is told.
    let detail = sandbox
        .rpc(
            "people_get",
            serde_json::json!({ "user_id": crate::support::MAYA }),
        )
        .await;
    assert_eq!(
        detail["alerts"].as_array().map(Vec::len),
        Some(1),
        "{detail}"
    );
    assert!(
        text(&detail["alerts"][0]["message"]).contains("Demo Web App"),
        "{detail}"
    );

    // A token that a new run of the flow took the place of kills nothing (ruling 3).
    let old = sandbox.tokens(&web, "read:biomarkers").await;
    let new = sandbox.tokens(&web, "read:biomarkers").await;
    sandbox
        .refresh(&web, &old.refresh)
        .await
        .is_oauth_error(400, "invalid_grant");
    sandbox.biomarkers(&new.access).await.expect(200);
    sandbox.biomarkers(&old.access).await.expect(200);
    Tokens::of(&sandbox.refresh(&web, &new.refresh).await);
}

/// The grace period is a switch of the sandbox, off unless a developer asks for it.
#[tokio::test]
async fn within_its_grace_period_a_rotated_token_may_come_again_until_its_successor_is_used() {
    let sandbox = Sandbox::approving().await;
    let web = sandbox.web().await;
    let settings = serde_json::json!({ "refresh_grace_seconds": 30 });
    sandbox.rpc("settings_update", settings).await;
    let first = sandbox.tokens(&web, "read:biomarkers").await;
    let lost = Tokens::of(&sandbox.refresh(&web, &first.refresh).await);
    let again = Tokens::of(&sandbox.refresh(&web, &first.refresh).await);
    // There is one active refresh token; the answer that got lost has none, and presenting it kills nothing.
    let answer = sandbox.refresh(&web, &lost.refresh).await;
    answer.is_oauth_error(400, "invalid_grant");
    let next = Tokens::of(&sandbox.refresh(&web, &again.refresh).await);
    sandbox.biomarkers(&next.access).await.expect(200);
    // Now that its successor was used, it is a leak like any other.
    let answer = sandbox.refresh(&web, &first.refresh).await;
    answer.is_oauth_error(400, "invalid_grant");
    let answer = sandbox.biomarkers(&next.access).await;
    answer.is_service_error(401, "invalid_token");

    // A grant that was revoked is not brought back.
    let old = sandbox.tokens(&web, "read:biomarkers").await;
    let new = Tokens::of(&sandbox.refresh(&web, &old.refresh).await);
    sandbox.revoke(&web, &new.refresh).await.expect(200);
    let answer = sandbox.refresh(&web, &old.refresh).await;
    answer.is_oauth_error(400, "invalid_grant");

    // And the period ends.
    let old = sandbox.tokens(&web, "read:biomarkers").await;
    let new = Tokens::of(&sandbox.refresh(&web, &old.refresh).await);
    sandbox.advance(30).await;
    let answer = sandbox.refresh(&web, &old.refresh).await;
    answer.is_oauth_error(400, "invalid_grant");
    let answer = sandbox.refresh(&web, &new.refresh).await;
    answer.is_oauth_error(400, "invalid_grant");
}

#[tokio::test]
pub(super) async fn n40_revoking_a_refresh_token_kills_its_access_tokens() {
    let sandbox = Sandbox::approving().await;
    for partner in [sandbox.web().await, sandbox.spa().await] {
        let first = sandbox.tokens(&partner, "read:biomarkers").await;
        let second = Tokens::of(&sandbox.refresh(&partner, &first.refresh).await);
        sandbox.biomarkers(&first.access).await.expect(200);
        let answer = sandbox.revoke(&partner, &second.refresh).await.expect(200);
        assert!(answer.body.is_empty(), "{answer}");
        for tokens in [&first, &second] {
            sandbox
                .biomarkers(&tokens.access)
                .await
                .is_service_error(401, "invalid_token");
        }
        sandbox
            .refresh(&partner, &second.refresh)
            .await
            .is_oauth_error(400, "invalid_grant");
        // The explanation names who did it, and the entry that says so.
        let explained = sandbox.explain_newest("token").await;
        let received = text(&explained["refusal"]["received"]);
        assert!(
            received.contains("; journal entry ") && received.contains(" by client client_"),
            "{received}"
        );
        // Revoking an access token alone leaves the rest.
        let tokens = sandbox.tokens(&partner, "read:biomarkers").await;
        sandbox.revoke(&partner, &tokens.access).await.expect(200);
        sandbox
            .biomarkers(&tokens.access)
            .await
            .is_service_error(401, "invalid_token");
        let again = Tokens::of(&sandbox.refresh(&partner, &tokens.refresh).await);
        sandbox.biomarkers(&again.access).await.expect(200);
    }
}

#[tokio::test]
pub(super) async fn n40_revoking_an_unknown_or_foreign_token_is_200_and_changes_nothing() {
    let sandbox = Sandbox::approving().await;
    let (web, thief) = (sandbox.web().await, sandbox.register_web("Thief").await);
    let tokens = sandbox.tokens(&web, "read:biomarkers").await;
    let made_up = format!("lph_at_{}", "a".repeat(43));
    for unknown in [made_up.as_str(), "x", "eyJhbGciOiJub25lIn0.e30."] {
        sandbox.revoke(&web, unknown).await.expect(200);
    }
    for token in [&tokens.access, &tokens.refresh] {
        sandbox.revoke(&thief, token).await.expect(200);
    }
    sandbox.biomarkers(&tokens.access).await.expect(200);
    sandbox.revoke(&web, &tokens.refresh).await.expect(200);
    // Already revoked is 200 too.
    sandbox.revoke(&web, &tokens.refresh).await.expect(200);
    sandbox.revoke(&web, &tokens.access).await.expect(200);
    let bare = Params::of(&[("client_id", &web.client_id)]).set("token", &tokens.access);
    sandbox
        .send(&bare.post("/v1/oauth/revoke"))
        .await
        .is_oauth_error(401, "invalid_client");
    sandbox
        .send(&web.credentials().post("/v1/oauth/revoke"))
        .await
        .is_oauth_error(400, "invalid_request");
}

#[tokio::test]
pub(super) async fn n40_a_wrong_hint_is_ignored() {
    let sandbox = Sandbox::approving().await;
    let web = sandbox.web().await;
    for hint in ["access_token", "id_token", "nonsense", ""] {
        let tokens = sandbox.tokens(&web, "read:biomarkers").await;
        let form = web
            .credentials()
            .set("token", &tokens.refresh)
            .set("token_type_hint", hint);
        let introspected = sandbox
            .send(&form.post("/v1/oauth/introspect"))
            .await
            .expect(200)
            .json();
        assert_eq!(introspected["active"], true, "{hint}");
        // The type of an access token (RFC 6749 §7.1); a refresh token has none.
        assert_eq!(introspected.get("token_type"), None, "{introspected}");
        sandbox
            .send(&form.post("/v1/oauth/revoke"))
            .await
            .expect(200);
        sandbox
            .biomarkers(&tokens.access)
            .await
            .is_service_error(401, "invalid_token");
    }
}
