//! `POST /v1/recommendations/generate`: what to do, from results, protocols and medications.
//!
//! The rule, all of it: a critical result asks for a referral; one out of range for what [`ADVICE`] says about its
//! marker, else for monitoring; each line of the named protocols (else of those the patient is on) is one; each
//! contraindication of those that a medication hits asks for a review.

use connect_core::Env;
use connect_core::protocol::error::ErrorCode;
use connect_store::services::Connection;
use connect_store::services::clinical::biomarkers::{Biomarker, BiomarkerStatus};
use connect_store::services::clinical::enrollments::{self, EnrollmentStatus};
use connect_store::services::clinical::protocols::Protocol;
use connect_store::services::id::RecommendationId;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::evaluate::is_about;
use super::{protocol_of, results_of};
use crate::answer::Answer;
use crate::call::Call;
use crate::catalogue::{Operation, Verb};
use crate::failure::Failure;
use crate::service::Service;

pub(crate) const GENERATE: Operation = Operation::new::<Generated>(
    Service::Clinical,
    Verb::Post,
    "/v1/recommendations/generate",
    "recommendations_generate",
    "read:recommendations",
    |call| Box::pin(generate(call)),
)
.rules()
.summary("What the patient may do")
.notes(
    "Assumed rules: a result out of range gives one recommendation, each line of the named protocols (else of those the \
     patient is on) another, each contraindication a medication hits a review. Most urgent first.",
)
.source("/reference/api/clinical/post_v1_recommendations_generate")
.takes::<GenerateRequest>()
.refuses(&[ErrorCode::Forbidden, ErrorCode::NotFound, ErrorCode::PreconditionFailed]);

/// What to go by.
#[derive(Debug, Deserialize, JsonSchema)]
struct GenerateRequest {
    /// The token's person.
    patient_id: String,
    /// The token's brand.
    brand_id: String,
    /// Protocols to take lines from.
    #[serde(default)]
    protocol_ids: Option<Vec<String>>,
    /// What the patient takes, by code or name.
    #[serde(default)]
    medications: Option<Vec<String>>,
}

