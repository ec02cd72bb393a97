//! `POST /v1/biomarkers/parse`: structured lab results come in.

use std::collections::BTreeMap;

use connect_core::domain::app::Person;
use connect_core::domain::journal::{Kind, Origin, Seq};
use connect_core::{Env, Timestamp};
use connect_store::services::clinical::biomarkers::{self as rows, Biomarker, BiomarkerStatus};
use connect_store::services::id::BloodworkId;
use connect_store::services::patient_graph::patients::{self, Patient};
use connect_store::{StoreError, WorldTx};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, json};

use super::biomarkers::{ResultItem, ResultList};
use super::markers;
use crate::answer::Answer;
use crate::body::misfit;
use crate::call::Call;
use crate::catalogue::{Operation, Verb};
use crate::event::{self, Occurrence};
use crate::failure::Failure;
use crate::patient_graph::entries;
use crate::schema::Violation;
use crate::service::Service;
use crate::shown::shown;

pub(crate) const PARSE: Operation = Operation::new::<ResultList>(
    Service::Clinical,
    Verb::Post,
    "/v1/biomarkers/parse",
    "biomarkers_parse",
    "write:biomarkers",
    |call| Box::pin(parse(call)),
)
.summary("Upload structured lab results")
.notes(
    "Each result becomes a row and an event clinical.biomarker.parsed.v1; together they are one blood draw. Assumed: \
     what is critical, that a known marker sent without a range is judged by the catalogue's, and that a draw may not \
     lie in the future.",
)
.source("/reference/api/clinical/post_v1_biomarkers_parse")
.takes::<ParseRequest>()
.refuses(&[connect_core::protocol::error::ErrorCode::Forbidden, connect_core::protocol::error::ErrorCode::NotFound]);

/// Results as sent.
#[derive(Debug, Deserialize, JsonSchema)]
pub(crate) struct ParseRequest {
    /// Whose results: the token's person.
    patient_id: String,
    /// The token's brand.
    brand_id: String,
    /// Who measured, or where the results come from.
    #[schemars(length(min = 1, max = 100))]
    source: String,
    /// The results.
    #[schemars(length(min = 1, max = 200))]
    biomarkers: Vec<LabResult>,
}

/// One result as sent, or as typed in at the console.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
pub struct LabResult {
    /// `ldl_cholesterol`.
    #[schemars(length(min = 1, max = 100))]
    pub code: String,
    /// `LDL cholesterol`.
    #[schemars(length(min = 1, max = 200))]
    pub name: String,
    /// In `unit`.
    pub value: f64,
    /// `mg/dL`.
    #[schemars(length(min = 1, max = 50))]
    pub unit: String,
    /// Lowest normal value, in `unit`.
    #[serde(default)]
    pub reference_low: Option<f64>,
    /// Highest normal value, in `unit`.
    #[serde(default)]
    pub reference_high: Option<f64>,
    /// When blood was drawn.
    pub collected_at: Timestamp,
}

/// What came in together.
#[derive(Debug, Clone, PartialEq)]
pub struct LabUpload {
    /// Who measured, or where the results come from.
    pub source: String,
    /// At least one result.
    pub results: Vec<LabResult>,
}

async fn parse(call: &Call) -> Result<Answer, Failure> {
    let request: ParseRequest = call.json()?;
    call.same_brand(&request.brand_id)?;
    let person = call.own("patient_id", &request.patient_id)?;
    let violations: Vec<Violation> = request
        .biomarkers
        .iter()
        .enumerate()
        .flat_map(|(index, result)| flaws(&format!("biomarkers[{index}]"), result, call.now()))
        .collect();
    store(
        call,
        person,
        LabUpload {
            source: request.source,
            results: request.biomarkers,
        },
        violations,
    )
    .await
}

/// Stores an upload that has no violations, and answers with it.
pub(super) async fn store(
    call: &Call,
    person: std::sync::Arc<Person>,
    upload: LabUpload,
    violations: Vec<Violation>,
) -> Result<Answer, Failure> {
    if !violations.is_empty() {
        return Err(misfit("results_make_sense", "request body", violations));
    }
    call.passed("results_make_sense");
    let env = call.env();
    call.write(move |tx, origin| {
        Box::pin(async move {
            let (rows, seq) = ingest(tx, &env, origin, &person, &upload).await?;
            Ok(Answer::ok(&ResultList::of(&rows)).caused(seq))
        })
    })
    .await
}

