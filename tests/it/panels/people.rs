//! People: their health data, what the console adds to it, who may see it, who has, and what they were told.

use connect_rpc::ErrorCode::{Conflict, Invalid, NotFound};
use serde_json::{Value, json};

use crate::support::{MAYA, Sandbox, text};

fn list<'v>(value: &'v Value, member: &str) -> &'v Vec<Value> {
    value[member]
        .as_array()
        .unwrap_or_else(|| panic!("{member} is no list: {value}"))
}

#[tokio::test]
async fn health_is_one_answer_in_order_and_of_a_sensible_size() {
    let sandbox = Sandbox::start().await;
    let maya = json!({ "user_id": MAYA });
    let health = sandbox.rpc("people_health", maya.clone()).await;
    let markers = list(&health, "biomarkers");
    assert!(markers.len() > 15, "{}", markers.len());
    for series in markers {
        assert_ne!(series["category"], "other", "{series}");
        let times: Vec<String> = list(series, "points")
            .iter()
            .map(|it| text(&it["at"]))
            .collect();
        assert!(
            times.is_sorted(),
            "{times:?}: RFC 3339 in UTC sorts as text"
        );
        for point in list(series, "points") {
            let value = point["value"].as_f64().expect("a number");
            let below = series["reference_low"]
                .as_f64()
                .is_some_and(|low| value < low);
            let above = series["reference_high"]
                .as_f64()
                .is_some_and(|high| value > high);
            assert_eq!(
                point["status"] == "normal",
                !below && !above,
                "{series} {point}"
            );
        }
    }
    assert_eq!(health["biomarkers_cut"], false);
    for series in list(&health, "metrics") {
        let points = list(series, "points").len();
        assert!((1..=400).contains(&points), "{series}");
        assert_eq!(series["measured"], points);
    }
    let steps = list(&health, "metrics")
        .iter()
        .find(|it| it["key"] == "steps");
    assert_eq!(steps.expect("Maya walks")["label"], "Steps");
    assert!(!list(&health, "protocols").is_empty());
    for protocol in list(&health, "protocols") {
        assert!(protocol["days_done"].as_i64() >= Some(0), "{protocol}");
        assert_eq!(
            protocol["status"] == "active",
            protocol["phase"].is_string(),
            "{protocol}"
        );
    }
    assert!(!list(&health, "check_ins").is_empty());
    assert!(!list(&health, "wearables").is_empty());
    assert!(health["membership"]["tier"].is_string());
    assert_eq!(list(&health, "subscriptions").len(), 1);
    assert!(health.to_string().len() < 200_000);

    // A new result stands last in its series; one nobody knows stands last of all.
    for (code, value, unit) in [("ferritin", 7.5, None), ("moonlight", 1.0, Some("lx"))] {
        let mut new = json!({ "user_id": MAYA, "code": code, "value": value });
        if let Some(unit) = unit {
            new["unit"] = json!(unit);
        }
        sandbox.rpc("people_add_lab_result", new).await;
    }
    let health = sandbox.rpc("people_health", maya).await;
    let of = |code: &str| {
        let all = list(&health, "biomarkers");
        let place = all.iter().position(|series| series["code"] == code);
        place.map(|place| (place, all[place].clone()))
    };
    let (_, ferritin) = of("ferritin").expect("there");
    let last = list(&ferritin, "points").last().expect("one");
    assert_eq!(
        (&last["value"], &last["status"]),
        (&json!(7.5), &json!("low"))
    );
    let (place, moonlight) = of("moonlight").expect("there");
    assert_eq!(place + 1, list(&health, "biomarkers").len());
    assert_eq!(moonlight["category"], "other");
}

