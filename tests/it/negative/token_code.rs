//! Rules 28 to 35: one code, one exchange.

use connect_core::protocol::pkce;

use crate::support::{Partner, Sandbox, Tokens};

/// Neither the API nor introspection nor a refresh takes them any more.
async fn are_dead(sandbox: &Sandbox, partner: &Partner, tokens: &Tokens) {
    sandbox
        .biomarkers(&tokens.access)
        .await
        .is_service_error(401, "invalid_token");
    assert!(!sandbox.is_active(partner, &tokens.access).await);
    assert!(!sandbox.is_active(partner, &tokens.refresh).await);
    sandbox
        .refresh(partner, &tokens.refresh)
        .await
        .is_oauth_error(400, "invalid_grant");
}

#[tokio::test]
pub(super) async fn n28_a_code_used_twice_is_invalid_grant() {
    let sandbox = Sandbox::approving().await;
    let web = sandbox.web().await;
    let code = sandbox.code(&web, "openid").await;
    Tokens::of(&sandbox.exchange(&web, &code).await);
    for _ in 0..3 {
        sandbox
            .exchange(&web, &code)
            .await
            .is_oauth_error(400, "invalid_grant");
    }
    assert_eq!(sandbox.journal("code.redeemed").await.len(), 1);
}

#[tokio::test]
pub(super) async fn n29_a_replayed_code_kills_its_tokens_at_once() {
    let sandbox = Sandbox::approving().await;
    let web = sandbox.web().await;
    let code = sandbox.code(&web, "openid read:biomarkers").await;
    let tokens = Tokens::of(&sandbox.exchange(&web, &code).await);
    sandbox.biomarkers(&tokens.access).await.expect(200);
    sandbox
        .exchange(&web, &code)
        .await
        .is_oauth_error(400, "invalid_grant");
    are_dead(&sandbox, &web, &tokens).await;
    assert_eq!(sandbox.journal("code.replayed").await.len(), 1);
    // The person's consent is not what was stolen: a new run works.
    let fresh = sandbox.tokens(&web, "read:biomarkers").await;
    sandbox.biomarkers(&fresh.access).await.expect(200);
}

#[tokio::test]
pub(super) async fn n29_a_replay_kills_the_tokens_of_later_refreshes_too() {
    let sandbox = Sandbox::approving().await;
    let web = sandbox.web().await;
    let code = sandbox.code(&web, "read:biomarkers").await;
    let first = Tokens::of(&sandbox.exchange(&web, &code).await);
    let second = Tokens::of(&sandbox.refresh(&web, &first.refresh).await);
    let third = Tokens::of(&sandbox.refresh(&web, &second.refresh).await);
    // Long after the code has expired, a replay is still a replay.
    sandbox.advance(120).await;
    sandbox
        .exchange(&web, &code)
        .await
        .is_oauth_error(400, "invalid_grant");
    for tokens in [&first, &second, &third] {
        sandbox
            .biomarkers(&tokens.access)
            .await
            .is_service_error(401, "invalid_token");
        assert!(!sandbox.is_active(&web, &tokens.access).await);
    }
    are_dead(&sandbox, &web, &third).await;
}

#[tokio::test]
pub(super) async fn n29_a_replay_by_another_client_kills_nothing() {
    let sandbox = Sandbox::approving().await;
    let (web, thief) = (sandbox.web().await, sandbox.register_web("Thief").await);
    let code = sandbox.code(&web, "read:biomarkers").await;
    let tokens = Tokens::of(&sandbox.exchange(&web, &code).await);
    sandbox
        .exchange(&thief, &code)
        .await
        .is_oauth_error(400, "invalid_grant");
    sandbox.biomarkers(&tokens.access).await.expect(200);
    // Nor does a replay kill what another code of the same person and app issued.
    let second = sandbox.tokens(&web, "read:biomarkers").await;
    sandbox
        .exchange(&web, &code)
        .await
        .is_oauth_error(400, "invalid_grant");
    sandbox
        .biomarkers(&tokens.access)
        .await
        .is_service_error(401, "invalid_token");
    sandbox.biomarkers(&second.access).await.expect(200);
    Tokens::of(&sandbox.refresh(&web, &second.refresh).await);
}

#[tokio::test]
pub(super) async fn n31_an_expired_code_is_invalid_grant() {
    let sandbox = Sandbox::approving().await;
    let web = sandbox.web().await;
    sandbox.rpc("clock_pause", serde_json::json!({})).await;
    let (late, early) = (
        sandbox.code(&web, "openid").await,
        sandbox.code(&web, "openid").await,
    );
    sandbox.advance(59).await;
    Tokens::of(&sandbox.exchange(&web, &early).await);
    sandbox.advance(1).await;
    sandbox
        .exchange(&web, &late)
        .await
        .is_oauth_error(400, "invalid_grant");
    assert_eq!(sandbox.journal("code.redeemed").await.len(), 1);
}

