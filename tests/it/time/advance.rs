//! Advancing the clock: what fell due is told in order, and an advance can be cancelled.

use std::sync::Arc;

use connect_app::Config;
use connect_core::Timestamp;
use connect_rpc::ErrorCode;
use connect_testkit::{START, seeded_env};
use serde_json::json;

use super::{at, due, still};
use crate::support::{MAYA, Sandbox};

#[tokio::test]
async fn what_fell_due_is_told_in_order_with_the_moment_of_each() {
    let sandbox = still().await;
    let web = sandbox.web().await;
    sandbox
        .rpc("apps_rotate_secret", json!({ "client_id": web.client_id }))
        .await;
    let web = sandbox.web().await;
    sandbox.advance(10).await;
    sandbox.tokens(&web, "openid").await;
    sandbox.advance(10).await;
    sandbox.code(&web, "openid").await;
    let next = sandbox.rpc("clock_get", json!({})).await;
    assert_eq!(at(&next["next_due"]), START.plus_millis(80_000));
    let advanced = sandbox.advance(100 * 24 * 3600).await;
    // The three messages are the seed's: each persona has one on its way.
    let told = [
        "code_expired",
        "access_token_expired",
        "client_secret_expired",
        "message_sent",
        "message_sent",
        "message_sent",
        "refresh_token_expired",
    ];
    assert_eq!(due(&advanced), told);
    assert_eq!(advanced["due_count"], told.len());
    assert_eq!(advanced["cancelled"], false);
    let told: Vec<(&str, Timestamp)> = advanced["due"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|due| (due["what"].as_str().expect("a word"), at(&due["at"])))
        .collect();
    assert!(told.is_sorted_by_key(|(_, moment)| *moment), "{told:?}");
    let expired: Vec<Timestamp> = told
        .iter()
        .filter(|(what, _)| what.ends_with("_expired"))
        .map(|(_, moment)| *moment)
        .collect();
    let expected = [
        80_000,
        10_000 + 3_600_000,
        24 * 3_600_000,
        10_000 + 90 * 24 * 3_600_000,
    ];
    assert_eq!(expired, expected.map(|millis| START.plus_millis(millis)));
    assert_eq!(at(&advanced["from"]), START.plus_millis(20_000));
    assert_eq!(
        at(&advanced["to"]),
        START.plus_millis(20_000 + 100 * 24 * 3_600_000)
    );
    assert_eq!(sandbox.now().await, at(&advanced["to"]));
    // The journal tells the same story, each entry at its own moment, led to by the advance.
    let entries = sandbox.journal("credential.expired").await;
    let written: Vec<Timestamp> = entries.iter().map(|entry| at(&entry["at"])).collect();
    assert_eq!(written, expired);
}

#[tokio::test]
async fn thousands_of_due_moments_are_visited_and_a_thousand_of_them_told() {
    let sandbox = still().await;
    let web = sandbox.web().await;
    let mut wire = sandbox.wire().await;
    for _ in 0..1100 {
        let request = web.authorize(&sandbox, "openid");
        request.code_of(&wire.send(&request.request()).await);
    }
    let advanced = sandbox.advance(61).await;
    assert_eq!(advanced["due_count"], 1100);
    assert_eq!(due(&advanced).len(), 1000);
    let counts = sandbox.rpc("sandbox_status", json!({})).await["counts"]["live_tokens"].clone();
    assert_eq!(counts, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_advance_can_be_cancelled_and_stops_at_a_moment_it_has_reached() {
    let sandbox = still().await;
    assert_eq!(
        sandbox.rpc("clock_cancel", json!({})).await["cancelled"],
        false,
        "there is nothing to cancel"
    );
    let web = sandbox.web().await;
    // Enough due moments that the advance is still under way when it is cancelled; each a second after the other.
    let mut wire = sandbox.wire().await;
    for _ in 0..3000 {
        let request = web.authorize(&sandbox, "openid");
        request.code_of(&wire.send(&request.request()).await);
        sandbox.env.set_clock_state(
            sandbox
                .env
                .clock_state()
                .moved_to(sandbox.env.now().plus_millis(10), sandbox.env.wall_now()),
        );
    }
    let from = sandbox.now().await;
    let app = sandbox.app.clone();
    let advance =
        tokio::spawn(async move { app.rpc("clock_advance", json!({ "seconds": 3600 })).await });
    let cancelled = Sandbox::wait_for("the advance to be under way", || async {
        let answer = sandbox.rpc("clock_cancel", json!({})).await;
        (answer["cancelled"] == true || advance.is_finished())
            .then_some(answer["cancelled"] == true)
    })
    .await;
    let advanced = advance.await.expect("it ends").expect("it works");
    assert_eq!(
        advanced["cancelled"],
        json!(cancelled && advanced["to"] != json!(from.plus_millis(3_600_000)))
    );
    let reached = at(&advanced["to"]);
    assert!(reached >= from && reached <= from.plus_millis(3_600_000));
    assert_eq!(sandbox.now().await, reached);
    let told = advanced["due_count"].as_u64().expect("a number");
    assert_eq!(
        sandbox.journal("credential.expired").await.len() as u64,
        told.min(1000)
    );
    // Nothing was skipped: going on visits the rest.
    let rest = sandbox.advance(3600).await["due_count"]
        .as_u64()
        .expect("a number");
    assert_eq!(told + rest, 3000);
}

#[tokio::test]
async fn an_advance_moves_from_where_time_has_come_to() {
    let (env, wall) = seeded_env();
    let sandbox = Sandbox::of(Config::ephemeral(), env).await;
    for (seconds, code) in [
        (json!(0), ErrorCode::Invalid),
        (json!(-5), ErrorCode::BadRequest),
        (json!(400_000_000), ErrorCode::Invalid),
    ] {
        sandbox
            .rpc_fails("clock_advance", json!({ "seconds": seconds }), code)
            .await;
    }
    let before = sandbox.now().await;
    wall.advance(std::time::Duration::from_secs(5));
    let advanced = sandbox.advance(1).await;
    assert_eq!(at(&advanced["from"]), before.plus_millis(5000));
    assert_eq!(sandbox.now().await, before.plus_millis(6000));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_advance_never_moves_the_clock_back() {
    let (env, wall) = seeded_env();
    let config = Config {
        auto_approve: Some(MAYA.to_owned()),
        ..Config::ephemeral()
    };
    let sandbox = Sandbox::of(config, Arc::clone(&env)).await;
    let web = sandbox.web().await;
    let mut wire = sandbox.wire().await;
    for _ in 0..600 {
        let request = web.authorize(&sandbox, "openid");
        request.code_of(&wire.send(&request.request()).await);
    }
    // While the due moments of a minute are visited, the wall's clock runs ahead of all of it.
    let app = sandbox.app.clone();
    let advance =
        tokio::spawn(async move { app.rpc("clock_advance", json!({ "seconds": 61 })).await });
    let mut last = env.now();
    while !advance.is_finished() {
        wall.advance(std::time::Duration::from_secs(5));
        let now = env.now();
        assert!(now >= last, "from {last} back to {now}");
        last = now;
        tokio::task::yield_now().await;
    }
    let advanced = advance.await.expect("it ends").expect("it works");
    assert!(env.now() >= last, "from {last} back to {}", env.now());
    assert!(env.now() >= at(&advanced["to"]));
    assert_eq!(advanced["due_count"], 600);
}