#[tokio::test]
async fn a_protocol_is_started_as_the_service_starts_it_by_the_console() {
    let sandbox = Sandbox::start().await;
    let person = json!({ "email": "new@example.com", "name": "New", "without_data": true });
    sandbox.rpc("people_create", person).await;
    let them = json!({ "user_id": "new@example.com" });
    let check_in = json!({ "user_id": "new@example.com", "mood": 7, "sleep_quality": 6 });
    sandbox
        .rpc_fails("people_check_in", check_in.clone(), Conflict)
        .await;

    let known = sandbox.rpc("people_protocols", them.clone()).await;
    let protocol = &list(&known, "protocols")[0];
    assert_eq!(protocol["can_start"], true);
    let start = json!({ "user_id": "new@example.com", "protocol_id": protocol["slug"] });
    let started = sandbox.rpc("people_start_protocol", start.clone()).await;
    assert_eq!(started["protocol_id"], protocol["protocol_id"]);
    assert_eq!(
        (&started["status"], &started["days_done"]),
        (&json!("active"), &json!(0))
    );
    assert_eq!(started["next_check_in"]["day_marker"], 30);
    sandbox
        .rpc_fails("people_start_protocol", start, Conflict)
        .await;
    let known = sandbox.rpc("people_protocols", them.clone()).await;
    assert_eq!(list(&known, "protocols")[0]["can_start"], false);

    let created = sandbox.journal("record.created").await;
    let entry = created
        .iter()
        .rfind(|entry| entry["subject"] == started["enrollment_id"])
        .expect("journalled");
    assert_eq!(entry["actor_type"], "console", "{entry}");
    let events = sandbox.journal("event.occurred").await;
    let event = events.last().expect("an event");
    assert_eq!(event["cause"], entry["seq"]);
    assert_eq!(event["detail"]["type"], "clinical.protocol.started.v1");

    sandbox.advance(31 * 24 * 3600).await;
    let recorded = sandbox.rpc("people_check_in", check_in.clone()).await;
    assert_eq!(recorded["day_marker"], 30);
    assert_eq!(recorded["goals"], started["goals"]);
    let events = sandbox.journal("event.occurred").await;
    let event = events.last().expect("an event");
    assert_eq!(event["detail"]["type"], "clinical.check_in.recorded.v1");
    let health = sandbox.rpc("people_health", them).await;
    let protocol = &list(&health, "protocols")[0];
    assert_eq!(protocol["days_done"], 31);
    assert_eq!(protocol["check_ins_done"], json!([30]));
    assert_eq!(protocol["next_check_in"]["day_marker"], 60);

    let mut again = check_in.clone();
    again["day_marker"] = json!(30);
    sandbox.rpc_fails("people_check_in", again, Conflict).await;
    for day in [60, 90] {
        let recorded = sandbox.rpc("people_check_in", check_in.clone()).await;
        assert_eq!(recorded["day_marker"], day);
    }
    sandbox
        .rpc_fails("people_check_in", check_in, Conflict)
        .await;
}

#[tokio::test]
async fn what_does_not_fit_a_check_in_is_named_field_by_field() {
    let sandbox = Sandbox::start().await;
    let wrong = json!({
        "user_id": MAYA, "mood": 0, "sleep_quality": 11, "wins": [], "blockers": [" "], "weight_kg": 0, "day_marker": 31
    });
    let error = sandbox.rpc_fails("people_check_in", wrong, Invalid).await;
    let fields: Vec<String> = list(&error.detail, "flaws")
        .iter()
        .map(|flaw| text(&flaw["field"]))
        .collect();
    assert_eq!(
        fields,
        [
            "mood",
            "sleep_quality",
            "day_marker",
            "weight_kg",
            "wins",
            "blockers"
        ]
    );
    let unknown = json!({ "user_id": MAYA, "mood": 5, "sleep_quality": 5, "enrollment_id": "enrollment_made_up" });
    sandbox
        .rpc_fails("people_check_in", unknown, NotFound)
        .await;
}

#[tokio::test]
async fn connected_apps_are_those_of_the_account_page() {
    let sandbox = Sandbox::approving().await;
    let (web, spa) = (sandbox.web().await, sandbox.spa().await);
    let tokens = sandbox
        .tokens(&web, "manage:connected_apps read:biomarkers")
        .await;
    sandbox.tokens(&spa, "openid profile").await;
    let shown = sandbox
        .rpc("people_connected_apps", json!({ "user_id": MAYA }))
        .await;
    let on_page = sandbox
        .send(&crate::support::Request::get("/v1/me/grants").bearer(&tokens.access))
        .await
        .expect(200)
        .json();
    assert_eq!(list(&shown, "apps").len(), 2);
    for (ours, theirs) in list(&shown, "apps").iter().zip(list(&on_page, "data")) {
        assert_eq!(ours["grant_id"], theirs["id"]);
        assert_eq!(ours["since"], theirs["granted_at"]);
        for member in [
            "client_id",
            "client_name",
            "client_uri",
            "logo_uri",
            "updated_at",
        ] {
            assert_eq!(ours[member], theirs[member], "{member}");
        }
        let scopes: Vec<&Value> = list(ours, "scopes").iter().map(|it| &it["name"]).collect();
        assert_eq!(json!(scopes), theirs["scopes_granted"]);
        assert_eq!(ours["state"], "active");
    }
    let of_web = list(&shown, "apps")
        .iter()
        .find(|app| app["client_id"] == web.client_id.as_str())
        .expect("connected");
    let biomarkers = list(of_web, "scopes")
        .iter()
        .find(|scope| scope["name"] == "read:biomarkers")
        .expect("granted");
    assert_eq!(biomarkers["consent"], "View your lab results");
    assert_eq!(biomarkers["phi"], true);

    sandbox
        .rpc("apps_disable", json!({ "client_id": spa.client_id }))
        .await;
    let grant = json!({ "grant_id": of_web["grant_id"] });
    sandbox.rpc("grants_revoke", grant).await;
    let all = json!({ "user_id": MAYA, "with_revoked": true });
    let shown = sandbox.rpc("people_connected_apps", all).await;
    let mut states: Vec<String> = list(&shown, "apps")
        .iter()
        .map(|app| text(&app["state"]))
        .collect();
    states.sort();
    assert_eq!(states, ["app_disabled", "revoked"]);
}

