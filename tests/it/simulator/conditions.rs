//! What is foreseen follows the rules in force and the app's registration, as they are when a step is taken.

use serde_json::{Value, json};

use super::table::sandbox;
use super::walker::Walk;
use crate::support::MAYA;

/// Changes of the sandbox, and what a step is then answered: `status error`, a redirect without status.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn predictions_follow_the_rules_and_the_registration() {
    let sandbox = sandbox().await;
    let app = sandbox.app_named("Table").await;
    let client = json!({ "client_id": app.client_id });
    let with = |name: &str, value: Value| {
        let mut payload = client.clone();
        payload[name] = value;
        payload
    };
    let mut walk = Walk::start(&sandbox, "Table").await;
    walk.reach("revoke").await;
    let rows = [
        ("apps_disable", client.clone(), "api", "401 invalid_token"),
        (
            "apps_disable",
            client.clone(),
            "introspect",
            "401 invalid_client",
        ),
        (
            "apps_disable",
            client.clone(),
            "sign_in",
            "400 unauthorized_client",
        ),
        ("apps_enable", client.clone(), "sign_in", "redirect"),
        (
            "apps_set_baa",
            with("baa_status", json!("none")),
            "sign_in",
            "redirect invalid_scope",
        ),
        (
            "apps_set_baa",
            with("baa_status", json!("signed")),
            "sign_in",
            "redirect",
        ),
        (
            "settings_update",
            json!({ "auto_approve": MAYA }),
            "sign_in",
            "redirect",
        ),
        (
            "settings_update",
            json!({ "auto_approve": null }),
            "sign_in",
            "redirect",
        ),
        (
            "apps_update",
            with("scopes", json!(["openid"])),
            "sign_in",
            "redirect invalid_scope",
        ),
    ];
    for (command, payload, step, wanted) in rows {
        sandbox.rpc(command, payload.clone()).await;
        let taken = walk.take(step, None, None).await.expect("it can be tried");
        let disagreement = taken.disagreement(&walk).await;
        assert_eq!(disagreement, None, "{command} {payload} {step}");
        let expected = &taken.run["prediction"]["expected"];
        let place = expected["status"].as_u64();
        let place = place.map_or_else(|| "redirect".to_owned(), |status| status.to_string());
        let error = expected["error"].as_str().unwrap_or_default();
        assert_eq!(
            format!("{place} {error}").trim(),
            wanted,
            "{command} {payload} {step}"
        );
    }

    walk = Walk::start(&sandbox, "Demo SPA").await;
    walk.reach("api").await;
    for (userinfo, wanted) in [(false, json!(404)), (true, json!(200))] {
        let settings = json!({ "userinfo": userinfo });
        sandbox.rpc("settings_update", settings).await;
        let edit = json!({
            "method": "GET", "url": format!("{}/v1/oauth/userinfo", sandbox.issuer()), "body": "",
            "headers": [{ "name": "Authorization", "value": "Bearer {{access_token}}" }],
        });
        let taken = walk
            .take("api", None, Some(edit))
            .await
            .expect("it can be tried");
        assert_eq!(taken.disagreement(&walk).await, None, "userinfo {userinfo}");
        assert_eq!(taken.run["prediction"]["expected"]["status"], wanted);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_another_session_of_the_same_app_did_is_known() {
    let sandbox = sandbox().await;
    let walk = Walk::start(&sandbox, "Table").await;
    walk.reach("revoke").await;
    let other = Walk::start(&sandbox, "Table").await;
    other.reach("reuse").await;
    // The other run has put this session's refresh token aside.
    let refresh = walk.take("refresh", None, None).await.expect("a run");
    assert_eq!(refresh.disagreement(&walk).await, None);
    let expected = &refresh.run["prediction"]["expected"];
    assert_eq!(expected["error"], "invalid_grant");
    let api = walk.take("api", None, None).await.expect("a run");
    assert_eq!(api.run["prediction"]["expected"]["status"], 200);
    // And now it ends the grant of both.
    other.take("reuse", None, None).await;
    for (step, status) in [
        ("api", 401),
        ("introspect", 200),
        ("refresh", 400),
        ("revoke", 200),
    ] {
        let taken = walk.take(step, None, None).await.expect("a run");
        assert_eq!(taken.disagreement(&walk).await, None, "{step}");
        assert_eq!(
            taken.run["prediction"]["expected"]["status"], status,
            "{step}"
        );
    }
}
