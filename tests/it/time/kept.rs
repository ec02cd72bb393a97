//! The clock as it stands: paused, read by other programs, kept over a restart.

use std::sync::Arc;

use connect_app::{App, Config};
use connect_testkit::{START, seeded_env};
use serde_json::{Value, json};

use super::at;
use crate::support::{MAYA, Sandbox, Tokens, text};

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
