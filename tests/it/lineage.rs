//! One causal record: what belongs together is one trace, and every row names what led to it.

mod explained;

use serde_json::{Value, json};

use crate::support::{Browser, MAYA, Request, Sandbox, Tokens, text};

fn list<'v>(value: &'v Value, member: &str) -> &'v Vec<Value> {
    value[member]
        .as_array()
        .unwrap_or_else(|| panic!("no list `{member}` in {value}"))
}

fn kinds(trace: &Value) -> Vec<String> {
    list(trace, "entries")
        .iter()
        .map(|entry| text(&entry["kind"]))
        .collect()
}

#[tokio::test]
async fn from_the_first_link_to_the_event_everything_is_one_trace_with_its_causes() {
    let sandbox = Sandbox::start().await;
    let web = sandbox.web().await;
    let person = sandbox.person(MAYA).await;
    let request = web.authorize(&sandbox, "openid write:biomarkers");
    let code = Browser::new(&sandbox).code(&request, MAYA).await;
    let tokens = Tokens::of(&sandbox.exchange(&web, &code).await);
    let tokens = Tokens::of(&sandbox.refresh(&web, &tokens.refresh).await);
    let upload = json!({
        "patient_id": person, "brand_id": "loop", "source": "lab",
        "biomarkers": [{ "code": "ferritin", "name": "Ferritin", "value": 61.5, "unit": "ng/mL", "collected_at": "2026-01-02T03:04:05Z" }],
    });
    sandbox
        .send(
            &Request::post("/v1/biomarkers/parse")
                .bearer(&tokens.access)
                .json(&upload),
        )
        .await
        .expect(200);
    sandbox.is_active(&web, &tokens.access).await;
    sandbox.revoke(&web, &tokens.refresh).await.expect(200);

    let name = text(&sandbox.newest_exchange("biomarkers_parse").await["trace"]);
    let trace = sandbox.rpc("trace_get", json!({ "trace": name })).await;
    let told = kinds(&trace);
    let expected = [
        "session.started",
        "authorization.started",
        "session.started",
        "grant.created",
        "code.issued",
        "code.redeemed",
        "refresh_token.rotated",
        "record.created",
        "event.occurred",
        "event.occurred",
        "credential.revoked",
    ];
    let mut milestones = told
        .iter()
        .filter(|kind| expected.contains(&kind.as_str()) && *kind != "credential.revoked");
    for kind in expected
        .iter()
        .filter(|kind| **kind != "credential.revoked")
    {
        assert_eq!(
            milestones.next().map(String::as_str),
            Some(*kind),
            "{told:?}"
        );
    }
    assert!(told.contains(&"credential.revoked".to_owned()), "{told:?}");

    // Every request of the flow stands in it, in order.
    let operations: Vec<String> = list(&trace, "exchanges")
        .iter()
        .map(|row| text(&row["operation"]))
        .collect();
    let flow = [
        "authorize",
        "interaction_page",
        "interaction_form",
        "interaction_page",
        "interaction_form",
        "token",
        "token",
        "biomarkers_parse",
        "introspect",
        "revoke",
    ];
    assert_eq!(operations, flow);

    // Causes: each entry but the first was led to by an earlier one, and the chain goes back to the first.
    let entries = list(&trace, "entries");
    let seq = |entry: &Value| entry["seq"].as_i64().expect("a place");
    let find = |place: i64| entries.iter().find(|entry| seq(entry) == place);
    let event = entries
        .iter()
        .rfind(|entry| entry["kind"] == "event.occurred")
        .expect("an event");
    let mut chain = vec![text(&event["kind"])];
    let mut at = event;
    while let Some(cause) = at["cause"].as_i64() {
        assert!(cause < seq(at), "{at}");
        at = find(cause).unwrap_or_else(|| panic!("{cause} is not in the trace"));
        chain.push(text(&at["kind"]));
    }
    let back = [
        "event.occurred",
        "record.created",
        "refresh_token.rotated",
        "code.redeemed",
        "code.issued",
        "grant.created",
        "authorization.started",
    ];
    assert_eq!(chain[..back.len()], back);
    for entry in entries {
        assert_eq!(entry["trace"], json!(name));
        assert!(
            entry["exchange"].is_string(),
            "brought by a request: {entry}"
        );
    }
    for exchange in list(&trace, "exchanges").iter().skip(1) {
        let cause = exchange["cause"]
            .as_i64()
            .unwrap_or_else(|| panic!("nothing led to {exchange}"));
        assert!(find(cause).is_some(), "{exchange}");
    }
    // An exchange knows what it changed.
    let explained = sandbox.explain_newest("biomarkers_parse").await;
    let changed: Vec<String> = list(&explained, "entries")
        .iter()
        .map(|entry| text(&entry["kind"]))
        .collect();
    assert_eq!(
        changed,
        ["record.created", "event.occurred", "event.occurred"]
    );
}

