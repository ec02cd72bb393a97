//! `apps_*`.

mod button;
mod check;
mod code;
mod env;

use connect_core::Timestamp;
use connect_core::domain::actor::Actor;
use connect_core::domain::credential::{CredentialKind, ROTATED_SECRET_LIFETIME};
use connect_core::id::ClientId;
use connect_identity::registration::{NewApp, Registered, RegistrationError, SecretError};
use connect_rpc::apps as rpc;
use connect_rpc::{Done, ErrorCode, Nothing, RpcError};
use connect_store::clients::{self, ClientRecord, Usage};
use serde_json::json;

pub(super) use self::button::button;
pub(super) use self::check::check;
pub(super) use self::code::code;
pub(super) use self::env::env;
use super::{Answer, broken, chain, no_key, not_found};
use crate::{App, near};

pub(super) async fn list(app: &App, _: Nothing) -> Answer<rpc::AppList> {
    let mut connection = app.0.world.read().await.map_err(broken)?;
    let ids: Vec<ClientId> = clients::list(&mut connection)
        .await
        .map_err(broken)?
        .into_iter()
        .map(|(client, _)| client.id)
        .collect();
    let now = app.0.env.now();
    let usage = clients::usage(&mut connection, None, now)
        .await
        .map_err(broken)?;
    drop(connection);
    let mut apps = Vec::with_capacity(ids.len());
    for id in ids {
        let of_it = usage.get(&id).copied().unwrap_or_default();
        apps.extend(
            app.0
                .world
                .client(&id)
                .await
                .map_err(broken)?
                .map(|record| view(&record, of_it, now)),
        );
    }
    Ok(rpc::AppList { apps })
}

pub(super) async fn get(app: &App, request: rpc::AppRef) -> Answer<rpc::App> {
    shown(app, &request.client_id).await
}

pub(super) async fn create(app: &App, request: rpc::CreateApp) -> Answer<rpc::Registered> {
    let defaults = NewApp::new(request.name, request.app_type);
    let new = NewApp {
        redirect_uris: request.redirect_uris,
        scopes: request.scopes,
        allowed_origins: request.allowed_origins,
        client_uri: request.client_uri,
        logo_uri: request.logo_uri,
        webhook_url: request.webhook_url,
        brand_id: request.brand_id.unwrap_or(defaults.brand_id),
        is_first_party: request.is_first_party,
        baa_status: request.baa_status.unwrap_or(defaults.baa_status),
        access_token_lifetime_seconds: request
            .access_token_lifetime_seconds
            .unwrap_or(defaults.access_token_lifetime_seconds),
        id_token_alg: request.id_token_alg.unwrap_or(defaults.id_token_alg),
        ..NewApp::new(defaults.name, defaults.app_type)
    };
    let registered = app
        .0
        .identity
        .register(new, app.origin(Actor::Console))
        .await
        .map_err(refused)?;
    let Registered {
        client,
        client_secret,
        webhook_signing_secret,
    } = registered;
    let registered = shown(app, client.id.as_str()).await?;
    Ok(rpc::Registered {
        client_id: client.id.to_string(),
        client_secret: client_secret.map(|secret| secret.expose().to_owned()),
        webhook_signing_secret: webhook_signing_secret.map(|secret| secret.expose().to_owned()),
        app: registered,
    })
}

pub(super) async fn update(app: &App, request: rpc::UpdateApp) -> Answer<rpc::App> {
    let id = request.client_id.clone();
    let given = |text: String| (!text.is_empty()).then_some(text);
    change(app, &id, move |wanted, _| {
        if let Some(name) = request.name {
            wanted.name = name;
        }
        if let Some(uris) = request.redirect_uris {
            wanted.redirect_uris = uris;
        }
        if let Some(scopes) = request.scopes {
            wanted.scopes = scopes;
        }
        if let Some(origins) = request.allowed_origins {
            wanted.allowed_origins = origins;
        }
        if let Some(url) = request.webhook_url {
            wanted.webhook_url = given(url);
        }
        if let Some(uri) = request.client_uri {
            wanted.client_uri = given(uri);
        }
        if let Some(uri) = request.logo_uri {
            wanted.logo_uri = given(uri);
        }
        if let Some(seconds) = request.access_token_lifetime_seconds {
            wanted.access_token_lifetime_seconds = seconds;
        }
        if let Some(alg) = request.id_token_alg {
            wanted.id_token_alg = alg;
        }
    })
    .await
}

