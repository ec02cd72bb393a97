//! Protocols, check-ins, posts, messages and accounts.

use std::time::Duration;

use connect_store::journal::{self};
use serde_json::{Value, json};

use super::super::sandbox::{Ask, Sandbox};
use super::super::shape::assert_shape;
use super::{change, events_of};

fn message(sandbox: &Sandbox, key: &str) -> Value {
    json!({
        "channel": "email", "template_key": "check_in_due", "recipient": "maya@example.com", "brand_id": "loop",
        "person_id": sandbox.id("maya"), "variables": {}, "dedup_key": key,
    })
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
