//! Everything dies at its time, without waiting.

use connect_app::Config;
use connect_testkit::{START, seeded_env};
use serde_json::json;

use super::{at, due, still};
use crate::support::{Browser, Request, Sandbox, Tokens};

#[tokio::test]
async fn past_sixty_seconds_the_code_is_dead() {
    let sandbox = still().await;
    let web = sandbox.web().await;
    let (first, second) = (
        sandbox.code(&web, "openid").await,
        sandbox.code(&web, "openid").await,
    );
    assert!(due(&sandbox.advance(59).await).is_empty());
    Tokens::of(&sandbox.exchange(&web, &first).await);
    let advanced = sandbox.advance(1).await;
    assert_eq!(due(&advanced), ["code_expired"]);
    assert_eq!(at(&advanced["due"][0]["at"]), START.plus_millis(60_000));
    assert_eq!(advanced["due"][0]["client_id"], json!(web.client_id));
    sandbox
        .exchange(&web, &second)
        .await
        .is_oauth_error(400, "invalid_grant");
}

#[tokio::test]
async fn past_one_hour_the_access_token_is_dead() {
    let sandbox = still().await;
    let web = sandbox.web().await;
    let tokens = sandbox.tokens(&web, "read:biomarkers").await;
    assert_eq!(tokens.expires_in, 3600);
    sandbox.advance(3599).await;
    sandbox.biomarkers(&tokens.access).await.expect(200);
    let advanced = sandbox.advance(1).await;
    assert_eq!(due(&advanced), ["access_token_expired"]);
    sandbox
        .biomarkers(&tokens.access)
        .await
        .is_service_error(401, "invalid_token");
    assert!(!sandbox.is_active(&web, &tokens.access).await);
    // The refresh token is not; and an app can have it shorter, down to 5 minutes.
    Tokens::of(&sandbox.refresh(&web, &tokens.refresh).await);
    sandbox
        .rpc(
            "apps_update",
            json!({ "client_id": web.client_id, "access_token_lifetime_seconds": 300 }),
        )
        .await;
    let tokens = sandbox.tokens(&web, "read:biomarkers").await;
    assert_eq!(tokens.expires_in, 300);
    sandbox.advance(300).await;
    sandbox
        .biomarkers(&tokens.access)
        .await
        .is_service_error(401, "invalid_token");
}

#[tokio::test]
async fn past_ninety_days_without_use_the_refresh_token_is_dead() {
    let day = 24 * 3600;
    let sandbox = still().await;
    let web = sandbox.web().await;
    let first = sandbox.tokens(&web, "openid").await;
    // Ninety days from its last use: each refresh begins them anew.
    sandbox.advance(89 * day).await;
    let second = Tokens::of(&sandbox.refresh(&web, &first.refresh).await);
    sandbox.advance(89 * day).await;
    let third = Tokens::of(&sandbox.refresh(&web, &second.refresh).await);
    let advanced = sandbox.advance(90 * day).await;
    assert_eq!(
        due(&advanced),
        ["access_token_expired", "refresh_token_expired"]
    );
    sandbox
        .refresh(&web, &third.refresh)
        .await
        .is_oauth_error(400, "invalid_grant");
    assert!(!sandbox.is_active(&web, &third.refresh).await);
}

