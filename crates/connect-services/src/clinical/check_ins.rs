//! `GET` and `POST /v1/check-ins`, `GET /v1/check-ins/next`: check-ins at 30, 60 and 90 days.

use connect_core::domain::app::Person;
use connect_core::domain::finding::Finding;
use connect_core::domain::journal::{Kind, Origin, Seq};
use connect_core::domain::refusal::Refusal;
use connect_core::domain::standing::Clause;
use connect_core::protocol::error::ErrorCode;
use connect_core::{Env, Timestamp};
use connect_store::services::clinical::check_ins::{self as rows, CheckIn, DAY_MARKERS};
use connect_store::services::clinical::enrollments;
use connect_store::services::patient_graph::measurements::{self, Measurement};
use connect_store::services::reading;
use connect_store::{StoreError, WorldTx};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::answer::Answer;
use crate::call::Call;
use crate::catalogue::{Operation, Parameter, Shape, Verb};
use crate::event::{self, Occurrence};
use crate::failure::Failure;
use crate::patient_graph::entries;
use crate::schema::words;
use crate::seed::DAY;
use crate::service::Service;

pub(crate) const LIST: Operation = Operation::new::<CheckInList>(
    Service::Clinical,
    Verb::Get,
    "/v1/check-ins",
    "check_ins_list",
    "read:check_ins",
    |call| Box::pin(list(call)),
)
.summary("The check-ins of the token's person")
.notes("Newest first. The scope's text says weekly; the operations know 30, 60 and 90 days.")
.source("/reference/api/clinical/get_v1_check-ins");

pub(crate) const CREATE: Operation = Operation::new::<CheckInView>(
    Service::Clinical,
    Verb::Post,
    "/v1/check-ins",
    "check_ins_create",
    "write:check_ins",
    |call| Box::pin(create(call)),
)
.creates()
.summary("Record a check-in")
.notes(
    "Causes clinical.check_in.recorded.v1 (name assumed). Assumed: a second check-in for the same day of the same \
     enrolment is a conflict; a weight becomes a measurement of the patient graph.",
)
.source("/reference/api/clinical/post_v1_check-ins")
.takes::<CheckInRequest>()
.refuses(&[ErrorCode::Conflict]);

pub(crate) const NEXT: Operation = Operation::new::<NextView>(
    Service::Clinical,
    Verb::Get,
    "/v1/check-ins/next",
    "check_ins_next",
    "read:check_ins",
    |call| Box::pin(next(call)),
)
.summary("The check-in that is due next")
.notes("The first of 30, 60 and 90 days that is not filled in for this enrolment; both members are null after the last.")
.source("/reference/api/clinical/get_v1_check-ins_next")
.parameters(&[Parameter::query("enrolled_at", Shape::Time, "When the enrolment began.").required()]);

/// Check-ins.
#[derive(Debug, Serialize, JsonSchema)]
struct CheckInList {
    check_ins: Vec<CheckInView>,
}

/// A check-in on the wire.
#[derive(Debug, Serialize, JsonSchema)]
struct CheckInView {
    #[schemars(schema_with = "words::uuid")]
    id: String,
    patient_id: String,
    #[schemars(schema_with = "words::day_marker")]
    day_marker: u16,
    goals: Vec<String>,
    wins: Vec<String>,
    blockers: Vec<String>,
    protocol_changes: Option<String>,
    mood: u8,
    weight_kg: Option<f64>,
    sleep_quality: u8,
    completed_at: Timestamp,
    created_at: Timestamp,
}

impl From<&CheckIn> for CheckInView {
    fn from(row: &CheckIn) -> Self {
        Self {
            id: row.id.to_string(),
            patient_id: row.user_id.to_string(),
            day_marker: row.day_marker,
            goals: row.goals.clone(),
            wins: row.wins.clone(),
            blockers: row.blockers.clone(),
            protocol_changes: row.protocol_changes.clone(),
            mood: row.mood,
            weight_kg: row.weight_kg,
            sleep_quality: row.sleep_quality,
            completed_at: row.completed_at,
            created_at: row.created_at,
        }
    }
}

/// The check-in due next.
#[derive(Debug, Serialize, JsonSchema)]
struct NextView {
    #[schemars(schema_with = "words::day_marker_or_null")]
    day_marker: Option<u16>,
    due_at: Option<Timestamp>,
}

/// A check-in as sent, or as typed in at the console.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
pub struct CheckInRequest {
    /// 30, 60 or 90.
    #[schemars(schema_with = "words::day_marker")]
    pub day_marker: u16,
    /// When the enrolment began.
    pub enrolled_at: Timestamp,
    /// What the person wants.
    #[schemars(length(min = 1))]
    pub goals: Vec<String>,
    /// What went well.
    #[schemars(length(min = 1))]
    pub wins: Vec<String>,
    /// What did not.
    #[schemars(length(min = 1))]
    pub blockers: Vec<String>,
    /// What should change.
    #[serde(default)]
    pub protocol_changes: Option<String>,
    /// 1 to 10.
    #[schemars(range(min = 1, max = 10))]
    pub mood: u8,
    /// Kilograms.
    #[serde(default)]
    #[schemars(extend("exclusiveMinimum" = 0))]
    pub weight_kg: Option<f64>,
    /// 1 to 10.
    #[schemars(range(min = 1, max = 10))]
    pub sleep_quality: u8,
}

