//! `POST /v1/enrollments`: a protocol is started.

use connect_core::domain::app::Person;
use connect_core::domain::journal::{Kind, Origin, Seq};
use connect_core::domain::refusal::Refusal;
use connect_core::domain::standing::Clause;
use connect_core::protocol::error::ErrorCode;
use connect_core::{Env, Timestamp};
use connect_store::services::clinical::enrollments::{self as rows, Enrollment, EnrollmentStatus};
use connect_store::services::clinical::protocols::Protocol;
use connect_store::services::reading;
use connect_store::{StoreError, WorldTx};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::protocol_of;
use crate::answer::Answer;
use crate::call::Call;
use crate::catalogue::{Operation, Verb};
use crate::event::{self, Occurrence};
use crate::failure::Failure;
use crate::patient_graph::entries;
use crate::schema::words;
use crate::service::Service;

pub(crate) const CREATE: Operation = Operation::new::<EnrollmentView>(
    Service::Clinical,
    Verb::Post,
    "/v1/enrollments",
    "enrollments_create",
    "write:protocols",
    |call| Box::pin(create(call)),
)
.creates()
.summary("Start a protocol")
.notes(
    "Causes clinical.protocol.started.v1 (name assumed). Assumed: a protocol that the patient is on already is a conflict. \
     No operation that stops a protocol was found.",
)
.source("/reference/api/clinical/post_v1_enrollments")
.takes::<EnrollRequest>()
.refuses(&[ErrorCode::NotFound, ErrorCode::Conflict]);

/// Who starts what, and has agreed to it.
#[derive(Debug, Deserialize, JsonSchema)]
struct EnrollRequest {
    consent: Consent,
    /// What the person wants of it.
    #[schemars(length(min = 1))]
    goals: Vec<String>,
    intake: Intake,
    /// The token's person.
    patient_id: String,
    /// The protocol.
    protocol_id: String,
}

/// Both must be given.
#[derive(Debug, Deserialize, Serialize, JsonSchema)]
struct Consent {
    #[schemars(schema_with = "words::agreed")]
    agreed_to_privacy: bool,
    #[schemars(schema_with = "words::agreed")]
    agreed_to_terms: bool,
}

/// The intake form.
#[derive(Debug, Deserialize, Serialize, JsonSchema)]
struct Intake {
    /// Years.
    #[schemars(range(min = 18, max = 130))]
    age: u32,
    #[schemars(length(min = 1))]
    conditions: Vec<String>,
    #[schemars(email)]
    email: String,
    #[schemars(length(min = 2))]
    full_name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    notes: Option<String>,
}

/// An enrolment on the wire.
#[derive(Debug, Serialize, JsonSchema)]
struct EnrollmentView {
    enrolled_at: Timestamp,
    id: String,
    patient_id: String,
    protocol_id: String,
    #[schemars(schema_with = "words::word::<EnrollmentStatus>")]
    status: EnrollmentStatus,
}

impl From<&Enrollment> for EnrollmentView {
    fn from(row: &Enrollment) -> Self {
        Self {
            enrolled_at: row.enrolled_at,
            id: row.id.to_string(),
            patient_id: row.user_id.to_string(),
            protocol_id: row.protocol_id.to_string(),
            status: row.status,
        }
    }
}

async fn create(call: &Call) -> Result<Answer, Failure> {
    let request: EnrollRequest = call.json()?;
    let person = call.own("patient_id", &request.patient_id)?;
    let env = call.env();
    call.write(move |tx, origin| {
        Box::pin(async move {
            let protocol = protocol_of(reading(tx), &person.brand_id, &request.protocol_id).await?;
            if let Some(running) = rows::active(tx, &person.id, &protocol.id).await? {
                return Err(already_on_it(running.as_str()).into());
            }
            let mut intake = Map::new();
            intake.insert(String::from("consent"), json!(request.consent));
            intake.insert(String::from("form"), json!(request.intake));
            let (row, seq) =
                start(tx, &env, origin, &person, &protocol, request.goals, intake).await?;
            Ok(Answer::created(&EnrollmentView::from(&row)).caused(seq))
        })
    })
    .await
}

fn already_on_it(running: &str) -> Refusal {
    Refusal::new(
        "protocol_not_running",
        ErrorCode::Conflict,
        "The patient is on this protocol already",
        Clause::assumed("/connect/errors conflict; no page speaks of a second start"),
    )
    .expected("no active enrolment on this protocol")
    .received(format!("the active enrolment {running}"))
    .fix("Choose another protocol.")
}

/// Puts a persona on a protocol of the persona's brand: row, timeline, journal, event. The API and the console both come
/// this way. A second active enrolment on the same protocol is a UNIQUE violation.
pub async fn start(
    tx: &mut WorldTx,
    env: &Env,
    origin: &Origin,
    person: &Person,
    protocol: &Protocol,
    goals: Vec<String>,
    intake: Map<String, Value>,
) -> Result<(Enrollment, Seq), StoreError> {
    let now = origin.at.sandbox;
    let row = Enrollment {
        id: env.id(),
        user_id: person.id.clone(),
        brand_id: person.brand_id.clone(),
        protocol_id: protocol.id.clone(),
        goals,
        intake,
        status: EnrollmentStatus::Active,
        enrolled_at: now,
        ended_at: None,
    };
    rows::insert(tx, std::slice::from_ref(&row)).await?;
    let seq = tx.journal(
        origin,
        Kind::RecordCreated,
        row.id.as_str(),
        &json!({ "table": "enrollments", "user_id": person.id, "protocol_id": protocol.id }),
    );
    entries::add(
        tx,
        env,
        person,
        now,
        entries::protocol_started(&row, protocol),
    )
    .await?;
    let started = Occurrence::new(event::PROTOCOL_STARTED, &EnrollmentView::from(&row));
    event::occurred(tx, env, origin, seq, person, vec![started]).await?;
    Ok((row, seq))
}
