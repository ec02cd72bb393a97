//! Rows of wearables and the patient graph.

use connect_core::protocol::error::ErrorCode::{NotFound, UpstreamError};
use serde_json::json;

use super::super::sandbox::Ask;
use super::{Row, ask, foreign_protocol, maya, protocol, refused};

const CONNECTION: &str =
    "id,patient_id,provider,junction_user_id,status,connected_at,last_synced_at";

pub(super) const ROWS: &[Row] = &[
    Row {
        operation: "wearables_connections",
        good: |_| Ask::get("/clinical/v1/wearables/connections"),
        shape: "connections[]{id,patient_id,provider,junction_user_id,status,connected_at,last_synced_at}",
        refused: &[],
    },
    Row {
        operation: "wearables_disconnect",
        good: |_| Ask::new("DELETE", "/clinical/v1/wearables/connections/oura"),
        shape: CONNECTION,
        refused: &[
            refused(
                NotFound,
                "wearable_connected",
                ask!(|_s| Ask::new("DELETE", "/clinical/v1/wearables/connections/dexcom")),
            ),
            refused(UpstreamError, "vendor_answers", |s| {
                Box::pin(async move {
                    let user = s.id("maya").clone();
                    s.write(move |tx| {
                        Box::pin(async move {
                            use connect_store::services::clinical::wearables::{
                                self, ConnectionStatus,
                            };
                            let mut rows =
                                wearables::list(connect_store::services::reading(tx), &user)
                                    .await?;
                            rows[0].status = ConnectionStatus::Error;
                            wearables::put(tx, &rows[..1]).await
                        })
                    })
                    .await;
                    Ask::new("DELETE", "/clinical/v1/wearables/connections/oura")
                })
            }),
        ],
    },
    Row {
        operation: "wearables_link_exchange",
        good: |_| {
            Ask::post(
                "/clinical/v1/wearables/link/exchange",
                &json!({ "link_token": "link-0123456789", "provider": "whoop" }),
            )
        },
        shape: CONNECTION,
        refused: &[refused(
            UpstreamError,
            "vendor_answers",
            ask!(|_s| Ask::post(
                "/clinical/v1/wearables/link/exchange",
                &json!({ "link_token": "unreachable-1" })
            )),
        )],
    },
    Row {
        operation: "wearables_metrics",
        good: |_| Ask::get("/clinical/v1/wearables/metrics"),
        shape: "[]{provider,metric,label,value,show_on_optimize}",
        refused: &[],
    },
    Row {
        operation: "wearables_metrics_update",
        good: |_| {
            Ask::new("PATCH", "/clinical/v1/wearables/metrics")
                .json(&json!([{ "provider": "oura", "metric": "steps", "show_on_optimize": true }]))
        },
        shape: "[]{provider,metric,label,value,show_on_optimize}",
        refused: &[refused(
            NotFound,
            "metric_known",
            ask!(|_s| Ask::new("PATCH", "/clinical/v1/wearables/metrics")
                .json(&json!({ "provider": "oura", "metric": "luck", "show_on_optimize": true }))),
        )],
    },
    Row {
        operation: "patients_safe",
        good: |s| Ask::get(format!("/patient-graph/v1/patients/{}/safe", maya(s))),
        shape: "id,brand_id,external_ids,status,metadata,created_at,updated_at",
        refused: &[refused(
            NotFound,
            "own_data",
            ask!(|s| Ask::get(format!("/patient-graph/v1/patients/{}/safe", s.id("priya")))),
        )],
    },
    Row {
        operation: "patients_metrics",
        good: |s| Ask::get(format!("/patient-graph/v1/patients/{}/metrics", maya(s))),
        shape: "patient_id,metrics[]{metric_key,last_value,unit,last_recorded_at,is_phi}",
        refused: &[refused(
            NotFound,
            "own_data",
            ask!(|s| Ask::get(format!(
                "/patient-graph/v1/patients/{}/metrics",
                s.id("jonas")
            ))),
        )],
    },
    Row {
        operation: "patients_metric_series",
        good: |s| {
            Ask::get(format!(
                "/patient-graph/v1/patients/{}/metrics/weight?granularity=month&from=2026-01-01T00:00:00Z",
                maya(s)
            ))
        },
        shape: "patient_id,metric_key,data[]{id,patient_id,brand_id,metric_key,value_numeric,value_text,unit,source,is_phi,\
recorded_at,created_at},count",
        refused: &[refused(
            NotFound,
            "own_data",
            ask!(|s| Ask::get(format!(
                "/patient-graph/v1/patients/{}/metrics/weight",
                s.id("jonas")
            ))),
        )],
    },
    Row {
        operation: "patients_timeline",
        good: |s| {
            Ask::get(format!(
                "/patient-graph/v1/patients/{}/timeline?event_type=lab_results.received&limit=3",
                maya(s)
            ))
        },
        shape: "patient_id,events[]{id,patient_id,brand_id,event_type,title,description,occurred_at,source_type,source_id,\
metadata,created_at},total",
        refused: &[refused(
            NotFound,
            "own_data",
            ask!(|s| Ask::get(format!(
                "/patient-graph/v1/patients/{}/timeline",
                s.id("jonas")
            ))),
        )],
    },
    Row {
        operation: "patient_graph_protocols_get",
        good: |_| {
            Ask::get(format!(
                "/patient-graph/v1/protocols/{}",
                protocol("lipid-lowering")
            ))
        },
        shape: "id,brand_id,slug,name,version,category,description,oversight_tier,active,metadata,created_at,updated_at,\
compounds[]{id,protocol_id,compound_id,compound_slug,display_name,dose_amount,dose_unit,route,position,created_at,updated_at}",
        refused: &[refused(
            NotFound,
            "protocol_known",
            ask!(|_s| Ask::get(format!(
                "/patient-graph/v1/protocols/{}",
                foreign_protocol()
            ))),
        )],
    },
];
