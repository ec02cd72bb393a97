//! Apps: rules as you type, variables, the button, and what is alive of an app.

use connect_rpc::ErrorCode::Invalid;
use serde_json::{Value, json};

use crate::support::{Sandbox, text};

fn fields(check: &Value) -> Vec<String> {
    let flaws = check["flaws"].as_array().expect("a list");
    flaws.iter().map(|flaw| text(&flaw["field"])).collect()
}

fn remarks(check: &Value) -> Vec<String> {
    let remarks = check["remarks"].as_array().expect("a list");
    remarks.iter().map(|remark| text(&remark["code"])).collect()
}

#[tokio::test]
async fn a_check_says_what_registration_says_and_changes_nothing() {
    let sandbox = Sandbox::start().await;
    let before = sandbox.rpc("apps_list", json!({})).await;
    let wrong = json!({
        "name": " ", "app_type": "web", "redirect_uris": ["https://a.example/cb", "/cb"], "scopes": ["read:everything"],
        "webhook_url": "ftp://a.example", "allowed_origins": ["a.example"], "logo_uri": "logo.png", "client_uri": "home",
        "access_token_lifetime_seconds": 1, "brand_id": "acme",
    });
    let check = sandbox.rpc("apps_check", wrong.clone()).await;
    assert_eq!(check["accepted"], false);
    let refused = sandbox.rpc_fails("apps_create", wrong, Invalid).await;
    let of_registration: Vec<Value> = refused.detail["flaws"].as_array().expect("a list").clone();
    let of_check: Vec<Value> = check["flaws"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|flaw| json!({ "field": flaw["field"], "message": flaw["message"] }))
        .collect();
    assert_eq!(of_check, of_registration);
    for flaw in check["flaws"].as_array().expect("a list") {
        assert!(!text(&flaw["clause"]).is_empty(), "{flaw}");
        assert!(
            ["documented", "standard", "assumed"].contains(&text(&flaw["standing"]).as_str()),
            "{flaw}"
        );
    }
    let uri = &check["flaws"][1];
    assert_eq!(uri["field"], "redirect_uris[1]");
    assert_eq!(uri["clause"], "RFC 6749 §3.1.2");
    assert_eq!(sandbox.rpc("apps_list", json!({})).await, before);
}

#[tokio::test]
async fn what_was_not_typed_yet_is_not_judged_and_what_is_registered_stays() {
    let sandbox = Sandbox::start().await;
    let new = json!({ "app_type": "web", "redirect_uris": ["http://localhost:3000/cb"], "scopes": ["read:biomarkers"] });
    let check = sandbox.rpc("apps_check", new).await;
    assert_eq!(check["accepted"], true, "{check}");
    assert_eq!(
        remarks(&check),
        ["redirect_http_loopback", "scope_needs_baa"]
    );

    let web = sandbox.web().await;
    let edit = |more: Value| {
        let mut request = json!({ "client_id": web.client_id });
        for (name, value) in more.as_object().expect("an object") {
            request[name] = value.clone();
        }
        sandbox.rpc("apps_check", request)
    };
    assert_eq!(edit(json!({})).await["accepted"], true);
    assert_eq!(fields(&edit(json!({ "name": "" })).await), ["name"]);
    assert_eq!(
        fields(&edit(json!({ "app_type": "spa" })).await),
        ["app_type"]
    );
    assert_eq!(
        fields(&edit(json!({ "redirect_uris": [] })).await),
        ["redirect_uris"]
    );
    let twin = edit(json!({ "name": "demo spa" })).await;
    assert_eq!(twin["accepted"], true);
    assert_eq!(twin["remarks"][0]["code"], "name_taken");
    let strict = json!({ "redirect_uris": ["myapp://cb"] });
    assert!(edit(strict.clone()).await["accepted"] == true);
    sandbox
        .rpc("settings_update", json!({ "profile": "strict" }))
        .await;
    assert_eq!(fields(&edit(strict).await), ["redirect_uris[0]"]);
}

