//! What a file does to a world.

use super::*;

#[tokio::test]
async fn the_example_is_applied_and_applying_it_again_changes_and_journals_nothing() {
    let app = world(Seed::Demo).await;
    let wanted = crate::configuration::read(&example()).unwrap();
    let origin = || app.origin(Actor::Console);
    let first = crate::configuration::apply(&app, &wanted, origin())
        .await
        .unwrap();
    assert_eq!(
        first.created,
        [
            "ada@example.com",
            "grace@example.com",
            "Example Web App",
            "Example SPA",
            "Example Machine"
        ]
    );
    assert_eq!(first.changed, ["Demo Web App"]);
    assert_eq!(first.notes, [""; 0]);
    assert_eq!(
        persona(&app, "ada@example.com").await["user_id"],
        "user_example_ada"
    );
    let secrets = reveal(&app, "Example Web App").await;
    assert_eq!(secrets["client_id"], "client_example_web");
    assert_eq!(secrets["client_secret"], "secret_write-your-own-0123456789");
    assert_eq!(
        secrets["webhook_signing_secret"],
        "whsec_write-your-own-0123456789"
    );

    let length = journal_length(&app).await;
    let again = crate::configuration::apply(&app, &wanted, origin())
        .await
        .unwrap();
    assert_eq!(again, Applied::default());
    assert_eq!(journal_length(&app).await, length);
    app.stop().await;
}

#[tokio::test]
async fn everything_a_file_brings_is_in_one_trace_and_the_journal_says_which_file() {
    let app = world(Seed::Empty).await;
    apply(
        &app,
        "[[personas]]\nemail = \"ada@example.com\"\nname = \"Ada\"\n",
    )
    .await
    .unwrap();
    let entries = call(
        &app,
        "journal_list",
        json!({ "kind": "workspace.seeded", "limit": 1 }),
    )
    .await["entries"][0]
        .clone();
    assert_eq!(
        entries["detail"],
        json!({ "file": "connect.toml", "created": ["ada@example.com"], "changed": [] })
    );
    let trace = call(&app, "trace_get", json!({ "trace": entries["trace"] })).await;
    let kinds: Vec<&str> = trace["entries"]
        .as_array()
        .unwrap()
        .iter()
        .map(|e| e["kind"].as_str().unwrap())
        .collect();
    assert_eq!(
        (kinds.first(), kinds.last()),
        (Some(&"person.created"), Some(&"workspace.seeded"))
    );
    app.stop().await;
}

#[tokio::test]
async fn what_a_table_leaves_out_stays_and_empty_text_removes() {
    let app = world(Seed::Demo).await;
    let before = app_named(&app, "Demo Web App").await;
    apply(&app, "[[apps]]\nname = \"Demo Web App\"\nwebhook_url = \"https://example.com/hook\"\nenabled = false\n")
        .await
        .unwrap();
    let mut after = app_named(&app, "Demo Web App").await;
    assert_eq!(
        (after["webhook_url"].clone(), after["enabled"].clone()),
        (json!("https://example.com/hook"), json!(false))
    );
    apply(
        &app,
        "[[apps]]\nname = \"Demo Web App\"\nwebhook_url = \"\"\nenabled = true\n",
    )
    .await
    .unwrap();
    after = app_named(&app, "Demo Web App").await;
    after["updated_at"] = before["updated_at"].clone();
    assert_eq!(after, before);

    apply(
        &app,
        "[[personas]]\nemail = \"MAYA@example.com\"\nlocale = \"sv-SE\"\n",
    )
    .await
    .unwrap();
    let maya = persona(&app, "maya@example.com").await;
    assert_eq!(
        (maya["locale"].clone(), maya["name"].clone()),
        (json!("sv-SE"), json!("Maya Lindqvist"))
    );
    app.stop().await;
}

#[tokio::test]
async fn settings_are_those_of_the_console_and_flags_win() {
    let app = started(Config {
        profile: Some(connect_core::domain::app::Profile::Strict),
        ..Config::ephemeral()
    })
    .await;
    let text = "[settings]\nprofile = \"loop\"\nauto_approve = \"jonas@example.com\"\nrate_limit_per_minute = 60\n";
    let applied = apply(&app, text).await.unwrap();
    assert_eq!(applied.changed, ["settings"]);
    assert_eq!(
        applied.notes,
        ["settings.profile: --profile was given and wins while this process runs"]
    );
    let settings = call(&app, "settings_get", json!({})).await["settings"].clone();
    assert_eq!(settings["profile"], "strict");
    assert_eq!(
        (
            settings["auto_approve"].clone(),
            settings["rate_limit_per_minute"].clone()
        ),
        (json!("jonas@example.com"), json!(60))
    );
    apply(
        &app,
        "[settings]\nauto_approve = \"\"\nrate_limit_per_minute = 0\n",
    )
    .await
    .unwrap();
    let settings = call(&app, "settings_get", json!({})).await["settings"].clone();
    assert_eq!(
        (
            settings["auto_approve"].clone(),
            settings["rate_limit_per_minute"].clone()
        ),
        (json!(null), json!(null))
    );
    app.stop().await;
}