pub(super) async fn rotate_secret(app: &App, request: rpc::AppRef) -> Answer<rpc::Rotated> {
    find(app, &request.client_id).await?;
    let origin = app.origin(Actor::Console);
    let ends = origin.at.sandbox.plus(ROTATED_SECRET_LIFETIME);
    let id = ClientId::from_text(&request.client_id);
    let registered = app
        .0
        .identity
        .rotate_secret(&id, origin)
        .await
        .map_err(refused)?;
    Ok(rpc::Rotated {
        client_id: request.client_id,
        client_secret: registered
            .client_secret
            .map(|secret| secret.expose().to_owned())
            .unwrap_or_default(),
        old_secret_works_until: ends,
    })
}

pub(super) async fn reveal(app: &App, request: rpc::AppRef) -> Answer<rpc::Secrets> {
    find(app, &request.client_id).await?;
    let id = ClientId::from_text(&request.client_id);
    Ok(rpc::Secrets {
        client_secret: newest(app, &id, CredentialKind::ClientSecret).await?,
        webhook_signing_secret: newest(app, &id, CredentialKind::WebhookSecret).await?,
        client_id: request.client_id,
    })
}

pub(super) async fn set_baa(app: &App, request: rpc::SetBaa) -> Answer<rpc::App> {
    change(app, &request.client_id, move |wanted, _| {
        wanted.baa_status = request.baa_status;
    })
    .await
}

pub(super) async fn enable(app: &App, request: rpc::AppRef) -> Answer<rpc::App> {
    change(app, &request.client_id, |_, enabled| *enabled = true).await
}

pub(super) async fn disable(app: &App, request: rpc::AppRef) -> Answer<rpc::App> {
    change(app, &request.client_id, |_, enabled| *enabled = false).await
}

pub(super) async fn delete(app: &App, request: rpc::AppRef) -> Answer<Done> {
    let id = find(app, &request.client_id).await?.client.id.clone();
    app.0
        .identity
        .delete_app(&id, app.origin(Actor::Console))
        .await
        .map_err(refused)?;
    Ok(Done::DONE)
}

async fn find(app: &App, id: &str) -> Answer<std::sync::Arc<ClientRecord>> {
    let found = app
        .0
        .world
        .client(&ClientId::from_text(id))
        .await
        .map_err(broken)?;
    match found {
        Some(found) => Ok(found),
        None => Err(unknown(app, id).await?),
    }
}

/// That there is no such app, and which one may have been meant: by its name, or by an id with a slip.
async fn unknown(app: &App, wanted: &str) -> Answer<RpcError> {
    let mut connection = app.0.world.read().await.map_err(broken)?;
    let all = clients::list(&mut connection).await.map_err(broken)?;
    let names = all.iter().map(|(client, _)| client.name.as_str());
    let near = near::nearest(wanted, names);
    let meant = all.iter().map(|(client, _)| client).find(|client| {
        near == Some(client.name.as_str()) || near::is_slip_of(wanted, client.id.as_str())
    });
    let error = not_found("app", wanted, "apps_list");
    Ok(match meant {
        Some(client) => super::meant(
            error,
            "client_id",
            client.id.as_str(),
            &format!("{} ({})", client.id, client.name),
        ),
        None => error,
    })
}

async fn change(
    app: &App,
    id: &str,
    with: impl FnOnce(&mut NewApp, &mut bool) + Clone + Send + 'static,
) -> Answer<rpc::App> {
    find(app, id).await?;
    let origin = app.origin(Actor::Console);
    app.0
        .identity
        .update_app(&ClientId::from_text(id), with, origin)
        .await
        .map_err(refused)?;
    shown(app, id).await
}

