//! Discovery at both paths, and JWKS (facts.md §6, ruling 14, RFC 8414 §3, OpenID Connect Discovery §4).

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use connect_core::protocol::scope::CATALOGUE;
use connect_wire::answer;
use http::{HeaderValue, StatusCode, header};
use serde_json::{Value, json};

use crate::Identity;
use crate::call::{Call, Failure};

/// The metadata: the documented members, the `iss` flag, and `userinfo_endpoint` only while its switch is on.
pub(crate) async fn metadata(State(identity): State<Arc<Identity>>, call: Call) -> Response {
    call.operation("discovery");
    match describe(&identity, &call).await {
        Ok(body) => cached(answer::json(StatusCode::OK, &body)),
        Err(failure) => failure.answer(&call),
    }
}

async fn describe(identity: &Identity, call: &Call) -> Result<Value, Failure> {
    let issuer = call.issuer();
    let mut algorithms: Vec<&str> = vec!["EdDSA"];
    for key in identity.keys.published().await?.iter() {
        if !algorithms.contains(&key.alg.as_str()) {
            algorithms.push(key.alg.as_str());
        }
    }
    let scopes: Vec<&str> = CATALOGUE
        .iter()
        .filter(|scope| !scope.machine_only)
        .map(|scope| scope.name)
        .collect();
    let mut body = json!({
        "issuer": issuer,
        "authorization_endpoint": format!("{issuer}/v1/oauth/authorize"),
        "token_endpoint": format!("{issuer}/v1/oauth/token"),
        "revocation_endpoint": format!("{issuer}/v1/oauth/revoke"),
        "introspection_endpoint": format!("{issuer}/v1/oauth/introspect"),
        "jwks_uri": format!("{issuer}/.well-known/jwks.json"),
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": algorithms,
        "token_endpoint_auth_methods_supported": ["client_secret_post", "client_secret_basic", "none"],
        "grant_types_supported": ["authorization_code", "refresh_token"],
        "code_challenge_methods_supported": ["S256"],
        "scopes_supported": scopes,
        "authorization_response_iss_parameter_supported": true,
    });
    if identity.settings.get().userinfo {
        body["userinfo_endpoint"] = json!(format!("{issuer}/v1/oauth/userinfo"));
    }
    Ok(body)
}

/// The public keys, newest first.
pub(crate) async fn jwks(State(identity): State<Arc<Identity>>, call: Call) -> Response {
    call.operation("jwks");
    let keys = async {
        let origin = call.origin(
            connect_core::domain::actor::Actor::System,
            identity.env.id(),
            None,
        );
        identity.keys.first(&origin).await?;
        Ok::<_, Failure>(identity.keys.published().await?)
    };
    match keys.await {
        Ok(keys) => {
            let keys: Vec<&Value> = keys.iter().map(|key| &key.public_jwk).collect();
            cached(answer::json(StatusCode::OK, &json!({ "keys": keys })))
        }
        Err(failure) => failure.answer(&call),
    }
}

/// May be kept, but must be asked for again: switches and rotation take effect at once.
fn cached(mut response: Response) -> Response {
    response
        .headers_mut()
        .insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    response
}
