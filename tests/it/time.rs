//! The sandbox clock: everything dies at its time without waiting, what fell due is told in order, and other programs
//! with clocks of their own still understand the tokens.

use std::sync::Arc;

use connect_app::{App, Config};
use connect_core::Timestamp;
use connect_rpc::ErrorCode;
use connect_testkit::{START, seeded_env};
use serde_json::{Value, json};

use crate::support::{Browser, MAYA, Request, Sandbox, Tokens, text};

/// A sandbox whose wall clock stands still: only what is advanced passes.
async fn still() -> Sandbox {
    let (env, _) = seeded_env();
    Sandbox::of(
        Config {
            auto_approve: Some(MAYA.to_owned()),
            ..Config::ephemeral()
        },
        env,
    )
    .await
}

/// What fell due, by name.
fn due(advanced: &Value) -> Vec<&str> {
    advanced["due"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|due| due["what"].as_str().expect("a word"))
        .collect()
}

fn at(value: &Value) -> Timestamp {
    serde_json::from_value(value.clone()).expect("a time")
}

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
async fn a_paused_clock_stands_still_and_goes_on_from_where_it_stood() {
    let (env, wall) = seeded_env();
    let config = Config {
        auto_approve: Some(MAYA.to_owned()),
        ..Config::ephemeral()
    };
    let sandbox = Sandbox::of(config, env).await;
    let web = sandbox.web().await;
    let hour = std::time::Duration::from_hours(1);
    let code = sandbox.code(&web, "read:biomarkers").await;
    let paused = sandbox.rpc("clock_pause", json!({})).await;
    assert_eq!(
        (paused["paused"].as_bool(), at(&paused["now"])),
        (Some(true), START)
    );
    wall.advance(hour);
    assert_eq!(sandbox.now().await, START);
    // An hour later on the wall, the code of a minute is still good.
    let tokens = Tokens::of(&sandbox.exchange(&web, &code).await);
    // Paused is not stuck: it can be advanced.
    sandbox.advance(60).await;
    assert_eq!(sandbox.now().await, START.plus_millis(60_000));
    let resumed = sandbox.rpc("clock_resume", json!({})).await;
    assert_eq!(
        (resumed["paused"].as_bool(), at(&resumed["now"])),
        (Some(false), START.plus_millis(60_000))
    );
    assert_eq!(resumed["ahead_ms"].as_i64(), Some(60_000 - 3_600_000));
    wall.advance(hour);
    assert_eq!(sandbox.now().await, START.plus_millis(3_660_000));
    sandbox
        .biomarkers(&tokens.access)
        .await
        .is_service_error(401, "invalid_token");
    let kinds: Vec<String> = sandbox
        .journal("clock")
        .await
        .iter()
        .map(|entry| text(&entry["kind"]))
        .collect();
    assert_eq!(kinds, ["clock.paused", "clock.advanced", "clock.resumed"]);
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

#[tokio::test]
async fn other_programs_clocks_understand_tokens_of_a_moved_sandbox() {
    // The real wall clock, which the library that verifies uses too.
    let sandbox = Sandbox::approving().await;
    let web = sandbox.web().await;
    sandbox.advance(5 * 365 * 24 * 3600).await;
    let wall = || sandbox.env.wall_now().as_secs();
    let before = wall();
    let request = web.authorize(&sandbox, "openid").set("max_age", "3600");
    let code = request.code_of(&sandbox.send(&request.request()).await);
    let tokens = Tokens::of(&sandbox.exchange(&web, &code).await);
    let id_token = tokens.id_token.clone().expect("openid was granted");
    let claims = sandbox
        .verified(&id_token, &sandbox.issuer(), &web.client_id)
        .await
        .expect("good by any clock");
    let number = |value: &Value| value.as_i64().expect("a number");
    for stamp in ["iat", "auth_time"] {
        assert!(
            (before - 1..=wall() + 1).contains(&number(&claims[stamp])),
            "{stamp}: {claims}"
        );
    }
    assert_eq!(number(&claims["exp"]) - number(&claims["iat"]), 300);
    let introspected = sandbox.introspect(&web, &tokens.access).await.json();
    assert!(
        (before + 3599..=wall() + 3601).contains(&number(&introspected["exp"])),
        "{introspected}"
    );
    // Half an hour later on the sandbox's clock, half an hour is left on the wall's.
    sandbox.advance(1800).await;
    let introspected = sandbox.introspect(&web, &tokens.access).await.json();
    assert!(
        (wall() + 1790..=wall() + 1801).contains(&number(&introspected["exp"])),
        "{introspected}"
    );
    // A machine's token likewise, and bodies have sandbox time.
    let machine = sandbox.register_machine("Robot", &["admin:clinical"]).await;
    let jwt = Sandbox::claims(&sandbox.machine_token(&machine, "admin:clinical").await);
    assert!(
        (wall() - 2..=wall() + 1).contains(&number(&jwt["iat"])),
        "{jwt}"
    );
    let grant = sandbox.rpc("grants_list", json!({})).await["grants"][0].clone();
    assert!(
        at(&grant["granted_at"]).as_secs() > wall() + 4 * 365 * 24 * 3600,
        "{grant}"
    );

    // Untranslated on request: then libraries with a clock of their own refuse them.
    sandbox
        .rpc("settings_update", json!({ "stamp_virtual_time": true }))
        .await;
    let status = sandbox.rpc("sandbox_status", json!({})).await;
    assert!(
        status["notices"].to_string().contains("sandbox time"),
        "a banner says so: {status}"
    );
    let tokens = sandbox.tokens(&web, "openid").await;
    let claims = Sandbox::claims(tokens.id_token.as_deref().expect("openid was granted"));
    assert!(
        (sandbox.now().await.as_secs() - number(&claims["iat"])).abs() <= 2,
        "{claims}"
    );
    let introspected = sandbox.introspect(&web, &tokens.access).await.json();
    assert!(
        (sandbox.now().await.as_secs() + 3600 - number(&introspected["exp"])).abs() <= 2,
        "{introspected}"
    );
}

#[tokio::test]
async fn the_clock_is_kept_over_a_restart() {
    let directory = tempfile::tempdir().expect("a folder");
    let config = Config {
        auto_approve: Some(MAYA.to_owned()),
        ..Config::at(directory.path())
    };
    let (env, _) = seeded_env();
    let sandbox = Sandbox::of(config.clone(), env).await;
    let web = sandbox.web().await;
    let tokens = sandbox.tokens(&web, "read:biomarkers").await;
    sandbox.advance(3599).await;
    sandbox.rpc("clock_pause", json!({})).await;
    sandbox.app.stop().await;
    drop(sandbox);

    let (env, wall) = seeded_env();
    wall.advance(std::time::Duration::from_hours(48));
    let sandbox = Sandbox::of(config, Arc::clone(&env)).await;
    assert_eq!(sandbox.now().await, START.plus_millis(3_599_000));
    sandbox.biomarkers(&tokens.access).await.expect(200);
    sandbox.advance(1).await;
    sandbox
        .biomarkers(&tokens.access)
        .await
        .is_service_error(401, "invalid_token");
    let _: &App = &sandbox.app;
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
