//! The errors of the authorization server.

use std::collections::BTreeSet;

use serde_json::json;

use super::every_refusal_is_explained;
use crate::support::partner::Authorize;
use crate::support::{Answer, Request, Sandbox};

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

pub(super) async fn redirected(
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
