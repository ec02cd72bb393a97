//! `GET /v1/red-flags/{patient_id}` and `POST /v1/red-flags/evaluate`: safety flags and the rules that raise them.

use connect_core::Timestamp;
use connect_core::domain::journal::Kind;
use connect_core::protocol::error::ErrorCode;
use connect_store::services::clinical::red_flags::{self as rows, RedFlag, Severity};
use connect_store::services::reading;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{results_of, rules};
use crate::answer::Answer;
use crate::call::Call;
use crate::catalogue::{Operation, Parameter, Verb};
use crate::failure::Failure;
use crate::patient_graph::entries;
use crate::schema::words;
use crate::service::Service;

pub(crate) const LIST: Operation = Operation::new::<FlagList>(
    Service::Clinical,
    Verb::Get,
    "/v1/red-flags/{patient_id}",
    "red_flags_list",
    "read:red_flags",
    |call| Box::pin(list(call)),
)
.summary("The safety flags of the token's person")
.notes("Newest first.")
.source("/reference/api/clinical/get_v1_red-flags__patient_id")
.parameters(&[Parameter::path("patient_id", "The token's person.")])
.refuses(&[ErrorCode::NotFound]);

pub(crate) const EVALUATE: Operation = Operation::new::<FlagsRaised>(
    Service::Clinical,
    Verb::Post,
    "/v1/red-flags/evaluate",
    "red_flags_evaluate",
    "read:red_flags",
    |call| Box::pin(evaluate(call)),
)
.summary("Run the safety rules")
.notes(
    "Over the named results, else the newest of each marker. A rule flags a result once: a second run answers with the \
     flag that is there. The rules are assumed.",
)
.source("/reference/api/clinical/post_v1_red-flags_evaluate")
.takes::<EvaluateFlags>()
.refuses(&[ErrorCode::Forbidden, ErrorCode::NotFound, ErrorCode::PreconditionFailed]);

/// Flags.
#[derive(Debug, Serialize, JsonSchema)]
struct FlagList {
    flags: Vec<FlagView>,
}

/// What a run found.
#[derive(Debug, Serialize, JsonSchema)]
struct FlagsRaised {
    patient_id: String,
    brand_id: String,
    flags_detected: usize,
    flags: Vec<FlagView>,
}

/// A flag on the wire.
#[derive(Debug, Serialize, JsonSchema)]
struct FlagView {
    id: String,
    patient_id: String,
    brand_id: String,
    rule_id: String,
    rule_name: String,
    #[schemars(schema_with = "words::word::<Severity>")]
    severity: Severity,
    biomarker_code: String,
    biomarker_id: String,
    message: String,
    acknowledged: bool,
    detected_at: Timestamp,
}

impl From<&RedFlag> for FlagView {
    fn from(row: &RedFlag) -> Self {
        Self {
            id: row.id.to_string(),
            patient_id: row.user_id.to_string(),
            brand_id: row.brand_id.clone(),
            rule_id: row.rule_id.clone(),
            rule_name: row.rule_name.clone(),
            severity: row.severity,
            biomarker_code: row.biomarker_code.clone(),
            biomarker_id: row.biomarker_id.to_string(),
            message: row.message.clone(),
            acknowledged: row.acknowledged,
            detected_at: row.detected_at,
        }
    }
}

/// What to run the rules over.
#[derive(Debug, Deserialize, JsonSchema)]
struct EvaluateFlags {
    /// The token's person.
    patient_id: String,
    /// The token's brand.
    brand_id: String,
    /// Results; the newest of each marker when absent.
    #[serde(default)]
    biomarker_ids: Option<Vec<String>>,
}

async fn list(call: &Call) -> Result<Answer, Failure> {
    let person = call.own("patient_id", call.part("patient_id"))?;
    let flags = rows::list(&mut *call.read().await?, &person.id).await?;
    Ok(Answer::ok(&FlagList {
        flags: flags.iter().map(FlagView::from).collect(),
    }))
}

async fn evaluate(call: &Call) -> Result<Answer, Failure> {
    let request: EvaluateFlags = call.json()?;
    call.same_brand(&request.brand_id)?;
    let person = call.own("patient_id", &request.patient_id)?;
    let env = call.env();
    call.write(move |tx, origin| {
        Box::pin(async move {
            let results =
                results_of(reading(tx), &person, request.biomarker_ids.as_deref()).await?;
            let known = rows::list(reading(tx), &person.id).await?;
            let (mut flags, mut fresh) = (Vec::new(), Vec::new());
            for result in &results {
                for rule in rules::red_flags(result) {
                    match known
                        .iter()
                        .find(|flag| flag.biomarker_id == result.id && flag.rule_id == rule.id)
                    {
                        Some(flag) => flags.push(flag.clone()),
                        None => fresh.push(rules::raise(
                            result,
                            rule,
                            env.id(),
                            origin.at.sandbox,
                            false,
                        )),
                    }
                }
            }
            rows::insert(tx, &fresh).await?;
            let mut last = None;
            for flag in &fresh {
                let detail =
                    json!({ "table": "red_flags", "user_id": person.id, "rule_id": flag.rule_id });
                last = Some(tx.journal(origin, Kind::RecordCreated, flag.id.as_str(), &detail));
                if flag.severity == Severity::Urgent {
                    entries::add(
                        tx,
                        &env,
                        &person,
                        origin.at.sandbox,
                        entries::red_flag_raised(flag),
                    )
                    .await?;
                }
            }
            flags.extend(fresh);
            let answer = Answer::ok(&FlagsRaised {
                patient_id: person.id.to_string(),
                brand_id: person.brand_id.clone(),
                flags_detected: flags.len(),
                flags: flags.iter().map(FlagView::from).collect(),
            });
            Ok(match last {
                Some(seq) => answer.caused(seq),
                None => answer,
            })
        })
    })
    .await
}
