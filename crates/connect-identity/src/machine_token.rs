//! `POST /v1/tokens`: a machine's token, a signed JWT with admin scopes and an audience (facts.md §14, ruling 12).

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use connect_core::Timestamp;
use connect_core::domain::actor::Actor;
use connect_core::domain::app::{AppType, IDENTITY, IdTokenAlg, SERVICES};
use connect_core::domain::credential::{CredentialDetail, CredentialKind, M2M_TOKEN_LIFETIME};
use connect_core::domain::journal::Kind;
use connect_core::domain::refusal::Refusal;
use connect_core::domain::secret::SecretText;
use connect_core::domain::standing::Clause;
use connect_core::id::CredentialId;
use connect_core::protocol::error::ErrorCode;
use connect_core::protocol::scope::ScopeSet;
use connect_store::clients::ClientRecord;
use connect_store::{StoreError, credentials};
use connect_wire::answer;
use http::StatusCode;
use serde::Serialize;
use serde_json::json;

use crate::Identity;
use crate::call::{Call, Failure};
use crate::client_auth;
use crate::issue::Minted;

#[derive(Serialize)]
struct MachineTokenAnswer<'a> {
    access_token: &'a str,
    token_type: &'static str,
    /// Seconds.
    expires_in: u64,
    scope: String,
}

#[derive(Serialize)]
struct Claims<'a> {
    iss: String,
    sub: &'a str,
    client_id: &'a str,
    aud: &'a str,
    scope: String,
    iat: i64,
    exp: i64,
    jti: &'a str,
}

pub(crate) async fn post(State(identity): State<Arc<Identity>>, call: Call) -> Response {
    call.operation("machine_token");
    match issue(&identity, &call).await {
        Ok(response) => response,
        Err(failure) => failure.answer(&call),
    }
}

async fn issue(identity: &Identity, call: &Call) -> Result<Response, Failure> {
    let params = call.form()?;
    call.check("grant_type_supported", grant_type(params.get("grant_type")))?;
    let client = client_auth::authenticate(identity, call, &params).await?;
    call.check(
        "machine_client",
        if client.client.app_type == AppType::M2m {
            Ok(())
        } else {
            Err(not_a_machine(&client))
        },
    )?;
    let scope = call.check("scopes_allowed", scope(params.get("scope"), &client))?;
    let audience = call.check(
        "audience_allowed",
        audience(params.get("audience"), &scope, &client, &call.issuer()),
    )?;
    let moment = identity.env.moment();
    let virtual_time = identity.settings.get().stamp_virtual_time;
    let stamp = |t: Timestamp| {
        if virtual_time {
            t.as_secs()
        } else {
            moment.to_wire(t).as_secs()
        }
    };
    let id: CredentialId = identity.env.id();
    let trace = identity.env.id();
    call.trace(&trace, None);
    let origin = call.origin(Actor::Client(client.client.id.clone()), trace, None);
    let expires_at = moment.sandbox.plus(M2M_TOKEN_LIFETIME);
    let claims = Claims {
        iss: call.issuer(),
        sub: client.client.id.as_str(),
        client_id: client.client.id.as_str(),
        aud: audience,
        scope: scope.to_string(),
        iat: stamp(moment.sandbox),
        exp: stamp(expires_at),
        jti: id.as_str(),
    };
    let token = identity
        .keys
        .sign(IdTokenAlg::EdDsa, "at+jwt", &claims, &origin)
        .await?;
    let sealer = identity.vault.sealer().await?;
    let minted = Minted::of(
        &identity.env,
        &sealer,
        CredentialKind::M2mToken,
        SecretText::new(token),
        id,
    );
    let value = minted.value.clone();
    call.exchange
        .note(|notes| notes.credentials.push(value.hash()));
    let (client_id, granted) = (client.client.id.clone(), scope.clone());
    identity
        .world
        .write(move |tx| {
            Box::pin(async move {
                let detail = json!({ "client_id": client_id, "scope": granted.to_string(), "audience": audience });
                let seq = tx.journal(&origin, Kind::M2mTokenIssued, minted.id.as_str(), &detail);
                let mut new = minted.row(origin.trace.clone(), seq, moment.sandbox);
                new.credential.client_id = Some(client_id);
                new.credential.scope = granted;
                new.credential.expires_at = Some(expires_at);
                new.credential.detail = CredentialDetail { audience: Some(audience.to_owned()), ..CredentialDetail::default() };
                credentials::insert(tx, &new).await
            })
        })
        .await
        .map_err(|error: StoreError| Failure::from(error))?;
    let body = MachineTokenAnswer {
        access_token: value.expose(),
        token_type: "Bearer",
        expires_in: M2M_TOKEN_LIFETIME.as_secs(),
        scope: scope.to_string(),
    };
    Ok(answer::json(StatusCode::OK, &body))
}