/// Recommendations.
#[derive(Debug, Serialize, JsonSchema)]
struct Generated {
    recommendations: Vec<Recommendation>,
    count: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Category {
    Lifestyle,
    Dietary,
    Supplementation,
    Monitoring,
    Referral,
    MedicationReview,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Priority {
    Critical,
    High,
    Medium,
    Low,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Source {
    Biomarker,
    Protocol,
    Contraindication,
}

/// A recommendation.
#[derive(Debug, Serialize, JsonSchema)]
struct Recommendation {
    id: String,
    category: Category,
    priority: Priority,
    title: String,
    description: String,
    rationale: String,
    source: Source,
    source_id: String,
}

/// Marker, status, category, priority, what to do.
type Advice = (
    &'static str,
    BiomarkerStatus,
    Category,
    Priority,
    &'static str,
);

#[rustfmt::skip]
const ADVICE: &[Advice] = &[
    ("ldl_cholesterol", BiomarkerStatus::High, Category::Dietary, Priority::High, "Ten grams of soluble fibre a day and less saturated fat."),
    ("apob", BiomarkerStatus::High, Category::Dietary, Priority::Medium, "The same as for LDL cholesterol; repeat in three months."),
    ("triglycerides", BiomarkerStatus::High, Category::Dietary, Priority::Medium, "Less sugar and alcohol; fish twice a week."),
    ("hdl_cholesterol", BiomarkerStatus::Low, Category::Lifestyle, Priority::Low, "Three sessions of endurance training a week."),
    ("hba1c", BiomarkerStatus::High, Category::Lifestyle, Priority::High, "A ten-minute walk after each meal."),
    ("glucose", BiomarkerStatus::High, Category::Lifestyle, Priority::Medium, "Starch last in a meal, and a walk after it."),
    ("insulin", BiomarkerStatus::High, Category::Lifestyle, Priority::Medium, "Two sessions of strength training a week."),
    ("vitamin_d_25_oh", BiomarkerStatus::Low, Category::Supplementation, Priority::Medium, "Vitamin D3 with a meal that has fat; repeat in eight weeks."),
    ("ferritin", BiomarkerStatus::Low, Category::Supplementation, Priority::Medium, "Iron on alternate days, away from coffee."),
    ("homocysteine", BiomarkerStatus::High, Category::Supplementation, Priority::Low, "Folate and B12; repeat in three months."),
    ("hs_crp", BiomarkerStatus::High, Category::Monitoring, Priority::Medium, "Repeat in two weeks, without an infection."),
    ("tsh", BiomarkerStatus::High, Category::Monitoring, Priority::Medium, "Repeat with free T4 in three months."),
    ("testosterone_total", BiomarkerStatus::Low, Category::Lifestyle, Priority::Medium, "Seven hours of sleep; confirm with a second draw in the morning."),
    ("lipoprotein_a", BiomarkerStatus::High, Category::Referral, Priority::Low, "Tell a clinician once: it is inherited and hardly changes."),
];

async fn generate(call: &Call) -> Result<Answer, Failure> {
    let request: GenerateRequest = call.json()?;
    call.same_brand(&request.brand_id)?;
    let person = call.own("patient_id", &request.patient_id)?;
    let env = call.env();
    call.compute(move |connection| {
        Box::pin(async move {
            let results = results_of(connection, &person, None).await?;
            let protocols = protocols_of(connection, &person, request.protocol_ids).await?;
            let taken = request.medications.unwrap_or_default();
            let mut all: Vec<Recommendation> = results
                .iter()
                .filter_map(|row| by_result(&env, row))
                .collect();
            for protocol in &protocols {
                all.extend(by_protocol(&env, protocol, &taken));
            }
            all.sort_by_key(|it| it.priority);
            let count = all.len();
            Ok(Answer::ok(&Generated {
                recommendations: all,
                count,
            }))
        })
    })
    .await
}

/// The named protocols, else those the patient is on.
async fn protocols_of(
    connection: &mut Connection,
    person: &connect_core::domain::app::Person,
    named: Option<Vec<String>>,
) -> Result<Vec<Protocol>, Failure> {
    let ids = match named {
        Some(ids) => ids,
        None => enrollments::list(connection, &person.id)
            .await?
            .into_iter()
            .filter(|row| row.status == EnrollmentStatus::Active)
            .map(|row| row.protocol_id.to_string())
            .collect(),
    };
    let mut protocols = Vec::new();
    for id in ids {
        protocols.push(protocol_of(connection, &person.brand_id, &id).await?);
    }
    Ok(protocols)
}

fn by_result(env: &Env, row: &Biomarker) -> Option<Recommendation> {
    let (category, priority, text) = match row.status {
        BiomarkerStatus::Normal => return None,
        BiomarkerStatus::Critical => (
            Category::Referral,
            Priority::Critical,
            "Contact a clinician today.",
        ),
        status => ADVICE
            .iter()
            .find(|(code, when, ..)| *code == row.code && *when == status)
            .map_or(
                (
                    Category::Monitoring,
                    Priority::Low,
                    "Repeat with the next draw.",
                ),
                |(_, _, category, priority, text)| (*category, *priority, *text),
            ),
    };
    Some(Recommendation {
        id: env.id::<RecommendationId>().to_string(),
        category,
        priority,
        title: format!("{} is {}", row.name, row.status.as_str()),
        description: text.to_owned(),
        rationale: format!(
            "The newest result of {} is {}.",
            row.code,
            row.status.as_str()
        ),
        source: Source::Biomarker,
        source_id: row.id.to_string(),
    })
}

fn by_protocol(env: &Env, protocol: &Protocol, taken: &[String]) -> Vec<Recommendation> {
    let id = || env.id::<RecommendationId>().to_string();
    let lines = protocol.recommendations.iter().map(|line| Recommendation {
        id: id(),
        category: Category::Lifestyle,
        priority: Priority::Medium,
        title: line.clone(),
        description: line.clone(),
        rationale: format!("Part of the protocol {}.", protocol.name),
        source: Source::Protocol,
        source_id: protocol.id.to_string(),
    });
    let reviews = protocol
        .contraindications
        .iter()
        .filter(|it| taken.iter().any(|taken| is_about(it, taken)))
        .map(|it| Recommendation {
            id: id(),
            category: Category::MedicationReview,
            priority: match it.severity.as_str() {
                "absolute" => Priority::Critical,
                "relative" => Priority::High,
                _ => Priority::Medium,
            },
            title: format!("Review {}", it.medication_name),
            description: it.alternatives.join("; "),
            rationale: it.reason.clone(),
            source: Source::Contraindication,
            source_id: it.rule_id.clone(),
        });
    lines.chain(reviews).collect()
}
