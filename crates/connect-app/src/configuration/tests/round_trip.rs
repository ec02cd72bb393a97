//! A world written down and made again.

use super::*;
use crate::configuration::export;

/// The tables of a file, each list in an order of its own: a world does not keep the order of a file.
fn sorted(text: &str) -> toml::Table {
    let mut tables: toml::Table = toml::from_str(text).unwrap();
    for (list, key) in [("apps", "name"), ("personas", "email")] {
        if let Some(toml::Value::Array(list)) = tables.get_mut(list) {
            list.sort_by_key(|table| table[key].as_str().unwrap_or_default().to_owned());
        }
    }
    tables
}

/// A demo world that was worked on.
async fn lived_in() -> App {
    let app = world(Seed::Demo).await;
    crate::configuration::apply(
        &app,
        &crate::configuration::read(&example()).unwrap(),
        app.origin(Actor::Console),
    )
    .await
    .unwrap();
    let web = app_named(&app, "Demo Web App").await["client_id"].clone();
    call(&app, "apps_update", json!({ "client_id": web, "webhook_url": "", "allowed_origins": ["http://localhost:3000"] })).await;
    call(&app, "apps_rotate_secret", json!({ "client_id": web })).await;
    let spa = app_named(&app, "Demo SPA").await["client_id"].clone();
    call(&app, "apps_disable", json!({ "client_id": spa })).await;
    call(
        &app,
        "people_update",
        json!({ "user_id": "jonas@example.com", "name": "Jonas \"J.\" O\u{2019}Kafor\n\u{1f642}" }),
    )
    .await;
    call(
        &app,
        "settings_update",
        json!({ "profile": "strict", "auto_approve": "ada@example.com", "keep_days": 7 }),
    )
    .await;
    app
}

#[tokio::test]
async fn with_secrets_a_new_workspace_becomes_the_same_world() {
    let original = lived_in().await;
    let text = export(&original, true).await.unwrap();
    for seed in [Seed::Empty, Seed::Demo] {
        let copy = world(seed).await;
        apply(&copy, &text).await.unwrap();
        assert_eq!(
            sorted(&export(&copy, true).await.unwrap()),
            sorted(&text),
            "{seed:?}"
        );
        assert!(apply(&copy, &text).await.unwrap().is_empty(), "{seed:?}");
        let (a, b) = (
            reveal(&original, "Demo Web App").await,
            reveal(&copy, "Demo Web App").await,
        );
        assert_eq!(a, b, "the copy answers to the same .env");
        copy.stop().await;
    }
    original.stop().await;
}

#[tokio::test]
async fn without_secrets_it_becomes_the_same_world_with_ids_and_secrets_of_its_own() {
    let original = lived_in().await;
    let text = export(&original, false).await.unwrap();
    assert!(connect_core::domain::redaction::is_clean(&text));
    assert!(
        !text.contains("client_id") && !text.contains("user_id") && !text.contains("secret ="),
        "{text}"
    );
    for seed in [Seed::Empty, Seed::Demo] {
        let copy = world(seed).await;
        apply(&copy, &text).await.unwrap();
        assert_eq!(
            sorted(&export(&copy, false).await.unwrap()),
            sorted(&text),
            "{seed:?}"
        );
        assert!(apply(&copy, &text).await.unwrap().is_empty(), "{seed:?}");
        copy.stop().await;
    }
    original.stop().await;
}

#[tokio::test]
async fn a_world_exported_and_applied_to_itself_stays_as_it_is() {
    let app = lived_in().await;
    let length = journal_length(&app).await;
    for with_secrets in [false, true] {
        let text = export(&app, with_secrets).await.unwrap();
        assert_eq!(apply(&app, &text).await.unwrap(), Applied::default());
        assert_eq!(journal_length(&app).await, length);
    }
    app.stop().await;
}

