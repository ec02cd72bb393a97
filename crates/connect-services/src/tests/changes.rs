//! Changes: rows, the journal, and the events they cause.

use std::time::Duration;

use connect_core::domain::journal::Seq;
use connect_store::journal::{self, JournalFilter};
use connect_store::services::events::{self, Event};
use serde_json::{Value, json};

use super::sandbox::{Ask, Reply, Sandbox};
use super::shape::assert_shape;

/// Events so far.
async fn events_of(sandbox: &Sandbox) -> Vec<Event> {
    events::after(
        &mut *sandbox.world.read().await.expect("reads"),
        Seq(0),
        1_000,
    )
    .await
    .expect("events")
}

/// Sends a request of maya's that must succeed, and gives the events it caused.
async fn change(sandbox: &Sandbox, ask: Ask) -> (Reply, Vec<Event>) {
    let token = sandbox.all("maya").await;
    let before = events_of(sandbox).await.len();
    let reply = sandbox.send(ask.bearer(&token)).await;
    assert!(reply.status.is_success(), "{}", reply.body);
    (reply, events_of(sandbox).await.split_off(before))
}

fn upload(sandbox: &Sandbox, results: &Value) -> Ask {
    let body = json!({ "patient_id": sandbox.id("maya"), "brand_id": "loop", "source": "partner", "biomarkers": results });
    Ask::post("/v1/biomarkers/parse", &body)
}

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
async fn a_started_protocol_and_a_check_in_are_told_with_the_body_of_their_answer() {
    let sandbox = Sandbox::start().await;
    let protocol = &crate::seed::catalogue::of_brand("loop").protocols[0];
    let body = json!({
        "consent": { "agreed_to_privacy": true, "agreed_to_terms": true }, "goals": ["g"],
        "intake": { "age": 34, "conditions": ["none"], "email": "maya@example.com", "full_name": "Maya" },
        "patient_id": sandbox.id("maya"), "protocol_id": protocol.id,
    });
    let (reply, events) = change(&sandbox, Ask::post("/v1/enrollments", &body)).await;
    assert_eq!(
        (events[0].event_type.as_str(), &events[0].data),
        ("clinical.protocol.started.v1", &reply.body)
    );

    let enrolled_at = reply.body["enrolled_at"].clone();
    let check_in = json!({ "day_marker": 30, "enrolled_at": enrolled_at, "goals": ["g"], "wins": ["w"], "blockers": ["b"], "mood": 7, "sleep_quality": 6, "weight_kg": 61.5 });
    let (reply, events) = change(&sandbox, Ask::post("/v1/check-ins", &check_in)).await;
    assert_eq!(
        (events[0].event_type.as_str(), &events[0].data),
        ("clinical.check_in.recorded.v1", &reply.body)
    );
    assert!(
        reply
            .notes
            .findings
            .iter()
            .all(|finding| finding.name != "enrolled_at_unknown")
    );

    let next = format!(
        "/v1/check-ins/next?enrolled_at={}",
        enrolled_at.as_str().expect("a time")
    );
    let token = sandbox.all("maya").await;
    let reply = sandbox.send(Ask::get(next).bearer(&token)).await;
    assert_eq!(reply.body["day_marker"], 60);
    let weight = format!("/patient-graph/v1/patients/{}/metrics", sandbox.id("maya"));
    let metrics = sandbox.send(Ask::get(weight).bearer(&token)).await;
    let weight = metrics.body["metrics"]
        .as_array()
        .expect("metrics")
        .iter()
        .find(|it| it["metric_key"] == "weight");
    assert_eq!(weight.expect("a weight")["last_value"], "61.5");
}

#[tokio::test]
async fn consent_must_be_given_and_the_age_be_eighteen() {
    let sandbox = Sandbox::start().await;
    let token = sandbox.all("maya").await;
    let body = json!({
        "consent": { "agreed_to_privacy": true, "agreed_to_terms": false }, "goals": [],
        "intake": { "age": 17, "conditions": ["none"], "email": "nobody", "full_name": "M" },
        "patient_id": sandbox.id("maya"), "protocol_id": "p",
    });
    let reply = sandbox
        .send(Ask::post("/v1/enrollments", &body).bearer(&token))
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
            "consent.agreed_to_terms",
            "goals",
            "intake.age",
            "intake.email",
            "intake.full_name"
        ]
    );
}