async fn list(call: &Call) -> Result<Answer, Failure> {
    let person = call.person()?;
    let check_ins = rows::list(&mut *call.read().await?, &person.id).await?;
    Ok(Answer::ok(&CheckInList {
        check_ins: check_ins.iter().map(CheckInView::from).collect(),
    }))
}

async fn next(call: &Call) -> Result<Answer, Failure> {
    let person = call.person()?;
    let enrolled_at = call.query.time("enrolled_at").unwrap_or_default();
    let done = rows::done(&mut *call.read().await?, &person.id, enrolled_at).await?;
    let day_marker = DAY_MARKERS.into_iter().find(|day| !done.contains(day));
    let due_at = day_marker.map(|day| enrolled_at.plus_millis(i64::from(day) * DAY));
    Ok(Answer::ok(&NextView { day_marker, due_at }))
}

async fn create(call: &Call) -> Result<Answer, Failure> {
    let request: CheckInRequest = call.json()?;
    let person = call.person()?;
    let known = enrollments::list(&mut *call.read().await?, &person.id).await?;
    if known
        .iter()
        .all(|row| row.enrolled_at != request.enrolled_at)
    {
        call.find(Finding::new(
            "enrolled_at_unknown",
            "No enrolment of the person began at `enrolled_at`; the check-in is kept all the same.",
            Clause::assumed("no page says whether enrolled_at must be that of an enrolment"),
        ));
    }
    let env = call.env();
    call.write(move |tx, origin| {
        Box::pin(async move {
            let done = rows::done(reading(tx), &person.id, request.enrolled_at).await?;
            if done.contains(&request.day_marker) {
                return Err(filled_in(request.day_marker).into());
            }
            let (row, seq) = record(tx, &env, origin, &person, &request).await?;
            Ok(Answer::created(&CheckInView::from(&row)).caused(seq))
        })
    })
    .await
}

fn filled_in(day_marker: u16) -> Refusal {
    Refusal::new(
        "check_in_open",
        ErrorCode::Conflict,
        "This check-in was filled in already",
        Clause::assumed("/connect/errors conflict; no page speaks of a second check-in"),
    )
    .expected("a day of the enrolment that is not filled in")
    .received(format!("day {day_marker} once more"))
    .fix("GET /v1/check-ins/next says which one is due.")
}

/// Records a check-in: row, weight as a measurement, timeline, journal, event. The API and the console both come this way.
/// The same day of the same enrolment twice is a UNIQUE violation.
pub async fn record(
    tx: &mut WorldTx,
    env: &Env,
    origin: &Origin,
    person: &Person,
    request: &CheckInRequest,
) -> Result<(CheckIn, Seq), StoreError> {
    let now = origin.at.sandbox;
    let row = CheckIn {
        id: env.id(),
        user_id: person.id.clone(),
        brand_id: person.brand_id.clone(),
        day_marker: request.day_marker,
        enrolled_at: request.enrolled_at,
        goals: request.goals.clone(),
        wins: request.wins.clone(),
        blockers: request.blockers.clone(),
        protocol_changes: request.protocol_changes.clone(),
        mood: request.mood,
        weight_kg: request.weight_kg,
        sleep_quality: request.sleep_quality,
        completed_at: now,
        created_at: now,
    };
    rows::insert(tx, std::slice::from_ref(&row)).await?;
    let seq = tx.journal(
        origin,
        Kind::RecordCreated,
        row.id.as_str(),
        &json!({ "table": "check_ins", "user_id": person.id, "day_marker": row.day_marker }),
    );
    if let Some(weight) = row.weight_kg {
        measurements::insert(tx, &[weighed(env, person, weight, now)]).await?;
    }
    entries::add(tx, env, person, now, entries::check_in_recorded(&row)).await?;
    let recorded = Occurrence::new(event::CHECK_IN_RECORDED, &CheckInView::from(&row));
    event::occurred(tx, env, origin, seq, person, vec![recorded]).await?;
    Ok((row, seq))
}

fn weighed(env: &Env, person: &Person, weight: f64, at: Timestamp) -> Measurement {
    Measurement {
        id: env.id(),
        user_id: person.id.clone(),
        brand_id: person.brand_id.clone(),
        metric_key: String::from("weight"),
        value_numeric: Some(weight.to_string()),
        value_text: None,
        unit: Some(String::from("kg")),
        source: String::from("check_in"),
        is_phi: true,
        recorded_at: at,
        created_at: at,
    }
}
