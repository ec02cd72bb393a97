//! Clearing and resetting a workspace: what goes, and above all what stays, so that no partner's `.env` breaks.

use std::collections::BTreeMap;

use connect_core::domain::settings::Settings;
use connect_rpc::ErrorCode;
use serde_json::{Value, json};

use crate::support::{MAYA, Partner, Sandbox, text};

/// The demo apps and the clients of the services.
const SEEDED: usize = 12;

/// Every app with its secrets, by name.
async fn apps(sandbox: &Sandbox) -> BTreeMap<String, (Value, Value)> {
    let list = sandbox.rpc("apps_list", json!({})).await;
    let mut apps = BTreeMap::new();
    for app in list["apps"].as_array().expect("a list") {
        let this = json!({ "client_id": app["client_id"] });
        let secrets = sandbox.rpc("apps_reveal", this).await;
        apps.insert(text(&app["name"]), (app.clone(), secrets));
    }
    apps
}

/// Ids and secrets alone.
fn secrets(apps: &BTreeMap<String, (Value, Value)>) -> BTreeMap<&str, &Value> {
    let each = apps.iter();
    each.map(|(name, (_, secrets))| (name.as_str(), secrets))
        .collect()
}

/// Everything that can be read of a world, but for what changes with every look.
async fn everything(sandbox: &Sandbox) -> Vec<Value> {
    let mut all = Vec::new();
    for command in ["apps_list", "people_list", "settings_get", "keys_list"] {
        all.push(sandbox.rpc(command, json!({})).await);
    }
    all.push(
        sandbox
            .rpc("grants_list", json!({ "with_revoked": true }))
            .await,
    );
    all.push(sandbox.rpc("journal_list", json!({ "limit": 1000 })).await);
    all.push(sandbox.rpc("traffic_list", json!({ "limit": 1000 })).await);
    all
}

async fn reset(sandbox: &Sandbox) {
    let confirmed = json!({ "confirm": "factory reset" });
    sandbox.rpc("workspace_factory_reset", confirmed).await;
}

#[tokio::test]
async fn clearing_takes_what_happened_and_keeps_apps_ids_secrets_people_settings_and_keys() {
    let sandbox = Sandbox::approving().await;
    let made = sandbox.register_web("Made").await;
    sandbox.rpc("keys_rotate", json!({})).await;
    sandbox
        .rpc("settings_update", json!({ "userinfo": true }))
        .await;
    sandbox
        .rpc(
            "apps_rotate_secret",
            json!({ "client_id": sandbox.web().await.client_id }),
        )
        .await;
    let stays = ["apps_list", "people_list", "settings_get", "keys_list"];
    let world = async || {
        let mut all = vec![json!(sandbox.jwks().await)];
        for command in stays {
            all.push(sandbox.rpc(command, json!({})).await);
        }
        (all, apps(&sandbox).await)
    };
    let set_up = sandbox.journal("app.").await;
    let before = world().await;

    let tokens = sandbox
        .tokens(&made, "openid read:biomarkers read:account")
        .await;
    let code = sandbox.code(&made, "openid").await;
    sandbox.biomarkers(&tokens.access).await.expect(200);
    sandbox.refresh(&made, &tokens.refresh).await.expect(200);
    let happened = ["authorization.", "code.", "grant.", "refresh_token."];
    for kind in happened {
        assert_ne!(json!(sandbox.journal(kind).await), json!([]), "{kind}");
    }
    sandbox.rpc("workspace_clear", json!({})).await;

    for (command, list) in [("grants_list", "grants"), ("traffic_list", "exchanges")] {
        let answer = sandbox.rpc(command, json!({})).await;
        assert_eq!(answer[list], json!([]), "{command}");
    }
    for kind in happened {
        assert_eq!(json!(sandbox.journal(kind).await), json!([]), "{kind}");
    }
    assert_eq!(sandbox.journal("workspace.cleared").await.len(), 1);
    assert_eq!(sandbox.journal("app.").await, set_up);
    assert_eq!(world().await, before);
    // What was issued is dead, and nothing stands in the way of a new beginning.
    sandbox
        .biomarkers(&tokens.access)
        .await
        .is_service_error(401, "invalid_token");
    sandbox
        .refresh(&made, &tokens.refresh)
        .await
        .is_oauth_error(400, "invalid_grant");
    sandbox
        .exchange(&made, &code)
        .await
        .is_oauth_error(400, "invalid_grant");
    sandbox.tokens(&made, "openid").await;
}

