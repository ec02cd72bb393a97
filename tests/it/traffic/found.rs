//! Finding exchanges: filters, text, both ends of the list, and what can be filtered by.

use connect_rpc::ErrorCode::Invalid;
use serde_json::{Value, json};

use super::{flow, list, operations};
use crate::support::{MAYA, text};

#[tokio::test]
async fn the_list_is_filtered_by_names_statuses_and_text() {
    let (sandbox, web, tokens) = flow().await;
    for (query, expected) in [
        ("status:4xx", vec!["token"]),
        ("operation:token -is:refused", vec!["token"]),
        ("is:refused app:\"demo web\"", vec!["token"]),
        ("service:clinical user:maya", vec!["biomarkers_me"]),
        (
            &format!("service:clinical user:{MAYA}"),
            vec!["biomarkers_me"],
        ),
        (&format!("app:{} status:4xx", web.client_id), vec!["token"]),
        ("app:\"no such app\"", vec![]),
        ("ferritin", vec!["biomarkers_me"]),
        (
            "\"invalid_grant\" or service:clinical",
            vec!["token", "biomarkers_me"],
        ),
        (
            "path:/v1/biomarkers method:get after:1h",
            vec!["biomarkers_me"],
        ),
        ("before:1h", vec![]),
        ("\"[refresh_token\" status:200", vec!["token"]),
        (tokens.access.as_str(), vec![]),
    ] {
        assert_eq!(operations(&sandbox, query).await, expected, "{query}");
    }
    // The fields of before go together with the query.
    let both = json!({ "query": "status:4xx", "operation": "token", "refused": false });
    assert_eq!(sandbox.rpc("traffic_list", both).await["matching"], 0);
    let error = sandbox
        .rpc_fails(
            "traffic_list",
            json!({ "query": "status:4xx colour:red" }),
            Invalid,
        )
        .await;
    assert_eq!(error.detail["flaws"][0]["field"], "query");
    assert_eq!(
        (&error.detail["start"], &error.detail["end"]),
        (&json!(11), &json!(17))
    );
    assert!(
        error.message.contains("There is no field `colour`"),
        "{error}"
    );
}

#[tokio::test]
async fn a_list_can_stand_still_and_be_read_from_both_ends() {
    let (sandbox, web, tokens) = flow().await;
    let all = sandbox.rpc("traffic_list", json!({ "limit": 1000 })).await;
    let rows = all["exchanges"].as_array().expect("a list").clone();
    let last = all["last"].clone();
    assert_eq!(all["total"], rows.len());
    assert_eq!(rows[0]["seq"], last);
    sandbox.biomarkers(&tokens.access).await.expect(200);
    assert_eq!(list(&sandbox, "").await["total"], rows.len() + 1);
    let still = sandbox
        .rpc(
            "traffic_list",
            json!({ "up_to": last, "order": "oldest", "offset": 1, "limit": 2 }),
        )
        .await;
    assert_eq!(still["matching"], rows.len());
    assert_eq!(still["total"], rows.len() + 1);
    assert_eq!(still["exchanges"][0], rows[rows.len() - 2]);
    assert_eq!(still["exchanges"][1], rows[rows.len() - 3]);
    let wanted = rows[1]["id"].clone();
    let at = json!({ "up_to": last, "position_of": wanted, "limit": 1 });
    assert_eq!(sandbox.rpc("traffic_list", at).await["position"], 1);
    let elsewhere = json!({ "query": "is:pinned", "position_of": wanted });
    assert_eq!(
        sandbox.rpc("traffic_list", elsewhere).await["position"],
        Value::Null
    );
    // Pinned, counted, and gone with the rest.
    let pin = json!({ "exchange": wanted, "pinned": true });
    sandbox.rpc("traffic_pin", pin).await;
    let pinned = list(&sandbox, "is:pinned").await;
    assert_eq!(
        (&pinned["matching"], &pinned["pinned"]),
        (&json!(1), &json!(1))
    );
    assert_eq!(pinned["exchanges"][0]["id"], wanted);
    sandbox.rpc("workspace_clear", json!({})).await;
    assert_eq!(list(&sandbox, "").await["total"], 0);
    sandbox.tokens(&web, "openid").await;
    let after = list(&sandbox, "").await;
    assert!(
        after["exchanges"][0]["seq"].as_i64() > last.as_i64(),
        "no place is given twice"
    );
}

#[tokio::test]
async fn what_can_be_filtered_by_is_told_with_what_there_is() {
    let (sandbox, web, _) = flow().await;
    let query = "method:POST status:4xx -is:pinned";
    let answer = sandbox
        .rpc("traffic_filters", json!({ "query": query }))
        .await;
    let fields = answer["fields"].as_array().expect("a list");
    let values = |name: &str| -> Vec<Value> {
        let field = fields.iter().find(|field| field["name"] == name);
        let field = field.unwrap_or_else(|| panic!("no field {name}"));
        assert!(!text(&field["description"]).is_empty());
        field["values"].as_array().expect("a list").clone()
    };
    let has = |name: &str, value: &str| values(name).iter().any(|known| known["value"] == value);
    for (name, value) in [
        ("status", "4xx"),
        ("status", "400"),
        ("service", "clinical"),
        ("operation", "token"),
        ("error", "invalid_grant"),
        ("method", "POST"),
        ("is", "refused"),
        ("user", MAYA),
        ("listener", "platform"),
    ] {
        assert!(has(name, value), "{name}:{value} is offered");
    }
    let app = values("app")
        .into_iter()
        .find(|app| app["value"] == web.client_id);
    assert_eq!(app.expect("it is offered")["label"], "Demo Web App");
    // Whatever is offered is a condition.
    for field in fields {
        for value in field["values"].as_array().expect("a list") {
            let written = json!(text(&value["value"])).to_string();
            let operator = text(&field["operators"][0]);
            let condition = format!("{}{operator}{written}", text(&field["name"]));
            list(&sandbox, &condition).await;
        }
    }
    let read = &answer["query"];
    assert_eq!(
        read["sentence"],
        "POST requests answered with a 4xx status that are not pinned"
    );
    assert_eq!(read["canonical"], "method:POST status:4xx not is:pinned");
    assert_eq!(read["error"], Value::Null);
    let tokens = read["tokens"].as_array().expect("a list");
    let kinds: Vec<String> = tokens.iter().map(|token| text(&token["kind"])).collect();
    assert_eq!(kinds, ["field", "field", "not", "field"]);
    assert_eq!(tokens[1]["says"], "were answered with a 4xx status");
    let wrong = sandbox
        .rpc("traffic_filters", json!({ "query": "status:4xx (" }))
        .await;
    assert_eq!(wrong["query"]["error"]["start"], 12);
    assert_eq!(wrong["query"]["sentence"], Value::Null);
}