#[tokio::test]
async fn a_post_and_its_reactions() {
    let sandbox = Sandbox::start().await;
    let body = json!({ "author_id": sandbox.id("maya"), "brand_id": "loop", "content": "Slept eight hours #sleep" });
    let (reply, events) = change(&sandbox, Ask::post("/v1/posts", &body)).await;
    assert_eq!(reply.body["tags"], json!(["sleep"]));
    assert_eq!(events[0].event_type, "community.post.created.v1");
    assert_shape(
        &events[0].data,
        "post_id,author_id,brand_id,content_preview,moderation_status,is_broadcast,broadcast_role,pinned_until,created_at",
        "created",
    );
    let path = format!("/v1/posts/{}", reply.body["id"].as_str().expect("an id"));
    let react = |kind: &str| Ask::post(format!("{path}/reactions"), &json!({ "kind": kind }));
    let (up, _) = change(&sandbox, react("upvote")).await;
    assert_eq!(
        (&up.body["score"], &up.body["active"]),
        (&json!(1), &json!(true))
    );
    let (down, _) = change(&sandbox, react("downvote")).await;
    assert_eq!(
        (&down.body["score"], &down.body["viewerReactions"]),
        (&json!(-1), &json!(["downvote"]))
    );
    let (back, _) = change(&sandbox, react("downvote")).await;
    assert_eq!(
        (&back.body["score"], &back.body["active"]),
        (&json!(0), &json!(false))
    );

    let (edited, _) = change(
        &sandbox,
        Ask::new("PATCH", &path).json(&json!({ "content": "Nine #rest" })),
    )
    .await;
    assert_eq!(edited.body["tags"], json!(["rest"]));
    assert!(edited.body["edited_at"].is_string());
    let jonas = sandbox.all("jonas").await;
    let reply = sandbox
        .send(
            Ask::new("PATCH", &path)
                .json(&json!({ "content": "x" }))
                .bearer(&jonas),
        )
        .await;
    assert_eq!(
        (reply.status.as_u16(), reply.refused_by()),
        (403, "author_edits")
    );
    sandbox.clock.advance(Duration::from_mins(16));
    let maya = sandbox.all("maya").await;
    let reply = sandbox
        .send(
            Ask::new("PATCH", &path)
                .json(&json!({ "content": "x" }))
                .bearer(&maya),
        )
        .await;
    assert_eq!(
        (reply.status.as_u16(), reply.refused_by()),
        (403, "edit_window")
    );
}

fn message(sandbox: &Sandbox, key: &str) -> Value {
    json!({
        "channel": "email", "template_key": "check_in_due", "recipient": "maya@example.com", "brand_id": "loop",
        "person_id": sandbox.id("maya"), "variables": {}, "dedup_key": key,
    })
}

#[tokio::test]
async fn a_message_is_sent_or_suppressed_as_the_person_wants() {
    let sandbox = Sandbox::start().await;
    let (reply, events) = change(
        &sandbox,
        Ask::post("/v1/messages/send", &message(&sandbox, "a")),
    )
    .await;
    assert_eq!(reply.body["status"], "sent");
    assert_eq!(events[0].event_type, "comms.message.send_requested.v1");
    assert_shape(
        &events[0].data,
        "message_id,channel,template_key,recipient,brand_id,variables,requested_by,requested_at",
        "send_requested",
    );
    let no = json!({ "person_id": sandbox.id("maya"), "brand_id": "loop", "channel": "email", "category": "protocol", "enabled": false });
    change(&sandbox, Ask::new("PUT", "/v1/preferences").json(&no)).await;
    let (reply, events) = change(
        &sandbox,
        Ask::post("/v1/messages/send", &message(&sandbox, "b")),
    )
    .await;
    assert_eq!(
        (&reply.body["status"], events.len()),
        (&json!("suppressed"), 0)
    );
}

