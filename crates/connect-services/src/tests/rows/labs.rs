//! Rows of lab results and what is computed from them.

use connect_core::protocol::error::ErrorCode::{Forbidden, NotFound, PreconditionFailed};
use serde_json::{Value, json};

use super::super::sandbox::{Ask, Sandbox};
use super::{Row, ask, engine, maya, refused, with, without_results};

fn lab_results(sandbox: &Sandbox) -> Value {
    json!({
        "patient_id": maya(sandbox), "brand_id": "loop", "source": "partner",
        "biomarkers": [{
            "code": "ldl_cholesterol", "name": "LDL cholesterol", "value": 91.5, "unit": "mg/dL",
            "reference_low": null, "reference_high": 99, "collected_at": "2026-05-20T08:00:00Z",
        }],
    })
}

fn vendor_payload(sandbox: &Sandbox) -> Value {
    json!({
        "patient_id": maya(sandbox), "brand_id": "loop", "vendor": "labcorp",
        "raw_payload": {
            "collected_at": "2026-05-20T08:00:00Z",
            "results": [{ "test_code": "tsh", "test_name": "TSH", "result_value": "2.4", "units": "uIU/mL", "ref_low": 0.45, "ref_high": "4.5" }],
        },
    })
}

const RESULTS: &str = "results[]{id,patient_id,biomarker_code,biomarker_name,value,unit,reference_low,reference_high,status,\
collected_at,parsed_at},count";

pub(super) const ROWS: &[Row] = &[
    Row {
        operation: "biomarkers_me",
        good: |_| Ask::get("/clinical/v1/biomarkers/me"),
        shape: RESULTS,
        refused: &[],
    },
    Row {
        operation: "biomarkers_list",
        good: |s| Ask::get(format!("/clinical/v1/biomarkers?user_id={}", maya(s))),
        shape: RESULTS,
        refused: &[
            refused(
                NotFound,
                "own_data",
                ask!(|s| Ask::get(format!("/clinical/v1/biomarkers?user_id={}", s.id("jonas")))),
            ),
            refused(Forbidden, "baa_signed", |s| {
                Box::pin(async move {
                    s.change_app(&s.app, |app| {
                        app.baa_status = connect_core::domain::app::BaaStatus::Applied;
                    })
                    .await;
                    Ask::get(format!("/clinical/v1/biomarkers?user_id={}", maya(s)))
                })
            }),
        ],
    },
    Row {
        operation: "biomarkers_parse",
        good: |s| Ask::post("/clinical/v1/biomarkers/parse", &lab_results(s)),
        shape: RESULTS,
        refused: &[
            refused(
                Forbidden,
                "brand_matches",
                ask!(|s| Ask::post(
                    "/clinical/v1/biomarkers/parse",
                    &with(lab_results(s), "brand_id", json!("loopbio"))
                )),
            ),
            refused(
                NotFound,
                "own_data",
                ask!(|s| Ask::post(
                    "/clinical/v1/biomarkers/parse",
                    &with(lab_results(s), "patient_id", json!(s.id("jonas")))
                )),
            ),
        ],
    },
    Row {
        operation: "biomarkers_parse_vendor",
        good: |s| Ask::post("/clinical/v1/biomarkers/parse/vendor", &vendor_payload(s)),
        shape: RESULTS,
        refused: &[
            refused(
                Forbidden,
                "brand_matches",
                ask!(|s| Ask::post(
                    "/clinical/v1/biomarkers/parse/vendor",
                    &with(vendor_payload(s), "brand_id", json!("loopbio"))
                )),
            ),
            refused(
                NotFound,
                "own_data",
                ask!(|s| Ask::post(
                    "/clinical/v1/biomarkers/parse/vendor",
                    &with(vendor_payload(s), "patient_id", json!("user_x"))
                )),
            ),
        ],
    },
    Row {
        operation: "red_flags_list",
        good: |s| Ask::get(format!("/clinical/v1/red-flags/{}", maya(s))),
        shape: "flags[]{id,patient_id,brand_id,rule_id,rule_name,severity,biomarker_code,biomarker_id,message,\
acknowledged,detected_at}",
        refused: &[refused(
            NotFound,
            "own_data",
            ask!(|s| Ask::get(format!("/clinical/v1/red-flags/{}", s.id("jonas")))),
        )],
    },
    Row {
        operation: "red_flags_evaluate",
        good: |s| {
            let life = crate::seed::life(s.person("maya"), s.now());
            let ids: Vec<String> = life
                .red_flags
                .iter()
                .map(|flag| flag.biomarker_id.to_string())
                .collect();
            Ask::post(
                "/clinical/v1/red-flags/evaluate",
                &with(engine(s), "biomarker_ids", json!(ids)),
            )
        },
        shape: "patient_id,brand_id,flags_detected,flags[]{id,patient_id,brand_id,rule_id,rule_name,severity,\
biomarker_code,biomarker_id,message,acknowledged,detected_at}",
        refused: &[
            refused(
                Forbidden,
                "brand_matches",
                ask!(|s| Ask::post(
                    "/clinical/v1/red-flags/evaluate",
                    &with(engine(s), "brand_id", json!("loopbio"))
                )),
            ),
            refused(
                NotFound,
                "biomarkers_known",
                ask!(|s| Ask::post(
                    "/clinical/v1/red-flags/evaluate",
                    &with(engine(s), "biomarker_ids", json!(["biomarker_x"]))
                )),
            ),
            refused(PreconditionFailed, "patient_has_biomarkers", |s| {
                without_results(s, "/clinical/v1/red-flags/evaluate", json!({}))
            }),
        ],
    },
    Row {
        operation: "health_engine_score",
        good: |s| Ask::post("/clinical/v1/health-engine/score", &engine(s)),
        shape: "id,patient_id,brand_id,overall_score,domain_scores,biomarker_count,computed_at",
        refused: &[
            refused(
                Forbidden,
                "brand_matches",
                ask!(|s| Ask::post(
                    "/clinical/v1/health-engine/score",
                    &with(engine(s), "brand_id", json!("loopbio"))
                )),
            ),
            refused(
                NotFound,
                "own_data",
                ask!(|s| Ask::post(
                    "/clinical/v1/health-engine/score",
                    &with(engine(s), "patient_id", json!(s.id("jonas")))
                )),
            ),
            refused(PreconditionFailed, "patient_has_biomarkers", |s| {
                without_results(s, "/clinical/v1/health-engine/score", json!({}))
            }),
        ],
    },
    Row {
        operation: "lab_catalog_markers",
        good: |_| Ask::get("/clinical/v1/lab-catalog/markers?state=NY&q=cholesterol"),
        shape: "markers[]{id,slug,name,description,biomarker_code,units,wholesale_cost,currency,source_lab_id,tags[],\
availability{state,status,source_lab_id,note},retail_price},total,limit,offset,state",
        refused: &[],
    },
];
