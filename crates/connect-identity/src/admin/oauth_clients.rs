//! `POST /v1/admin/oauth-clients`, `PATCH …/{clientId}`, `POST …/{clientId}/rotate-secret`.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use connect_core::domain::actor::Actor;
use connect_core::domain::app::{AppType, Client, IDENTITY};
use connect_core::domain::journal::Origin;
use connect_core::domain::refusal::Refusal;
use connect_core::domain::standing::Clause;
use connect_core::id::ClientId;
use connect_core::protocol::error::ErrorCode;
use connect_wire::answer;
use http::StatusCode;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::Identity;
use crate::account::bearer;
use crate::call::{Call, Failure};
use crate::registration::{NewApp, RegistrationError};

const SCOPE: &str = "admin:oauth_clients";
const PAGE: Clause = Clause::documented("/reference/api/identity, oauth-clients");

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Create {
    client_name: String,
    #[serde(default)]
    client_type: ClientType,
    redirect_uris: Vec<String>,
    allowed_scopes: Vec<String>,
    #[serde(default)]
    allowed_origins: Vec<String>,
    client_uri: Option<String>,
    logo_uri: Option<String>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "snake_case")]
enum ClientType {
    #[default]
    Confidential,
    Public,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(
    clippy::option_option,
    reason = "absent, null and a value are three things in a PATCH"
)]
struct Patch {
    client_name: Option<String>,
    #[serde(default, with = "present")]
    client_uri: Option<Option<String>>,
    #[serde(default, with = "present")]
    logo_uri: Option<Option<String>>,
    redirect_uris: Option<Vec<String>>,
    allowed_scopes: Option<Vec<String>>,
    allowed_origins: Option<Vec<String>>,
    enabled: Option<bool>,
}

/// Tells `null` from absent.
mod present {
    use serde::{Deserialize, Deserializer};

    #[expect(
        clippy::option_option,
        reason = "absent, null and a value are three things in a PATCH"
    )]
    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        from: D,
    ) -> Result<Option<Option<String>>, D::Error> {
        Option::<String>::deserialize(from).map(Some)
    }
}

pub(crate) async fn create(State(identity): State<Arc<Identity>>, call: Call) -> Response {
    call.operation("oauth_clients_create");
    let done = async {
        let origin = admit(&identity, &call).await?;
        let body: Create = read(&call)?;
        let app_type = match body.client_type {
            ClientType::Confidential => AppType::Web,
            ClientType::Public => AppType::Spa,
        };
        let new = NewApp {
            redirect_uris: body.redirect_uris,
            scopes: body.allowed_scopes,
            allowed_origins: body.allowed_origins,
            client_uri: body.client_uri,
            logo_uri: body.logo_uri,
            ..NewApp::new(body.client_name, app_type)
        };
        let registered = identity.register(new, origin).await.map_err(refused)?;
        call.exchange.note(|notes| {
            notes.credentials.extend(
                registered
                    .client_secret
                    .as_ref()
                    .map(connect_core::domain::secret::SecretText::hash),
            );
        });
        let secret = registered
            .client_secret
            .as_ref()
            .map(|secret| secret.expose().to_owned());
        Ok::<_, Failure>(json!({ "client": view(&registered.client), "client_secret": secret }))
    };
    answered(&call, StatusCode::CREATED, done.await)
}

pub(crate) async fn patch(
    State(identity): State<Arc<Identity>>,
    Path(id): Path<String>,
    call: Call,
) -> Response {
    call.operation("oauth_clients_update");
    let done = async {
        let origin = admit(&identity, &call).await?;
        let body: Patch = read(&call)?;
        let change = move |app: &mut NewApp, enabled: &mut bool| {
            app.name = body.client_name.unwrap_or_else(|| app.name.clone());
            app.client_uri = body.client_uri.unwrap_or_else(|| app.client_uri.clone());
            app.logo_uri = body.logo_uri.unwrap_or_else(|| app.logo_uri.clone());
            app.redirect_uris = body
                .redirect_uris
                .unwrap_or_else(|| app.redirect_uris.clone());
            app.scopes = body.allowed_scopes.unwrap_or_else(|| app.scopes.clone());
            app.allowed_origins = body
                .allowed_origins
                .unwrap_or_else(|| app.allowed_origins.clone());
            *enabled = body.enabled.unwrap_or(*enabled);
        };
        let client = identity
            .update_app(&ClientId::from_text(id), change, origin)
            .await
            .map_err(refused)?;
        Ok::<_, Failure>(json!({ "client": view(&client) }))
    };
    answered(&call, StatusCode::OK, done.await)
}

