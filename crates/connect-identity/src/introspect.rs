//! `POST /v1/oauth/introspect` (facts.md §5, ruling 13, RFC 7662).

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use connect_core::Timestamp;
use connect_core::domain::credential::{Credential, CredentialKind};
use connect_core::domain::refusal::Refusal;
use connect_core::domain::secret::SecretText;
use connect_core::domain::standing::Clause;
use connect_core::protocol::error::ErrorCode;
use connect_store::clients::ClientRecord;
use connect_wire::answer;
use http::StatusCode;
use serde::Serialize;

use crate::Identity;
use crate::call::{Call, Failure};
use crate::client_auth;

/// What is said of an active token: the documented members and no others.
#[derive(Serialize)]
struct Living<'a> {
    active: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    sub: Option<&'a str>,
    client_id: Option<&'a str>,
    scope: String,
    exp: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    brand: Option<&'a str>,
    /// As in the answer that gave the token (RFC 7662 §2.2, RFC 6749 §5.1): a refresh token has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    token_type: Option<&'static str>,
}

/// What is said of every other: exactly this.
#[derive(Serialize)]
struct Dead {
    active: bool,
}

pub(crate) async fn post(State(identity): State<Arc<Identity>>, call: Call) -> Response {
    call.operation("introspect");
    match introspect(&identity, &call).await {
        Ok(response) => response,
        Err(failure) => failure.answer(&call),
    }
}

async fn introspect(identity: &Identity, call: &Call) -> Result<Response, Failure> {
    let params = call.form()?;
    let asker = client_auth::authenticate(identity, call, &params).await?;
    let confidential = asker.client.app_type.is_confidential();
    call.check(
        "confidential_client",
        if confidential {
            Ok(())
        } else {
            Err(public(&asker.client.name))
        },
    )?;
    let token =
        SecretText::new(call.check("token_present", params.get("token").ok_or_else(missing))?);
    let bearer = identity.world.find_bearer(&token).await?;
    let moment = identity.env.moment();
    let told = bearer
        .as_ref()
        .map(|bearer| (bearer, why_not(&bearer.credential, &asker, moment.sandbox)));
    let (bearer, verdict) = match &told {
        None => {
            call.fact("inactive_because", "the token is unknown here");
            return Ok(answer::json(StatusCode::OK, &Dead { active: false }));
        }
        Some((bearer, verdict)) => (*bearer, verdict),
    };
    let credential = &bearer.credential;
    call.trace(&credential.trace, Some(credential.issued_by));
    call.exchange.note(|notes| {
        notes.credentials.push(credential.hash);
        notes.user.clone_from(&credential.user_id);
        notes.grant.clone_from(&credential.grant_id);
    });
    let enabled = bearer
        .client
        .as_ref()
        .is_some_and(|record| record.client.enabled);
    if let Some(reason) = verdict
        .clone()
        .or_else(|| (!enabled).then(|| "its app is disabled or gone".to_owned()))
    {
        call.fact("inactive_because", reason);
        return Ok(answer::json(StatusCode::OK, &Dead { active: false }));
    }
    let virtual_time = identity.settings.get().stamp_virtual_time;
    let stamp = |t: Timestamp| {
        if virtual_time {
            t.as_secs()
        } else {
            moment.to_wire(t).as_secs()
        }
    };
    let body = Living {
        active: true,
        sub: credential
            .user_id
            .as_ref()
            .map(connect_core::id::UserId::as_str),
        client_id: credential
            .client_id
            .as_ref()
            .map(connect_core::id::ClientId::as_str),
        scope: credential.scope.to_string(),
        exp: credential.expires_at.map(stamp),
        brand: bearer
            .person
            .as_ref()
            .map(|person| person.brand_id.as_str()),
        token_type: (credential.kind != CredentialKind::RefreshToken).then_some("Bearer"),
    };
    Ok(answer::json(StatusCode::OK, &body))
}

/// Why a token is `{"active":false}` to this asker; none when it is not.
fn why_not(credential: &Credential, asker: &ClientRecord, now: Timestamp) -> Option<String> {
    let token = matches!(
        credential.kind,
        CredentialKind::AccessToken | CredentialKind::RefreshToken | CredentialKind::M2mToken
    );
    if !token {
        return Some(format!("it is a {}, not a token", credential.kind.as_str()));
    }
    if asker.client.service.is_none() && credential.client_id.as_ref() != Some(&asker.client.id) {
        return Some(
            "it belongs to another app; only Loop's own services may ask about all".to_owned(),
        );
    }
    if !credential.is_live(now) {
        return Some(format!("it is {}", credential.state_at(now).as_str()));
    }
    None
}

fn public(name: &str) -> Refusal {
    Refusal::new("confidential_client", ErrorCode::OAuthForbidden, "A public client may not introspect", Clause::assumed("no page says who may introspect"))
        .expected("a confidential app")
        .received(format!("`{name}`, a public app"))
        .fix("Introspect from a server with a confidential app's credentials; an app learns that a token is dead from the 401 of the API.")
}

fn missing() -> Refusal {
    Refusal::new(
        "token_present",
        ErrorCode::InvalidRequest,
        "token is missing",
        Clause::standard("RFC 7662 §2.1"),
    )
    .expected("`token`")
    .received("no `token`")
    .fix("Send the token in the form body as `token`.")
}
