//! Every refusal explains itself and offers what mends it; what was accepted but is not good is told.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use connect_core::protocol::pkce;
use serde_json::{Value, json};

use super::list;
use crate::support::{MAYA, Request, Sandbox, Tokens, people_scopes, text};

#[tokio::test]
async fn a_wrong_verifier_is_explained_with_both_challenges() {
    let sandbox = Sandbox::approving().await;
    let web = sandbox.web().await;
    let code = sandbox.code(&web, "openid").await;
    let wrong = "W".repeat(43);
    let form = web.exchange(&code).set("code_verifier", &wrong);
    sandbox
        .token(&form)
        .await
        .is_oauth_error(400, "invalid_grant");
    let why = sandbox.explain_newest("token").await;
    let refusal = &why["refusal"];
    assert_eq!(refusal["check"], "code_verifier_matches");
    assert_eq!(refusal["expected"], json!(pkce::challenge(&code.verifier)));
    assert_eq!(refusal["received"], json!(pkce::challenge(&wrong)));
    assert!(
        text(&refusal["clause"]).contains("RFC 7636 §4.6"),
        "{refusal}"
    );
    assert_eq!(refusal["standing"], "standard");
    assert!(!text(&refusal["fix"]).is_empty());
    let computed = list(&why, "facts")
        .iter()
        .find(|fact| fact["name"] == "challenge_computed")
        .expect("a fact");
    assert_eq!(computed["value"], json!(pkce::challenge(&wrong)));
    let elsewhere = web.exchange(&sandbox.code(&web, "openid").await);
    let elsewhere = elsewhere.set("redirect_uri", "http://localhost:1/callback");
    sandbox.token(&elsewhere).await;
    let of_another_check = sandbox.explain_newest("token").await;
    assert_eq!(of_another_check["facts"], json!([]), "no challenge");
    let passed: Vec<&str> = list(&why, "passed")
        .iter()
        .filter_map(Value::as_str)
        .collect();
    for check in [
        "client_known",
        "client_secret_correct",
        "code_known",
        "code_unused",
        "code_unexpired",
        "redirect_uri_repeated",
        "code_verifier_well_formed",
    ] {
        assert!(passed.contains(&check), "{check} in {passed:?}");
    }
    assert!(text(&why["verdict"]).contains("code_verifier_matches"));
    // A favourite mistake has its own words.
    let code = sandbox.code(&web, "openid").await;
    let form = web
        .exchange(&code)
        .set("code_verifier", &pkce::challenge(&code.verifier));
    sandbox
        .token(&form)
        .await
        .is_oauth_error(400, "invalid_grant");
    let fix = text(&sandbox.explain_newest("token").await["refusal"]["fix"]);
    assert!(
        fix.contains("the challenge was sent as the verifier"),
        "{fix}"
    );
    // So has another, which has the form of a challenge and shows itself only now.
    let request = web.authorize(&sandbox, "openid");
    let digest = URL_SAFE_NO_PAD
        .decode(pkce::challenge(&request.verifier))
        .expect("base64url");
    let halves = digest.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    let digits: String = halves
        .filter_map(|half| char::from_digit(half.into(), 16))
        .collect();
    let request = request.set("code_challenge", &digits);
    let code = request.code_of(&sandbox.send(&request.request()).await);
    let answer = sandbox.token(&web.exchange(&code)).await;
    answer.is_oauth_error(400, "invalid_grant");
    let fix = text(&sandbox.explain_newest("token").await["refusal"]["fix"]);
    assert!(fix.contains("hexadecimal"), "{fix}");
    // Nothing of the verifier or the secret is in the explanation.
    assert!(
        !why.to_string().contains(&wrong)
            && !why
                .to_string()
                .contains(web.secret.as_deref().expect("one"))
    );
}

#[tokio::test]
async fn a_redirect_uri_mismatch_shows_the_difference_and_its_remedy_works() {
    let sandbox = Sandbox::approving().await;
    let web = sandbox.web().await;
    let elsewhere = web.returning_to("http://localhost:3001/callback");
    let request = elsewhere.authorize(&sandbox, "openid");
    sandbox.send(&request.request()).await.is_page(400);
    let why = sandbox.explain_newest("authorize").await;
    let refusal = &why["refusal"];
    assert_eq!(refusal["check"], "redirect_uri_registered");
    assert_eq!(
        (text(&refusal["expected"]), text(&refusal["received"])),
        (web.redirect_uri.clone(), elsewhere.redirect_uri.clone())
    );
    // One character differs: `0` against `1` in the port.
    assert_eq!(
        refusal["difference"],
        json!({ "same_start": "http://localhost:300".len(), "same_end": "/callback".len() })
    );
    press(&sandbox, refusal).await;
    request.code_of(&sandbox.send(&request.request()).await);
    let tokens = sandbox.tokens(&elsewhere, "openid").await;
    assert_eq!(tokens.scope, "openid");
    // The old one is still registered.
    sandbox.tokens(&web, "openid").await;
}

