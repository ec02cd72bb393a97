//! One row for each operation: a request that succeeds, the members of its answer as documented, and a request for each
//! error of its own. What every operation refuses alike is asked in [`super::coverage`].

use connect_core::protocol::error::ErrorCode;
use futures_util::future::BoxFuture;
use serde_json::{Value, json};

use super::sandbox::{Ask, Sandbox};
use crate::seed::catalogue;

/// What stands for an operation.
pub(super) struct Row {
    pub(super) operation: &'static str,
    /// A request of maya's, made when the sandbox is there.
    pub(super) good: fn(&Sandbox) -> Ask,
    /// Its answer's members.
    pub(super) shape: &'static str,
    /// Requests that get an error of the operation's own.
    pub(super) refused: &'static [Refused],
}

/// A request that is refused.
pub(super) struct Refused {
    pub(super) code: ErrorCode,
    pub(super) check: &'static str,
    /// What must have happened before; then the request.
    pub(super) ask: for<'s> fn(&'s Sandbox) -> BoxFuture<'s, Ask>,
}

const fn refused(
    code: ErrorCode,
    check: &'static str,
    ask: for<'s> fn(&'s Sandbox) -> BoxFuture<'s, Ask>,
) -> Refused {
    Refused { code, check, ask }
}

/// A request that needs nothing before.
macro_rules! ask {
    (|$sandbox:ident| $ask:expr) => {
        |$sandbox| {
            let ask = $ask;
            Box::pin(async move { ask })
        }
    };
}

use ErrorCode::{
    Conflict, Forbidden, NotFound, PreconditionFailed, UnprocessableEntity, UpstreamError,
};

fn maya(sandbox: &Sandbox) -> &str {
    sandbox.id("maya").as_str()
}

fn protocol(slug: &str) -> String {
    let all = catalogue::of_brand("loop");
    all.protocols
        .iter()
        .find(|protocol| protocol.slug == slug)
        .expect("a protocol")
        .id
        .to_string()
}

/// Somebody whose protocols and results are not there for maya.
fn foreign_protocol() -> String {
    catalogue::of_brand("loopbio").protocols[0].id.to_string()
}

fn engine(sandbox: &Sandbox) -> Value {
    json!({ "patient_id": maya(sandbox), "brand_id": "loop" })
}

fn with(mut body: Value, member: &str, value: Value) -> Value {
    body[member] = value;
    body
}

/// An engine's request for a persona without any results.
fn without_results<'s>(
    sandbox: &'s Sandbox,
    path: &'static str,
    extra: Value,
) -> BoxFuture<'s, Ask> {
    Box::pin(async move {
        let user = sandbox.id("maya").clone();
        sandbox
            .write(move |tx| {
                Box::pin(async move { connect_store::services::erase::person(tx, &user).await })
            })
            .await;
        let origin = sandbox.origin();
        sandbox
            .write(move |tx| Box::pin(async move { crate::seed::seed_brands(tx, &origin).await }))
            .await;
        let mut body = engine(sandbox);
        for (name, value) in extra.as_object().expect("an object") {
            body[name] = value.clone();
        }
        Ask::post(path, &body)
    })
}

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

fn post(sandbox: &Sandbox) -> Value {
    json!({ "author_id": maya(sandbox), "brand_id": "loop", "content": "Hello #labs", "community_slug": "welcome" })
}

fn follow(sandbox: &Sandbox, whom: &str) -> Value {
    json!({ "follower_id": maya(sandbox), "followee_id": whom, "brand_id": "loop" })
}

fn message(sandbox: &Sandbox) -> Value {
    json!({
        "channel": "email", "template_key": "lab_results_ready", "recipient": "maya@example.com", "brand_id": "loop",
        "person_id": maya(sandbox), "variables": { "first_name": "Maya" }, "dedup_key": "results-1",
    })
}

fn scheduled(sandbox: &Sandbox) -> Value {
    with(
        message(sandbox),
        "scheduled_at",
        json!("2026-06-01T09:00:00Z"),
    )
}

fn preference(sandbox: &Sandbox) -> Value {
    json!({ "person_id": maya(sandbox), "brand_id": "loop", "channel": "sms", "category": "protocol", "enabled": true })
}

fn membership_of(sandbox: &Sandbox, name: &str) -> String {
    crate::seed::life(sandbox.person(name), sandbox.now())
        .membership
        .id
        .to_string()
}

fn subscription_of(sandbox: &Sandbox, name: &str) -> String {
    crate::seed::life(sandbox.person(name), sandbox.now())
        .subscription
        .id
        .to_string()
}

