//! Ready code: fit for the app as it is registered, without its secrets. `tests/clients` runs it.

use connect_rpc::ErrorCode::NotFound;
use serde_json::{Value, json};

use crate::support::{Partner, Sandbox, text};

const LANGUAGES: [&str; 5] = ["node", "python", "react_native", "curl", "rust"];

async fn code(sandbox: &Sandbox, app: &Partner, language: &str) -> Value {
    let request = json!({ "client_id": app.client_id, "language": language });
    sandbox.rpc("apps_code", request).await
}

/// Everything that is in the files.
fn content(code: &Value) -> String {
    let files = code["files"].as_array().expect("a list");
    files.iter().map(|file| text(&file["text"])).collect()
}

#[tokio::test]
async fn every_kind_of_app_has_code_or_is_told_why_not() {
    let sandbox = Sandbox::start().await;
    let apps = [
        sandbox.web().await,
        sandbox.spa().await,
        sandbox.native().await,
        sandbox.unsigned().await,
        sandbox.service_client("clinical").await,
    ];
    for app in &apps {
        for language in LANGUAGES {
            let code = code(&sandbox, app, language).await;
            let files = code["files"].as_array().expect("a list");
            if let Some(why) = code["unsuitable"].as_str() {
                assert_eq!(language, "react_native", "{why}");
                assert!(files.is_empty() && why.len() > 40, "{code}");
                continue;
            }
            assert!(!files.is_empty() && !text(&code["proof"]).is_empty());
            let all = content(&code);
            for secret in [&app.secret, &app.webhook_secret].into_iter().flatten() {
                assert!(!all.contains(secret), "{language}");
            }
            for left in ["<%", "%>", "<$", "$>", "\n\n\n\n"] {
                assert!(!all.contains(left), "{left:?} in {language}: {all}");
            }
            assert!(!code["steps"].as_array().expect("a list").is_empty());
        }
    }
    let nobody = json!({ "client_id": "client_made_up", "language": "rust" });
    sandbox.rpc_fails("apps_code", nobody, NotFound).await;
}

#[tokio::test]
async fn scopes_and_redirect_uri_are_those_of_the_app() {
    let sandbox = Sandbox::start().await;
    let app = sandbox
        .register(json!({
            "name": "Odd \"name\" */ $(x)`y`\\", "app_type": "native", "scopes": ["openid", "read:follows", "read:payments"],
            "redirect_uris": ["com.example.odd:/cb", "https://example.com/cb", "http://127.0.0.1/cb"],
        }))
        .await;
    let node = code(&sandbox, &app, "node").await;
    assert_eq!(node["redirect_uri"], "http://127.0.0.1/cb");
    let all = content(&node);
    for part in [
        "\"openid\"",
        "\"read:follows\"",
        "nonce: flow.nonce",
        "app.listen(0",
    ] {
        assert!(all.contains(part), "{part}: {all}");
    }
    assert!(all.contains("LOOP_PAYMENTS_URL"), "{all}");
    assert!(!all.contains("CLIENT_SECRET"), "{all}");
    // The redirect URI that `.env` has is another one, and a step says so.
    let steps = node["steps"].as_array().expect("a list");
    assert_eq!(steps[0]["is_env"], true);
    assert_eq!(
        steps[1]["command"],
        "printf '%s\\n' LOOP_REDIRECT_URI=http://127.0.0.1/cb >> .env"
    );

    let phone = code(&sandbox, &app, "react_native").await;
    assert_eq!(phone["redirect_uri"], "com.example.odd:/cb");
    let all = content(&phone);
    assert!(all.contains(&app.client_id) && all.contains("\"com.example.odd:/cb\""));
    assert!(all.contains(&format!("const IDENTITY = \"{}\"", sandbox.issuer())));
    let notes = phone["notes"].to_string();
    for way in ["--listen", "--allow-host", "adb reverse"] {
        assert!(notes.contains(way), "{notes}");
    }
}

#[tokio::test]
async fn phi_is_left_out_until_the_baa_is_signed() {
    let sandbox = Sandbox::start().await;
    let app = sandbox.unsigned().await;
    let before = code(&sandbox, &app, "curl").await;
    assert!(!content(&before).contains("read:biomarkers"));
    assert!(
        before["notes"][0]
            .as_str()
            .is_some_and(|note| note.contains("left out"))
    );
    let signed = json!({ "client_id": app.client_id, "baa_status": "signed" });
    sandbox.rpc("apps_set_baa", signed).await;
    let after = code(&sandbox, &app, "curl").await;
    assert!(content(&after).contains("SCOPE=\"openid profile email read:biomarkers\""));
    assert!(content(&after).contains("The app may also ask for: "));
}
