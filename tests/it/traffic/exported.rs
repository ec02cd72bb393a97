//! Taking them away as a file.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use connect_core::Timestamp;
use connect_rpc::ErrorCode::{BadRequest, Conflict, NotFound};
use serde_json::{Value, json};

use super::{flow, holds_none, list};
use crate::support::{Request, Sandbox, text};

fn entries(exported: &Value) -> &Vec<Value> {
    exported["har"]["log"]["entries"]
        .as_array()
        .expect("a list")
}

/// The text of a request's body in the file.
fn posted<'e>(entry: &'e Value, name: &str) -> &'e str {
    let params = entry["request"]["postData"]["params"]
        .as_array()
        .expect("a form");
    let found = params.iter().find(|field| field["name"] == name);
    found
        .and_then(|field| field["value"].as_str())
        .unwrap_or_default()
}

#[tokio::test]
async fn a_file_of_exchanges_holds_no_credential_and_keeps_what_belongs_together() {
    let (sandbox, web, tokens) = flow().await;
    let request = Request::get("/v1/none?code_verifier=plainverifier")
        .header("Cookie", "theirs=cookievalue")
        .header("X-Api-Key", "keyvalue");
    sandbox.send(&request).await;
    let exported = sandbox.rpc("traffic_export", json!({})).await;
    let written = exported.to_string();
    holds_none("the file", &written, &tokens, &web);
    for value in ["plainverifier", "cookievalue", "keyvalue"] {
        assert!(!written.contains(value), "{value}");
    }
    let log = &exported["har"]["log"];
    assert_eq!(log["version"], "1.2");
    assert_eq!(exported["exchanges"], entries(&exported).len());
    let started: Vec<Timestamp> = entries(&exported)
        .iter()
        .map(|entry| text(&entry["startedDateTime"]).parse().expect("a moment"))
        .collect();
    assert!(started.is_sorted(), "oldest first: {started:?}");
    for entry in entries(&exported) {
        for member in [
            "method",
            "url",
            "httpVersion",
            "cookies",
            "headers",
            "queryString",
            "headersSize",
            "bodySize",
        ] {
            assert!(!entry["request"][member].is_null(), "{member}");
        }
        for member in [
            "status",
            "statusText",
            "httpVersion",
            "cookies",
            "headers",
            "content",
            "redirectURL",
            "headersSize",
            "bodySize",
        ] {
            assert!(!entry["response"][member].is_null(), "{member}");
        }
        for member in ["send", "wait", "receive"] {
            assert!(entry["timings"][member].as_f64() >= Some(0.0), "{member}");
        }
    }
    // The token that was given out is the one that was used, under a name of this file's own.
    let operation = |name: &str| {
        let found = entries(&exported)
            .iter()
            .find(|entry| entry["_operation"] == name);
        found.unwrap_or_else(|| panic!("no {name}"))
    };
    let given: Value =
        serde_json::from_str(&text(&operation("token")["response"]["content"]["text"]))
            .expect("JSON");
    let placeholder = text(&given["access_token"]);
    assert!(placeholder.starts_with("[access_token."), "{placeholder}");
    let headers = operation("biomarkers_me")["request"]["headers"]
        .as_array()
        .expect("a list")
        .clone();
    assert!(
        headers
            .iter()
            .any(|header| header["value"] == format!("Bearer {placeholder}")),
        "{headers:?}"
    );
    let secrets: Vec<&str> = entries(&exported)
        .iter()
        .filter(|entry| entry["_operation"] == "token")
        .map(|entry| posted(entry, "client_secret"))
        .collect();
    assert!(
        secrets.len() == 2 && secrets[0] == secrets[1],
        "{secrets:?}"
    );
    let named: Vec<String> = exported["redacted"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|one| text(&one["what"]))
        .collect();
    for what in [
        "access_token",
        "client_secret",
        "code",
        "cookie",
        "code_verifier",
        "authorization",
    ] {
        assert!(
            named.iter().any(|known| known == what),
            "{what} in {named:?}"
        );
    }
    assert_eq!(log["_redacted"].as_array().map(Vec::len), Some(named.len()));
    assert!(text(&log["comment"]).contains("placeholders"));
    let cookies = |entry: &Value| entry["request"]["cookies"].as_array().cloned();
    let theirs: Vec<Value> = entries(&exported)
        .iter()
        .flat_map(|entry| cookies(entry).expect("a list"))
        .collect();
    assert_eq!(theirs.len(), 1);
    assert_eq!(theirs[0]["name"], "theirs");
    assert!(text(&theirs[0]["value"]).starts_with("[cookie."));
    // Another file has other placeholders.
    let another = sandbox.rpc("traffic_export", json!({})).await.to_string();
    assert!(!another.contains(&placeholder));
    assert!(sandbox.journal("exchange.revealed").await.is_empty());
}