#[tokio::test]
async fn apps_of_one_name_are_told_apart_by_their_ids_even_without_secrets() {
    let app = world(Seed::Empty).await;
    for origin in ["http://localhost:1", "http://localhost:2"] {
        let twin = json!({ "name": "Twin", "app_type": "spa", "redirect_uris": [format!("{origin}/cb")], "scopes": ["openid"], "allowed_origins": [origin] });
        call(&app, "apps_create", twin).await;
    }
    let text = export(&app, false).await.unwrap();
    assert_eq!(text.matches("client_id = ").count(), 2);
    let copy = world(Seed::Empty).await;
    apply(&copy, &text).await.unwrap();
    assert_eq!(sorted(&export(&copy, false).await.unwrap()), sorted(&text));
    copy.stop().await;
    app.stop().await;
}

#[tokio::test]
async fn what_the_console_takes_of_a_persona_can_be_applied() {
    let app = world(Seed::Empty).await;
    let odd = json!({
        "email": "\"odd\"@x", "name": "\u{1f642}'\\\u{7}", "locale": "en_US, please", "description": "x".repeat(400),
        "without_data": true
    });
    call(&app, "people_create", odd).await;
    call(
        &app,
        "settings_update",
        json!({ "auto_approve": "\"odd\"@x" }),
    )
    .await;
    let text = export(&app, true).await.unwrap();
    assert_eq!(apply(&app, &text).await.unwrap(), Applied::default());
    let copy = world(Seed::Empty).await;
    apply(&copy, &text).await.unwrap();
    assert_eq!(sorted(&export(&copy, true).await.unwrap()), sorted(&text));
    copy.stop().await;
    // A setting that names a persona who is gone is not carried on.
    call(&app, "people_delete", json!({ "user_id": "\"odd\"@x" })).await;
    let text = export(&app, true).await.unwrap();
    assert!(text.contains("auto_approve = \"\""), "{text}");
    apply(&world(Seed::Empty).await, &text).await.unwrap();
    app.stop().await;
}

#[tokio::test]
async fn flags_of_this_run_are_not_exported() {
    let app = started(Config {
        auto_approve: Some("maya@example.com".to_owned()),
        ..Config::ephemeral()
    })
    .await;
    assert!(
        export(&app, false)
            .await
            .unwrap()
            .contains("auto_approve = \"\"")
    );
    app.stop().await;
}

#[tokio::test]
async fn an_export_reads_well() {
    let app = world(Seed::Demo).await;
    let text = export(&app, false).await.unwrap();
    let app_table = text
        .split("[[apps]]")
        .find(|table| table.contains("Demo SPA"))
        .unwrap();
    let head = text.split("[[personas]]").next().unwrap();
    insta::assert_snapshot!(format!("{head}[[apps]]{app_table}"), @r#"
    # A Connect Console world. Apply it with `connect-sandbox serve --config <this file>`.
    # Ids and secrets are left out: they stay where there are some, and are made where there are none.

    [settings]
    profile = "loop"
    auto_approve = ""
    userinfo = false
    refresh_grace_seconds = 0
    rate_limit_per_minute = 0
    stamp_virtual_time = false
    keep_exchanges = 200000
    keep_days = 30
    keep_mebibytes = 1024
    survive_power_cut = false

    [[apps]]
    name = "Demo SPA"
    app_type = "spa"
    redirect_uris = ["http://localhost:5173/callback"]
    scopes = [
        "openid",
        "profile",
        "email",
        "read:account",
        "manage:connected_apps",
        "read:biomarkers",
        "write:biomarkers",
        "read:protocols",
        "write:protocols",
        "read:check_ins",
        "write:check_ins",
        "read:recommendations",
        "read:red_flags",
        "read:profile",
        "read:wearables",
        "write:wearables",
        "read:membership",
        "read:subscriptions",
        "read:payments",
        "read:community",
        "write:community",
        "read:follows",
        "write:follows",
        "read:messages",
        "write:messages",
    ]
    allowed_origins = ["http://localhost:5173"]
    webhook_url = ""
    client_uri = ""
    logo_uri = ""
    brand_id = "loop"
    is_first_party = false
    enabled = true
    baa_status = "signed"
    access_token_lifetime_seconds = 3600
    id_token_alg = "EdDSA"
    "#);
    app.stop().await;
}
