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
async fn a_file_that_contradicts_the_world_changes_nothing_and_says_all_of_it() {
    let app = world(Seed::Demo).await;
    for _ in 0..2 {
        let twin = json!({ "name": "Twin", "app_type": "spa", "redirect_uris": ["http://localhost/cb"], "scopes": ["openid"] });
        call(&app, "apps_create", twin).await;
    }
    let taken = reveal(&app, "Demo Unsigned App").await["client_secret"]
        .as_str()
        .unwrap()
        .to_owned();
    let length = journal_length(&app).await;
    let text = format!(
        r#"
[settings]
keep_days = 3
[[personas]]
email = "maya@example.com"
user_id = "user_other"
brand_id = "loopbio"
[[personas]]
email = "ada"
name = "Ada"
brand_id = "acme"
locale = ""
[[personas]]
email = "bob@example.com"
user_id = "user_01JQ0MAYA0000000000000000A"
[[apps]]
name = "Twin"
[[apps]]
name = "Demo SPA"
app_type = "web"
client_secret = "secret_0123456789abcdef"
[[apps]]
name = "Demo Native App"
client_secret = "secret_0123456789abcdeg"
service = "clinical"
[[apps]]
name = "Demo Web App"
client_secret = "{taken}"
[[apps]]
name = "New"
[[apps]]
name = "Machine"
app_type = "m2m"
service = "klinik"
webhook_signing_secret = "whsec_0123456789abcdef"
"#
    );
    let error = apply(&app, &text).await.unwrap_err().to_string();
    assert!(!error.contains(&taken));
    insta::assert_snapshot!(error, @r#"
    connect.toml:6:11: personas[0].user_id: this persona is user_01JQ0MAYA0000000000000000A here, and ids can't change; leave user_id out, or delete the persona first
    connect.toml:7:12: personas[0].brand_id: this persona and all that is theirs are of the brand `loop`; leave brand_id out, or delete the persona first
    connect.toml:9:9: personas[1].email: an address such as ada@example.com is needed
    connect.toml:11:12: personas[1].brand_id: `loop` or `loopbio`
    connect.toml:12:10: personas[1].locale: a language tag such as en-US is needed
    connect.toml:13:1: personas[2].name: a new persona needs a name; add for example name = "Ada Example"
    connect.toml:15:11: personas[2].user_id: another persona has this id; leave it out to have one made
    connect.toml:17:8: apps[0].name: several apps have this name; say which with client_id
    connect.toml:20:12: apps[1].app_type: the app is of type spa, which can't change; write "spa", or delete the app first
    connect.toml:24:17: apps[2].client_secret: an app of type native has none; leave it out
    connect.toml:25:11: apps[2].service: only an m2m app can speak for a service
    connect.toml:28:17: apps[3].client_secret: this secret is or was another app's, perhaps one that was deleted; a secret is never given twice: leave it out to have one made, or write a new one
    connect.toml:29:1: apps[4].app_type: a new app needs an app_type: web, spa, mobile, native, m2m
    connect.toml:31:1: apps[5].scopes: at least one is needed, for example read:biomarkers
    connect.toml:34:11: apps[5].service: there is no such service; there are clinical, comms, community, follows, identity, membership, patient-graph, payments
    connect.toml:35:26: apps[5].webhook_signing_secret: an app of type m2m has none; leave it out
    "#);
    assert_eq!(journal_length(&app).await, length);
    app.stop().await;
}

#[tokio::test]
async fn the_rules_of_the_portal_and_of_the_settings_are_said_with_their_place() {
    let app = world(Seed::Empty).await;
    let text = r#"
[[apps]]
name = "A"
app_type = "web"
redirect_uris = [
  "http://localhost:3000/callback",
  "http://example.com/callback",
]
scopes = ["openid", "read:biomarker"]
access_token_lifetime_seconds = 60
[[apps]]
name = "B"
app_type = "m2m"
scopes = ["openid"]
[[apps]]
name = "C"
app_type = "spa"
redirect_uris = ["https://example.com/callback"]
scopes = ["openid"]
"#;
    insta::assert_snapshot!(apply(&app, text).await.unwrap_err(), @r#"
    connect.toml:7:3: apps[0].redirect_uris[1]: `http://example.com/callback` is http to another machine; use https, or http with localhost, 127.0.0.1 or [::1]
    connect.toml:9:21: apps[0].scopes[1]: `read:biomarker` is not a scope of the platform; did you mean `read:biomarkers`?
    connect.toml:10:33: apps[0].access_token_lifetime_seconds: 300 to 3600 seconds are allowed, 60 were given
    connect.toml:14:11: apps[1].scopes[0]: `openid` is a person's to give; an m2m app can hold admin scopes only
    "#);
    let all = call(&app, "apps_list", json!({})).await.to_string();
    assert!(
        !all.contains("\"C\""),
        "the one without a flaw is not there either"
    );

    let error = apply(
        &app,
        "[settings]\nauto_approve = \"nobody@example.com\"\nkeep_days = 0\n",
    )
    .await
    .unwrap_err();
    insta::assert_snapshot!(error, @r#"
    connect.toml:2:16: settings.auto_approve: no persona has this email; add one under [[personas]], or write "" to ask people
    connect.toml:3:13: settings.keep_days: at least 1
    "#);
    app.stop().await;
}

#[tokio::test]
async fn a_file_with_one_flaw_changes_nothing_at_all_and_names_the_place() {
    let app = world(Seed::Demo).await;
    let world = || async {
        let mut all = Vec::new();
        for command in ["apps_list", "people_list", "settings_get", "keys_list"] {
            all.push(call(&app, command, json!({})).await);
        }
        (all, journal_length(&app).await)
    };
    let before = world().await;
    for (flawed, said) in [
        (
            "[[apps]]\nname = \"Bad\"\napp_type = \"web\"\nredirect_uris = [\"http://example.com/cb\"]\nscopes = [\"openid\"]\n",
            "connect.toml:15:18: apps[2].redirect_uris[0]: `http://example.com/cb` is http to another machine",
        ),
        (
            "[[apps]]\nname = \"Demo SPA\"\nscopes = []\n",
            "connect.toml:14:10: apps[2].scopes: at least one is needed",
        ),
        (
            "[[personas]]\nemail = \"bob@example.com\"\nname = \"\"\n",
            "connect.toml:14:8: personas[1].name: 1 to 255 characters are needed, 0 were given",
        ),
        (
            "[settings]\nkeep_exchanges = 7\n",
            "connect.toml:13:18: settings.keep_exchanges: at least 100",
        ),
    ] {
        let text = format!(
            r#"[[personas]]
email = "ada@example.com"
name = "Ada"
[[apps]]
name = "Good"
app_type = "web"
redirect_uris = ["http://localhost/cb"]
scopes = ["openid"]
[[apps]]
name = "Demo Web App"
webhook_url = "https://example.com/hook"
{flawed}"#
        );
        let error = apply(&app, &text).await.unwrap_err().to_string();
        assert!(
            error.starts_with(said) && error.lines().count() == 1,
            "{error}"
        );
        assert_eq!(world().await, before, "{said}");
    }
    app.stop().await;
}

#[tokio::test]
async fn the_rules_are_those_of_the_profile_that_the_file_puts_in_force() {
    let app = world(Seed::Empty).await;
    let text = |profile: &str| {
        format!(
            "[settings]\nprofile = \"{profile}\"\n[[apps]]\nname = \"A\"\napp_type = \"mobile\"\nredirect_uris = [\"myapp:/cb\"]\nscopes = [\"openid\"]\n"
        )
    };
    let error = apply(&app, &text("strict")).await.unwrap_err().to_string();
    assert!(
        error.starts_with("connect.toml:6:18: apps[0].redirect_uris[0]: "),
        "{error}"
    );
    let settings = call(&app, "settings_get", json!({})).await;
    assert_eq!(
        settings["settings"]["profile"], "loop",
        "it was not put in force"
    );
    apply(&app, &text("loop")).await.unwrap();
    app_named(&app, "A").await;
    app.stop().await;
}

#[tokio::test]
async fn two_tables_never_mean_the_same_app() {
    let app = world(Seed::Demo).await;
    let by_id = "[[apps]]\nname = \"Demo Web App\"\nclient_id = \"client_mine\"\n";
    let by_name = "[[apps]]\nname = \"Demo Web App\"\n";
    let before = journal_length(&app).await;
    for (text, line) in [
        (format!("{by_id}{by_name}"), 4),
        (format!("{by_name}{by_id}"), 3),
    ] {
        // The first takes the demo app, so the second is a new one and has to say of which type.
        let error = apply(&app, &text).await.unwrap_err().to_string();
        let said = format!("connect.toml:{line}:1: apps[1].app_type: a new app needs an app_type");
        assert!(error.starts_with(&said), "{error}");
    }
    assert_eq!(journal_length(&app).await, before);
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

#[tokio::test]
async fn a_sandbox_does_not_start_with_a_file_that_is_wrong_and_starts_once_it_is_mended() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("connect.toml");
    let config = || Config {
        config_file: Some(path.clone()),
        ..Config::at(dir.path().join("data"))
    };
    std::fs::write(&path, "[setings]\n").unwrap();
    let error = App::start(config(), Arc::new(Env::system()))
        .await
        .err()
        .unwrap()
        .to_string();
    assert_eq!(
        error,
        format!(
            "{}:1:2: unknown key `setings`, expected one of `settings`, `personas`, `apps`; did you mean `settings`?",
            path.display()
        )
    );
    std::fs::write(&path, "[settings]\nkeep_days = 3\n").unwrap();
    let app = started(config()).await;
    assert_eq!(
        call(&app, "settings_get", json!({})).await["settings"]["keep_days"],
        3
    );
    app.stop().await;
    // Applied at every start, to no further effect.
    let app = started(config()).await;
    let length = journal_length(&app).await;
    app.stop().await;
    let app = started(config()).await;
    assert_eq!(journal_length(&app).await, length);
    app.stop().await;
}
