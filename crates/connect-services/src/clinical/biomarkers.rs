//! `GET /v1/biomarkers/me` and `GET /v1/biomarkers?user_id=`: lab results, newest draw first.

use std::sync::Arc;

use connect_core::Timestamp;
use connect_core::domain::app::Person;
use connect_core::protocol::error::ErrorCode;
use connect_store::services::clinical::biomarkers::{self as rows, Biomarker, BiomarkerStatus};
use schemars::JsonSchema;
use serde::Serialize;

use crate::answer::Answer;
use crate::call::Call;
use crate::catalogue::{Gate, Operation, Parameter, Shape, Verb};
use crate::failure::Failure;
use crate::query::OFFSET;
use crate::schema::words;
use crate::service::Service;

/// Most results of one answer; a draw has 23 markers.
const LIMIT: Parameter = Parameter::query(
    "limit",
    Shape::Whole {
        min: 1,
        max: 200,
        default: Some(25),
    },
    "Most results in the answer: 25, about one draw, when absent.",
);

pub(crate) const ME: Operation = Operation::new::<ResultList>(
    Service::Clinical,
    Verb::Get,
    "/v1/biomarkers/me",
    "biomarkers_me",
    "read:biomarkers",
    |call| Box::pin(me(call)),
)
.summary("The lab results of the token's person")
.notes(
    "Newest draw first. The path stands in the quickstarts and in no reference page; the shape is assumed. \
     `count` is the number of results in this answer; the header X-Total-Count says how many there are in all.",
)
.assumed("quickstarts, step 5")
.parameters(&[LIMIT, OFFSET]);

pub(crate) const LIST: Operation = Operation::new::<ResultList>(
    Service::Clinical,
    Verb::Get,
    "/v1/biomarkers",
    "biomarkers_list",
    "read:biomarkers",
    |call| Box::pin(list(call)),
)
.summary("The lab results of a person")
.notes(
    "For machines with `admin:clinical`, about any person of their brand. A person's token may name its own person \
     (assumed). The shape is that of /v1/biomarkers/me.",
)
.gate(Gate::ScopeOrMachine("read:biomarkers", "admin:clinical"))
.source("/connect/migration-from-m2m")
.parameters(&[Parameter::query("user_id", Shape::Text, "Whose results.").required(), LIMIT, OFFSET])
.refuses(&[ErrorCode::NotFound, ErrorCode::Forbidden]);

/// Results, and how many are in this answer.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct ResultList {
    /// Results.
    pub(crate) results: Vec<ResultItem>,
    /// How many are in this answer.
    pub(crate) count: usize,
}

/// A lab result on the wire (/reference/api/clinical/post_v1_biomarkers_parse).
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct ResultItem {
    /// Its id.
    pub id: String,
    /// Whose it is.
    pub patient_id: String,
    /// `ldl_cholesterol`.
    pub biomarker_code: String,
    /// `LDL cholesterol`.
    pub biomarker_name: String,
    /// In `unit`.
    pub value: f64,
    /// `mg/dL`.
    pub unit: String,
    /// Lowest normal value.
    pub reference_low: Option<f64>,
    /// Highest normal value.
    pub reference_high: Option<f64>,
    /// Against the range.
    #[schemars(schema_with = "words::word::<BiomarkerStatus>")]
    pub status: BiomarkerStatus,
    /// When blood was drawn.
    pub collected_at: Timestamp,
    /// When the platform read it.
    pub parsed_at: Timestamp,
}

impl From<&Biomarker> for ResultItem {
    fn from(row: &Biomarker) -> Self {
        Self {
            id: row.id.to_string(),
            patient_id: row.user_id.to_string(),
            biomarker_code: row.code.clone(),
            biomarker_name: row.name.clone(),
            value: row.value,
            unit: row.unit.clone(),
            reference_low: row.reference_low,
            reference_high: row.reference_high,
            status: row.status,
            collected_at: row.collected_at,
            parsed_at: row.parsed_at,
        }
    }
}

impl ResultList {
    pub(crate) fn of(rows: &[Biomarker]) -> Self {
        Self {
            results: rows.iter().map(ResultItem::from).collect(),
            count: rows.len(),
        }
    }
}

async fn me(call: &Call) -> Result<Answer, Failure> {
    let person = call.person()?;
    page(call, &person).await
}

async fn list(call: &Call) -> Result<Answer, Failure> {
    let user = call.query.text("user_id").unwrap_or_default();
    let person = call.reachable("user_id", user).await?;
    page(call, &person).await
}

async fn page(call: &Call, person: &Arc<Person>) -> Result<Answer, Failure> {
    let (limit, offset) = (call.query.whole("limit"), call.query.whole("offset"));
    let pages = &call.services.pages;
    if let Some(answer) = pages.find(person, limit, offset) {
        return Ok(answer);
    }
    let mut connection = call.read().await?;
    let results = rows::list(&mut connection, &person.id, limit, offset).await?;
    let total = rows::count(&mut connection, &person.id).await?;
    let answer = Answer::ok(&ResultList::of(&results)).total(total);
    pages.keep(person, limit, offset, &answer);
    Ok(answer)
}
