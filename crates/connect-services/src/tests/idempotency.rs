//! One key, one change: in time, between people, and in parallel.

use std::time::Duration;

use futures_util::future::join_all;
use serde_json::{Value, json};

use super::sandbox::{Ask, Sandbox};

fn upload(sandbox: &Sandbox, name: &str) -> Ask {
    let body = json!({
        "patient_id": sandbox.id(name), "brand_id": "loop", "source": "partner",
        "biomarkers": [{ "code": "tsh", "name": "TSH", "value": 2, "unit": "uIU/mL", "collected_at": "2026-05-21T07:30:00Z" }],
    });
    Ask::post("/v1/biomarkers/parse", &body)
}

#[tokio::test]
async fn twenty_requests_at_once_make_one_change() {
    let sandbox = Sandbox::start().await;
    let token = sandbox.all("maya").await;
    let ask = upload(&sandbox, "maya").bearer(&token).key("once");
    let replies = join_all((0..20).map(|_| sandbox.send(ask.clone()))).await;
    assert!(
        replies
            .iter()
            .all(|reply| reply.status == 200 && reply.body == replies[0].body)
    );
    let replayed = replies
        .iter()
        .filter(|reply| reply.header("idempotency-replayed") == "true")
        .count();
    assert_eq!(replayed, 19);
    let total = sandbox
        .send(Ask::get("/v1/biomarkers/me?limit=1").bearer(&token))
        .await;
    assert_eq!(total.header("x-total-count"), "208");
}

#[tokio::test]
async fn a_key_is_kept_for_a_day_and_for_payments_for_a_week() {
    let sandbox = Sandbox::start().await;
    let replayed = async |ask: Ask| {
        let token = sandbox.all("maya").await;
        let reply = sandbox.send(ask.bearer(&token)).await;
        assert!(reply.status.is_success(), "{}", reply.body);
        reply.header("idempotency-replayed") == "true"
    };
    let lab = || upload(&sandbox, "maya").key("k");
    let portal = || {
        Ask::post(
            "/payments/v1/billing/portal-session",
            &json!({ "return_url": "https://a.example/" }),
        )
        .key("k")
    };
    assert!(!replayed(lab()).await && !replayed(portal()).await);
    sandbox
        .clock
        .advance(Duration::from_hours(24) - Duration::from_secs(1));
    assert!(replayed(lab()).await && replayed(portal()).await);
    sandbox.clock.advance(Duration::from_secs(1));
    assert!(!replayed(lab()).await, "a day is over");
    sandbox
        .clock
        .advance(Duration::from_hours(6 * 24) - Duration::from_secs(1));
    assert!(replayed(portal()).await);
    sandbox.clock.advance(Duration::from_secs(1));
    assert!(!replayed(portal()).await, "a week is over");
}

#[tokio::test]
async fn two_people_of_one_app_never_see_each_others_answers() {
    let sandbox = Sandbox::start().await;
    let (maya, jonas) = (sandbox.all("maya").await, sandbox.all("jonas").await);
    let first = sandbox
        .send(upload(&sandbox, "maya").bearer(&maya).key("same"))
        .await;
    let second = sandbox
        .send(upload(&sandbox, "jonas").bearer(&jonas).key("same"))
        .await;
    assert_eq!(
        (first.status, second.status),
        (second.status, http::StatusCode::OK)
    );
    assert_eq!(
        second.body["results"][0]["patient_id"],
        sandbox.id("jonas").as_str()
    );
}

#[tokio::test]
async fn a_refused_request_keeps_nothing_under_its_key() {
    let sandbox = Sandbox::start().await;
    let token = sandbox.all("maya").await;
    let wrong = Ask {
        body: b"{}".to_vec(),
        ..upload(&sandbox, "maya")
    };
    assert_eq!(
        sandbox.send(wrong.bearer(&token).key("k")).await.status,
        400
    );
    assert_eq!(
        sandbox
            .send(upload(&sandbox, "maya").bearer(&token).key("k"))
            .await
            .status,
        200
    );
}

#[tokio::test]
async fn a_replay_says_which_change_it_belongs_to() {
    let sandbox = Sandbox::start().await;
    let token = sandbox.all("maya").await;
    let ask = upload(&sandbox, "maya").bearer(&token).key("k");
    sandbox.send(ask.clone()).await;
    let again = sandbox.send(ask).await;
    let fact = again
        .notes
        .facts
        .iter()
        .find(|fact| fact.name == "idempotency_replay")
        .expect("a fact");
    assert!(fact.value.contains("journal entry"), "{}", fact.value);
}

#[tokio::test]
async fn a_computed_answer_is_kept_too() {
    let sandbox = Sandbox::start().await;
    let token = sandbox.all("maya").await;
    let body = json!({ "patient_id": sandbox.id("maya"), "brand_id": "loop" });
    let ask = Ask::post("/v1/health-engine/score", &body).bearer(&token);
    let id = async |ask: Ask| -> Value { sandbox.send(ask).await.body["id"].clone() };
    assert_ne!(id(ask.clone()).await, id(ask.clone()).await);
    assert_eq!(id(ask.clone().key("k")).await, id(ask.key("k")).await);
}