#[tokio::test]
async fn a_new_run_is_linked_to_the_one_whose_token_it_replaced() {
    let sandbox = Sandbox::approving().await;
    let web = sandbox.web().await;
    sandbox.tokens(&web, "openid").await;
    let first = text(&sandbox.newest_exchange("token").await["trace"]);
    sandbox.tokens(&web, "openid").await;
    let second = text(&sandbox.newest_exchange("token").await["trace"]);
    assert_ne!(first, second);
    let of_first = sandbox.rpc("trace_get", json!({ "trace": first })).await;
    assert!(
        kinds(&of_first).contains(&"refresh_token.replaced".to_owned()),
        "{of_first}"
    );
    assert_eq!(of_first["caused_by"], json!([second]));
    let of_second = sandbox.rpc("trace_get", json!({ "trace": second })).await;
    assert_eq!(of_second["led_to"], json!([first]));
    // What the console does to it belongs to the grant's trace.
    let grant = sandbox.rpc("grants_list", json!({})).await["grants"][0].clone();
    sandbox
        .rpc("grants_revoke", json!({ "grant_id": grant["grant_id"] }))
        .await;
    let revoked = sandbox.journal("grant.revoked").await;
    assert_eq!(revoked[0]["trace"], grant["trace"]);
    assert_eq!(revoked[0]["actor_type"], "console");
}

#[tokio::test]
async fn a_replay_and_a_reuse_are_told_with_what_they_killed() {
    let sandbox = Sandbox::approving().await;
    let web = sandbox.web().await;
    let code = sandbox.code(&web, "openid").await;
    let tokens = Tokens::of(&sandbox.exchange(&web, &code).await);
    sandbox
        .exchange(&web, &code)
        .await
        .is_oauth_error(400, "invalid_grant");
    let why = sandbox.explain_newest("token").await;
    assert_eq!(why["refusal"]["check"], "code_unused");
    let told: Vec<String> = list(&why, "entries")
        .iter()
        .map(|entry| text(&entry["kind"]))
        .collect();
    assert_eq!(
        told,
        ["code.replayed", "credential.revoked", "credential.revoked"]
    );
    let replayed = why["entries"][0]["seq"].clone();
    assert!(
        list(&why, "entries")[1..]
            .iter()
            .all(|entry| entry["cause"] == replayed),
        "{why}"
    );
    // Whoever presents a killed token is told what killed it.
    sandbox
        .send(&Request::get("/v1/lab-catalog/markers").bearer(&tokens.access))
        .await
        .is_service_error(401, "invalid_token");
    let why = sandbox.explain_newest("lab_catalog_markers").await;
    assert!(
        text(&why["refusal"]["received"]).contains("revoked"),
        "{why}"
    );

    let first = sandbox.tokens(&web, "openid").await;
    Tokens::of(&sandbox.refresh(&web, &first.refresh).await);
    sandbox
        .refresh(&web, &first.refresh)
        .await
        .is_oauth_error(400, "invalid_grant");
    let why = sandbox.explain_newest("token").await;
    assert_eq!(why["refusal"]["check"], "refresh_token_not_rotated");
    let told: Vec<String> = list(&why, "entries")
        .iter()
        .map(|entry| text(&entry["kind"]))
        .collect();
    assert_eq!(
        told.first().map(String::as_str),
        Some("refresh_token.reused"),
        "{told:?}"
    );
    for kind in ["grant.revoked", "alert.raised"] {
        assert!(told.contains(&kind.to_owned()), "{told:?}");
    }
}
