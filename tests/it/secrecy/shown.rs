//! What is shown afterwards: everything byte for byte where it is asked for, and nothing of it unasked.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::Secrets;
use crate::support::{MAYA, Sandbox, text};

/// Every exchange, asked for with its credentials, is byte for byte what went over the wire.
pub(super) async fn everything_is_revealed_as_it_was(sandbox: &Sandbox) {
    let mut sent = sandbox
        .kept
        .as_ref()
        .expect("asked for")
        .lock()
        .expect("nobody panicked")
        .clone();
    let mut revealed = Vec::new();
    let list = sandbox.rpc("traffic_list", json!({ "limit": 1000 })).await;
    for exchange in list["exchanges"].as_array().expect("a list") {
        if exchange["method"].as_str().is_none_or(str::is_empty) {
            continue;
        }
        let bytes = sandbox
            .rpc("traffic_reveal", json!({ "exchange": exchange["id"] }))
            .await;
        assert_eq!(bytes["lost"], 0, "{exchange}");
        let decoded = |member: &str| STANDARD.decode(text(&bytes[member])).expect("base64");
        revealed.push((decoded("request_base64"), decoded("response_base64")));
    }
    assert!(
        sent.len() >= 100,
        "a day of {} exchanges is none",
        sent.len()
    );
    sent.sort();
    revealed.sort();
    assert_eq!(sent.len(), revealed.len());
    for (sent, revealed) in sent.iter().zip(&revealed) {
        let shown = |pair: &(Vec<u8>, Vec<u8>)| {
            format!(
                "{}\n\n{}",
                String::from_utf8_lossy(&pair.0),
                String::from_utf8_lossy(&pair.1)
            )
        };
        assert_eq!(shown(sent), shown(revealed));
        assert_eq!(sent, revealed);
    }
}

/// What the console shows unasked holds no secret either.
pub(super) async fn what_is_shown_is_masked(sandbox: &Sandbox, secrets: &Secrets) {
    let clean = |what: &str, value: &Value| {
        if let Some(found) = secrets.found_in(value.to_string().as_bytes()) {
            panic!("{what} shows the {found}");
        }
    };
    let list = sandbox.rpc("traffic_list", json!({ "limit": 1000 })).await;
    clean("traffic_list", &list);
    for exchange in list["exchanges"].as_array().expect("a list") {
        for command in ["traffic_get", "traffic_explain"] {
            let what = format!("{command} of {} {}", exchange["method"], exchange["target"]);
            clean(
                &what,
                &sandbox
                    .rpc(command, json!({ "exchange": exchange["id"] }))
                    .await,
            );
        }
    }
    for (command, payload) in [
        ("journal_list", json!({ "limit": 1000 })),
        ("apps_list", json!({})),
        ("people_get", json!({ "user_id": MAYA })),
        ("sandbox_status", json!({})),
        ("workspace_export", json!({})),
        ("keys_list", json!({})),
    ] {
        clean(command, &sandbox.rpc(command, payload).await);
    }
}

#[tokio::test]
async fn a_credential_in_an_apps_name_or_address_does_not_enter_the_journal() {
    let sandbox = Sandbox::start().await;
    let tokens =
        ["lph_at_", "secret_", "whsec_"].map(|prefix| format!("{prefix}{}", "k7Qz".repeat(8)));
    let [token, secret, webhook] = &tokens;
    let app = sandbox
        .register(json!({
            "name": format!("Reader {token}"), "app_type": "web", "scopes": ["openid"],
            "redirect_uris": [format!("http://localhost:3000/{secret}/callback")],
        }))
        .await;
    let hook = format!("https://a.example.com/hook?token={webhook}");
    sandbox
        .rpc(
            "apps_update",
            json!({ "client_id": app.client_id, "webhook_url": hook }),
        )
        .await;
    let entries = sandbox.journal("app").await;
    let written = Value::from(entries).to_string();
    for value in &tokens {
        assert!(!written.contains(&value[12..]), "{written}");
    }
    for marker in [
        "Reader [access_token]",
        "http://localhost:3000/[client_secret]/callback",
        "https://a.example.com/hook?token=[token]",
    ] {
        assert!(written.contains(marker), "{marker}: {written}");
    }
}
