//! Every documented error that can arise without a fault, as documented (facts.md §10): status, code, description, page,
//! challenge; and every one of them explained to whoever asks why.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::support::partner::Authorize;
use crate::support::{Answer, MAYA, Request, Sandbox, text};

/// Codes of OAuth, and those only a fault brings about (ours failing, or being told to back off).
const OAUTH: [&str; 8] = [
    "invalid_request",
    "invalid_client",
    "invalid_grant",
    "unauthorized_client",
    "unsupported_grant_type",
    "unsupported_response_type",
    "invalid_scope",
    "access_denied",
];
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

async fn redirected(
    sandbox: &Sandbox,
    seen: &mut BTreeSet<&'static str>,
    request: &Authorize,
    code: &'static str,
) {
    sandbox
        .send(&request.request())
        .await
        .is_redirect_error(sandbox, request, code);
    seen.insert(code);
}

#[tokio::test]
async fn every_oauth_error_is_as_documented() {
    let sandbox = Sandbox::approving().await;
    let (web, spa) = (sandbox.web().await, sandbox.spa().await);
    let machine = sandbox.register_machine("Robot", &["admin:clinical"]).await;
    let mut seen = BTreeSet::new();
    let mut told = |answer: &Answer, status, code: &'static str| {
        answer.is_oauth_error(status, code);
        seen.insert(code);
    };
    let form = web.refresh("lph_rt_made_up");
    told(
        &sandbox.token(&form.clone().without("grant_type")).await,
        400,
        "invalid_request",
    );
    told(
        &sandbox.token(&form.clone().without("refresh_token")).await,
        400,
        "invalid_request",
    );
    told(
        &sandbox
            .token(&form.clone().set("client_id", "client_made_up"))
            .await,
        401,
        "invalid_client",
    );
    told(
        &sandbox
            .token(&form.clone().set("client_secret", "secret_wrong"))
            .await,
        401,
        "invalid_client",
    );
    told(&sandbox.token(&form).await, 400, "invalid_grant");
    told(
        &sandbox
            .token(&form.clone().set("grant_type", "password"))
            .await,
        400,
        "unsupported_grant_type",
    );
    // The wrong kind of client for the grant, both ways.
    told(
        &sandbox.token(&machine.refresh("x")).await,
        400,
        "unauthorized_client",
    );
    let of_machine = |partner: &crate::support::Partner| {
        partner
            .credentials()
            .set("grant_type", "client_credentials")
    };
    told(
        &sandbox.send(&of_machine(&web).post("/v1/tokens")).await,
        400,
        "unauthorized_client",
    );
    told(
        &sandbox.send(&of_machine(&spa).post("/v1/tokens")).await,
        400,
        "unauthorized_client",
    );
    told(&sandbox.introspect(&spa, "x").await, 403, "forbidden");
    // A machine's token: 400, 401, and 403 for scope and audience.
    told(
        &sandbox
            .send(
                &of_machine(&machine)
                    .without("grant_type")
                    .post("/v1/tokens"),
            )
            .await,
        400,
        "invalid_request",
    );
    let wrong = of_machine(&machine).set("grant_type", "authorization_code");
    told(
        &sandbox.send(&wrong.post("/v1/tokens")).await,
        400,
        "unsupported_grant_type",
    );
    let wrong = of_machine(&machine).set("client_secret", "secret_wrong");
    told(
        &sandbox.send(&wrong.post("/v1/tokens")).await,
        401,
        "invalid_client",
    );
    let wrong = of_machine(&machine).set("scope", "admin:oauth_clients");
    told(
        &sandbox.send(&wrong.post("/v1/tokens")).await,
        403,
        "invalid_scope",
    );
    let wrong = of_machine(&machine).set("scope", "read:biomarkers");
    told(
        &sandbox.send(&wrong.post("/v1/tokens")).await,
        403,
        "invalid_scope",
    );
    let wrong = of_machine(&machine).set("audience", "payments");
    told(
        &sandbox.send(&wrong.post("/v1/tokens")).await,
        403,
        "invalid_target",
    );

    let request = web.authorize(&sandbox, "openid");
    redirected(
        &sandbox,
        &mut seen,
        &request.clone().set("response_type", "token"),
        "unsupported_response_type",
    )
    .await;
    redirected(
        &sandbox,
        &mut seen,
        &request.clone().set("scope", "read:moon"),
        "invalid_scope",
    )
    .await;
    redirected(
        &sandbox,
        &mut seen,
        &request.clone().without("code_challenge"),
        "invalid_request",
    )
    .await;
    let unsigned = sandbox
        .unsigned()
        .await
        .authorize(&sandbox, "read:biomarkers");
    redirected(&sandbox, &mut seen, &unsigned, "invalid_scope").await;
    let nobody = request.clone().set("login_hint", "nobody@example.com");
    redirected(&sandbox, &mut seen, &nobody, "access_denied").await;
    let disabled = sandbox.register_web("Switched off").await;
    sandbox
        .rpc("apps_disable", json!({ "client_id": disabled.client_id }))
        .await;
    let json = Request::get(disabled.authorize(&sandbox, "openid").target())
        .header("Accept", "application/json");
    sandbox
        .send(&json)
        .await
        .is_oauth_error(400, "unauthorized_client");
    sandbox
        .token(&disabled.refresh("x"))
        .await
        .is_oauth_error(401, "invalid_client");

    let documented: BTreeSet<&str> = OAUTH.into_iter().collect();
    assert!(
        documented.is_subset(&seen),
        "not shown: {:?}",
        documented.difference(&seen)
    );
    every_refusal_is_explained(&sandbox).await;
}

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