/// What a schema can't say about a result. `path` is where it stands.
#[must_use]
pub fn flaws(path: &str, result: &LabResult, now: Timestamp) -> Vec<Violation> {
    let mut flaws = Vec::new();
    let mut flaw = |member: &str, expected: &str, received: String| {
        flaws.push(Violation {
            path: format!("{path}.{member}"),
            expected: expected.to_owned(),
            received,
        });
    };
    if result.collected_at > now {
        flaw(
            "collected_at",
            "a time that is not in the future",
            result.collected_at.to_string(),
        );
    }
    if !result.value.is_finite() || result.value < 0.0 {
        flaw(
            "value",
            "a number that is not negative",
            String::from("a negative number"),
        );
    }
    if let (Some(low), Some(high)) = (result.reference_low, result.reference_high)
        && low > high
    {
        flaw(
            "reference_low",
            "a number that is not above reference_high",
            String::from("a larger number"),
        );
    }
    flaws
}

/// Writes results that came in together: rows, an entry of the timeline, the journal, and the events they cause. The API
/// and the console both come this way.
pub async fn ingest(
    tx: &mut WorldTx,
    env: &Env,
    origin: &Origin,
    person: &Person,
    upload: &LabUpload,
) -> Result<(Vec<Biomarker>, Seq), StoreError> {
    let now = origin.at.sandbox;
    let bloodwork_id: BloodworkId = env.id();
    let results: Vec<Biomarker> = upload
        .results
        .iter()
        .map(|result| row(env, person, &bloodwork_id, &upload.source, result, now))
        .collect();
    rows::insert(tx, &results).await?;
    patients::insert(tx, &[newcomer(person, now)]).await?;
    let codes: Vec<String> = results.iter().map(|row| shown(&row.code, 100)).collect();
    let seq = tx.journal(
        origin,
        Kind::RecordCreated,
        bloodwork_id.as_str(),
        &json!({ "table": "biomarkers", "user_id": person.id, "codes": codes, "count": results.len() }),
    );
    entries::add(
        tx,
        env,
        person,
        now,
        entries::lab_results_received(&bloodwork_id, results.len()),
    )
    .await?;
    let events = occurrences(origin, person, &bloodwork_id, &upload.source, &results);
    event::occurred(tx, env, origin, seq, person, events).await?;
    Ok((results, seq))
}

fn row(
    env: &Env,
    person: &Person,
    bloodwork_id: &BloodworkId,
    source: &str,
    result: &LabResult,
    now: Timestamp,
) -> Biomarker {
    let mut range = (result.reference_low, result.reference_high);
    if range == (None, None)
        && let Some(marker) =
            markers::find(&result.code).filter(|marker| marker.unit == result.unit)
    {
        range = marker.widest();
    }
    Biomarker {
        id: env.id(),
        user_id: person.id.clone(),
        brand_id: person.brand_id.clone(),
        bloodwork_id: bloodwork_id.clone(),
        code: result.code.clone(),
        name: result.name.clone(),
        value: result.value,
        unit: result.unit.clone(),
        reference_low: range.0,
        reference_high: range.1,
        status: markers::judge(&result.code, &result.unit, result.value, range),
        source: source.to_owned(),
        collected_at: result.collected_at,
        parsed_at: now,
    }
}

/// A persona becomes a patient with the first result; who is one already is left as is.
fn newcomer(person: &Person, now: Timestamp) -> Patient {
    Patient {
        user_id: person.id.clone(),
        brand_id: person.brand_id.clone(),
        external_ids: BTreeMap::new(),
        status: String::from("active"),
        metadata: Map::new(),
        created_at: now,
        updated_at: now,
    }
}

/// `data` of clinical.biomarker.parsed.v1 (ruling 24).
#[derive(Serialize)]
struct Parsed<'p> {
    #[serde(flatten)]
    item: ResultItem,
    bloodwork_id: &'p BloodworkId,
}

fn occurrences(
    origin: &Origin,
    person: &Person,
    bloodwork_id: &BloodworkId,
    source: &str,
    results: &[Biomarker],
) -> Vec<Occurrence> {
    let (_, actor) = origin.actor.to_columns();
    let mut events = vec![Occurrence::new(
        event::BLOODWORK_UPLOADED,
        &json!({
            "bloodwork_id": bloodwork_id,
            "patient_id": person.id,
            "brand_id": person.brand_id,
            "file_name": null,
            "content_type": "application/json",
            "source": source,
            "uploaded_by": actor.unwrap_or("console"),
            "uploaded_at": origin.at.sandbox,
        }),
    )];
    for result in results {
        events.push(Occurrence::new(
            event::BIOMARKER_PARSED,
            &Parsed {
                item: result.into(),
                bloodwork_id,
            },
        ));
    }
    let critical: Vec<&str> = results
        .iter()
        .filter(|row| row.status == BiomarkerStatus::Critical)
        .map(|row| row.code.as_str())
        .collect();
    if !critical.is_empty() {
        events.push(Occurrence::new(
            event::LAB_RESULT_CRITICAL,
            &json!({
                "patient_id": person.id,
                "brand_id": person.brand_id,
                "order_id": null,
                "biomarker_codes": critical,
                "critical_marker_count": critical.len(),
                "source_event_type": "labtest.result.critical",
                "reported_at": origin.at.sandbox,
            }),
        ));
    }
    events
}
