//! Checks signed tokens as a partner's library does: by the published keys, with the machine's own clock.

use std::collections::HashSet;

use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use serde_json::Value;

use super::http::Request;
use super::sandbox::Sandbox;

impl Sandbox {
    /// The published keys.
    pub(crate) async fn jwks(&self) -> Vec<Value> {
        let answer = self
            .send(&Request::get("/.well-known/jwks.json"))
            .await
            .expect(200);
        answer.json()["keys"]
            .as_array()
            .expect("a list of keys")
            .clone()
    }

    /// The claims of a token, when its signature, issuer, audience and times are right.
    pub(crate) async fn verified(
        &self,
        token: &str,
        issuer: &str,
        audience: &str,
    ) -> Result<Value, String> {
        verify(&self.jwks().await, token, issuer, audience)
    }
}

/// The claims of a token, when the keys, the issuer, the audience and the time of this machine say so.
pub(crate) fn verify(
    keys: &[Value],
    token: &str,
    issuer: &str,
    audience: &str,
) -> Result<Value, String> {
    let header = jsonwebtoken::decode_header(token).map_err(|error| error.to_string())?;
    let kid = header.kid.ok_or("no kid")?;
    let key = keys
        .iter()
        .find(|key| key["kid"] == kid)
        .ok_or_else(|| format!("{kid} is not published"))?;
    let algorithm = match key["alg"].as_str() {
        Some("EdDSA") => Algorithm::EdDSA,
        Some("RS256") => Algorithm::RS256,
        Some("ES256") => Algorithm::ES256,
        other => return Err(format!("{other:?} is no algorithm of ours")),
    };
    let jwk: Jwk = serde_json::from_value(key.clone()).map_err(|error| error.to_string())?;
    let mut validation = Validation::new(algorithm);
    validation.leeway = 1;
    validation.set_issuer(&[issuer]);
    validation.set_audience(&[audience]);
    validation.required_spec_claims = ["exp", "iss", "aud", "sub"]
        .map(str::to_owned)
        .into_iter()
        .collect::<HashSet<_>>();
    let decoding = DecodingKey::from_jwk(&jwk).map_err(|error| error.to_string())?;
    let decoded = jsonwebtoken::decode::<Value>(token, &decoding, &validation)
        .map_err(|error| error.to_string())?;
    Ok(decoded.claims)
}