fn payment_of(sandbox: &Sandbox, name: &str) -> String {
    crate::seed::life(sandbox.person(name), sandbox.now()).payments[0]
        .id
        .to_string()
}

fn post_of(sandbox: &Sandbox, name: &str) -> String {
    crate::seed::life(sandbox.person(name), sandbox.now()).posts[0]
        .id
        .to_string()
}

/// Sends a request of maya's before the one that matters.
async fn before(sandbox: &Sandbox, ask: Ask) -> Value {
    let token = sandbox.all("maya").await;
    let reply = sandbox.send(ask.bearer(&token)).await;
    assert!(reply.status.is_success(), "{:?}", reply.body);
    reply.body
}

/// Asks as one of Loop's own apps from now on.
async fn as_first_party(sandbox: &Sandbox) {
    sandbox
        .change_app(&sandbox.app, |app| app.is_first_party = true)
        .await;
}

const RESULTS: &str = "results[]{id,patient_id,biomarker_code,biomarker_name,value,unit,reference_low,reference_high,status,\
collected_at,parsed_at},count";
const CHECK_IN: &str = "id,patient_id,day_marker,goals[],wins[],blockers[],protocol_changes,mood,weight_kg,sleep_quality,\
completed_at,created_at";
const CONNECTION: &str =
    "id,patient_id,provider,junction_user_id,status,connected_at,last_synced_at";
const MEMBERSHIP: &str =
    "id,user_id,brand_id,tier,state,subscription_id,has_access,created_at,updated_at";
const POST: &str = "id,author_id,brand_id,content,score,reaction_counts,tags[],metadata,media_urls[],moderation_status,\
created_at,updated_at,edited_at,edit_window_ends_at,is_broadcast,broadcast_role,pinned_until,pinned_by_staff_at";
const PAUSED: &str = "id,status,cancel_at_period_end,cancel_reason";