/// The newest secret of an app that is in force.
async fn newest(app: &App, id: &ClientId, kind: CredentialKind) -> Answer<Option<String>> {
    let found = app.0.identity.newest_secret(id, kind).await;
    let secret = found.map_err(|error| match error {
        SecretError::Store(error) => broken(error),
        SecretError::Key(error) => no_key(&error),
        SecretError::Lost(error) => RpcError::new(
            ErrorCode::KeyUnavailable,
            format!("the secret is lost: {error}; keys_remake makes new ones"),
        )
        .with(json!({ "state": "lost" })),
    })?;
    Ok(secret.map(|secret| secret.expose().to_owned()))
}

/// An app as the console shows it, by id.
async fn shown(app: &App, id: &str) -> Answer<rpc::App> {
    let record = find(app, id).await?;
    let now = app.0.env.now();
    let mut connection = app.0.world.read().await.map_err(broken)?;
    let usage = clients::usage(&mut connection, Some(&record.client.id), now)
        .await
        .map_err(broken)?;
    let usage = usage.get(&record.client.id).copied().unwrap_or_default();
    Ok(view(&record, usage, now))
}

fn view(record: &ClientRecord, usage: Usage, now: Timestamp) -> rpc::App {
    let client = &record.client;
    let ends = |secret: &clients::SecretRef| secret.expires_at.filter(|end| *end > now);
    rpc::App {
        client_id: client.id.to_string(),
        name: client.name.clone(),
        app_type: client.app_type,
        client_type: client.app_type.client_type().to_owned(),
        redirect_uris: client.redirect_uris.clone(),
        scopes: client
            .allowed_scopes
            .names()
            .into_iter()
            .map(str::to_owned)
            .collect(),
        allowed_origins: client.allowed_origins.clone(),
        client_uri: client.client_uri.clone(),
        logo_uri: client.logo_uri.clone(),
        webhook_url: client.webhook_url.clone(),
        brand_id: client.brand_id.clone(),
        service: client.service.clone(),
        is_first_party: client.is_first_party,
        enabled: client.enabled,
        baa_status: client.baa_status,
        access_token_lifetime_seconds: client.access_token_lifetime.as_secs(),
        id_token_alg: client.id_token_alg,
        seeded: record.seeded,
        secrets: record
            .secrets
            .iter()
            .map(|secret| rpc::SecretInfo {
                issued_at: secret.issued_at,
                expires_at: secret.expires_at,
            })
            .collect(),
        old_secret_works_until: record.secrets.iter().filter_map(ends).max(),
        phi_scopes: client
            .allowed_scopes
            .iter()
            .filter(|scope| scope.phi)
            .map(|scope| scope.name.to_owned())
            .collect(),
        usage: rpc::AppUsage {
            grants: usage.grants,
            live_tokens: usage.live_tokens,
            last_used_at: usage.last_used_at,
        },
        created_at: client.created_at,
        updated_at: client.updated_at,
    }
}

/// A refused registration, as a command's failure.
fn refused(error: RegistrationError) -> RpcError {
    match error {
        RegistrationError::Invalid { ref flaws } => {
            RpcError::new(ErrorCode::Invalid, error.to_string()).with(json!({ "flaws": flaws }))
        }
        RegistrationError::Exists(_) | RegistrationError::NoSecret { .. } => {
            RpcError::new(ErrorCode::Conflict, error.to_string())
        }
        RegistrationError::Unknown(_) => {
            RpcError::new(ErrorCode::NotFound, format!("{error}; see apps_list"))
        }
        RegistrationError::Store(error) => broken(error),
        RegistrationError::Key(error) => no_key(&error),
        RegistrationError::Signing(error) => RpcError::new(ErrorCode::Internal, chain(&error)),
    }
}