#[tokio::test]
async fn reads_say_who_asked_for_what_under_which_grant() {
    let sandbox = Sandbox::approving().await;
    let web = sandbox.web().await;
    let tokens = sandbox.tokens(&web, "read:biomarkers").await;
    for _ in 0..3 {
        sandbox.biomarkers(&tokens.access).await.expect(200);
    }
    let refused = crate::support::Request::get("/clinical/v1/check-ins").bearer(&tokens.access);
    sandbox.send(&refused).await.expect(403);
    let ask = |more: Value| {
        let mut request = json!({ "user_id": MAYA });
        for (name, value) in more.as_object().expect("an object") {
            request[name] = value.clone();
        }
        sandbox.rpc("people_reads", request)
    };
    let all = ask(json!({})).await;
    let reads = list(&all, "reads");
    assert_eq!(reads.len(), 4, "{all}");
    assert_eq!(all["next"], Value::Null);
    let newest = &reads[0];
    assert_eq!(newest["what"], "The check-ins of the token's person");
    assert_eq!(newest["refused_by"], "scope_held");
    assert_eq!(
        (&newest["status"], &newest["scope"]),
        (&json!(403), &json!("read:check_ins"))
    );
    let oldest = &reads[3];
    assert_eq!(oldest["operation"], "biomarkers_me");
    assert_eq!(oldest["client_name"], "Demo Web App");
    assert_eq!(oldest["is_read"], true);
    let grants = sandbox.rpc("grants_list", json!({})).await;
    assert_eq!(oldest["grant_id"], grants["grants"][0]["grant_id"]);

    let first = ask(json!({ "limit": 3 })).await;
    assert_eq!(list(&first, "reads")[..], reads[..3]);
    let rest = ask(json!({ "limit": 3, "before": first["next"] })).await;
    assert_eq!(list(&rest, "reads")[..], reads[3..]);
    assert_eq!(rest["next"], Value::Null);
    let nobody = json!({ "user_id": "jonas@example.com" });
    let none = sandbox.rpc("people_reads", nobody).await;
    assert_eq!(none, json!({ "reads": [], "next": null }));
}

#[tokio::test]
async fn alerts_are_told_page_by_page() {
    let sandbox = Sandbox::approving().await;
    let web = sandbox.web().await;
    for _ in 0..3 {
        // A rotated refresh token shown again (ruling 3).
        let tokens = sandbox.tokens(&web, "openid").await;
        sandbox.refresh(&web, &tokens.refresh).await.expect(200);
        sandbox.refresh(&web, &tokens.refresh).await.expect(400);
    }
    let all = sandbox
        .rpc("people_alerts", json!({ "user_id": MAYA }))
        .await;
    let alerts = list(&all, "alerts");
    assert_eq!((alerts.len(), &all["more"]), (3, &json!(false)));
    let detail = sandbox.rpc("people_get", json!({ "user_id": MAYA })).await;
    assert_eq!(detail["alerts"], all["alerts"]);
    let page = sandbox
        .rpc("people_alerts", json!({ "user_id": MAYA, "limit": 2 }))
        .await;
    assert_eq!(list(&page, "alerts")[..], alerts[..2]);
    assert_eq!(page["more"], true);
    let before = json!({ "user_id": MAYA, "limit": 2, "before": alerts[1]["id"] });
    let page = sandbox.rpc("people_alerts", before).await;
    assert_eq!(list(&page, "alerts")[..], alerts[2..]);
    assert_eq!(page["more"], false);
}