fn grant_type(sent: Option<&str>) -> Result<(), Refusal> {
    let refuse = |code, description: &'static str, received: String| {
        Err(Refusal::new(
            "grant_type_supported",
            code,
            description,
            Clause::documented("/reference/api/identity/post_v1_tokens"),
        )
        .expected("`client_credentials`")
        .received(received)
        .fix("Send `grant_type=client_credentials`; a user's tokens come from /v1/oauth/token."))
    };
    match sent {
        Some("client_credentials") => Ok(()),
        None => refuse(
            ErrorCode::InvalidRequest,
            "grant_type is missing",
            "no `grant_type`".to_owned(),
        ),
        Some(other) => refuse(
            ErrorCode::UnsupportedGrantType,
            "Only client_credentials is supported here",
            format!(
                "`{}`",
                other
                    .chars()
                    .filter(|c| !c.is_control())
                    .take(64)
                    .collect::<String>()
            ),
        ),
    }
}

fn not_a_machine(client: &ClientRecord) -> Refusal {
    Refusal::new("machine_client", ErrorCode::UnauthorizedClient, "This client may not use client_credentials", Clause::documented("/connect/errors unauthorized_client"))
        .expected("an m2m app")
        .received(format!("`{}`, a {} app", client.client.name, client.client.app_type.as_str()))
        .fix("Register an m2m app for jobs and services. A user's data needs the authorization code flow (/connect/migration-from-m2m).")
}

/// The scopes asked for, or all the app has; user scopes are never a machine's (/concepts/system-overview).
fn scope(sent: Option<&str>, client: &ClientRecord) -> Result<ScopeSet, Refusal> {
    let clause = Clause::documented("/reference/api/identity/post_v1_tokens 403");
    let Some(sent) = sent else {
        return Ok(client.client.allowed_scopes.clone());
    };
    let asked = ScopeSet::parse(sent).map_err(|error| {
        Refusal::new(
            "scopes_allowed",
            ErrorCode::InvalidScope,
            "A requested scope does not exist",
            clause,
        )
        .expected("admin scopes of the catalogue")
        .received(error.to_string())
        .fix("Ask for `admin:clinical` or `admin:oauth_clients`.")
    })?;
    let over = asked.minus(&client.client.allowed_scopes);
    let people = asked.iter().find(|scope| !scope.machine_only);
    if let Some(scope) = people {
        return Err(Refusal::new(
            "scopes_allowed",
            ErrorCode::ScopeNotAllowed,
            "A machine can not hold user scopes",
            clause,
        )
        .expected("admin scopes")
        .received(format!("`{}`", scope.name))
        .fix("User data goes through the authorization code flow."));
    }
    if !over.is_empty() {
        return Err(Refusal::new(
            "scopes_allowed",
            ErrorCode::ScopeNotAllowed,
            "A requested scope is not allowed to this client",
            clause,
        )
        .expected(format!(
            "scopes of the app: {}",
            client.client.allowed_scopes
        ))
        .received(over.to_string())
        .fix("Add the scope to the app's registration, or ask for less."));
    }
    Ok(asked)
}

/// The audience asked for, or the service of the first scope. It must be a service that a scope of the token is for.
fn audience(
    sent: Option<&str>,
    scope: &ScopeSet,
    client: &ClientRecord,
    issuer: &str,
) -> Result<&'static str, Refusal> {
    let refuse = |received: String| {
        Refusal::new(
            "audience_allowed",
            ErrorCode::AudienceNotAllowed,
            "The audience is not allowed",
            Clause::documented("/reference/api/identity/post_v1_tokens 403"),
        )
        .expected("a service that the token has a scope for, by name (`clinical`) or URL")
        .received(received)
        .fix("Leave `audience` out, or name the service of the requested scopes.")
    };
    let of_scopes: Vec<&'static str> = scope.iter().map(|scope| scope.service).collect();
    let Some(sent) = sent else {
        let own = client.client.service.as_deref();
        let known = SERVICES.into_iter().find(|name| Some(*name) == own);
        return of_scopes
            .first()
            .copied()
            .or(known)
            .ok_or_else(|| refuse("no scope to tell it by".to_owned()));
    };
    let address = sent.trim_end_matches('/');
    let named = SERVICES.into_iter().find(|name| {
        sent == *name
            || address == format!("https://{name}.platform.loop.health")
            || address.ends_with(&format!("/{name}"))
            // The base URL is identity's (ruling 33).
            || (*name == IDENTITY && address == issuer)
    });
    match named {
        Some(name) if of_scopes.contains(&name) => Ok(name),
        Some(name) => Err(refuse(format!(
            "`{name}`, for which the token has no scope"
        ))),
        None => Err(refuse(format!(
            "`{}`",
            sent.chars()
                .filter(|c| !c.is_control())
                .take(120)
                .collect::<String>()
        ))),
    }
}
