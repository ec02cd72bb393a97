//! `GET /v1/patients/{id}/safe`: the patient without a name, a date of birth or an address.

use std::collections::BTreeMap;

use connect_core::Timestamp;
use connect_core::protocol::error::ErrorCode;
use connect_store::services::patient_graph::patients;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Map, Value};

use crate::access::not_visible;
use crate::answer::Answer;
use crate::call::Call;
use crate::catalogue::{Operation, Parameter, Verb};
use crate::failure::Failure;
use crate::service::Service;

pub(crate) const SAFE: Operation = Operation::new::<SafePatient>(
    Service::PatientGraph,
    Verb::Get,
    "/v1/patients/{id}/safe",
    "patients_safe",
    "read:profile",
    |call| Box::pin(safe(call)),
)
.summary("The patient, in the safe view")
.notes("Nothing in it says who the patient is.")
.source("/reference/api/patient-graph/get_v1_patients__id_safe")
.parameters(&[Parameter::path("id", "The token's person.")])
.refuses(&[ErrorCode::NotFound]);

/// A patient on the wire.
#[derive(Debug, Serialize, JsonSchema)]
struct SafePatient {
    id: String,
    brand_id: String,
    /// Ids at other systems, by system.
    external_ids: BTreeMap<String, String>,
    status: String,
    metadata: Map<String, Value>,
    created_at: Timestamp,
    updated_at: Timestamp,
}

async fn safe(call: &Call) -> Result<Answer, Failure> {
    let person = call.own("id", call.part("id"))?;
    let row = patients::get(&mut *call.read().await?, &person.id)
        .await?
        .ok_or_else(|| {
            not_visible(
                "patient_known",
                "The person is no patient",
                String::from("a person with health data"),
                person.id.as_str(),
                "Give the persona demo data, or add a lab result at the console.",
            )
        })?;
    Ok(Answer::ok(&SafePatient {
        id: row.user_id.to_string(),
        brand_id: row.brand_id,
        external_ids: row.external_ids,
        status: row.status,
        metadata: row.metadata,
        created_at: row.created_at,
        updated_at: row.updated_at,
    }))
}