#[tokio::test]
async fn a_file_with_credentials_is_asked_for_by_name_and_journalled() {
    let (sandbox, web, tokens) = flow().await;
    let whole = json!({ "query": "operation:token status:200", "with_credentials": true });
    let exported = sandbox.rpc("traffic_export", whole).await;
    let entry = &entries(&exported)[0];
    let given: Value =
        serde_json::from_str(&text(&entry["response"]["content"]["text"])).expect("JSON");
    assert_eq!(given["access_token"], tokens.access);
    assert_eq!(Some(posted(entry, "client_secret")), web.secret.as_deref());
    assert_eq!(
        (&exported["lost"], &exported["redacted"]),
        (&json!(0), &json!([]))
    );
    let journal = sandbox.journal("exchange.revealed").await;
    assert_eq!(
        journal[0]["detail"],
        json!({ "how": "har", "exchanges": 1 })
    );
}

#[tokio::test]
async fn a_file_takes_the_exchanges_that_were_named_and_says_when_they_are_too_many() {
    let (sandbox, _, _) = flow().await;
    let rows = list(&sandbox, "operation:token").await["exchanges"].clone();
    let ids = json!([rows[0]["id"], rows[1]["id"], rows[0]["id"]]);
    let exported = sandbox
        .rpc("traffic_export", json!({ "exchanges": ids }))
        .await;
    let order: Vec<&Value> = entries(&exported)
        .iter()
        .map(|entry| &entry["_id"])
        .collect();
    assert_eq!(
        order,
        [&rows[1]["id"], &rows[0]["id"]],
        "oldest first, each once"
    );
    let many: Vec<String> = (0..1001)
        .map(|number| format!("exchange_{number}"))
        .collect();
    let error = sandbox
        .rpc_fails("traffic_export", json!({ "exchanges": many }), Conflict)
        .await;
    assert!(error.message.contains("narrow the query"), "{error}");
    assert_eq!(error.detail["most_exchanges"], 1000);
    sandbox
        .rpc_fails(
            "traffic_export",
            json!({ "exchanges": ["exchange_none"] }),
            NotFound,
        )
        .await;
    sandbox
        .rpc_fails(
            "traffic_export",
            json!({ "exchanges": [], "query": "" }),
            BadRequest,
        )
        .await;
    // What never became a request is told, not written.
    let mut wire = tokio::net::TcpStream::connect(&sandbox.authority)
        .await
        .expect("a connection");
    tokio::io::AsyncWriteExt::write_all(&mut wire, b"\x16\x03\x01")
        .await
        .expect("it is sent");
    drop(wire);
    let exported = Sandbox::wait_for("the stray to be recorded", || async {
        let exported = sandbox.rpc("traffic_export", json!({})).await;
        (exported["left_out"] == 1).then_some(exported)
    })
    .await;
    assert!(text(&exported["har"]["log"]["comment"]).contains("left out"));
    let stray = list(&sandbox, "is:open").await["exchanges"][0]["id"].clone();
    sandbox
        .rpc_fails(
            "traffic_copy_as",
            json!({ "exchange": stray, "format": "curl" }),
            Conflict,
        )
        .await;
    let revealed = sandbox
        .rpc("traffic_reveal", json!({ "exchange": stray }))
        .await;
    let bytes = STANDARD
        .decode(text(&revealed["request_base64"]))
        .expect("base64");
    assert_eq!(bytes, b"\x16\x03\x01");
}