#[tokio::test]
async fn a_persona_of_the_file_can_be_the_one_of_auto_approve() {
    let app = world(Seed::Empty).await;
    let text = "[settings]\nauto_approve = \"ada@example.com\"\n[[personas]]\nemail = \"ada@example.com\"\nname = \"Ada\"\n";
    apply(&app, text).await.unwrap();
    assert_eq!(
        call(&app, "settings_get", json!({})).await["settings"]["auto_approve"],
        "ada@example.com"
    );
    app.stop().await;
}

#[tokio::test]
async fn a_given_secret_becomes_the_newest_and_one_rotated_away_stays_away() {
    let app = world(Seed::Demo).await;
    let old = reveal(&app, "Demo Web App").await;
    let text = "[[apps]]\nname = \"Demo Web App\"\nclient_secret = \"secret_given-in-the-file\"\nwebhook_signing_secret = \"whsec_given-in-the-file\"\n";
    assert_eq!(apply(&app, text).await.unwrap().changed, ["Demo Web App"]);
    let secrets = reveal(&app, "Demo Web App").await;
    assert_eq!(secrets["client_secret"], "secret_given-in-the-file");
    assert_eq!(secrets["webhook_signing_secret"], "whsec_given-in-the-file");
    // The one before works on, as after a rotation.
    let listed = app_named(&app, "Demo Web App").await["secrets"].clone();
    assert_eq!(listed.as_array().unwrap().len(), 2);
    assert_eq!(listed[0]["expires_at"], json!(null));
    assert_ne!(listed[1]["expires_at"], json!(null));
    assert!(apply(&app, text).await.unwrap().is_empty());

    let rotated = call(
        &app,
        "apps_rotate_secret",
        json!({ "client_id": old["client_id"] }),
    )
    .await;
    let again = apply(&app, text).await.unwrap();
    assert!(again.is_empty());
    assert!(
        again.notes[0].starts_with("apps[0].client_secret: this secret was rotated away since"),
        "{:?}",
        again.notes
    );
    assert_eq!(
        reveal(&app, "Demo Web App").await["client_secret"],
        rotated["client_secret"]
    );
    app.stop().await;
}

#[tokio::test]
async fn an_id_of_the_file_takes_the_place_of_the_seeded_app_through_a_factory_reset_too() {
    let app = world(Seed::Demo).await;
    let text = "[[apps]]\nname = \"Demo Web App\"\nclient_id = \"client_mine\"\nclient_secret = \"secret_mine-0123456789abcdef\"\n";
    assert_eq!(apply(&app, text).await.unwrap().created, ["Demo Web App"]);
    let mine = app_named(&app, "Demo Web App").await;
    assert_eq!(mine["client_id"], "client_mine");
    assert_eq!(
        (mine["app_type"].clone(), mine["seeded"].clone()),
        (json!("web"), json!(true))
    );
    assert_eq!(
        mine["redirect_uris"],
        json!([
            "http://localhost:3000/callback",
            "http://localhost:5000/callback"
        ])
    );
    assert!(apply(&app, text).await.unwrap().is_empty());

    call(
        &app,
        "workspace_factory_reset",
        json!({ "confirm": "factory reset" }),
    )
    .await;
    assert_eq!(
        app_named(&app, "Demo Web App").await["client_id"],
        "client_mine"
    );
    assert_eq!(
        reveal(&app, "Demo Web App").await["client_secret"],
        "secret_mine-0123456789abcdef"
    );
    app.stop().await;
}

#[tokio::test]
async fn a_secret_of_an_app_that_was_deleted_is_not_brought_back() {
    let app = world(Seed::Empty).await;
    let text = "[[apps]]\nname = \"A\"\nclient_id = \"client_a\"\nclient_secret = \"secret_0123456789abcdef\"\napp_type = \"web\"\nredirect_uris = [\"http://localhost/cb\"]\nscopes = [\"openid\"]\n";
    apply(&app, text).await.unwrap();
    call(&app, "apps_delete", json!({ "client_id": "client_a" })).await;
    let error = apply(&app, text).await.unwrap_err().to_string();
    assert!(
        error.starts_with(
            "connect.toml:4:17: apps[0].client_secret: this secret is or was another app's"
        ),
        "{error}"
    );
    app.stop().await;
}
