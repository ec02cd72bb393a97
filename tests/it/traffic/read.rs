//! Reading them: one taken apart, two beside each other.

use serde_json::json;

use super::{flow, list};
use crate::support::text;

#[tokio::test]
async fn messages_are_taken_apart_and_explained() {
    let (sandbox, web, _) = flow().await;
    let exchange = list(&sandbox, "operation:token status:200").await["exchanges"][0].clone();
    let detail = sandbox
        .rpc("traffic_get", json!({ "exchange": exchange["id"] }))
        .await;
    let (request, response) = (&detail["request_parts"], &detail["response_parts"]);
    assert_eq!(request["start_line"], "POST /v1/oauth/token HTTP/1.1");
    assert_eq!(request["kind"], "form");
    let form: Vec<(String, String)> = request["form"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|field| (text(&field["name"]), text(&field["value"])))
        .collect();
    let value = |name: &str| {
        let found = form.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str()).unwrap_or_default()
    };
    assert_eq!(value("grant_type"), "authorization_code");
    assert_eq!(value("redirect_uri"), web.redirect_uri);
    assert!(
        value("client_secret").starts_with("[client_secret "),
        "{form:?}"
    );
    assert_eq!(response["kind"], "json");
    assert_eq!(response["media_type"], "application/json");
    assert_eq!(response["truncated"], false);
    assert!(text(&response["body"]).contains("{\n  \"access_token\": \"[access_token "));
    assert_eq!(response["status"]["source"], "RFC 9110 §15.3.1");
    let headers = response["headers"].as_array().expect("a list");
    let cache = headers
        .iter()
        .find(|header| {
            header["name"]
                .as_str()
                .is_some_and(|name| name.eq_ignore_ascii_case("cache-control"))
        })
        .expect("it is sent");
    assert_eq!(cache["value"], "no-store");
    assert_eq!(cache["meaning"]["source"], "RFC 9111 §5.2");
    let authorize = list(&sandbox, "operation:authorize").await["exchanges"][0].clone();
    let detail = sandbox
        .rpc("traffic_get", json!({ "exchange": authorize["id"] }))
        .await;
    let query = detail["request_parts"]["query"].as_array().expect("a list");
    assert!(query.contains(&json!({ "name": "redirect_uri", "value": web.redirect_uri })));
}

#[tokio::test]
async fn two_exchanges_stand_beside_each_other() {
    let (sandbox, _, _) = flow().await;
    let good = list(&sandbox, "operation:token status:200").await["exchanges"][0]["id"].clone();
    let bad = list(&sandbox, "operation:token status:400").await["exchanges"][0]["id"].clone();
    let compared = sandbox
        .rpc("traffic_compare", json!({ "left": good, "right": bad }))
        .await;
    let fields = compared["fields"].as_array().expect("a list");
    let outcome = |place: &str, name: &str| {
        let found = fields
            .iter()
            .find(|field| field["place"] == place && field["name"] == name);
        text(&found.unwrap_or_else(|| panic!("no {place} {name}: {compared}"))["outcome"])
    };
    for (place, name, expected) in [
        ("request_line", "path", "same"),
        ("request_body", "client_id", "same"),
        ("request_body", "client_secret", "same"),
        ("request_body", "code", "different"),
        ("request_body", "redirect_uri", "different"),
        ("status_line", "status", "different"),
        ("response_header", "content-type", "same"),
        ("response_body", "access_token", "only_left"),
        ("response_body", "error", "only_right"),
    ] {
        assert_eq!(outcome(place, name), expected, "{place} {name}");
    }
    let status = fields
        .iter()
        .find(|field| field["place"] == "status_line" && field["name"] == "status");
    assert_eq!(
        status.expect("it is there")["difference"],
        json!({ "same_start": 0, "same_end": 2 })
    );
    let different = fields.iter().filter(|field| field["outcome"] != "same");
    assert_eq!(compared["differences"], different.count());
    let same = sandbox
        .rpc("traffic_compare", json!({ "left": good, "right": good }))
        .await;
    assert_eq!(same["differences"], 0);
}