#[tokio::test]
async fn a_scheduled_message_is_sent_when_its_time_has_come() {
    let sandbox = Sandbox::start().await;
    let mut body = message(&sandbox, "later");
    body["scheduled_at"] = json!("2026-05-22T13:00:00Z");
    let (reply, events) = change(&sandbox, Ask::post("/v1/messages/schedule", &body)).await;
    assert_eq!(
        (&reply.body["status"], events.len()),
        (&json!("scheduled"), 0)
    );

    let due = crate::comms::due::next(&mut sandbox.world.read().await.expect("reads"))
        .await
        .expect("reads");
    let due = due.expect("something is due");
    assert_eq!(due.to_string(), "2026-05-22T13:00:00Z");
    sandbox.clock.advance(Duration::from_mins(30));
    let (env, origin) = (std::sync::Arc::clone(&sandbox.env), sandbox.origin());
    let settled = sandbox
        .write(move |tx| {
            Box::pin(async move { crate::comms::due::send(tx, &env, &origin, due).await })
        })
        .await;
    assert_eq!(settled.len(), 1);
    let events = events_of(&sandbox).await;
    assert_eq!(events[0].data["message_id"], reply.body["message_id"]);
    assert_eq!(Some(&events[0].trace), reply.notes.trace.as_ref());
    let mut connection = sandbox.world.read().await.expect("reads");
    let sent = journal::get(&mut connection, events[0].cause)
        .await
        .expect("reads")
        .expect("an entry");
    let asked = journal::get(&mut connection, sent.cause.expect("a cause"))
        .await
        .expect("reads")
        .expect("an entry");
    assert_eq!(
        (sent.kind.as_str(), asked.kind.as_str()),
        ("record.updated", "record.created")
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
async fn accounts_show_what_was_seeded() {
    let sandbox = Sandbox::start().await;
    let token = sandbox.all("jonas").await;
    let summary = sandbox
        .send(Ask::get("/payments/v1/billing/summary").bearer(&token))
        .await;
    let id = summary.body["subscription"]["id"]
        .as_str()
        .expect("an id")
        .to_owned();
    let subscription = sandbox
        .send(Ask::get(format!("/payments/v1/subscriptions/{id}")).bearer(&token))
        .await;
    assert_eq!(subscription.body["plan_id"], "plan_plus_monthly");
    let timeline = format!(
        "/patient-graph/v1/patients/{}/timeline?event_type=membership.started",
        sandbox.id("jonas")
    );
    let timeline = sandbox.send(Ask::get(timeline).bearer(&token)).await;
    let membership = timeline.body["events"][0]["source_id"]
        .as_str()
        .expect("an id")
        .to_owned();
    let history = sandbox
        .send(Ask::get(format!("/membership/v1/memberships/{membership}/history")).bearer(&token))
        .await;
    assert_eq!(history.body["transitions"][0]["from_state"], "none");
    let path = format!(
        "/membership/v1/memberships/{}/conversion-eligibility",
        sandbox.id("jonas")
    );
    let held = sandbox.send(Ask::get(&path).bearer(&token)).await;
    assert_eq!(
        (&held.body["eligible"], &held.body["pending_locks"]),
        (&json!(false), &json!(1))
    );
    sandbox.clock.advance(Duration::from_hours(71 * 24));
    let token = sandbox.all("jonas").await;
    let free = sandbox.send(Ask::get(&path).bearer(&token)).await;
    assert_eq!(
        (&free.body["eligible"], &free.body["locks"][0]["status"]),
        (&json!(true), &json!("expired"))
    );
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
        (json!(0), json!(50))
    );
    let filter = JournalFilter {
        subject: Some(sandbox.id("maya").to_string()),
        ..JournalFilter::default()
    };
    let kept = journal::list(
        &mut *sandbox.world.read().await.expect("reads"),
        &filter,
        false,
        10,
    )
    .await
    .expect("reads");
    assert_eq!(kept.len(), 1, "the journal forgets nothing");
}
