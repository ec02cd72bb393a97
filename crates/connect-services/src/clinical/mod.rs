//! The clinical service: lab results, protocols, check-ins, safety flags, wearables.

pub mod biomarkers;
pub mod check_ins;
pub mod enrollments;
pub(crate) mod evaluate;
pub(crate) mod lab_catalog;
pub mod markers;
pub(crate) mod matching;
pub(crate) mod pages;
pub mod parse;
pub(crate) mod protocols;
pub(crate) mod recommendations;
pub(crate) mod red_flags;
pub(crate) mod rules;
pub(crate) mod score;
pub(crate) mod vendor;
pub(crate) mod wearable_metrics;
pub(crate) mod wearables;

use connect_core::domain::refusal::Refusal;
use connect_core::domain::standing::Clause;
use connect_core::protocol::error::ErrorCode;
use connect_store::services::Connection;
use connect_store::services::clinical::biomarkers::{self as rows, Biomarker};

use crate::failure::Failure;

/// The results an engine works on: those named, else the newest of each marker. None at all is 412.
async fn results_of(
    connection: &mut Connection,
    person: &connect_core::domain::app::Person,
    named: Option<&[String]>,
) -> Result<Vec<Biomarker>, Failure> {
    let results = match named {
        Some(ids) if !ids.is_empty() => {
            let found = rows::by_ids(connection, &person.id, ids).await?;
            if let Some(missing) = ids
                .iter()
                .find(|id| found.iter().all(|row| row.id.as_str() != id.as_str()))
            {
                return Err(crate::access::not_visible(
                    "biomarkers_known",
                    "There is no such lab result, or not for this token",
                    String::from("ids of the patient's own results"),
                    missing,
                    "Take the ids from GET /v1/biomarkers/me, or leave `biomarker_ids` out.",
                ));
            }
            found
        }
        _ => rows::latest(connection, &person.id).await?,
    };
    if results.is_empty() {
        return Err(Refusal::new(
            "patient_has_biomarkers",
            ErrorCode::PreconditionFailed,
            "The patient has no lab results",
            Clause::documented("clinical service reference: 412, no biomarkers for patient"),
        )
        .expected("at least one lab result")
        .received("none")
        .fix("Upload one first with POST /v1/biomarkers/parse, or add one at the console.")
        .into());
    }
    Ok(results)
}

/// A protocol of the caller's brand, or 404.
async fn protocol_of(
    connection: &mut Connection,
    brand: &str,
    id: &str,
) -> Result<connect_store::services::clinical::protocols::Protocol, Failure> {
    let found = connect_store::services::clinical::protocols::get(connection, brand, id).await?;
    found.ok_or_else(|| {
        crate::access::not_visible(
            "protocol_known",
            "There is no such protocol, or not for this brand",
            format!("a protocol of the brand `{brand}`"),
            id,
            "POST /v1/protocols/match names the protocols of the brand that fit the patient.",
        )
    })
}
