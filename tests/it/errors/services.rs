//! The errors of the services.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::every_refusal_is_explained;
use crate::support::{Answer, MAYA, Request, Sandbox};

/// Codes of the services.
const SERVICES: [&str; 10] = [
    "invalid_token",
    "insufficient_scope",
    "unauthenticated",
    "validation_error",
    "forbidden",
    "not_found",
    "conflict",
    "idempotency_key_payload_mismatch",
    "unprocessable_entity",
    "rate_limited",
];

#[tokio::test]
async fn every_service_error_is_as_documented() {
    let sandbox = Sandbox::approving().await;
    let web = sandbox.web().await;
    let person = sandbox.person(MAYA).await;
    let all = crate::support::people_scopes().join(" ");
    let token = sandbox.tokens(&web, &all).await.access;
    let narrow = sandbox.tokens(&web, "openid").await.access;
    let mut seen = BTreeSet::new();
    let mut told = |answer: &Answer, status, code: &'static str| {
        answer.is_service_error(status, code);
        seen.insert(code);
    };
    let get = |path: String| Request::get(path).bearer(&token);
    let post = |path: &str, body: &Value| Request::post(path).bearer(&token).json(body);

    told(
        &sandbox.send(&Request::get("/v1/biomarkers/me")).await,
        401,
        "unauthenticated",
    );
    told(
        &sandbox.biomarkers("lph_at_made_up").await,
        401,
        "invalid_token",
    );
    let answer = sandbox.biomarkers(&narrow).await;
    told(&answer, 403, "insufficient_scope");
    assert_eq!(
        answer.header("www-authenticate"),
        Some("Bearer error=\"insufficient_scope\", scope=\"read:biomarkers\"")
    );

    let result = json!({ "code": "ferritin", "name": "Ferritin", "value": 88.0, "unit": "ng/mL", "collected_at": "2026-01-02T03:04:05Z" });
    let upload = json!({ "patient_id": person, "brand_id": "loop", "source": "lab", "biomarkers": [result] });
    let changed = |member: &str, value: Value| {
        let mut body = upload.clone();
        body[member] = value;
        body
    };
    told(
        &sandbox
            .send(&post(
                "/v1/biomarkers/parse",
                &changed("biomarkers", json!([])),
            ))
            .await,
        400,
        "validation_error",
    );
    told(
        &sandbox
            .send(&post("/v1/biomarkers/parse", &changed("source", json!(7))))
            .await,
        400,
        "validation_error",
    );
    let broken = Request::post("/v1/biomarkers/parse")
        .bearer(&token)
        .header("Content-Type", "application/json")
        .body("{");
    told(&sandbox.send(&broken).await, 400, "validation_error");
    told(
        &sandbox
            .send(&get("/v1/check-ins/next?enrolled_at=soon".into()))
            .await,
        400,
        "validation_error",
    );
    told(
        &sandbox
            .send(&post(
                "/v1/biomarkers/parse",
                &changed("brand_id", json!("loopbio")),
            ))
            .await,
        403,
        "forbidden",
    );
    let stranger = sandbox.person("jonas@example.com").await;
    told(
        &sandbox
            .send(&post(
                "/v1/biomarkers/parse",
                &changed("patient_id", json!(stranger)),
            ))
            .await,
        404,
        "not_found",
    );
    told(
        &sandbox
            .send(&get(format!("/v1/red-flags/{stranger}")))
            .await,
        404,
        "not_found",
    );
    told(
        &sandbox
            .send(&get("/v1/protocols/protocol_made_up".into()))
            .await,
        404,
        "not_found",
    );
    told(
        &sandbox.send(&get("/v1/nothing/here".into())).await,
        404,
        "not_found",
    );
    told(
        &sandbox
            .send(&post("/v1/events", &json!({ "name": "x", "payload": {} })))
            .await,
        404,
        "not_found",
    );

    let keyed =
        |body: &Value| post("/v1/biomarkers/parse", body).header("Idempotency-Key", "one-upload");
    sandbox.send(&keyed(&upload)).await.expect(200);
    told(
        &sandbox
            .send(&keyed(&changed("source", json!("another lab"))))
            .await,
        409,
        "idempotency_key_payload_mismatch",
    );
    let follow = json!({ "follower_id": person, "followee_id": stranger, "brand_id": "loop" });
    let first = sandbox.send(&post("/v1/follows", &follow)).await;
    assert!(matches!(first.status, 201 | 409), "{first}");
    told(
        &sandbox.send(&post("/v1/follows", &follow)).await,
        409,
        "conflict",
    );
    let message = json!({
        "channel": "email", "template_key": "template_made_up", "recipient": MAYA, "brand_id": "loop",
        "person_id": person, "variables": {}, "dedup_key": "once",
    });
    told(
        &sandbox.send(&post("/v1/messages/send", &message)).await,
        422,
        "unprocessable_entity",
    );

    // Statuses that the reference names beside the codes.
    sandbox
        .rpc(
            "people_create",
            json!({ "email": "new@example.com", "name": "New", "without_data": true }),
        )
        .await;
    let bare = web
        .authorize(&sandbox, &all)
        .set("login_hint", "new@example.com");
    let bare = bare.code_of(&sandbox.send(&bare.request()).await);
    let bare = crate::support::Tokens::of(&sandbox.exchange(&web, &bare).await).access;
    let nobody = sandbox.person("new@example.com").await;
    let ask = json!({ "patient_id": nobody, "brand_id": "loop" });
    let answer = sandbox
        .send(
            &Request::post("/v1/health-engine/score")
                .bearer(&bare)
                .json(&ask),
        )
        .await;
    told(&answer, 412, "precondition_failed");
    let link = json!({ "link_token": "unreachable-vendor" });
    told(
        &sandbox
            .send(&post("/v1/wearables/link/exchange", &link))
            .await,
        502,
        "upstream_error",
    );
    let form = Request::post("/v1/biomarkers/parse")
        .bearer(&token)
        .form(&[("a", "b")]);
    told(&sandbox.send(&form).await, 415, "unsupported_media_type");
    let wrong_method = sandbox
        .send(&Request::new("DELETE", "/v1/biomarkers/me").bearer(&token))
        .await;
    told(&wrong_method, 405, "method_not_allowed");
    assert_eq!(wrong_method.header("allow"), Some("GET, HEAD"));

    sandbox.rpc("clock_pause", json!({})).await;
    sandbox
        .rpc("settings_update", json!({ "rate_limit_per_minute": 3 }))
        .await;
    for _ in 0..3 {
        sandbox.biomarkers(&token).await.expect(200);
    }
    let answer = sandbox.biomarkers(&token).await;
    told(&answer, 429, "rate_limited");
    let wait: u64 = answer
        .header("retry-after")
        .and_then(|wait| wait.parse().ok())
        .expect("whole seconds");
    assert!((1..=60).contains(&wait), "{wait}");
    sandbox.advance(wait).await;
    sandbox.biomarkers(&token).await.expect(200);
    sandbox
        .rpc("settings_update", json!({ "rate_limit_per_minute": null }))
        .await;

    let documented: BTreeSet<&str> = SERVICES.into_iter().collect();
    assert!(
        documented.is_subset(&seen),
        "not shown: {:?}",
        documented.difference(&seen)
    );
    every_refusal_is_explained(&sandbox).await;
}