/// A row for each operation.
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
                        app.baa_status = connect_core::domain::app::BaaStatus::Applied
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
    Row {
        operation: "memberships_get",
        good: |s| {
            Ask::get(format!(
                "/membership/v1/memberships/{}",
                membership_of(s, "maya")
            ))
        },
        shape: MEMBERSHIP,
        refused: &[refused(
            NotFound,
            "own_data",
            ask!(|s| Ask::get(format!(
                "/membership/v1/memberships/{}",
                membership_of(s, "jonas")
            ))),
        )],
    },
    Row {
        operation: "memberships_create",
        good: |s| {
            Ask::post(
                "/membership/v1/memberships",
                &json!({ "user_id": maya(s), "brand_id": "loop", "tier": "core" }),
            )
        },
        shape: MEMBERSHIP,
        refused: &[
            refused(NotFound, "own_data", |s| {
                Box::pin(async move {
                    as_first_party(s).await;
                    Ask::post(
                        "/membership/v1/memberships",
                        &json!({ "user_id": s.id("jonas"), "brand_id": "loop", "tier": "core" }),
                    )
                })
            }),
            refused(Conflict, "no_membership_yet", |s| {
                Box::pin(async move {
                    as_first_party(s).await;
                    Ask::post(
                        "/membership/v1/memberships",
                        &json!({ "user_id": maya(s), "brand_id": "loop", "tier": "core" }),
                    )
                })
            }),
        ],
    },
    Row {
        operation: "memberships_history",
        good: |s| {
            Ask::get(format!(
                "/membership/v1/memberships/{}/history",
                membership_of(s, "maya")
            ))
        },
        shape: "transitions[]{from_state,to_state,trigger,reason,created_at}",
        refused: &[refused(
            NotFound,
            "own_data",
            ask!(|s| Ask::get(format!(
                "/membership/v1/memberships/{}/history",
                membership_of(s, "priya")
            ))),
        )],
    },
    Row {
        operation: "memberships_conversion_eligibility",
        good: |s| {
            Ask::get(format!(
                "/membership/v1/memberships/{}/conversion-eligibility",
                maya(s)
            ))
        },
        shape: "user_id,eligible,pending_locks,locks[]{lock_id,subscription_id,status,locked_at,expires_at}",
        refused: &[refused(
            NotFound,
            "own_data",
            ask!(|s| Ask::get(format!(
                "/membership/v1/memberships/{}/conversion-eligibility",
                s.id("jonas")
            ))),
        )],
    },
    Row {
        operation: "payments_get",
        good: |s| Ask::get(format!("/payments/v1/payments/{}", payment_of(s, "maya"))),
        shape: "id,customer_id,order_id,amount_cents,currency,status,stripe_payment_intent_id,mode,subscription_id,\
created_at,updated_at",
        refused: &[refused(
            NotFound,
            "own_data",
            ask!(|s| Ask::get(format!("/payments/v1/payments/{}", payment_of(s, "jonas")))),
        )],
    },
    Row {
        operation: "subscriptions_get",
        good: |s| {
            Ask::get(format!(
                "/payments/v1/subscriptions/{}",
                subscription_of(s, "maya")
            ))
        },
        shape: "id,customer_id,stripe_subscription_id,plan_id,status,current_period_start,current_period_end,cancelled_at,\
created_at,updated_at",
        refused: &[refused(
            NotFound,
            "own_data",
            ask!(|s| Ask::get(format!(
                "/payments/v1/subscriptions/{}",
                subscription_of(s, "jonas")
            ))),
        )],
    },
    Row {
        operation: "subscriptions_pause",
        good: |s| {
            Ask::post(
                format!(
                    "/payments/v1/subscriptions/{}/pause",
                    subscription_of(s, "maya")
                ),
                &json!({ "reason": "holiday" }),
            )
        },
        shape: PAUSED,
        refused: &[
            refused(NotFound, "own_data", |s| {
                Box::pin(async move {
                    as_first_party(s).await;
                    Ask::post(
                        format!(
                            "/payments/v1/subscriptions/{}/pause",
                            subscription_of(s, "jonas")
                        ),
                        &json!({}),
                    )
                })
            }),
            refused(Conflict, "subscription_active", |s| {
                Box::pin(async move {
                    as_first_party(s).await;
                    let ask = Ask::post(
                        format!(
                            "/payments/v1/subscriptions/{}/pause",
                            subscription_of(s, "maya")
                        ),
                        &json!({}),
                    );
                    before(s, ask.clone()).await;
                    ask
                })
            }),
        ],
    },
    Row {
        operation: "billing_subscription_pause",
        good: |_| Ask::post("/payments/v1/billing/subscription/pause", &json!({})),
        shape: PAUSED,
        refused: &[
            refused(NotFound, "own_data", |s| {
                Box::pin(async move {
                    as_first_party(s).await;
                    let user = s.id("maya").clone();
                    s.write(move |tx| {
                        Box::pin(
                            async move { connect_store::services::erase::person(tx, &user).await },
                        )
                    })
                    .await;
                    Ask::post("/payments/v1/billing/subscription/pause", &json!({}))
                })
            }),
            refused(Conflict, "subscription_active", |s| {
                Box::pin(async move {
                    as_first_party(s).await;
                    let ask = Ask::post(
                        "/payments/v1/billing/subscription/pause",
                        &json!({ "reason": "holiday" }),
                    );
                    before(s, ask.clone()).await;
                    ask
                })
            }),
        ],
    },
    Row {
        operation: "billing_summary",
        good: |_| Ask::get("/payments/v1/billing/summary"),
        shape: "subscription{id,stripe_subscription_id,stripe_customer_id,plan_id,status,current_period_start,\
current_period_end,cancel_at_period_end,cancel_reason,source},payment_method{brand,last4,exp_month,exp_year}",
        refused: &[],
    },
    Row {
        operation: "billing_portal_session",
        good: |_| {
            Ask::post(
                "/payments/v1/billing/portal-session",
                &json!({ "return_url": "https://app.example/account" }),
            )
        },
        shape: "url",
        refused: &[],
    },
    Row {
        operation: "posts_create",
        good: |s| Ask::post("/community/v1/posts", &post(s)),
        shape: POST,
        refused: &[
            refused(
                Forbidden,
                "author_is_staff",
                ask!(|s| Ask::post(
                    "/community/v1/posts",
                    &with(post(s), "is_broadcast", json!(true))
                )),
            ),
            refused(
                NotFound,
                "own_data",
                ask!(|s| Ask::post(
                    "/community/v1/posts",
                    &with(post(s), "author_id", json!(s.id("jonas")))
                )),
            ),
        ],
    },
    Row {
        operation: "posts_update",
        good: |s| {
            Ask::new(
                "PATCH",
                format!("/community/v1/posts/{}", post_of(s, "maya")),
            )
            .json(&json!({ "content": "Hello again" }))
        },
        shape: POST,
        refused: &[
            refused(
                Forbidden,
                "edit_window",
                ask!(|s| Ask::new(
                    "PATCH",
                    format!("/community/v1/posts/{}", post_of(s, "maya"))
                )
                .json(&json!({ "content": "Hello" }))),
            ),
            refused(
                NotFound,
                "post_known",
                ask!(|s| Ask::new(
                    "PATCH",
                    format!("/community/v1/posts/{}", post_of(s, "priya"))
                )
                .json(&json!({ "content": "Hello" }))),
            ),
        ],
    },
    Row {
        operation: "post_reactions_toggle",
        good: |s| {
            Ask::post(
                format!("/community/v1/posts/{}/reactions", post_of(s, "jonas")),
                &json!({ "kind": "heart" }),
            )
        },
        shape: "score,reactionCounts,viewerReactions[],active",
        refused: &[
            refused(Forbidden, "post_open", |s| {
                Box::pin(async move {
                    let ask = Ask::post("/community/v1/posts", &post(s));
                    let mut row = crate::seed::life(s.person("maya"), s.now()).posts.remove(0);
                    row.id = s.env.id();
                    row.moderation_status =
                        connect_store::services::community::posts::ModerationStatus::Removed;
                    let id = row.id.clone();
                    s.write(move |tx| {
                        Box::pin(async move {
                            connect_store::services::community::posts::insert(tx, &[row]).await
                        })
                    })
                    .await;
                    Ask {
                        path: format!("/community/v1/posts/{id}/reactions"),
                        ..ask
                    }
                    .json(&json!({ "kind": "fire" }))
                })
            }),
            refused(
                NotFound,
                "post_known",
                ask!(|_s| Ask::post(
                    "/community/v1/posts/post_x/reactions",
                    &json!({ "kind": "fire" })
                )),
            ),
        ],
    },
    Row {
        operation: "communities_create",
        good: |_| {
            Ask::post(
                "/community/v1/communities",
                &json!({ "slug": "night-shift", "name": "Night shift" }),
            )
        },
        shape: "id,brand_id,slug,name,description,cover_image_url,created_by,created_at,updated_at",
        refused: &[refused(
            Conflict,
            "slug_free",
            ask!(|_s| Ask::post(
                "/community/v1/communities",
                &json!({ "slug": "welcome", "name": "Again" })
            )),
        )],
    },
    Row {
        operation: "reports_create",
        good: |s| {
            Ask::post(
                "/community/v1/reports",
                &json!({ "target_type": "post", "target_id": post_of(s, "jonas"), "reason": "advertising" }),
            )
        },
        shape: "id,target_type,target_id,reason,notes,status,created_at",
        refused: &[
            refused(
                NotFound,
                "target_known",
                ask!(|s| Ask::post(
                    "/community/v1/reports",
                    &json!({ "target_type": "user", "target_id": s.id("priya"), "reason": "spam" })
                )),
            ),
            refused(Conflict, "not_reported_yet", |s| {
                Box::pin(async move {
                    let ask = Ask::post(
                        "/community/v1/reports",
                        &json!({ "target_type": "comment", "target_id": "c1", "reason": "spam" }),
                    );
                    before(s, ask.clone()).await;
                    ask
                })
            }),
        ],
    },
    Row {
        operation: "feed_channels_put",
        good: |_| {
            Ask::post(
                "/community/v1/feed/channels/heart",
                &json!({ "label": "Heart" }),
            )
        },
        shape: "id,channel_key,label,created_at,updated_at",
        refused: &[],
    },
    Row {
        operation: "follows_create",
        good: |s| Ask::post("/follows/v1/follows", &follow(s, s.id("jonas").as_str())),
        shape: "id,follower_id,followee_id,brand_id,created_at",
        refused: &[
            refused(
                Forbidden,
                "not_blocked",
                ask!(|s| Ask::post(
                    "/follows/v1/follows",
                    &follow(s, catalogue::blocker("loop").as_str())
                )),
            ),
            refused(
                NotFound,
                "followee_known",
                ask!(|s| Ask::post("/follows/v1/follows", &follow(s, s.id("priya").as_str()))),
            ),
            refused(
                Conflict,
                "not_following_yet",
                ask!(|s| Ask::post(
                    "/follows/v1/follows",
                    &follow(s, catalogue::coach("loop").as_str())
                )),
            ),
        ],
    },
    Row {
        operation: "messages_send",
        good: |s| Ask::post("/comms/v1/messages/send", &message(s)),
        shape: "message_id,dedup_key,channel,status,provider",
        refused: &[
            refused(
                Forbidden,
                "brand_matches",
                ask!(|s| Ask::post(
                    "/comms/v1/messages/send",
                    &with(message(s), "brand_id", json!("loopbio"))
                )),
            ),
            refused(
                NotFound,
                "own_data",
                ask!(|s| Ask::post(
                    "/comms/v1/messages/send",
                    &with(message(s), "person_id", json!(s.id("jonas")))
                )),
            ),
            refused(Conflict, "dedup_key_fresh", |s| {
                Box::pin(async move {
                    before(s, Ask::post("/comms/v1/messages/send", &message(s))).await;
                    Ask::post("/comms/v1/messages/send", &message(s))
                })
            }),
            refused(
                UnprocessableEntity,
                "template_known",
                ask!(|s| Ask::post(
                    "/comms/v1/messages/send",
                    &with(message(s), "template_key", json!("poem"))
                )),
            ),
        ],
    },
    Row {
        operation: "messages_schedule",
        good: |s| Ask::post("/comms/v1/messages/schedule", &scheduled(s)),
        shape: "message_id,dedup_key,channel,status,provider,scheduled_at",
        refused: &[
            refused(
                Forbidden,
                "brand_matches",
                ask!(|s| Ask::post(
                    "/comms/v1/messages/schedule",
                    &with(scheduled(s), "brand_id", json!("loopbio"))
                )),
            ),
            refused(
                NotFound,
                "own_data",
                ask!(|s| Ask::post(
                    "/comms/v1/messages/schedule",
                    &with(scheduled(s), "person_id", json!(s.id("jonas")))
                )),
            ),
            refused(Conflict, "dedup_key_fresh", |s| {
                Box::pin(async move {
                    before(s, Ask::post("/comms/v1/messages/schedule", &scheduled(s))).await;
                    Ask::post("/comms/v1/messages/schedule", &scheduled(s))
                })
            }),
            refused(
                UnprocessableEntity,
                "scheduled_ahead",
                ask!(|s| Ask::post(
                    "/comms/v1/messages/schedule",
                    &with(scheduled(s), "scheduled_at", json!("2026-01-01T00:00:00Z"))
                )),
            ),
        ],
    },
    Row {
        operation: "messages_recent",
        good: |_| Ask::get("/comms/v1/messages/recent?brand_id=loop&limit=5"),
        shape: "data[]{id,brand_id,person_id,channel,template_key,recipient,dedup_key,status,provider,scheduled_at,sent_at,\
created_at}",
        refused: &[refused(
            Forbidden,
            "brand_matches",
            ask!(|_s| Ask::get("/comms/v1/messages/recent?brand_id=loopbio")),
        )],
    },
    Row {
        operation: "messages_scheduled",
        good: |_| Ask::get("/comms/v1/messages/scheduled?brand_id=loop&status=scheduled"),
        shape: "data[]{id,brand_id,person_id,channel,template_key,recipient,dedup_key,status,provider,scheduled_at,sent_at,\
created_at}",
        refused: &[refused(
            Forbidden,
            "brand_matches",
            ask!(|_s| Ask::get("/comms/v1/messages/scheduled?brand_id=loopbio")),
        )],
    },
    Row {
        operation: "preferences_list",
        good: |s| Ask::get(format!("/comms/v1/preferences/{}?brand_id=loop", maya(s))),
        shape: "data[]{id,brand_id,person_id,channel,category,enabled}",
        refused: &[
            refused(
                Forbidden,
                "brand_matches",
                ask!(|s| Ask::get(format!(
                    "/comms/v1/preferences/{}?brand_id=loopbio",
                    maya(s)
                ))),
            ),
            refused(
                NotFound,
                "own_data",
                ask!(|s| Ask::get(format!(
                    "/comms/v1/preferences/{}?brand_id=loop",
                    s.id("jonas")
                ))),
            ),
        ],
    },
    Row {
        operation: "preferences_put",
        good: |s| Ask::new("PUT", "/comms/v1/preferences").json(&preference(s)),
        shape: "id,brand_id,person_id,channel,category,enabled",
        refused: &[
            refused(
                Forbidden,
                "brand_matches",
                ask!(|s| Ask::new("PUT", "/comms/v1/preferences").json(&with(
                    preference(s),
                    "brand_id",
                    json!("loopbio")
                ))),
            ),
            refused(
                NotFound,
                "own_data",
                ask!(|s| Ask::new("PUT", "/comms/v1/preferences").json(&with(
                    preference(s),
                    "person_id",
                    json!(s.id("jonas"))
                ))),
            ),
        ],
    },
];
