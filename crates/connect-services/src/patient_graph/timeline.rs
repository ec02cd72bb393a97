//! `GET /v1/patients/{patient_id}/timeline`: what happened to the patient, newest first.

use connect_core::Timestamp;
use connect_core::protocol::error::ErrorCode;
use connect_store::services::patient_graph::timeline as rows;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Map, Value};

use super::entries::EVENT_TYPES;
use crate::answer::Answer;
use crate::call::Call;
use crate::catalogue::{Operation, Parameter, Shape, Verb};
use crate::failure::Failure;
use crate::query::{LIMIT, OFFSET};
use crate::service::Service;

pub(crate) const LIST: Operation = Operation::new::<Timeline>(
    Service::PatientGraph,
    Verb::Get,
    "/v1/patients/{patient_id}/timeline",
    "patients_timeline",
    "read:profile",
    |call| Box::pin(list(call)),
)
.summary("What happened to the patient")
.notes("Newest first. Each event names its source, so that a membership or a subscription can be looked up.")
.source("/reference/api/patient-graph/get_v1_patients__patient_id_timeline")
.parameters(&[
    Parameter::path("patient_id", "The token's person."),
    Parameter::query("event_type", Shape::Word(&EVENT_TYPES), "Only events of this type."),
    LIMIT,
    OFFSET,
])
.refuses(&[ErrorCode::NotFound]);

/// A page of a timeline.
#[derive(Debug, Serialize, JsonSchema)]
struct Timeline {
    patient_id: String,
    events: Vec<TimelineItem>,
    /// How many there are in all.
    total: u32,
}

/// An event on the wire.
#[derive(Debug, Serialize, JsonSchema)]
struct TimelineItem {
    id: String,
    patient_id: String,
    brand_id: String,
    event_type: String,
    title: String,
    description: Option<String>,
    occurred_at: Timestamp,
    source_type: Option<String>,
    source_id: Option<String>,
    metadata: Map<String, Value>,
    created_at: Timestamp,
}

async fn list(call: &Call) -> Result<Answer, Failure> {
    let person = call.own("patient_id", call.part("patient_id"))?;
    let (limit, offset) = (call.query.whole("limit"), call.query.whole("offset"));
    let event_type = call.query.text("event_type");
    let (events, total) = rows::page(
        &mut *call.read().await?,
        &person.id,
        event_type,
        limit,
        offset,
    )
    .await?;
    Ok(Answer::ok(&Timeline {
        patient_id: person.id.to_string(),
        events: events
            .into_iter()
            .map(|row| TimelineItem {
                id: row.id.to_string(),
                patient_id: row.user_id.to_string(),
                brand_id: row.brand_id,
                event_type: row.event_type,
                title: row.title,
                description: row.description,
                occurred_at: row.occurred_at,
                source_type: row.source_type,
                source_id: row.source_id,
                metadata: row.metadata,
                created_at: row.created_at,
            })
            .collect(),
        total,
    }))
}
