//! `GET /v1/patients/{patient_id}/metrics` and `…/{metric_key}`: measurements of wearables, scales and check-ins.

use connect_core::Timestamp;
use connect_core::protocol::error::ErrorCode;
use connect_store::services::patient_graph::measurements::{self as rows, Measurement};
use schemars::JsonSchema;
use serde::Serialize;

use crate::answer::Answer;
use crate::body::misfit;
use crate::call::Call;
use crate::catalogue::{Operation, Parameter, Shape, Verb};
use crate::failure::Failure;
use crate::schema::Violation;
use crate::seed::DAY;
use crate::service::Service;

/// Most values of one series.
const MOST: u32 = 5_000;
/// How values can be thinned out.
const GRANULARITIES: &[&str] = &["raw", "day", "week", "month"];

pub(crate) const LIST: Operation = Operation::new::<MetricList>(
    Service::PatientGraph,
    Verb::Get,
    "/v1/patients/{patient_id}/metrics",
    "patients_metrics",
    "read:profile",
    |call| Box::pin(list(call)),
)
.summary("The last value of each metric")
.source("/reference/api/patient-graph/get_v1_patients__patient_id_metrics")
.parameters(&[Parameter::path("patient_id", "The token's person.")])
.refuses(&[ErrorCode::NotFound]);

pub(crate) const SERIES: Operation = Operation::new::<Series>(
    Service::PatientGraph,
    Verb::Get,
    "/v1/patients/{patient_id}/metrics/{metric_key}",
    "patients_metric_series",
    "read:profile",
    |call| Box::pin(series(call)),
)
.summary("One metric over time")
.notes(
    "Oldest first, at most 5000 values. Assumed: `granularity` is raw, day, week or month and keeps the last value of each \
     (months of 30 days, counted from 1970); a metric nobody measured is an empty series.",
)
.source("/reference/api/patient-graph/get_v1_patients__patient_id_metrics__metric_key")
.parameters(&[
    Parameter::path("patient_id", "The token's person."),
    Parameter::path("metric_key", "The metric."),
    Parameter::query("from", Shape::Time, "Not before this moment."),
    Parameter::query("to", Shape::Time, "Not after this moment."),
    Parameter::query("granularity", Shape::Word(GRANULARITIES), "How far values are thinned out; raw when absent."),
])
.refuses(&[ErrorCode::NotFound]);

/// Metrics of a patient.
#[derive(Debug, Serialize, JsonSchema)]
struct MetricList {
    patient_id: String,
    metrics: Vec<LastValueView>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct LastValueView {
    metric_key: String,
    /// A decimal or a text.
    last_value: Option<String>,
    unit: Option<String>,
    last_recorded_at: Timestamp,
    is_phi: bool,
}

/// One metric over time.
#[derive(Debug, Serialize, JsonSchema)]
struct Series {
    patient_id: String,
    metric_key: String,
    data: Vec<MeasurementView>,
    count: usize,
}

/// A measurement on the wire.
#[derive(Debug, Serialize, JsonSchema)]
struct MeasurementView {
    id: String,
    patient_id: String,
    brand_id: String,
    metric_key: String,
    /// A decimal.
    value_numeric: Option<String>,
    value_text: Option<String>,
    unit: Option<String>,
    source: String,
    is_phi: bool,
    recorded_at: Timestamp,
    created_at: Timestamp,
}

impl From<Measurement> for MeasurementView {
    fn from(row: Measurement) -> Self {
        Self {
            id: row.id.to_string(),
            patient_id: row.user_id.to_string(),
            brand_id: row.brand_id,
            metric_key: row.metric_key,
            value_numeric: row.value_numeric,
            value_text: row.value_text,
            unit: row.unit,
            source: row.source,
            is_phi: row.is_phi,
            recorded_at: row.recorded_at,
            created_at: row.created_at,
        }
    }
}

async fn list(call: &Call) -> Result<Answer, Failure> {
    let person = call.own("patient_id", call.part("patient_id"))?;
    let metrics = rows::last_values(&mut *call.read().await?, &person.id).await?;
    Ok(Answer::ok(&MetricList {
        patient_id: person.id.to_string(),
        metrics: metrics
            .into_iter()
            .map(|row| LastValueView {
                metric_key: row.metric_key,
                last_value: row.last_value,
                unit: row.unit,
                last_recorded_at: row.last_recorded_at,
                is_phi: row.is_phi,
            })
            .collect(),
    }))
}

async fn series(call: &Call) -> Result<Answer, Failure> {
    let person = call.own("patient_id", call.part("patient_id"))?;
    let from = call.query.time("from").unwrap_or(Timestamp::from_millis(0));
    let to = call
        .query
        .time("to")
        .unwrap_or(Timestamp::from_millis(i64::MAX));
    if from > to {
        let violation = Violation {
            path: String::from("from"),
            expected: String::from("a moment that is not after `to`"),
            received: String::from("a later one"),
        };
        return Err(misfit("span_in_order", "query", vec![violation]));
    }
    let metric = call.part("metric_key");
    let values = rows::series(&mut *call.read().await?, &person.id, metric, from, to, MOST).await?;
    let data: Vec<MeasurementView> = match call.query.text("granularity") {
        Some("day") => thin_out(values, DAY),
        Some("week") => thin_out(values, 7 * DAY),
        Some("month") => thin_out(values, 30 * DAY),
        _ => values,
    }
    .into_iter()
    .map(MeasurementView::from)
    .collect();
    let count = data.len();
    Ok(Answer::ok(&Series {
        patient_id: person.id.to_string(),
        metric_key: metric.to_owned(),
        data,
        count,
    }))
}

/// The last value of each span of `millis`.
fn thin_out(values: Vec<Measurement>, millis: i64) -> Vec<Measurement> {
    let mut kept: Vec<Measurement> = Vec::new();
    let span = |row: &Measurement| row.recorded_at.as_millis().div_euclid(millis);
    for row in values {
        if kept.last().is_some_and(|last| span(last) == span(&row)) {
            kept.pop();
        }
        kept.push(row);
    }
    kept
}
