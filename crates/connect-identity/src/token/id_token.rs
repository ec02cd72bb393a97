//! The id_token: who signed in, for the app alone (facts.md §6, rulings 2, 15, 16 and 30).

use connect_core::Timestamp;
use connect_core::domain::credential::{Credential, CredentialDetail, ID_TOKEN_LIFETIME};
use connect_core::domain::journal::Origin;
use connect_store::clients::ClientRecord;
use serde::Serialize;

use crate::Identity;
use crate::call::Failure;

#[derive(Serialize)]
struct Claims<'a> {
    iss: &'a str,
    sub: &'a str,
    aud: &'a str,
    iat: i64,
    exp: i64,
    brand: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    nonce: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    auth_time: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    email_verified: Option<bool>,
}

/// Signs one for `from` (a code, or a refresh token with the scope of the refresh); none without `openid` (ruling 2).
pub(super) async fn sign(
    identity: &Identity,
    client: &ClientRecord,
    from: &Credential,
    origin: &Origin,
) -> Result<Option<String>, Failure> {
    if !from.scope.contains("openid") {
        return Ok(None);
    }
    let person = match &from.user_id {
        Some(user) => identity.world.person(user).await?,
        None => None,
    };
    let Some(person) = person else {
        return Ok(None);
    };
    let moment = identity.env.moment();
    let virtual_time = identity.settings.get().stamp_virtual_time;
    let stamp = |t: Timestamp| {
        if virtual_time {
            t.as_secs()
        } else {
            moment.to_wire(t).as_secs()
        }
    };
    let now = moment.sandbox;
    let email = from.scope.contains("email");
    let claims = Claims {
        iss: from.detail.issuer.as_deref().unwrap_or_default(),
        sub: person.id.as_str(),
        aud: client.client.id.as_str(),
        iat: stamp(now),
        exp: stamp(now.plus(ID_TOKEN_LIFETIME)),
        brand: &person.brand_id,
        nonce: from.detail.nonce.as_deref(),
        auth_time: from
            .detail
            .auth_time_ms
            .filter(|_| from.detail.max_age_asked)
            .map(|millis| stamp(Timestamp::from_millis(millis))),
        name: from
            .scope
            .contains("profile")
            .then_some(person.name.as_str()),
        email: email.then_some(person.email.as_str()),
        email_verified: email.then_some(true),
    };
    Ok(Some(
        identity
            .keys
            .sign(client.client.id_token_alg, "JWT", &claims, origin)
            .await?,
    ))
}

/// What tokens remember of the code they came from. The nonce is for the first id_token only (OpenID Connect Core
/// §12.2: an id_token from a refresh should not have one).
pub(super) fn inherited(code: &CredentialDetail) -> CredentialDetail {
    CredentialDetail {
        issuer: code.issuer.clone(),
        auth_time_ms: code.auth_time_ms,
        max_age_asked: code.max_age_asked,
        ..CredentialDetail::default()
    }
}
