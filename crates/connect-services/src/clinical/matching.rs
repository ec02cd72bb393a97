//! `POST /v1/protocols/match`: which protocols of the brand fit the patient's newest results.
//!
//! The rule, all of it: a criterion is met when the newest result of its marker is on the right side of its bound, in
//! the same unit; `present` is met by any result. The score is the share of criteria met. A protocol matches when at
//! least one criterion with a bound is met.

use connect_core::protocol::error::ErrorCode;
use connect_store::services::clinical::biomarkers::Biomarker;
use connect_store::services::clinical::protocols::{self, Criterion, Protocol};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::results_of;
use crate::answer::Answer;
use crate::call::Call;
use crate::catalogue::{Operation, Verb};
use crate::failure::Failure;
use crate::service::Service;

pub(crate) const MATCH: Operation = Operation::new::<MatchAnswer>(
    Service::Clinical,
    Verb::Post,
    "/v1/protocols/match",
    "protocols_match",
    "read:recommendations",
    |call| Box::pin(find(call)),
)
.rules()
.summary("Protocols that fit the patient")
.notes(
    "Assumed rule: a criterion is met when the newest result of its marker lies on the right side of its bound; the score \
     is the share of criteria met; at least one bound must be met. Best first.",
)
.source("/reference/api/clinical/post_v1_protocols_match")
.takes::<MatchRequest>()
.refuses(&[ErrorCode::Forbidden, ErrorCode::NotFound, ErrorCode::PreconditionFailed]);

/// What to match.
#[derive(Debug, Deserialize, JsonSchema)]
struct MatchRequest {
    /// The token's person.
    patient_id: String,
    /// The token's brand.
    brand_id: String,
    /// Only these markers count.
    #[serde(default)]
    biomarker_codes: Option<Vec<String>>,
    /// Only protocols of this category.
    #[serde(default)]
    category: Option<String>,
}

/// Protocols that fit.
#[derive(Debug, Serialize, JsonSchema)]
struct MatchAnswer {
    matches: Vec<MatchItem>,
    count: usize,
}

/// A protocol that fits.
#[derive(Debug, Serialize, JsonSchema)]
struct MatchItem {
    protocol_id: String,
    protocol_name: String,
    category: String,
    /// Share of criteria met, 0 to 1.
    match_score: f64,
    /// Criteria met, in words.
    matched_criteria: Vec<String>,
    recommendations: Vec<String>,
}

/// How a protocol's criteria stand against results.
pub(super) struct Verdict<'p> {
    pub(super) met: Vec<&'p Criterion>,
    pub(super) missing: Vec<&'p Criterion>,
    /// Share of criteria met, 0 to 1, to two decimals.
    pub(super) score: f64,
    /// At least one criterion with a bound is met.
    pub(super) fits: bool,
}

/// Judges a protocol by results, of which each marker has at most one.
pub(super) fn judge<'p>(protocol: &'p Protocol, results: &[Biomarker]) -> Verdict<'p> {
    let result = |criterion: &Criterion| {
        results
            .iter()
            .find(|row| row.code == criterion.biomarker_code)
    };
    let met: Vec<&Criterion> = protocol
        .criteria
        .iter()
        .filter(|it| result(it).is_some_and(|row| holds(it, row)))
        .collect();
    let missing = protocol
        .criteria
        .iter()
        .filter(|it| result(it).is_none())
        .collect();
    #[expect(clippy::cast_precision_loss, reason = "a handful of criteria")]
    let share = met.len() as f64 / protocol.criteria.len().max(1) as f64;
    let fits = met.iter().any(|it| it.value.is_some());
    Verdict {
        met,
        missing,
        score: (share * 100.0).round() / 100.0,
        fits,
    }
}

fn holds(criterion: &Criterion, row: &Biomarker) -> bool {
    let Some(bound) = criterion.value else {
        return criterion.condition == "present";
    };
    let same_unit = criterion
        .unit
        .as_deref()
        .is_none_or(|unit| unit == row.unit);
    same_unit
        && match criterion.condition.as_str() {
            "above" => row.value > bound,
            "below" => row.value < bound,
            _ => false,
        }
}

/// A criterion in words: `ldl_cholesterol above 130 mg/dL`.
pub(super) fn in_words(criterion: &Criterion) -> String {
    match (criterion.value, criterion.unit.as_deref()) {
        (Some(value), Some(unit)) => format!(
            "{} {} {value} {unit}",
            criterion.biomarker_code, criterion.condition
        ),
        _ => format!("{} {}", criterion.biomarker_code, criterion.condition),
    }
}

async fn find(call: &Call) -> Result<Answer, Failure> {
    let request: MatchRequest = call.json()?;
    call.same_brand(&request.brand_id)?;
    let person = call.own("patient_id", &request.patient_id)?;
    call.compute(move |connection| {
        Box::pin(async move {
            let mut results = results_of(connection, &person, None).await?;
            if let Some(codes) = request.biomarker_codes.filter(|codes| !codes.is_empty()) {
                results.retain(|row| codes.contains(&row.code));
            }
            let catalogue =
                protocols::list(connection, &person.brand_id, request.category.as_deref()).await?;
            let mut matches: Vec<MatchItem> = catalogue
                .into_iter()
                .filter(|protocol| protocol.active)
                .filter_map(|protocol| {
                    let verdict = judge(&protocol, &results);
                    verdict.fits.then(|| MatchItem {
                        protocol_id: protocol.id.to_string(),
                        protocol_name: protocol.name.clone(),
                        category: protocol.category.clone(),
                        match_score: verdict.score,
                        matched_criteria: verdict.met.iter().map(|it| in_words(it)).collect(),
                        recommendations: protocol.recommendations.clone(),
                    })
                })
                .collect();
            matches.sort_by(|a, b| b.match_score.total_cmp(&a.match_score));
            let count = matches.len();
            Ok(Answer::ok(&MatchAnswer { matches, count }))
        })
    })
    .await
}
