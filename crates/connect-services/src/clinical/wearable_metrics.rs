//! `GET` and `PATCH /v1/wearables/metrics`: the last value of each metric, and which of them the Optimize page shows.

use connect_core::domain::journal::Kind;
use connect_core::protocol::error::ErrorCode;
use connect_store::services::clinical::wearables::{self as rows, Provider, WearableMetric};
use connect_store::services::reading;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::access::not_visible;
use crate::answer::Answer;
use crate::call::Call;
use crate::catalogue::{Operation, Verb};
use crate::failure::Failure;
use crate::schema::words;
use crate::service::Service;

pub(crate) const LIST: Operation = Operation::new::<Vec<MetricView>>(
    Service::Clinical,
    Verb::Get,
    "/v1/wearables/metrics",
    "wearables_metrics",
    "read:wearables",
    |call| Box::pin(list(call)),
)
.summary("The metrics of the person's wearables")
.source("/reference/api/clinical/get_v1_wearables_metrics");

pub(crate) const UPDATE: Operation = Operation::new::<Vec<MetricView>>(
    Service::Clinical,
    Verb::Patch,
    "/v1/wearables/metrics",
    "wearables_metrics_update",
    "write:wearables",
    |call| Box::pin(update(call)),
)
.summary("Choose which metrics are shown")
.notes("Takes one item or an array of them (the reference shows the item only), and answers with all metrics (assumed).")
.source("/reference/api/clinical/patch_v1_wearables_metrics")
.takes::<MetricChanges>()
.refuses(&[ErrorCode::NotFound]);

/// A metric on the wire.
#[derive(Debug, Serialize, JsonSchema)]
struct MetricView {
    #[schemars(schema_with = "words::word::<Provider>")]
    provider: Provider,
    metric: String,
    label: String,
    /// Last value with its unit, for people.
    value: String,
    show_on_optimize: bool,
}

impl From<&WearableMetric> for MetricView {
    fn from(row: &WearableMetric) -> Self {
        Self {
            provider: row.provider,
            metric: row.metric.clone(),
            label: row.label.clone(),
            value: row.value.clone(),
            show_on_optimize: row.show_on_optimize,
        }
    }
}

/// One change or several.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(untagged)]
enum MetricChanges {
    Several(#[schemars(length(min = 1, max = 100))] Vec<MetricChange>),
    One(MetricChange),
}

/// A metric and whether it is shown.
#[derive(Debug, Deserialize, JsonSchema)]
struct MetricChange {
    #[schemars(schema_with = "words::word::<Provider>")]
    provider: Provider,
    metric: String,
    show_on_optimize: bool,
}

async fn list(call: &Call) -> Result<Answer, Failure> {
    let person = call.person()?;
    let metrics = rows::metrics(&mut *call.read().await?, &person.id).await?;
    Ok(Answer::ok(
        &metrics.iter().map(MetricView::from).collect::<Vec<_>>(),
    ))
}

async fn update(call: &Call) -> Result<Answer, Failure> {
    let changes = match call.json()? {
        MetricChanges::Several(changes) => changes,
        MetricChanges::One(change) => vec![change],
    };
    let person = call.person()?;
    call.write(move |tx, origin| {
        Box::pin(async move {
            let mut metrics = rows::metrics(reading(tx), &person.id).await?;
            for change in &changes {
                let known = metrics
                    .iter_mut()
                    .find(|row| row.provider == change.provider && row.metric == change.metric);
                let Some(row) = known else {
                    return Err(not_visible(
                        "metric_known",
                        "There is no such metric of this vendor",
                        String::from("a metric of GET /v1/wearables/metrics"),
                        &change.metric,
                        "GET /v1/wearables/metrics lists the metrics there are.",
                    ));
                };
                row.show_on_optimize = change.show_on_optimize;
                row.updated_at = origin.at.sandbox;
            }
            rows::put_metrics(tx, &metrics).await?;
            let said: Vec<_> = changes
                .iter()
                .map(|it| json!({ "metric": it.metric, "shown": it.show_on_optimize }))
                .collect();
            let detail = json!({ "table": "wearable_metrics", "changed": said });
            let seq = tx.journal(origin, Kind::RecordUpdated, person.id.as_str(), &detail);
            Ok(Answer::ok(&metrics.iter().map(MetricView::from).collect::<Vec<_>>()).caused(seq))
        })
    })
    .await
}