#[tokio::test]
async fn an_app_shows_what_is_alive_of_it() {
    let sandbox = Sandbox::approving().await;
    let web = sandbox.web().await;
    let this = json!({ "client_id": web.client_id });
    let usage = |app: &Value| {
        let usage = &app["usage"];
        (usage["grants"].clone(), usage["live_tokens"].clone())
    };
    let app = sandbox.rpc("apps_get", this.clone()).await;
    assert_eq!(usage(&app), (json!(0), json!(0)));
    assert_eq!(app["usage"]["last_used_at"], Value::Null);
    assert_eq!(app["old_secret_works_until"], Value::Null);
    assert!(
        app["phi_scopes"]
            .as_array()
            .expect("a list")
            .contains(&json!("read:biomarkers"))
    );

    let tokens = sandbox.tokens(&web, "openid read:biomarkers").await;
    sandbox.biomarkers(&tokens.access).await.expect(200);
    Sandbox::wait_for("the use is noted", async || {
        let app = sandbox.rpc("apps_get", this.clone()).await;
        assert_eq!(usage(&app), (json!(1), json!(2)));
        app["usage"]["last_used_at"].as_str().map(str::to_owned)
    })
    .await;

    let rotated = sandbox.rpc("apps_rotate_secret", this.clone()).await;
    let app = sandbox.rpc("apps_get", this.clone()).await;
    assert_eq!(
        app["old_secret_works_until"],
        rotated["old_secret_works_until"]
    );
    let listed = sandbox.rpc("apps_list", json!({})).await;
    assert!(listed["apps"].as_array().expect("a list").contains(&app));

    // A day later the old secret is gone, and so is the access token; the refresh token is not.
    sandbox.advance(24 * 3600 + 1).await;
    let app = sandbox.rpc("apps_get", this.clone()).await;
    assert_eq!(app["old_secret_works_until"], Value::Null);
    assert_eq!(usage(&app), (json!(1), json!(1)));
    let grants = sandbox.rpc("grants_list", json!({})).await;
    let grant = json!({ "grant_id": grants["grants"][0]["grant_id"] });
    sandbox.rpc("grants_revoke", grant).await;
    let app = sandbox.rpc("apps_get", this).await;
    assert_eq!(usage(&app), (json!(0), json!(0)));

    let machine = sandbox.service_client("clinical").await;
    sandbox.machine_token(&machine, "admin:clinical").await;
    let app = sandbox
        .rpc("apps_get", json!({ "client_id": machine.client_id }))
        .await;
    assert_eq!(usage(&app), (json!(0), json!(1)));
    assert!(app["usage"]["last_used_at"].is_string());
}

#[tokio::test]
async fn a_baa_is_applied_for_and_signed_and_then_phi_is_given() {
    let sandbox = Sandbox::approving().await;
    let app = sandbox.unsigned().await;
    let ask = app.authorize(&sandbox, "read:biomarkers");
    for (status, error) in [
        (None, Some("invalid_scope")),
        (Some("applied"), Some("invalid_scope")),
        (Some("signed"), None),
    ] {
        if let Some(status) = status {
            let set = json!({ "client_id": app.client_id, "baa_status": status });
            assert_eq!(sandbox.rpc("apps_set_baa", set).await["baa_status"], status);
        }
        let answer = sandbox.send(&ask.request()).await;
        assert_eq!(
            answer.redirected("error").as_deref(),
            error,
            "{status:?}: {answer}"
        );
    }
}

#[tokio::test]
async fn variables_are_those_of_the_app_and_its_secrets_are_marked() {
    let sandbox = Sandbox::start().await;
    let web = sandbox.web().await;
    let env = sandbox
        .rpc("apps_env", json!({ "client_id": web.client_id }))
        .await;
    let value = |name: &str| {
        let all = env["variables"].as_array().expect("a list");
        let found = all.iter().find(|it| it["name"] == name);
        found.map(|it| (text(&it["value"]), it["secret"] == true))
    };
    assert_eq!(value("LOOP_CLIENT_ID"), Some((web.client_id, false)));
    assert_eq!(
        value("LOOP_CLIENT_SECRET"),
        web.secret.map(|secret| (secret, true))
    );
    assert_eq!(
        value("LOOP_WEBHOOK_SECRET"),
        web.webhook_secret.map(|secret| (secret, true))
    );
    for it in env["variables"].as_array().expect("a list") {
        let line = format!("{}={}\n", text(&it["name"]), text(&it["value"]));
        assert!(text(&env["text"]).contains(&line), "{line}");
    }
}

