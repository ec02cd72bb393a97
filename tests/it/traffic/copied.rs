//! Copying one as a command.

use serde_json::json;

use super::{flow, holds_none, list};
use crate::support::text;

#[tokio::test]
async fn a_request_is_copied_without_its_credentials_unless_they_are_asked_for() {
    let (sandbox, web, tokens) = flow().await;
    let call = list(&sandbox, "operation:biomarkers_me").await["exchanges"][0]["id"].clone();
    let exchange = list(&sandbox, "operation:token status:200").await["exchanges"][0]["id"].clone();
    for format in ["curl", "httpie", "fetch", "python"] {
        for exchange in [&call, &exchange] {
            let copied = sandbox
                .rpc(
                    "traffic_copy_as",
                    json!({ "exchange": exchange, "format": format }),
                )
                .await;
            holds_none(format, &copied.to_string(), &tokens, &web);
            assert!(copied["masked"].as_u64() >= Some(1), "{copied}");
        }
        let whole = json!({ "exchange": call, "format": format, "with_credentials": true });
        let copied = sandbox.rpc("traffic_copy_as", whole).await;
        assert!(text(&copied["text"]).contains(&tokens.access), "{copied}");
        assert_eq!(copied["masked"], 0);
    }
    let journal = sandbox.journal("exchange.revealed").await;
    let how: Vec<String> = journal
        .iter()
        .map(|entry| text(&entry["detail"]["how"]))
        .collect();
    assert_eq!(how, ["curl", "httpie", "fetch", "python"]);
    assert!(journal.iter().all(|entry| entry["subject"] == call));
    sandbox
        .rpc("traffic_reveal", json!({ "exchange": call }))
        .await;
    let journal = sandbox.journal("exchange.revealed").await;
    assert_eq!(
        journal.last().expect("it is there")["detail"]["how"],
        "shown"
    );
}

/// The command that was copied does what the request did.
#[cfg(unix)]
#[tokio::test]
async fn a_copied_curl_command_runs() {
    let (sandbox, _, tokens) = flow().await;
    let answer = sandbox.biomarkers(&tokens.access).await;
    let call = sandbox.newest_exchange("biomarkers_me").await;
    let whole = json!({ "exchange": call["id"], "format": "curl", "with_credentials": true });
    let copied = sandbox.rpc("traffic_copy_as", whole).await;
    let mut shell = tokio::process::Command::new("sh");
    let ran = shell
        .args(["-c", &text(&copied["text"])])
        .env("NO_PROXY", "*")
        .env("no_proxy", "*")
        .output()
        .await
        .expect("a shell");
    assert!(
        ran.status.success(),
        "{copied}: {}",
        String::from_utf8_lossy(&ran.stderr)
    );
    assert_eq!(String::from_utf8_lossy(&ran.stdout), answer.text());
    let again = sandbox.newest_exchange("biomarkers_me").await;
    let compared = sandbox
        .rpc(
            "traffic_compare",
            json!({ "left": call["id"], "right": again["id"] }),
        )
        .await;
    let fields = compared["fields"].as_array().expect("a list");
    let body = fields
        .iter()
        .filter(|field| field["place"] == "response_body");
    assert!(body.clone().count() > 10);
    assert!(
        body.clone().all(|field| field["outcome"] == "same"),
        "{compared}"
    );
}
