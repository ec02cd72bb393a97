//! Rule 44: discovery.

use connect_core::protocol::scope::CATALOGUE;
use serde_json::json;

use crate::support::{MAYA, Request, Sandbox, Tokens, people_scopes, text};

pub(super) const PATHS: [&str; 2] = [
    "/.well-known/openid-configuration",
    "/.well-known/oauth-authorization-server",
];

/// The documented members, and the one of RFC 9207 (ruling 14).
const MEMBERS: [&str; 14] = [
    "authorization_endpoint",
    "authorization_response_iss_parameter_supported",
    "code_challenge_methods_supported",
    "grant_types_supported",
    "id_token_signing_alg_values_supported",
    "introspection_endpoint",
    "issuer",
    "jwks_uri",
    "response_types_supported",
    "revocation_endpoint",
    "scopes_supported",
    "subject_types_supported",
    "token_endpoint",
    "token_endpoint_auth_methods_supported",
];

#[tokio::test]
pub(super) async fn n44_discovery_names_the_issuer_it_was_asked_at() {
    let sandbox = Sandbox::start().await;
    for host in ["127.0.0.1", "localhost", "[::1]"] {
        let authority = format!("{host}:{}", sandbox.port());
        for path in PATHS {
            let answer = sandbox
                .send(&Request::get(path).host(&authority))
                .await
                .expect(200);
            assert_eq!(answer.header("content-type"), Some("application/json"));
            let metadata = answer.json();
            assert_eq!(metadata["issuer"], format!("http://{authority}"));
            let mut members: Vec<&String> =
                metadata.as_object().expect("an object").keys().collect();
            members.sort();
            assert_eq!(members, MEMBERS);
            for (name, value) in metadata.as_object().expect("an object") {
                if name.ends_with("_endpoint") || name == "jwks_uri" {
                    assert!(
                        text(value).starts_with(&format!("http://{authority}/")),
                        "{name}: {value}"
                    );
                }
            }
        }
    }
}

#[tokio::test]
pub(super) async fn n44_everything_advertised_works_and_nothing_else_is_advertised() {
    let sandbox = Sandbox::approving().await;
    let metadata = sandbox
        .send(&Request::get(PATHS[0]))
        .await
        .expect(200)
        .json();
    let path = |name: &str| text(&metadata[name]).replace(&sandbox.issuer(), "");
    assert_eq!(metadata["response_types_supported"], json!(["code"]));
    assert_eq!(
        metadata["grant_types_supported"],
        json!(["authorization_code", "refresh_token"])
    );
    assert_eq!(
        metadata["code_challenge_methods_supported"],
        json!(["S256"])
    );
    assert_eq!(metadata["subject_types_supported"], json!(["public"]));
    assert_eq!(metadata["scopes_supported"], json!(people_scopes()));
    assert!(
        CATALOGUE.iter().any(|scope| scope.machine_only),
        "those are not a person's to give"
    );

    // Every scope, in one flow, at the advertised endpoints.
    let all = sandbox.register_web("Everything").await;
    let request = all.authorize(&sandbox, &people_scopes().join(" "));
    let target = request
        .target()
        .replace("/v1/oauth/authorize", &path("authorization_endpoint"));
    let code = request.code_of(&sandbox.send(&Request::get(target)).await);
    let tokens = Tokens::of(
        &sandbox
            .send(&all.exchange(&code).post(&path("token_endpoint")))
            .await,
    );
    assert_eq!(tokens.scope, people_scopes().join(" "));
    let form = all.credentials().set("token", &tokens.access);
    assert_eq!(
        sandbox
            .send(&form.post(&path("introspection_endpoint")))
            .await
            .expect(200)
            .json()["active"],
        true
    );
    sandbox
        .send(&form.post(&path("revocation_endpoint")))
        .await
        .expect(200);
    sandbox
        .send(&Request::get(path("jwks_uri")))
        .await
        .expect(200);

    // Every way of client authentication.
    let (spa, secret) = (
        sandbox.spa().await,
        all.secret.clone().expect("a confidential app"),
    );
    for method in metadata["token_endpoint_auth_methods_supported"]
        .as_array()
        .expect("a list")
    {
        let partner = if method == "none" { &spa } else { &all };
        let code = sandbox.code(partner, "openid").await;
        let form = partner.exchange(&code);
        let request = match method.as_str() {
            Some("client_secret_basic") => {
                let form = form.without("client_id").without("client_secret");
                form.post("/v1/oauth/token").basic(&all.client_id, &secret)
            }
            Some("client_secret_post" | "none") => form.post("/v1/oauth/token"),
            other => panic!("{other:?} is advertised and not tested"),
        };
        Tokens::of(&sandbox.send(&request).await);
    }
    // userinfo is not documented: not advertised and not there, until it is switched on.
    sandbox
        .send(&Request::get("/v1/oauth/userinfo"))
        .await
        .is_service_error(404, "not_found");
    sandbox
        .rpc("settings_update", json!({ "userinfo": true }))
        .await;
    let metadata = sandbox
        .send(&Request::get(PATHS[0]))
        .await
        .expect(200)
        .json();
    assert_eq!(
        text(&metadata["userinfo_endpoint"]),
        format!("{}/v1/oauth/userinfo", sandbox.issuer())
    );
    let tokens = sandbox.tokens(&all, "openid email").await;
    let claims = sandbox
        .send(&Request::get("/v1/oauth/userinfo").bearer(&tokens.access))
        .await
        .expect(200)
        .json();
    assert_eq!(
        (claims["email"].as_str(), claims.get("name")),
        (Some(MAYA), None)
    );
}
