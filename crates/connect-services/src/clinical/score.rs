//! `POST /v1/health-engine/score`: one number for all results.
//!
//! The rule, all of it: a result counts 100 when normal, 60 when low or high, 20 when critical; a domain is the mean of
//! its results (unknown markers are `other`); the score is the mean of the domains; both to one decimal.

use std::collections::BTreeMap;

use connect_core::Timestamp;
use connect_core::protocol::error::ErrorCode;
use connect_store::services::clinical::biomarkers::{Biomarker, BiomarkerStatus};
use connect_store::services::id::ScoreId;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{markers, results_of};
use crate::answer::Answer;
use crate::call::Call;
use crate::catalogue::{Operation, Verb};
use crate::failure::Failure;
use crate::service::Service;

pub(crate) const SCORE: Operation = Operation::new::<ScoreView>(
    Service::Clinical,
    Verb::Post,
    "/v1/health-engine/score",
    "health_engine_score",
    "read:biomarkers",
    |call| Box::pin(score(call)),
)
.rules()
.summary("The patient's health score")
.notes(
    "Assumed rule: normal counts 100, low or high 60, critical 20; a domain is the mean of its results, the score the mean \
     of the domains. The score is computed anew each time and not stored.",
)
.source("/reference/api/clinical/post_v1_health-engine_score")
.takes::<ScoreRequest>()
.refuses(&[ErrorCode::Forbidden, ErrorCode::NotFound, ErrorCode::PreconditionFailed]);

/// What to score.
#[derive(Debug, Deserialize, JsonSchema)]
struct ScoreRequest {
    /// The token's person.
    patient_id: String,
    /// The token's brand.
    brand_id: String,
    /// Results; the newest of each marker when absent.
    #[serde(default)]
    biomarker_ids: Option<Vec<String>>,
}

/// A score.
#[derive(Debug, Serialize, JsonSchema)]
struct ScoreView {
    id: String,
    patient_id: String,
    brand_id: String,
    /// 0 to 100.
    overall_score: f64,
    /// 0 to 100, by domain.
    domain_scores: BTreeMap<String, f64>,
    biomarker_count: usize,
    computed_at: Timestamp,
}

async fn score(call: &Call) -> Result<Answer, Failure> {
    let request: ScoreRequest = call.json()?;
    call.same_brand(&request.brand_id)?;
    let person = call.own("patient_id", &request.patient_id)?;
    let (env, now) = (call.env(), call.now());
    call.compute(move |connection| {
        Box::pin(async move {
            let results = results_of(connection, &person, request.biomarker_ids.as_deref()).await?;
            let domain_scores = domains(&results);
            Ok(Answer::ok(&ScoreView {
                id: env.id::<ScoreId>().to_string(),
                patient_id: person.id.to_string(),
                brand_id: person.brand_id.clone(),
                overall_score: mean(domain_scores.values().copied()),
                domain_scores,
                biomarker_count: results.len(),
                computed_at: now,
            }))
        })
    })
    .await
}

fn domains(results: &[Biomarker]) -> BTreeMap<String, f64> {
    let mut points: BTreeMap<String, Vec<f64>> = BTreeMap::new();
    for row in results {
        let domain = markers::find(&row.code).map_or("other", |marker| marker.panel.as_str());
        points
            .entry(domain.to_owned())
            .or_default()
            .push(match row.status {
                BiomarkerStatus::Normal => 100.0,
                BiomarkerStatus::Low | BiomarkerStatus::High => 60.0,
                BiomarkerStatus::Critical => 20.0,
            });
    }
    points
        .into_iter()
        .map(|(domain, points)| (domain, mean(points.into_iter())))
        .collect()
}

/// The mean, to one decimal.
fn mean(values: impl Iterator<Item = f64>) -> f64 {
    let (sum, count) = values.fold((0.0, 0.0_f64), |(sum, count), value| {
        (sum + value, count + 1.0)
    });
    (sum / count.max(1.0) * 10.0).round() / 10.0
}
