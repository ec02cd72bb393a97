//! What the console records goes the same way as what the API writes.

use std::sync::Arc;

use connect_core::domain::journal::Seq;
use connect_store::services::clinical::protocols;
use connect_store::services::{events, reading};
use serde_json::Map;

use super::sandbox::{Ask, Sandbox};
use crate::record::{
    LabResult, LabUpload, NewCheckIn, add_check_in, add_lab_results, lab_result_flaws,
    start_protocol,
};

#[tokio::test]
async fn a_result_a_protocol_and_a_check_in_from_the_console_cause_the_same_events() {
    let sandbox = Sandbox::start().await;
    let (env, origin, person, now) = (
        Arc::clone(&sandbox.env),
        sandbox.origin(),
        sandbox.person("jonas").clone(),
        sandbox.now(),
    );
    let result = LabResult {
        code: String::from("ldl_cholesterol"),
        name: String::from("LDL cholesterol"),
        value: 88.0,
        unit: String::from("mg/dL"),
        reference_low: None,
        reference_high: None,
        collected_at: now,
    };
    assert!(lab_result_flaws("result", &result, now).is_empty());
    let upload = LabUpload {
        source: String::from("console"),
        results: vec![result],
    };
    sandbox
        .write(move |tx| {
            Box::pin(async move {
                add_lab_results(tx, &env, &origin, &person, &upload).await?;
                let all = protocols::list(reading(tx), &person.brand_id, Some("hormones")).await?;
                let (row, _) = start_protocol(
                    tx,
                    &env,
                    &origin,
                    &person,
                    &all[0],
                    vec![String::from("Energy")],
                    Map::new(),
                )
                .await?;
                let check_in = NewCheckIn {
                    day_marker: 30,
                    enrolled_at: row.enrolled_at,
                    goals: vec![String::from("Energy")],
                    wins: vec![String::from("Slept")],
                    blockers: vec![String::from("Work")],
                    protocol_changes: None,
                    mood: 6,
                    weight_kg: None,
                    sleep_quality: 7,
                };
                add_check_in(tx, &env, &origin, &person, &check_in)
                    .await
                    .map(|_| ())
            })
        })
        .await;
    let events = events::after(&mut sandbox.world.read().await.expect("reads"), Seq(0), 100)
        .await
        .expect("events");
    let types: Vec<&str> = events
        .iter()
        .map(|event| event.event_type.as_str())
        .collect();
    assert_eq!(
        types,
        [
            "clinical.bloodwork.uploaded.v1",
            "clinical.biomarker.parsed.v1",
            "clinical.protocol.started.v1",
            "clinical.check_in.recorded.v1"
        ]
    );
    assert_eq!(events[0].data["uploaded_by"], "console");
    let token = sandbox.all("jonas").await;
    let newest = sandbox
        .send(Ask::get("/v1/biomarkers/me?limit=1").bearer(&token))
        .await;
    assert_eq!(newest.body["results"][0]["value"], 88.0);
}
