//! `POST /v1/protocol-engine/evaluate`: one protocol against the patient's results and medications.
//!
//! The rule, all of it: criteria as in [`super::matching`]. A medication named by code or name hits the protocol's
//! contraindications about it. Eligible means: a bound is met and nothing absolute is hit. The phase follows from the
//! week; parameters are the compounds' doses, halved while the phase is the first.

use connect_core::protocol::error::ErrorCode;
use connect_store::services::clinical::protocols::{
    self, Compound, Contraindication, Phase, Protocol,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::matching::{Verdict, judge};
use super::{protocol_of, results_of};
use crate::answer::Answer;
use crate::call::Call;
use crate::catalogue::{Operation, Verb};
use crate::failure::Failure;
use crate::seed::catalogue::PROTOCOL_WEEKS;
use crate::service::Service;

pub(crate) const EVALUATE: Operation = Operation::new::<Evaluation>(
    Service::Clinical,
    Verb::Post,
    "/v1/protocol-engine/evaluate",
    "protocol_engine_evaluate",
    "read:recommendations",
    |call| Box::pin(evaluate(call)),
)
.rules()
.summary("A protocol against the patient")
.notes(
    "The reference page breaks off after `parameters`; nothing more is answered. Assumed: medications are codes or names; \
     eligible means that a bound is met and no absolute contraindication is hit; doses are halved in the first phase.",
)
.source("/reference/api/clinical/post_v1_protocol-engine_evaluate")
.takes::<EvaluateRequest>()
.refuses(&[ErrorCode::Forbidden, ErrorCode::NotFound, ErrorCode::PreconditionFailed]);

/// What to evaluate.
#[derive(Debug, Deserialize, JsonSchema)]
struct EvaluateRequest {
    /// The token's person.
    patient_id: String,
    /// The token's brand.
    brand_id: String,
    /// The protocol.
    protocol_id: String,
    /// What the patient takes, by code or name.
    #[serde(default)]
    medications: Option<Vec<String>>,
    /// Week of the protocol, counted from 1.
    #[serde(default)]
    #[schemars(range(min = 1, max = 8))]
    current_week: Option<u8>,
}

/// What the engine says.
#[derive(Debug, Serialize, JsonSchema)]
struct Evaluation {
    protocol_id: String,
    protocol_name: String,
    eligible: bool,
    /// Share of criteria met, 0 to 1.
    match_score: f64,
    /// Markers whose criterion is met.
    matched_biomarkers: Vec<String>,
    /// Markers without a result.
    missing_biomarkers: Vec<String>,
    contraindication_hits: Vec<Hit>,
    phase: PhaseView,
    parameters: Vec<DoseView>,
}

/// A contraindication that a medication hits.
#[derive(Debug, Serialize, JsonSchema)]
struct Hit {
    rule_id: String,
    medication_code: String,
    medication_name: String,
    protocol_category: String,
    #[schemars(extend("enum" = ["absolute", "relative", "caution"]))]
    severity: String,
    reason: String,
    alternatives: Vec<String>,
}

/// Where the patient is.
#[derive(Debug, Serialize, JsonSchema)]
struct PhaseView {
    week: u8,
    total_weeks: u8,
    name: String,
    description: String,
}

/// A dose for this week.
#[derive(Debug, Serialize, JsonSchema)]
struct DoseView {
    name: String,
    value: f64,
    unit: String,
    derived_from: String,
    rationale: String,
}

/// Whether what the patient takes is what a contraindication is about.
pub(super) fn is_about(it: &Contraindication, taken: &str) -> bool {
    let taken = taken.trim();
    it.medication_code.eq_ignore_ascii_case(taken) || it.medication_name.eq_ignore_ascii_case(taken)
}

async fn evaluate(call: &Call) -> Result<Answer, Failure> {
    let request: EvaluateRequest = call.json()?;
    call.same_brand(&request.brand_id)?;
    let person = call.own("patient_id", &request.patient_id)?;
    call.compute(move |connection| {
        Box::pin(async move {
            let protocol = protocol_of(connection, &person.brand_id, &request.protocol_id).await?;
            let results = results_of(connection, &person, None).await?;
            let compounds =
                protocols::compounds(connection, &person.brand_id, &protocol.id).await?;
            let verdict = judge(&protocol, &results);
            let taken = request.medications.unwrap_or_default();
            let week = request.current_week.unwrap_or(1);
            Ok(Answer::ok(&say(
                &protocol, &compounds, &verdict, &taken, week,
            )))
        })
    })
    .await
}

fn say(
    protocol: &Protocol,
    compounds: &[Compound],
    verdict: &Verdict<'_>,
    taken: &[String],
    week: u8,
) -> Evaluation {
    let hits: Vec<Hit> = protocol
        .contraindications
        .iter()
        .filter(|it| taken.iter().any(|taken| is_about(it, taken)))
        .map(|it| Hit {
            rule_id: it.rule_id.clone(),
            medication_code: it.medication_code.clone(),
            medication_name: it.medication_name.clone(),
            protocol_category: protocol.category.clone(),
            severity: it.severity.clone(),
            reason: it.reason.clone(),
            alternatives: it.alternatives.clone(),
        })
        .collect();
    let phase = protocol
        .phases
        .iter()
        .find(|phase| week <= phase.until_week)
        .or(protocol.phases.last());
    let first = phase.is_some_and(|phase| protocol.phases.first() == Some(phase));
    let reason = verdict
        .met
        .first()
        .map_or("protocol", |it| it.biomarker_code.as_str());
    Evaluation {
        protocol_id: protocol.id.to_string(),
        protocol_name: protocol.name.clone(),
        eligible: verdict.fits && hits.iter().all(|hit| hit.severity != "absolute"),
        match_score: verdict.score,
        matched_biomarkers: verdict
            .met
            .iter()
            .map(|it| it.biomarker_code.clone())
            .collect(),
        missing_biomarkers: verdict
            .missing
            .iter()
            .map(|it| it.biomarker_code.clone())
            .collect(),
        contraindication_hits: hits,
        phase: phase_view(phase, week),
        parameters: compounds
            .iter()
            .map(|compound| dose(compound, first, reason))
            .collect(),
    }
}

fn phase_view(phase: Option<&Phase>, week: u8) -> PhaseView {
    PhaseView {
        week,
        total_weeks: PROTOCOL_WEEKS,
        name: phase.map(|phase| phase.name.clone()).unwrap_or_default(),
        description: phase
            .map(|phase| phase.description.clone())
            .unwrap_or_default(),
    }
}

fn dose(compound: &Compound, first_phase: bool, derived_from: &str) -> DoseView {
    let full: f64 = compound.dose_amount.parse().unwrap_or(0.0);
    DoseView {
        name: compound.display_name.clone(),
        value: if first_phase { full / 2.0 } else { full },
        unit: compound.dose_unit.clone(),
        derived_from: derived_from.to_owned(),
        rationale: String::from(if first_phase {
            "Half the dose in the first phase."
        } else {
            "The full dose."
        }),
    }
}