#[tokio::test]
async fn past_twenty_four_hours_the_rotated_secret_is_dead() {
    let sandbox = still().await;
    let old = sandbox.web().await;
    let rotated = sandbox
        .rpc("apps_rotate_secret", json!({ "client_id": old.client_id }))
        .await;
    assert_eq!(
        at(&rotated["old_secret_works_until"]),
        START.plus_millis(24 * 3_600_000)
    );
    let new = sandbox.web().await;
    assert_eq!(new.secret.as_deref(), rotated["client_secret"].as_str());
    assert_ne!(old.secret, new.secret);
    sandbox.advance(24 * 3600 - 1).await;
    for partner in [&old, &new] {
        sandbox.introspect(partner, "x").await.expect(200);
    }
    assert_eq!(due(&sandbox.advance(1).await), ["client_secret_expired"]);
    sandbox
        .introspect(&old, "x")
        .await
        .is_oauth_error(401, "invalid_client");
    sandbox.introspect(&new, "x").await.expect(200);
    let why = sandbox.explain_newest("introspect").await;
    assert!(why["refusal"].is_null(), "{why}");
    // Two rotations within a day: the one before the last still has its own day.
    let first = sandbox.web().await;
    sandbox
        .rpc("apps_rotate_secret", json!({ "client_id": old.client_id }))
        .await;
    sandbox.advance(3600).await;
    let second = sandbox.web().await;
    sandbox
        .rpc("apps_rotate_secret", json!({ "client_id": old.client_id }))
        .await;
    sandbox.advance(23 * 3600).await;
    sandbox
        .introspect(&first, "x")
        .await
        .is_oauth_error(401, "invalid_client");
    sandbox.introspect(&second, "x").await.expect(200);
}

#[tokio::test]
async fn a_retired_signing_key_falls_due_by_itself() {
    let (env, wall) = seeded_env();
    let sandbox = Sandbox::of(Config::ephemeral(), env).await;
    let hour = std::time::Duration::from_hours(1);
    let old = sandbox.jwks().await[0]["kid"].clone();
    sandbox.rpc("keys_rotate", json!({})).await;
    let due_at = START.plus_millis(3_600_000);
    let clock = sandbox.rpc("clock_get", json!({})).await;
    assert_eq!(at(&clock["next_due"]), due_at);
    assert!(due(&sandbox.advance(3599).await).is_empty());
    assert_eq!(sandbox.jwks().await.len(), 2);
    let advanced = sandbox.advance(1).await;
    assert_eq!(due(&advanced), ["signing_key_unpublished"]);
    assert_eq!(
        (
            at(&advanced["due"][0]["at"]),
            &advanced["due"][0]["subject"]
        ),
        (due_at, &old)
    );
    assert_eq!(sandbox.jwks().await.len(), 1);
    let told = sandbox
        .rpc("journal_list", json!({ "kind": "key.unpublished" }))
        .await;
    assert_eq!(told["entries"][0]["subject"], old);
    assert_eq!(at(&told["entries"][0]["at"]), due_at);
    // As time passes too, with nothing else due: any change has the sandbox look again.
    sandbox.rpc("keys_rotate", json!({})).await;
    wall.advance(hour);
    let web = sandbox.register_web("A change").await;
    Sandbox::wait_for("the retired key to go", || async {
        (sandbox.jwks().await.len() == 1).then_some(())
    })
    .await;
    // Retired while tokens are alive: each at its own moment, in order.
    sandbox.rpc("keys_rotate", json!({})).await;
    sandbox.advance(60).await;
    sandbox
        .rpc("apps_rotate_secret", json!({ "client_id": web.client_id }))
        .await;
    sandbox.advance(60).await;
    sandbox.rpc("keys_rotate", json!({})).await;
    assert_eq!(
        due(&sandbox.advance(25 * 3600).await),
        [
            "signing_key_unpublished",
            "signing_key_unpublished",
            "client_secret_expired"
        ]
    );
}

#[tokio::test]
async fn a_day_after_its_end_a_run_through_the_pages_is_forgotten() {
    let (env, _) = seeded_env();
    let sandbox = Sandbox::of(Config::ephemeral(), env).await;
    let web = sandbox.web().await;
    let mut browser = Browser::new(&sandbox);
    let page = browser.open(&web.authorize(&sandbox, "openid")).await;
    assert!(page.is_sign_in());
    let mut status = async |seconds| {
        sandbox.advance(seconds).await;
        browser.send(Request::get(page.path.clone())).await.status
    };
    assert_eq!(status(30 * 60 - 1).await, 200);
    assert_eq!(status(1).await, 410, "whoever comes back is told");
    assert_eq!(status(24 * 3600 - 1).await, 410);
    assert_eq!(status(1).await, 404);
}
