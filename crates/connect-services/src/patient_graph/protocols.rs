//! `GET /v1/protocols/{id}` as the patient graph shows it: with its compounds. Only under `/patient-graph`, since the
//! bare path is clinical's (ruling 33).

use connect_core::Timestamp;
use connect_core::protocol::error::ErrorCode;
use connect_store::services::clinical::protocols::{self as rows, Compound};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Map, Value};

use crate::access::not_visible;
use crate::answer::Answer;
use crate::call::Call;
use crate::catalogue::{Operation, Parameter, Verb};
use crate::failure::Failure;
use crate::schema::words;
use crate::service::Service;

pub(crate) const GET: Operation = Operation::new::<GraphProtocol>(
    Service::PatientGraph,
    Verb::Get,
    "/v1/protocols/{id}",
    "patient_graph_protocols_get",
    "read:protocols",
    |call| Box::pin(get(call)),
)
.summary("A protocol and its compounds")
.notes("At /patient-graph/v1/protocols/{id}; the bare path is the clinical service's. Doses are decimals in text (assumed).")
.source("/reference/api/patient-graph/get_v1_protocols__id")
.parameters(&[Parameter::path("id", "The protocol.")])
.refuses(&[ErrorCode::NotFound]);

/// A protocol on the wire.
#[derive(Debug, Serialize, JsonSchema)]
struct GraphProtocol {
    #[schemars(schema_with = "words::uuid")]
    id: String,
    brand_id: String,
    slug: String,
    name: String,
    version: String,
    category: Option<String>,
    description: Option<String>,
    oversight_tier: String,
    active: bool,
    metadata: Map<String, Value>,
    created_at: Timestamp,
    updated_at: Timestamp,
    compounds: Vec<CompoundView>,
}

/// A compound on the wire.
#[derive(Debug, Serialize, JsonSchema)]
struct CompoundView {
    id: String,
    protocol_id: String,
    compound_id: String,
    compound_slug: String,
    display_name: String,
    /// A decimal.
    dose_amount: String,
    dose_unit: String,
    route: Option<String>,
    position: u32,
    created_at: Timestamp,
    updated_at: Timestamp,
}

impl From<Compound> for CompoundView {
    fn from(row: Compound) -> Self {
        Self {
            id: row.id.to_string(),
            protocol_id: row.protocol_id.to_string(),
            compound_id: row.compound_id.to_string(),
            compound_slug: row.compound_slug,
            display_name: row.display_name,
            dose_amount: row.dose_amount,
            dose_unit: row.dose_unit,
            route: row.route,
            position: row.position,
            created_at: row.created_at,
            updated_at: row.updated_at,
        }
    }
}

async fn get(call: &Call) -> Result<Answer, Failure> {
    let mut connection = call.read().await?;
    let row = rows::get(&mut connection, call.brand(), call.part("id")).await?.ok_or_else(|| {
        not_visible(
            "protocol_known",
            "There is no such protocol, or not for this brand",
            format!("a protocol of the brand `{}`", call.brand()),
            call.part("id"),
            "POST /clinical/v1/protocols/match names the protocols of the brand that fit the patient.",
        )
    })?;
    let compounds = rows::compounds(&mut connection, call.brand(), &row.id).await?;
    Ok(Answer::ok(&GraphProtocol {
        id: row.id.to_string(),
        brand_id: row.brand_id,
        slug: row.slug,
        name: row.name,
        version: row.version,
        category: Some(row.category),
        description: Some(row.description),
        oversight_tier: row.oversight_tier,
        active: row.active,
        metadata: row.metadata,
        created_at: row.created_at,
        updated_at: row.updated_at,
        compounds: compounds.into_iter().map(CompoundView::from).collect(),
    }))
}