#[tokio::test]
async fn the_button_says_the_same_words_everywhere() {
    let sandbox = Sandbox::start().await;
    let web = sandbox.web().await;
    let button = sandbox
        .rpc("apps_button", json!({ "client_id": web.client_id }))
        .await;
    assert_eq!(button["href"], "http://localhost:3000/login");
    for form in ["html", "react", "svg_dark", "svg_light"] {
        let code = text(&button[form]);
        assert!(code.contains("Connect with Loop"), "{form}: {code}");
        assert!(!code.contains("Sign in"), "{form}");
    }
    for (form, ground) in [("svg_dark", "#0a0a0a"), ("svg_light", "#ffffff")] {
        let code = text(&button[form]);
        assert!(code.contains("role=\"img\" aria-label=\"Connect with Loop\""));
        assert!(code.contains(&format!("fill=\"{ground}\"")), "{code}");
        assert!(code.contains("height=\"44\"") && code.contains("rx=\"8\""));
    }
    let machine = sandbox.service_client("clinical").await;
    let plain = sandbox
        .rpc("apps_button", json!({ "client_id": machine.client_id }))
        .await;
    assert_eq!(plain["href"], "/login");
}

#[tokio::test]
async fn of_changes_made_at_the_same_moment_none_is_lost() {
    let sandbox = Sandbox::start().await;
    let app = sandbox.register_web("Changed twice").await;
    let change = |member: &str, value: Value| {
        sandbox.rpc(
            "apps_update",
            json!({ "client_id": app.client_id, member: value }),
        )
    };
    let of_it = json!({ "client_id": app.client_id });
    tokio::join!(
        change("name", json!("Renamed")),
        change("access_token_lifetime_seconds", json!(600)),
        change("webhook_url", json!("http://localhost:3000/hook")),
        sandbox.rpc(
            "apps_set_baa",
            json!({ "client_id": app.client_id, "baa_status": "signed" })
        ),
        sandbox.rpc("apps_disable", of_it.clone()),
    );
    let now = sandbox.rpc("apps_get", of_it).await;
    assert_eq!(
        json!([
            now["name"],
            now["access_token_lifetime_seconds"],
            now["webhook_url"],
            now["baa_status"],
            now["enabled"]
        ]),
        json!([
            "Renamed",
            600,
            "http://localhost:3000/hook",
            "signed",
            false
        ])
    );
}

#[tokio::test]
async fn a_scope_that_does_not_exist_names_the_one_that_was_probably_meant() {
    let sandbox = Sandbox::start().await;
    let of = |app_type: &str, scopes: &[&str]| json!({ "app_type": app_type, "scopes": scopes });
    let said = |check: Value| -> Vec<String> {
        let flaws = check["flaws"].as_array().expect("a list");
        let of_scopes = flaws
            .iter()
            .filter(|flaw| text(&flaw["field"]).starts_with("scopes"));
        of_scopes.map(|flaw| text(&flaw["message"])).collect()
    };
    let check = of("web", &["read:biomarker", "opneid", "read:everything"]);
    assert_eq!(
        said(sandbox.rpc("apps_check", check).await),
        [
            "`read:biomarker` is not a scope of the platform; did you mean `read:biomarkers`?",
            "`opneid` is not a scope of the platform; did you mean `openid`?",
            "`read:everything` is not a scope of the platform",
        ]
    );
    // Only what an app of this type may have is offered.
    let check = of("m2m", &["admin:oauth_client"]);
    assert_eq!(
        said(sandbox.rpc("apps_check", check).await),
        [
            "`admin:oauth_client` is not a scope of the platform; did you mean `admin:oauth_clients`?"
        ]
    );
}