#[tokio::test]
pub(super) async fn n31_a_code_of_another_client_is_invalid_grant_and_stays_good_for_its_own() {
    let sandbox = Sandbox::approving().await;
    let (web, spa, thief) = (
        sandbox.web().await,
        sandbox.spa().await,
        sandbox.register_web("Thief").await,
    );
    let code = sandbox.code(&web, "openid").await;
    for other in [&thief, &spa] {
        sandbox
            .exchange(other, &code)
            .await
            .is_oauth_error(400, "invalid_grant");
    }
    // An app that signs nobody in has no codes at all.
    let machine = sandbox.register_machine("Robot", &["admin:clinical"]).await;
    sandbox
        .exchange(&machine, &code)
        .await
        .is_oauth_error(400, "unauthorized_client");
    Tokens::of(&sandbox.exchange(&web, &code).await);
    for made_up in ["lph_ac_made_up", "x", &code.value[..code.value.len() - 1]] {
        let form = web.exchange(&code).set("code", made_up);
        sandbox
            .token(&form)
            .await
            .is_oauth_error(400, "invalid_grant");
    }
    sandbox
        .token(&web.exchange(&code).without("code"))
        .await
        .is_oauth_error(400, "invalid_request");
}

#[tokio::test]
pub(super) async fn n32_a_missing_or_different_redirect_uri_is_invalid_grant() {
    let sandbox = Sandbox::approving().await;
    let web = sandbox.web().await;
    let form = web.exchange(&sandbox.code(&web, "openid").await);
    sandbox
        .token(&form.clone().without("redirect_uri"))
        .await
        .is_oauth_error(400, "invalid_grant");
    for other in [
        // Registered too, but not the one of the request.
        "http://localhost:5000/callback",
        "http://localhost:3000/callback/",
        "http://localhost:3000/Callback",
        "http://localhost:3000%2Fcallback",
        "https://evil.example/cb",
    ] {
        let answer = sandbox
            .token(&form.clone().set("redirect_uri", other))
            .await;
        answer.is_oauth_error(400, "invalid_grant");
    }
    assert!(sandbox.journal("code.redeemed").await.is_empty());
    // A native app repeats the port it came with.
    let native = sandbox
        .native()
        .await
        .returning_to("http://127.0.0.1:49152/callback");
    let code = sandbox.code(&native, "openid").await;
    let other = native
        .exchange(&code)
        .set("redirect_uri", "http://127.0.0.1:49153/callback");
    sandbox
        .token(&other)
        .await
        .is_oauth_error(400, "invalid_grant");
    Tokens::of(&sandbox.exchange(&native, &code).await);
}

#[tokio::test]
pub(super) async fn n33_a_missing_verifier_is_invalid_grant() {
    let sandbox = Sandbox::approving().await;
    for partner in [
        sandbox.web().await,
        sandbox.spa().await,
        sandbox.native().await,
    ] {
        let form = partner.exchange(&sandbox.code(&partner, "openid").await);
        sandbox
            .token(&form.clone().without("code_verifier"))
            .await
            .is_oauth_error(400, "invalid_grant");
        let form = partner.exchange(&sandbox.code(&partner, "openid").await);
        sandbox
            .token(&form.set("code_verifier", ""))
            .await
            .is_oauth_error(400, "invalid_grant");
    }
    assert!(sandbox.journal("code.redeemed").await.is_empty());
}

#[tokio::test]
pub(super) async fn n35_a_wrong_or_malformed_verifier_is_invalid_grant_and_leaves_no_second_guess()
{
    let sandbox = Sandbox::approving().await;
    let web = sandbox.web().await;
    let wrong = |right: &str| {
        vec![
            "A".repeat(43),
            pkce::challenge(right),
            right[..42].to_owned(),
            format!("{right}x"),
            format!("{}=", &right[..42]),
            format!("{} ", &right[..42]),
            format!("{}é", &right[..42]),
            "a".repeat(129),
            "a".repeat(100_000),
            right.to_lowercase() + "~",
        ]
    };
    let count = wrong(&"x".repeat(43)).len();
    for index in 0..count {
        let code = sandbox.code(&web, "openid").await;
        let guess = wrong(&code.verifier).swap_remove(index);
        let answer = sandbox
            .token(&web.exchange(&code).set("code_verifier", &guess))
            .await;
        answer.is_oauth_error(400, "invalid_grant");
        // Not even the right one works now: the code is spent.
        sandbox
            .exchange(&web, &code)
            .await
            .is_oauth_error(400, "invalid_grant");
    }
    assert!(sandbox.journal("code.redeemed").await.is_empty());
}