#[tokio::test]
async fn the_profile_strict_requires_what_the_security_page_requires() {
    let sandbox = Sandbox::approving().await;
    let web = sandbox.web().await;
    let person = sandbox.person(MAYA).await;
    let without_nonce = web.authorize(&sandbox, "openid");
    without_nonce.code_of(&sandbox.send(&without_nonce.request()).await);
    let finding = sandbox.explain_newest("authorize").await["findings"].to_string();
    assert!(finding.contains("nonce_missing"), "{finding}");
    sandbox
        .rpc("settings_update", json!({ "profile": "strict" }))
        .await;
    redirected(
        &sandbox,
        &mut BTreeSet::new(),
        &without_nonce,
        "invalid_request",
    )
    .await;
    let with_nonce = without_nonce.clone().set("nonce", "n-0S6");
    with_nonce.code_of(&sandbox.send(&with_nonce.request()).await);

    let token = sandbox.tokens(&web, "write:follows").await.access;
    let follow =
        json!({ "follower_id": person, "followee_id": "user_made_up", "brand_id": "loop" });
    let bare = Request::post("/v1/follows").bearer(&token).json(&follow);
    sandbox
        .send(&bare)
        .await
        .is_service_error(400, "validation_error");
    let keyed = bare.header("Idempotency-Key", "one");
    sandbox
        .send(&keyed)
        .await
        .is_service_error(404, "not_found");

    let register = |uri: &str| json!({ "name": "Native", "app_type": "native", "redirect_uris": [uri], "scopes": ["openid"] });
    for uri in [
        "myloopapp://auth/callback",
        "exp://127.0.0.1:8081/--/auth/callback",
    ] {
        sandbox
            .rpc_fails(
                "apps_create",
                register(uri),
                connect_rpc::ErrorCode::Invalid,
            )
            .await;
    }
    sandbox
        .rpc("apps_create", register("com.example.app:/callback"))
        .await;
    sandbox
        .rpc("settings_update", json!({ "profile": "loop" }))
        .await;
    sandbox
        .rpc("apps_create", register("myloopapp://auth/callback"))
        .await;
    every_refusal_is_explained(&sandbox).await;
}

/// Whatever was refused so far names its check, what it wanted, what it got, the clause and the fix.
async fn every_refusal_is_explained(sandbox: &Sandbox) {
    let list = sandbox.rpc("traffic_list", json!({ "limit": 1000 })).await;
    for exchange in list["exchanges"].as_array().expect("a list") {
        let what = format!("{} {}", exchange["method"], exchange["target"]);
        let explained = sandbox
            .rpc("traffic_explain", json!({ "exchange": exchange["id"] }))
            .await;
        let refusal = &explained["refusal"];
        if exchange["status"]
            .as_u64()
            .is_some_and(|status| status >= 400)
        {
            assert!(
                refusal.is_object(),
                "{what} is refused without a refusal: {exchange}"
            );
        }
        if refusal.is_null() {
            continue;
        }
        for member in [
            "check",
            "code",
            "description",
            "expected",
            "received",
            "clause",
            "fix",
        ] {
            assert!(
                !text(&refusal[member]).is_empty(),
                "{what}: no `{member}` in {refusal}"
            );
        }
        assert_eq!(exchange["refused_by"], refusal["check"], "{what}");
        let standing = text(&refusal["standing"]);
        assert!(
            ["documented", "standard", "assumed"].contains(&standing.as_str()),
            "{what}: {standing}"
        );
        let passed = explained["passed"].as_array().expect("a list");
        assert!(
            !passed.contains(&refusal["check"]),
            "{what}: {} passed and failed",
            refusal["check"]
        );
    }
}
