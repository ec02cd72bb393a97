//! Lab results, what is made of them, and that nobody reads an old page.

use connect_store::journal::{self, JournalFilter};
use serde_json::{Value, json};

use super::super::sandbox::{Ask, Sandbox};
use super::super::shape::assert_shape;
use super::{change, events_of, upload};

#[tokio::test]
async fn results_are_stored_judged_and_told_to_subscribers() {
    let sandbox = Sandbox::start().await;
    let results = json!([
        { "code": "triglycerides", "name": "Triglycerides", "value": 612, "unit": "mg/dL", "collected_at": "2026-05-21T07:30:00Z" },
        { "code": "zinc", "name": "Zinc", "value": 80, "unit": "ug/dL", "reference_low": 60, "reference_high": 120, "collected_at": "2026-05-21T07:30:00Z" },
    ]);
    let (reply, events) = change(&sandbox, upload(&sandbox, &results)).await;
    assert_eq!(reply.body["results"][0]["status"], "critical");
    assert_eq!(
        reply.body["results"][0]["reference_high"], 149.0,
        "a known marker gets the catalogue's range"
    );
    assert_eq!(reply.body["results"][1]["status"], "normal");

    let types: Vec<&str> = events
        .iter()
        .map(|event| event.event_type.as_str())
        .collect();
    assert_eq!(
        types,
        [
            "clinical.bloodwork.uploaded.v1",
            "clinical.biomarker.parsed.v1",
            "clinical.biomarker.parsed.v1",
            "clinical.lab_result.critical.v1"
        ]
    );
    assert_shape(
        &events[0].data,
        "bloodwork_id,patient_id,brand_id,file_name,content_type,source,uploaded_by,uploaded_at",
        "uploaded",
    );
    assert_shape(
        &events[1].data,
        "id,patient_id,biomarker_code,biomarker_name,value,unit,reference_low,reference_high,status,collected_at,parsed_at,bloodwork_id",
        "parsed",
    );
    assert_eq!(
        events[1].data["bloodwork_id"],
        events[0].data["bloodwork_id"]
    );
    assert_eq!(events[0].data["uploaded_by"], sandbox.app.as_str());
    assert_shape(
        &events[3].data,
        "patient_id,brand_id,order_id,biomarker_codes[],critical_marker_count,source_event_type,reported_at",
        "critical",
    );
    assert_eq!(events[3].data["biomarker_codes"], json!(["triglycerides"]));

    let token = sandbox.all("maya").await;
    let newest = sandbox
        .send(Ask::get("/v1/biomarkers/me?limit=2").bearer(&token))
        .await;
    assert_eq!(newest.header("x-total-count"), "209");
    let timeline = format!(
        "/patient-graph/v1/patients/{}/timeline?limit=1",
        sandbox.id("maya")
    );
    let timeline = sandbox.send(Ask::get(timeline).bearer(&token)).await;
    assert_eq!(
        timeline.body["events"][0]["source_id"],
        events[0].data["bloodwork_id"]
    );
}

#[tokio::test]
async fn the_journal_leads_from_the_token_to_the_change_to_the_event() {
    let sandbox = Sandbox::start().await;
    let result = json!([{ "code": "tsh", "name": "TSH", "value": 2, "unit": "uIU/mL", "collected_at": "2026-05-21T07:30:00Z" }]);
    let (reply, events) = change(&sandbox, upload(&sandbox, &result)).await;
    let trace = reply.notes.trace.clone().expect("a trace");
    let mut connection = sandbox.world.read().await.expect("reads");
    for event in &events {
        assert_eq!(event.trace, trace);
        let said = journal::get(&mut connection, event.seq)
            .await
            .expect("reads")
            .expect("an entry");
        assert_eq!(
            (said.kind.as_str(), said.subject.as_str(), said.cause),
            ("event.occurred", event.id.as_str(), Some(event.cause))
        );
        let made = journal::get(&mut connection, event.cause)
            .await
            .expect("reads")
            .expect("an entry");
        assert_eq!(
            (made.kind.as_str(), made.cause),
            ("record.created", reply.notes.cause)
        );
        assert_eq!(made.trace, trace.as_str());
        assert_eq!(made.actor_id.as_deref(), Some(sandbox.app.as_str()));
        assert!(made.exchange.is_some());
        // No lab value in the journal.
        assert!(made.detail.get("value").is_none() && said.detail.get("data").is_none());
    }
}