#[tokio::test]
async fn a_factory_reset_that_is_not_confirmed_in_words_changes_nothing() {
    let sandbox = Sandbox::approving().await;
    let made = sandbox.register_web("Made").await;
    sandbox.tokens(&made, "openid").await;
    let before = everything(&sandbox).await;
    for payload in [
        json!({}),
        json!({ "confirm": "" }),
        json!({ "confirm": "yes" }),
        json!({ "confirm": "Factory Reset" }),
    ] {
        let error = sandbox
            .rpc_fails("workspace_factory_reset", payload, ErrorCode::NotConfirmed)
            .await;
        // The refusal is the second question: it says what goes, and the words that confirm it.
        assert!(error.message.contains("removes every app"), "{error}");
        assert_eq!(error.detail["confirm"], "factory reset");
    }
    let wrong = json!({ "confirm": true });
    sandbox
        .rpc_fails("workspace_factory_reset", wrong, ErrorCode::BadRequest)
        .await;
    assert_eq!(everything(&sandbox).await, before);
}

#[tokio::test]
async fn a_factory_reset_removes_all_but_the_demo_apps_ids_and_secrets() {
    let sandbox = Sandbox::approving().await;
    let web = sandbox.web().await;
    let this = |partner: &Partner| json!({ "client_id": partner.client_id });
    // A secret that was rotated is the one in somebody's .env now.
    sandbox.rpc("apps_rotate_secret", this(&web)).await;
    let web = sandbox.web().await;
    let before = apps(&sandbox).await;
    assert_eq!(before.len(), SEEDED);
    let people = sandbox.rpc("people_list", json!({})).await;

    let made = sandbox.register_web("Made").await;
    let tokens = sandbox.tokens(&web, "openid read:biomarkers").await;
    let renamed = json!({ "client_id": web.client_id, "name": "Renamed", "redirect_uris": ["https://elsewhere.example.com/cb"] });
    sandbox.rpc("apps_update", renamed).await;
    let spa = sandbox.spa().await;
    sandbox.rpc("apps_disable", this(&spa)).await;
    sandbox
        .rpc("people_delete", json!({ "user_id": MAYA }))
        .await;
    let person = json!({ "email": "made@example.com", "name": "Made", "without_data": true });
    sandbox.rpc("people_create", person).await;
    let settings =
        json!({ "userinfo": true, "keep_days": 3, "profile": "strict", "survive_power_cut": true });
    sandbox.rpc("settings_update", settings).await;
    let durable = sandbox.app.data_dir().join("synchronous-full");
    assert!(durable.exists(), "the next start reads it");
    sandbox.advance(24 * 3600).await;
    reset(&sandbox).await;
    assert!(!durable.exists(), "a setting like the others");

    let after = apps(&sandbox).await;
    assert_eq!(secrets(&after), secrets(&before));
    for (name, (app, _)) in &after {
        let (old, _) = &before[name];
        for member in ["redirect_uris", "scopes", "enabled", "baa_status", "seeded"] {
            assert_eq!(app[member], old[member], "{member} of {name}");
        }
    }
    let names = |list: &Value| -> Vec<String> {
        let people = list["people"].as_array().expect("a list").iter();
        people
            .map(|person| format!("{} {}", text(&person["user_id"]), text(&person["email"])))
            .collect()
    };
    let now = sandbox.rpc("people_list", json!({})).await;
    assert_eq!(names(&now), names(&people));
    let maya = sandbox.rpc("people_get", json!({ "user_id": MAYA })).await;
    assert_ne!(maya["latest_results"], json!([]), "with her data");
    let settings = sandbox.rpc("settings_get", json!({})).await["settings"].clone();
    let as_at_first = Settings {
        auto_approve: Some(MAYA.to_owned()),
        ..Settings::default()
    };
    assert_eq!(
        settings,
        json!(as_at_first),
        "and what this run was started with"
    );
    let clock = sandbox.rpc("clock_get", json!({})).await;
    assert_eq!(clock["ahead_ms"], 0, "sandbox time begins anew");
    let grants = sandbox
        .rpc("grants_list", json!({ "with_revoked": true }))
        .await;
    assert_eq!(grants["grants"], json!([]));
    let traffic = sandbox.rpc("traffic_list", json!({})).await;
    assert_eq!(traffic["exchanges"], json!([]));
    let journal = sandbox.journal("").await;
    assert_eq!(journal[0]["kind"], "workspace.reset", "all before is gone");
    assert!(!json!(journal).to_string().contains(&made.client_id));

    // The .env of before works; what was issued before does not.
    sandbox
        .biomarkers(&tokens.access)
        .await
        .is_service_error(401, "invalid_token");
    sandbox.introspect(&made, "x").await.expect(401);
    let fresh = sandbox.tokens(&web, "openid read:biomarkers").await;
    sandbox.biomarkers(&fresh.access).await.expect(200);
}

#[tokio::test]
async fn a_demo_app_that_was_deleted_comes_back_under_its_id() {
    let sandbox = Sandbox::start().await;
    let web = sandbox.web().await;
    let this = json!({ "client_id": web.client_id });
    sandbox.rpc("apps_delete", this).await;
    reset(&sandbox).await;
    let back = sandbox.web().await;
    assert_eq!(back.client_id, web.client_id);
    assert_ne!(back.secret, web.secret, "a revoked secret stays revoked");
    sandbox.introspect(&back, "x").await.expect(200);
}
