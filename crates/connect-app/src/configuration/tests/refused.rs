//! What is refused: nothing at all is changed then, and every flaw is named with its place.

use super::*;

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