/// Presses the button that a refusal offers.
async fn press(sandbox: &Sandbox, refusal: &Value) {
    let remedy = &refusal["remedy"];
    assert!(!text(&remedy["label"]).is_empty(), "{refusal}");
    sandbox
        .rpc(&text(&remedy["command"]), remedy["payload"].clone())
        .await;
}

#[tokio::test]
async fn every_remedy_on_offer_mends_its_refusal() {
    let sandbox = Sandbox::approving().await;
    // A BAA that is not signed.
    let unsigned = sandbox.unsigned().await;
    let request = unsigned.authorize(&sandbox, "read:biomarkers");
    sandbox
        .send(&request.request())
        .await
        .is_redirect_error(&sandbox, &request, "invalid_scope");
    press(
        &sandbox,
        &sandbox.explain_newest("authorize").await["refusal"],
    )
    .await;
    request.code_of(&sandbox.send(&request.request()).await);
    // A scope that is not the app's.
    let narrow = json!({ "name": "Narrow", "app_type": "web", "redirect_uris": ["https://n.example.com/cb"], "scopes": ["openid"] });
    let narrow = sandbox.register(narrow).await;
    let request = narrow.authorize(&sandbox, "openid email read:account");
    sandbox
        .send(&request.request())
        .await
        .is_redirect_error(&sandbox, &request, "invalid_scope");
    press(
        &sandbox,
        &sandbox.explain_newest("authorize").await["refusal"],
    )
    .await;
    request.code_of(&sandbox.send(&request.request()).await);
    // An app that is switched off, at both ends.
    for operation in ["authorize", "token"] {
        sandbox
            .rpc("apps_disable", json!({ "client_id": narrow.client_id }))
            .await;
        if operation == "authorize" {
            sandbox.send(&request.request()).await.is_page(400);
        } else {
            sandbox
                .refresh(&narrow, "x")
                .await
                .is_oauth_error(401, "invalid_client");
        }
        press(
            &sandbox,
            &sandbox.explain_newest(operation).await["refusal"],
        )
        .await;
        sandbox.tokens(&narrow, "openid").await;
    }
    // An endpoint that is not documented.
    let token = sandbox.tokens(&narrow, "openid").await.access;
    let userinfo = Request::get("/v1/oauth/userinfo").bearer(&token);
    sandbox
        .send(&userinfo)
        .await
        .is_service_error(404, "not_found");
    press(
        &sandbox,
        &sandbox.explain_newest("userinfo").await["refusal"],
    )
    .await;
    sandbox.send(&userinfo).await.expect(200);
}

#[tokio::test]
async fn findings_are_told_on_what_was_accepted() {
    let sandbox = Sandbox::approving().await;
    let web = sandbox.web().await;
    let findings = |why: Value| -> Vec<String> {
        list(&why, "findings")
            .iter()
            .map(|finding| text(&finding["name"]))
            .collect()
    };
    let request = web.authorize(&sandbox, &people_scopes().join(" "));
    let code = request.code_of(&sandbox.send(&request.request()).await);
    assert_eq!(
        findings(sandbox.explain_newest("authorize").await),
        ["nonce_missing", "auto_approved"]
    );
    // Exchanged under another name, authenticated by Basic, with a secret that was rotated since.
    sandbox
        .rpc("apps_rotate_secret", json!({ "client_id": web.client_id }))
        .await;
    let form = web
        .exchange(&code)
        .without("client_id")
        .without("client_secret");
    let request = form
        .post("/v1/oauth/token")
        .basic(&web.client_id, web.secret.as_deref().expect("confidential"));
    let request = request.host(format!("localhost:{}", sandbox.port()));
    let tokens = Tokens::of(&sandbox.send(&request).await);
    assert_eq!(
        findings(sandbox.explain_newest("token").await),
        [
            "rotated_secret_used",
            "basic_authentication",
            "issuer_changed"
        ]
    );
    let person = sandbox.person(MAYA).await;
    let message = json!({
        "channel": "email", "template_key": "welcome", "recipient": MAYA, "brand_id": "loop", "person_id": person,
        "dedup_key": "one", "colour": "red",
    });
    sandbox
        .send(
            &Request::post("/v1/messages/send")
                .bearer(&tokens.access)
                .json(&message),
        )
        .await
        .expect(200);
    let told = findings(sandbox.explain_newest("messages_send").await);
    assert_eq!(
        told.len(),
        2,
        "no Idempotency-Key, and an unknown member: {told:?}"
    );
}