#[tokio::test]
async fn what_makes_no_sense_is_refused_and_changes_nothing() {
    let sandbox = Sandbox::start().await;
    let token = sandbox.all("maya").await;
    for (member, value) in [
        ("collected_at", json!("2027-01-01T00:00:00Z")),
        ("value", json!(-1)),
        ("reference_low", json!(9)),
    ] {
        let mut result = json!({
            "code": "tsh", "name": "TSH", "value": 2, "unit": "uIU/mL", "reference_low": 0.4, "reference_high": 4.5,
            "collected_at": "2026-05-21T07:30:00Z",
        });
        result[member] = value;
        let reply = sandbox
            .send(upload(&sandbox, &json!([result])).bearer(&token))
            .await;
        assert_eq!(
            (reply.status.as_u16(), reply.refused_by()),
            (400, "results_make_sense"),
            "{member}"
        );
        assert_eq!(
            reply.body["details"][0]["path"],
            format!("biomarkers[0].{member}")
        );
    }
    assert!(events_of(&sandbox).await.is_empty());
}

#[tokio::test]
async fn each_vendors_payload_is_read_under_its_own_names() {
    let sandbox = Sandbox::start().await;
    let ask = |vendor: &str, payload: Value| {
        let body = json!({ "patient_id": sandbox.id("maya"), "brand_id": "loop", "vendor": vendor, "raw_payload": payload });
        Ask::post("/v1/biomarkers/parse/vendor", &body)
    };
    let quest = json!({ "observations": [{ "observation_code": "tsh", "observation_name": "TSH", "observation_value": 2.2, "unit": "uIU/mL", "collection_date": "2026-05-21T07:30:00Z" }] });
    let (reply, _) = change(&sandbox, ask("quest", quest)).await;
    assert_eq!(reply.body["results"][0]["value"], 2.2);
    let junction = json!({ "date_collected": "2026-05-21T07:30:00Z", "results": [{ "slug": "ft4", "name": "Free T4", "result": "1.1", "unit": "ng/dL", "min_range_value": 0.8, "max_range_value": 1.7 }] });
    let (reply, _) = change(&sandbox, ask("junction", junction)).await;
    assert_eq!(reply.body["results"][0]["reference_high"], 1.7);
    let token = sandbox.all("maya").await;
    let reply = sandbox
        .send(ask("labcorp", json!({ "results": [{ "test_code": "tsh" }] })).bearer(&token))
        .await;
    let places: Vec<&str> = reply.body["details"]
        .as_array()
        .expect("details")
        .iter()
        .map(|it| it["path"].as_str().expect("a path"))
        .collect();
    assert_eq!(
        places,
        [
            "raw_payload.results[0].result_value",
            "raw_payload.results[0].units",
            "raw_payload.results[0].collected_at"
        ]
    );
}

#[tokio::test]
async fn flags_are_raised_once_for_each_result() {
    let sandbox = Sandbox::start().await;
    let result = json!([{ "code": "hba1c", "name": "HbA1c", "value": 6.9, "unit": "%", "collected_at": "2026-05-21T07:30:00Z" }]);
    let (reply, _) = change(&sandbox, upload(&sandbox, &result)).await;
    let body = json!({ "patient_id": sandbox.id("maya"), "brand_id": "loop", "biomarker_ids": [reply.body["results"][0]["id"]] });
    let (first, _) = change(&sandbox, Ask::post("/v1/red-flags/evaluate", &body)).await;
    let rules: Vec<&str> = first.body["flags"]
        .as_array()
        .expect("flags")
        .iter()
        .map(|it| it["rule_id"].as_str().expect("a rule"))
        .collect();
    assert_eq!(rules, ["prediabetes", "diabetes"]);
    let (second, _) = change(&sandbox, Ask::post("/v1/red-flags/evaluate", &body)).await;
    assert_eq!(second.body, first.body);
}

