//! Changes made at the same moment: of each what it changed is there, and in force.

use serde_json::json;

use crate::support::{MAYA, Sandbox};

/// How often each is tried: who comes first is chance.
const ROUNDS: u32 = 8;

#[tokio::test]
async fn of_an_app_none_is_lost() {
    let sandbox = Sandbox::start().await;
    let web = sandbox.web().await;
    for round in 0..ROUNDS {
        let with = |member: &str, value: serde_json::Value| {
            sandbox.rpc(
                "apps_update",
                json!({ "client_id": web.client_id, member: value }),
            )
        };
        let (name, uri) = (format!("App {round}"), format!("https://{round}.example/"));
        let seconds = 600 + round;
        let _ = tokio::join!(
            with("name", json!(name)),
            with("client_uri", json!(uri)),
            with("access_token_lifetime_seconds", json!(seconds)),
        );
        let app = sandbox
            .rpc("apps_get", json!({ "client_id": web.client_id }))
            .await;
        assert_eq!(
            json!([
                app["name"],
                app["client_uri"],
                app["access_token_lifetime_seconds"]
            ]),
            json!([name, uri, seconds])
        );
    }
}

#[tokio::test]
async fn of_a_persona_none_is_lost() {
    let sandbox = Sandbox::start().await;
    let maya = sandbox.rpc("people_get", json!({ "user_id": MAYA })).await;
    let id = &maya["person"]["user_id"];
    for round in 0..ROUNDS {
        let with = |member: &str, value: &str| {
            sandbox.rpc("people_update", json!({ "user_id": id, member: value }))
        };
        let (name, email) = (format!("Maya {round}"), format!("maya-{round}@example.com"));
        let about = format!("round {round}");
        let _ = tokio::join!(
            with("name", &name),
            with("email", &email),
            with("description", &about),
        );
        let maya = sandbox.rpc("people_get", json!({ "user_id": id })).await;
        let maya = &maya["person"];
        assert_eq!(
            json!([maya["name"], maya["email"], maya["description"]]),
            json!([name, email, about])
        );
    }
}

#[tokio::test]
async fn of_the_settings_none_is_lost_in_force_or_in_store() {
    let sandbox = Sandbox::start().await;
    for round in 1..=ROUNDS {
        let with =
            |member: &str, value: u32| sandbox.rpc("settings_update", json!({ member: value }));
        let _ = tokio::join!(
            with("keep_days", round),
            with("refresh_grace_seconds", 10 + round),
            with("keep_mebibytes", 100 + round),
        );
        let now = sandbox.rpc("settings_get", json!({})).await;
        let now = &now["settings"];
        assert_eq!(
            json!([
                now["keep_days"],
                now["refresh_grace_seconds"],
                now["keep_mebibytes"]
            ]),
            json!([round, 10 + round, 100 + round])
        );
    }
}
