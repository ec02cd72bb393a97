//! Rows of protocols, enrolments, check-ins and recommendations.

use connect_core::protocol::error::ErrorCode::{Conflict, Forbidden, NotFound, PreconditionFailed};
use serde_json::{Value, json};

use super::super::sandbox::{Ask, Sandbox};
use super::{
    Row, ask, before, engine, foreign_protocol, maya, protocol, refused, with, without_results,
};

fn enrolment(sandbox: &Sandbox) -> Value {
    json!({
        "consent": { "agreed_to_privacy": true, "agreed_to_terms": true },
        "goals": ["Sleep"],
        "intake": { "age": 34, "conditions": ["none"], "email": "maya@example.com", "full_name": "Maya Lindqvist" },
        "patient_id": maya(sandbox),
        "protocol_id": protocol("metabolic-reset"),
    })
}

fn check_in() -> Value {
    json!({
        "day_marker": 30, "enrolled_at": "2026-04-20T10:00:00Z", "goals": ["Run"], "wins": ["Ran"], "blockers": ["Rain"],
        "mood": 7, "weight_kg": 62.4, "sleep_quality": 8,
    })
}

const CHECK_IN: &str = "id,patient_id,day_marker,goals[],wins[],blockers[],protocol_changes,mood,weight_kg,sleep_quality,\
completed_at,created_at";

pub(super) const ROWS: &[Row] = &[
    Row {
        operation: "protocols_get",
        good: |_| {
            Ask::get(format!(
                "/clinical/v1/protocols/{}",
                protocol("lipid-lowering")
            ))
        },
        shape: "id,name,version,description,category,criteria,recommendations[],contraindications[],active",
        refused: &[refused(
            NotFound,
            "protocol_known",
            ask!(|_s| Ask::get(format!("/clinical/v1/protocols/{}", foreign_protocol()))),
        )],
    },
    Row {
        operation: "protocols_match",
        good: |s| Ask::post("/clinical/v1/protocols/match", &engine(s)),
        shape: "matches[]{protocol_id,protocol_name,category,match_score,matched_criteria[],recommendations[]},count",
        refused: &[
            refused(
                Forbidden,
                "brand_matches",
                ask!(|s| Ask::post(
                    "/clinical/v1/protocols/match",
                    &with(engine(s), "brand_id", json!("loopbio"))
                )),
            ),
            refused(
                NotFound,
                "own_data",
                ask!(|s| Ask::post(
                    "/clinical/v1/protocols/match",
                    &with(engine(s), "patient_id", json!("user_x"))
                )),
            ),
            refused(PreconditionFailed, "patient_has_biomarkers", |s| {
                without_results(s, "/clinical/v1/protocols/match", json!({}))
            }),
        ],
    },
    Row {
        operation: "protocol_engine_evaluate",
        good: |s| {
            let body = with(
                engine(s),
                "protocol_id",
                json!(protocol("vitamin-d-repletion")),
            );
            Ask::post(
                "/clinical/v1/protocol-engine/evaluate",
                &with(body, "medications", json!(["Warfarin"])),
            )
        },
        shape: "protocol_id,protocol_name,eligible,match_score,matched_biomarkers[],missing_biomarkers[],\
contraindication_hits[]{rule_id,medication_code,medication_name,protocol_category,severity,reason,alternatives[]},\
phase{week,total_weeks,name,description},parameters[]{name,value,unit,derived_from,rationale}",
        refused: &[
            refused(
                Forbidden,
                "brand_matches",
                ask!(|s| Ask::post(
                    "/clinical/v1/protocol-engine/evaluate",
                    &with(
                        with(engine(s), "brand_id", json!("loopbio")),
                        "protocol_id",
                        json!("p")
                    )
                )),
            ),
            refused(
                NotFound,
                "protocol_known",
                ask!(|s| Ask::post(
                    "/clinical/v1/protocol-engine/evaluate",
                    &with(engine(s), "protocol_id", json!(foreign_protocol()))
                )),
            ),
            refused(PreconditionFailed, "patient_has_biomarkers", |s| {
                without_results(
                    s,
                    "/clinical/v1/protocol-engine/evaluate",
                    json!({ "protocol_id": protocol("lipid-lowering") }),
                )
            }),
        ],
    },
    Row {
        operation: "enrollments_create",
        good: |s| Ask::post("/clinical/v1/enrollments", &enrolment(s)),
        shape: "enrolled_at,id,patient_id,protocol_id,status",
        refused: &[
            refused(
                NotFound,
                "protocol_known",
                ask!(|s| Ask::post(
                    "/clinical/v1/enrollments",
                    &with(enrolment(s), "protocol_id", json!(foreign_protocol()))
                )),
            ),
            refused(Conflict, "protocol_not_running", |s| {
                Box::pin(async move {
                    before(s, Ask::post("/clinical/v1/enrollments", &enrolment(s))).await;
                    Ask::post("/clinical/v1/enrollments", &enrolment(s))
                })
            }),
        ],
    },
    Row {
        operation: "check_ins_list",
        good: |_| Ask::get("/clinical/v1/check-ins"),
        shape: "check_ins[]{id,patient_id,day_marker,goals[],wins[],blockers[],protocol_changes,mood,weight_kg,\
sleep_quality,completed_at,created_at}",
        refused: &[],
    },
    Row {
        operation: "check_ins_create",
        good: |_| Ask::post("/clinical/v1/check-ins", &check_in()),
        shape: CHECK_IN,
        refused: &[refused(Conflict, "check_in_open", |s| {
            Box::pin(async move {
                before(s, Ask::post("/clinical/v1/check-ins", &check_in())).await;
                Ask::post("/clinical/v1/check-ins", &check_in())
            })
        })],
    },
    Row {
        operation: "check_ins_next",
        good: |_| Ask::get("/clinical/v1/check-ins/next?enrolled_at=2026-04-20T10:00:00Z"),
        shape: "day_marker,due_at",
        refused: &[],
    },
    Row {
        operation: "recommendations_generate",
        good: |s| {
            Ask::post(
                "/clinical/v1/recommendations/generate",
                &with(engine(s), "medications", json!(["levothyroxine"])),
            )
        },
        shape: "recommendations[]{id,category,priority,title,description,rationale,source,source_id},count",
        refused: &[
            refused(
                Forbidden,
                "brand_matches",
                ask!(|s| Ask::post(
                    "/clinical/v1/recommendations/generate",
                    &with(engine(s), "brand_id", json!("loopbio"))
                )),
            ),
            refused(
                NotFound,
                "protocol_known",
                ask!(|s| Ask::post(
                    "/clinical/v1/recommendations/generate",
                    &with(engine(s), "protocol_ids", json!([foreign_protocol()]))
                )),
            ),
            refused(PreconditionFailed, "patient_has_biomarkers", |s| {
                without_results(s, "/clinical/v1/recommendations/generate", json!({}))
            }),
        ],
    },
];