pub(crate) async fn rotate(
    State(identity): State<Arc<Identity>>,
    Path(id): Path<String>,
    call: Call,
) -> Response {
    call.operation("oauth_clients_rotate_secret");
    let done = async {
        let origin = admit(&identity, &call).await?;
        let registered = identity
            .rotate_secret(&ClientId::from_text(id), origin)
            .await
            .map_err(refused)?;
        call.exchange.note(|notes| {
            notes.credentials.extend(
                registered
                    .client_secret
                    .as_ref()
                    .map(connect_core::domain::secret::SecretText::hash),
            );
        });
        let secret = registered
            .client_secret
            .as_ref()
            .map(|secret| secret.expose().to_owned());
        Ok::<_, Failure>(json!({ "client": view(&registered.client), "client_secret": secret }))
    };
    answered(&call, StatusCode::OK, done.await)
}

fn answered(call: &Call, status: StatusCode, done: Result<Value, Failure>) -> Response {
    match done {
        Ok(body) => answer::json(status, &body),
        Err(failure) => failure.answer(call),
    }
}

async fn admit(identity: &Identity, call: &Call) -> Result<Origin, Failure> {
    let bearer = bearer::token(identity, call, SCOPE, true).await?;
    let audience = bearer.credential.detail.audience.as_deref();
    call.check("token_audience", issued_for_identity(audience))?;
    let actor = bearer
        .credential
        .client_id
        .clone()
        .map_or(Actor::System, Actor::Client);
    Ok(call.origin(
        actor,
        bearer.credential.trace,
        Some(bearer.credential.issued_by),
    ))
}

/// A machine's token is good for the service it was issued for (RFC 9068 §4).
fn issued_for_identity(audience: Option<&str>) -> Result<(), Refusal> {
    match audience {
        None | Some(IDENTITY) => Ok(()),
        Some(other) => Err(Refusal::new(
            "token_audience",
            ErrorCode::InvalidToken,
            "The token was issued for another service",
            Clause::standard("RFC 9068 §4"),
        )
        .expected(format!("a token for `{IDENTITY}`"))
        .received(format!("a token for `{other}`"))
        .fix("Ask /v1/tokens for a token with `audience=identity`, or for this scope alone.")),
    }
}

fn read<T: DeserializeOwned>(call: &Call) -> Result<T, Refusal> {
    call.check(
        "body_fits_schema",
        serde_json::from_slice(&call.body).map_err(|error| {
            Refusal::new("body_fits_schema", ErrorCode::ValidationError, "The body does not fit the schema", PAGE)
                .expected("the documented members, as JSON")
                .received(error.to_string())
                .fix("Compare the body with the documented request; `client_type` can't be changed later.")
        }),
    )
}

fn refused(error: RegistrationError) -> Failure {
    match error {
        RegistrationError::Invalid { .. } => Refusal::new(
            "registration_rules",
            ErrorCode::ValidationError,
            "The registration breaks a rule",
            Clause::documented("/connect/security"),
        )
        .expected("names, redirect URIs, scopes and origins within the rules")
        .received(error.to_string())
        .fix("Correct the named fields.")
        .into(),
        RegistrationError::Exists(_) => Refusal::new(
            "client_id_free",
            ErrorCode::Conflict,
            "The client exists already",
            PAGE,
        )
        .received(error.to_string())
        .into(),
        RegistrationError::Unknown(_) => Refusal::new(
            "client_known",
            ErrorCode::NotFound,
            "There is no such client",
            PAGE,
        )
        .expected("the client_id of a registered app")
        .received(error.to_string())
        .fix("Use the `client_id` of the answer to POST /v1/admin/oauth-clients.")
        .into(),
        RegistrationError::NoSecret { .. } => Refusal::new(
            "client_has_secret",
            ErrorCode::ValidationError,
            "A public client has no secret to rotate",
            PAGE,
        )
        .expected("a confidential client")
        .received(error.to_string())
        .fix("Public apps use PKCE alone; there is nothing to rotate.")
        .into(),
        RegistrationError::Store(error) => error.into(),
        RegistrationError::Key(error) => error.into(),
        RegistrationError::Signing(error) => error.into(),
    }
}

/// A client as documented; every member is there.
fn view(client: &Client) -> Value {
    json!({
        "id": client.id,
        "client_id": client.id,
        "client_name": client.name,
        "client_uri": client.client_uri,
        "logo_uri": client.logo_uri,
        "client_type": client.app_type.client_type(),
        "redirect_uris": client.redirect_uris,
        "allowed_scopes": client.allowed_scopes.names(),
        "allowed_origins": client.allowed_origins,
        "owner_id": Value::Null,
        "brand_id": client.brand_id,
        "is_first_party": client.is_first_party,
        "enabled": client.enabled,
        "created_at": client.created_at,
        "updated_at": client.updated_at,
    })
}
