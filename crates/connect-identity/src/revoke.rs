//! `POST /v1/oauth/revoke` (facts.md §7, RFC 7009). An access token dies alone; a refresh token takes everything of its
//! family with it (RFC 7009 §2.1). The consent stays, to be withdrawn under Connected Apps.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use connect_core::domain::actor::Actor;
use connect_core::domain::credential::CredentialKind;
use connect_core::domain::refusal::Refusal;
use connect_core::domain::secret::SecretText;
use connect_core::domain::standing::Clause;
use connect_core::protocol::error::ErrorCode;
use connect_store::{StoreError, credentials};
use connect_wire::answer;
use http::StatusCode;

use crate::Identity;
use crate::call::{Call, Failure};
use crate::client_auth;

pub(crate) async fn post(State(identity): State<Arc<Identity>>, call: Call) -> Response {
    call.operation("revoke");
    match revoke(&identity, &call).await {
        Ok(()) => answer::empty(StatusCode::OK),
        Err(failure) => failure.answer(&call),
    }
}

async fn revoke(identity: &Identity, call: &Call) -> Result<(), Failure> {
    let params = call.form()?;
    let client = client_auth::authenticate(identity, call, &params).await?;
    let token =
        SecretText::new(call.check("token_present", params.get("token").ok_or_else(missing))?);
    let Some(found) = identity.world.find_credential(&token).await? else {
        call.fact("nothing_revoked_because", "the token is unknown here");
        return Ok(());
    };
    if found.client_id.as_ref() != Some(&client.client.id) {
        call.fact(
            "nothing_revoked_because",
            "the token belongs to another app",
        );
        return Ok(());
    }
    call.trace(&found.trace, Some(found.issued_by));
    call.exchange.note(|notes| {
        notes.credentials.push(found.hash);
        notes.user.clone_from(&found.user_id);
        notes.grant.clone_from(&found.grant_id);
    });
    let with_family = match found.kind {
        CredentialKind::RefreshToken => true,
        CredentialKind::AccessToken | CredentialKind::M2mToken => false,
        kind => {
            call.fact(
                "nothing_revoked_because",
                format!("a {} is not a token", kind.as_str()),
            );
            return Ok(());
        }
    };
    let origin = call.origin(
        Actor::Client(client.client.id.clone()),
        found.trace.clone(),
        Some(found.issued_by),
    );
    let ended = identity
        .world
        .write(move |tx| {
            Box::pin(async move {
                match &found.root {
                    Some(root) if with_family => {
                        credentials::revoke_family(tx, &origin, root).await
                    }
                    _ => credentials::revoke(tx, &origin, &found.id)
                        .await
                        .map(u64::from),
                }
            })
        })
        .await
        .map_err(|error: StoreError| Failure::from(error))?;
    call.fact("revoked", ended.to_string());
    Ok(())
}

fn missing() -> Refusal {
    Refusal::new(
        "token_present",
        ErrorCode::InvalidRequest,
        "token is missing",
        Clause::standard("RFC 7009 §2.1"),
    )
    .expected("`token`")
    .received("no `token`")
    .fix("Send the refresh or access token in the form body as `token`.")
}
