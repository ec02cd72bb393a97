//! `GET /v1/protocols/{id}` as the clinical service shows it: for whom, what to do, for whom not.

use std::collections::BTreeMap;

use connect_core::protocol::error::ErrorCode;
use connect_store::services::clinical::protocols::{Contraindication, Criterion, Protocol};
use schemars::JsonSchema;
use serde::Serialize;

use super::protocol_of;
use crate::answer::Answer;
use crate::call::Call;
use crate::catalogue::{Operation, Parameter, Verb};
use crate::failure::Failure;
use crate::service::Service;

pub(crate) const GET: Operation = Operation::new::<ProtocolView>(
    Service::Clinical,
    Verb::Get,
    "/v1/protocols/{id}",
    "protocols_get",
    "read:protocols",
    |call| Box::pin(get(call)),
)
.summary("A protocol")
.notes(
    "A bare /v1/protocols/{id} comes here; patient-graph has the same path with another shape. Assumed: `criteria` is \
     keyed by marker, and `recommendations` and `contraindications` are lines of text.",
)
.source("/reference/api/clinical/get_v1_protocols__id")
.parameters(&[Parameter::path("id", "The protocol.")])
.refuses(&[ErrorCode::NotFound]);

/// A protocol on the wire.
#[derive(Debug, Serialize, JsonSchema)]
struct ProtocolView {
    id: String,
    name: String,
    version: String,
    description: Option<String>,
    category: String,
    /// By marker.
    criteria: BTreeMap<String, CriterionView>,
    recommendations: Vec<String>,
    contraindications: Vec<String>,
    active: bool,
}

/// What is asked of one marker.
#[derive(Debug, Serialize, JsonSchema)]
struct CriterionView {
    /// `below`, `above` or `present`.
    condition: String,
    /// The bound; none for `present`.
    value: Option<f64>,
    /// The bound's unit.
    unit: Option<String>,
}

impl From<&Criterion> for CriterionView {
    fn from(criterion: &Criterion) -> Self {
        Self {
            condition: criterion.condition.clone(),
            value: criterion.value,
            unit: criterion.unit.clone(),
        }
    }
}

impl From<Protocol> for ProtocolView {
    fn from(row: Protocol) -> Self {
        Self {
            id: row.id.to_string(),
            name: row.name,
            version: row.version,
            description: Some(row.description),
            category: row.category,
            criteria: row
                .criteria
                .iter()
                .map(|it| (it.biomarker_code.clone(), it.into()))
                .collect(),
            recommendations: row.recommendations,
            contraindications: row.contraindications.iter().map(line).collect(),
            active: row.active,
        }
    }
}

/// A contraindication in one line.
fn line(it: &Contraindication) -> String {
    format!("{} ({}): {}", it.medication_name, it.severity, it.reason)
}

async fn get(call: &Call) -> Result<Answer, Failure> {
    let mut connection = call.read().await?;
    let protocol = protocol_of(&mut connection, call.brand(), call.part("id")).await?;
    Ok(Answer::ok(&ProtocolView::from(protocol)))
}
