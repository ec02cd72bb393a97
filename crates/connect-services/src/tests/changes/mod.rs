//! Changes: rows, the journal, and the events they cause.

mod labs;
mod life;

use connect_core::domain::journal::Seq;
use connect_store::services::events::{self, Event};
use serde_json::{Value, json};

use super::sandbox::{Ask, Reply, Sandbox};

/// Events so far.
async fn events_of(sandbox: &Sandbox) -> Vec<Event> {
    events::after(
        &mut sandbox.world.read().await.expect("reads"),
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
