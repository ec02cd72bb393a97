//! The sealing key's life as a user meets it: gone, put back, open to others, made anew.

use std::path::Path;
use std::sync::Arc;

use connect_app::Config;
use connect_core::Env;
use connect_rpc::ErrorCode;
use serde_json::json;

use crate::support::{MAYA, Partner, Sandbox, Tokens, text};

const KEY_FILE: &str = "sealing.key";

async fn start(directory: &Path) -> Sandbox {
    let config = Config {
        auto_approve: Some(MAYA.to_owned()),
        ..Config::at(directory)
    };
    Sandbox::of(config, Arc::new(Env::system())).await
}

/// A workspace in which something happened, stopped again; the app and its tokens.
async fn workspace(directory: &Path) -> (Partner, Tokens) {
    let sandbox = start(directory).await;
    let web = sandbox.web().await;
    let tokens = sandbox.tokens(&web, "openid read:biomarkers").await;
    sandbox.app.stop().await;
    (web, tokens)
}

/// What needs no key works; what needs it says what is wrong and how to mend it.
async fn works_by_hash_alone(sandbox: &Sandbox, web: &Partner, tokens: &Tokens, state: &str) {
    sandbox.biomarkers(&tokens.access).await.expect(200);
    assert!(sandbox.is_active(web, &tokens.access).await);
    sandbox
        .introspect(
            &Partner {
                secret: Some("secret_wrong".into()),
                ..web.clone()
            },
            "x",
        )
        .await
        .is_oauth_error(401, "invalid_client");
    sandbox.rpc("journal_list", json!({})).await;
    let exchange = sandbox.newest_exchange("token").await;
    sandbox
        .rpc("traffic_get", json!({ "exchange": exchange["id"] }))
        .await;

    let app = json!({ "client_id": web.client_id });
    let error = sandbox
        .rpc_fails("apps_reveal", app, ErrorCode::KeyUnavailable)
        .await;
    assert_eq!(error.detail["state"], state, "{error}");
    sandbox
        .rpc_fails(
            "traffic_reveal",
            json!({ "exchange": exchange["id"] }),
            ErrorCode::KeyUnavailable,
        )
        .await;
    let request = web.authorize(sandbox, "openid");
    let answer = sandbox.send(&request.request()).await;
    let code = answer
        .redirected("error")
        .unwrap_or_else(|| panic!("{answer}"));
    assert!(
        ["server_error", "temporarily_unavailable"].contains(&code.as_str()),
        "{answer}"
    );
    let refreshed = sandbox.refresh(web, &tokens.refresh).await;
    assert!(matches!(refreshed.status, 500 | 503), "{refreshed}");
    let status = sandbox.rpc("sandbox_status", json!({})).await;
    assert_eq!(
        (
            status["key"]["place"].as_str(),
            status["key"]["state"].as_str()
        ),
        (Some("file"), Some(state))
    );
    assert!(
        text(&status["key"]["message"]).contains(KEY_FILE),
        "{status}"
    );
}

#[tokio::test]
async fn with_the_key_gone_the_world_opens_and_new_keys_are_made_on_confirmation_only() {
    let directory = tempfile::tempdir().expect("a folder");
    let (web, tokens) = workspace(directory.path()).await;
    std::fs::remove_file(directory.path().join(KEY_FILE)).expect("it was there");
    let sandbox = start(directory.path()).await;
    works_by_hash_alone(&sandbox, &web, &tokens, "absent").await;

    let before = sandbox.jwks().await;
    let old = sandbox.newest_exchange("biomarkers_me").await;
    sandbox
        .rpc_fails("keys_remake", json!({}), ErrorCode::NotConfirmed)
        .await;
    sandbox
        .rpc_fails(
            "keys_remake",
            json!({ "confirm": false }),
            ErrorCode::NotConfirmed,
        )
        .await;
    assert_eq!(sandbox.jwks().await, before);
    let remade = sandbox.rpc("keys_remake", json!({ "confirm": true })).await;
    assert!(
        remade["apps"].to_string().contains(&web.client_id),
        "{remade}"
    );
    let kids: Vec<_> = sandbox
        .jwks()
        .await
        .iter()
        .map(|key| key["kid"].clone())
        .collect();
    assert!(kids.contains(&remade["signing_keys"][0]), "{remade}");

    let anew = sandbox.web().await;
    assert_eq!(anew.client_id, web.client_id, "ids stay");
    let fresh = sandbox.tokens(&anew, "openid read:biomarkers").await;
    let id_token = fresh.id_token.as_deref().expect("openid was granted");
    sandbox
        .verified(id_token, &sandbox.issuer(), &anew.client_id)
        .await
        .expect("signed with the new key");
    // What was sealed with the old key is lost, and said to be.
    let revealed = sandbox
        .rpc("traffic_reveal", json!({ "exchange": old["id"] }))
        .await;
    assert!(
        revealed["lost"].as_u64().is_some_and(|lost| lost > 0),
        "{revealed}"
    );
    // A key that is there is not made anew.
    sandbox
        .rpc_fails(
            "keys_remake",
            json!({ "confirm": true }),
            ErrorCode::Conflict,
        )
        .await;
    sandbox.app.stop().await;
    let sandbox = start(directory.path()).await;
    assert_eq!(sandbox.web().await.secret, anew.secret);
}

#[tokio::test]
async fn a_key_that_is_put_back_opens_everything_again() {
    let directory = tempfile::tempdir().expect("a folder");
    let (web, tokens) = workspace(directory.path()).await;
    let (key, aside) = (
        directory.path().join(KEY_FILE),
        directory.path().join("aside"),
    );
    std::fs::rename(&key, &aside).expect("it was there");
    let sandbox = start(directory.path()).await;
    works_by_hash_alone(&sandbox, &web, &tokens, "absent").await;
    std::fs::rename(&aside, &key).expect("it is still there");
    Sandbox::wait_for("the key to be read again", || async {
        sandbox
            .app
            .rpc("apps_reveal", json!({ "client_id": web.client_id }))
            .await
            .ok()
    })
    .await;
    assert_eq!(sandbox.web().await.secret, web.secret);
    Tokens::of(&sandbox.refresh(&web, &tokens.refresh).await);
}

#[cfg(unix)]
#[tokio::test]
async fn a_key_that_others_can_read_is_not_used() {
    use std::os::unix::fs::PermissionsExt as _;
    let directory = tempfile::tempdir().expect("a folder");
    let (web, tokens) = workspace(directory.path()).await;
    let key = directory.path().join(KEY_FILE);
    assert_eq!(
        std::fs::metadata(&key)
            .expect("a file")
            .permissions()
            .mode()
            & 0o777,
        0o600
    );
    std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o644)).expect("ours");
    let sandbox = start(directory.path()).await;
    works_by_hash_alone(&sandbox, &web, &tokens, "exposed").await;
    let status = sandbox.rpc("sandbox_status", json!({})).await;
    assert!(
        text(&status["key"]["message"]).contains("chmod 600"),
        "{status}"
    );
    // Making a new one is no way out of that.
    sandbox
        .rpc_fails(
            "keys_remake",
            json!({ "confirm": true }),
            ErrorCode::Conflict,
        )
        .await;
}