#[tokio::test]
async fn the_engines_follow_the_stories() {
    let sandbox = Sandbox::start().await;
    let token = sandbox.all("priya").await;
    let body = json!({ "patient_id": sandbox.id("priya"), "brand_id": "loopbio" });
    let reply = sandbox
        .send(Ask::post("/v1/protocols/match", &body).bearer(&token))
        .await;
    let names: Vec<&str> = reply.body["matches"]
        .as_array()
        .expect("matches")
        .iter()
        .map(|it| it["protocol_name"].as_str().expect("a name"))
        .collect();
    assert_eq!(names[0], "Metabolic reset", "{names:?}");
    let id = &reply.body["matches"][0]["protocol_id"];
    let mut evaluate = body.clone();
    evaluate["protocol_id"] = id.clone();
    evaluate["medications"] = json!(["cyclosporine"]);
    evaluate["current_week"] = json!(4);
    let reply = sandbox
        .send(Ask::post("/v1/protocol-engine/evaluate", &evaluate).bearer(&token))
        .await;
    assert_eq!(reply.body["eligible"], false);
    assert_eq!(
        reply.body["contraindication_hits"][0]["severity"],
        "absolute"
    );
    assert_eq!(reply.body["phase"]["name"], "Build");
    assert_eq!(reply.body["parameters"][0]["value"], 500.0);
    let reply = sandbox
        .send(Ask::post("/v1/health-engine/score", &body).bearer(&token))
        .await;
    assert!(reply.body["overall_score"].as_f64().expect("a score") < 100.0);
    assert_eq!(reply.body["biomarker_count"], 23);
}

#[tokio::test]
async fn what_was_written_down_can_be_erased_for_one_person() {
    let sandbox = Sandbox::start().await;
    let user = sandbox.id("maya").clone();
    sandbox
        .write(move |tx| {
            Box::pin(async move { connect_store::services::erase::person(tx, &user).await })
        })
        .await;
    let (maya, jonas) = (sandbox.all("maya").await, sandbox.all("jonas").await);
    let count = async |token| {
        sandbox
            .send(Ask::get("/v1/biomarkers/me").bearer(token))
            .await
            .body["count"]
            .clone()
    };
    assert_eq!(
        (count(&maya).await, count(&jonas).await),
        (json!(0), json!(25))
    );
    let filter = JournalFilter {
        subject: Some(sandbox.id("maya").to_string()),
        ..JournalFilter::default()
    };
    let kept = journal::list(
        &mut sandbox.world.read().await.expect("reads"),
        &filter,
        false,
        10,
    )
    .await
    .expect("reads");
    assert_eq!(kept.len(), 1, "the journal forgets nothing");
}

#[tokio::test]
async fn a_page_read_after_an_upload_was_acknowledged_has_it_however_many_read_at_once() {
    let sandbox = Sandbox::start().await;
    let token = sandbox.all("maya").await;
    let read = || sandbox.send(Ask::get("/v1/biomarkers/me").bearer(&token));
    for round in 1..=20_u32 {
        let result = json!([{ "code": "tsh", "name": "TSH", "value": 2, "unit": "uIU/mL", "collected_at": "2026-05-21T07:30:00Z" }]);
        let write = sandbox.send(upload(&sandbox, &result).bearer(&token));
        let (written, ..) = tokio::join!(write, read(), read(), read(), read());
        let id = &written.body["results"][0]["id"];
        let page = read().await;
        assert_eq!(page.header("x-total-count"), (207 + round).to_string());
        assert!(
            page.body["results"]
                .as_array()
                .expect("results")
                .iter()
                .any(|row| row["id"] == *id)
        );
        assert_eq!(read().await.body, page.body);
    }
}

#[tokio::test]
async fn a_credential_in_a_callers_text_enters_neither_the_journal_nor_a_refusal() {
    let sandbox = Sandbox::start().await;
    let secret = sandbox.all("jonas").await;
    let secret = secret.expose();
    let result = json!([{ "code": secret, "name": "x", "value": 2, "unit": "x", "collected_at": "2026-05-21T07:30:00Z" }]);
    change(&sandbox, upload(&sandbox, &result)).await;
    let channel = format!("/v1/feed/channels/{secret}");
    change(&sandbox, Ask::post(channel, &json!({}))).await;
    let filter = JournalFilter::default();
    let mut connection = sandbox.world.read().await.expect("reads");
    let entries = journal::list(&mut connection, &filter, true, 1_000)
        .await
        .expect("reads");
    for entry in entries {
        assert!(!entry.detail.to_string().contains(secret), "{}", entry.kind);
    }
    let token = sandbox.all("maya").await;
    for path in [
        format!("/v1/red-flags/{secret}"),
        format!("/v1/nowhere/{secret}"),
        format!("/v1/check-ins?{secret}=1&{secret}=2"),
    ] {
        let reply = sandbox.send(Ask::get(path).bearer(&token)).await;
        let noted = format!("{:?}", reply.notes.refusal.expect("a refusal"));
        assert!(!noted.contains(secret), "{noted}");
        assert!(!reply.body.to_string().contains(secret));
    }
}
