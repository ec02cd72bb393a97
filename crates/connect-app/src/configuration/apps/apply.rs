//! Registering and changing the apps of a file.

use std::collections::BTreeMap;

use connect_core::domain::app::{AppType, Client};
use connect_core::domain::credential::CredentialKind;
use connect_core::domain::journal::Origin;
use connect_core::id::ClientId;
use connect_identity::registration::{NewApp, RegistrationError};
use connect_store::clients::ClientRecord;
use connect_store::{StoreError, meta};

use super::super::error::{Complaint, ConfigurationError};
use super::super::file::{AppTable, Secret};
use super::super::{Applied, Configuration, secrets};
use super::{Found, Step};
use crate::App;

/// Carries the plan out. A table that breaks a rule of registration does not keep the others from being applied.
pub(in super::super) async fn apply(
    app: &App,
    wanted: &Configuration,
    steps: Vec<Step>,
    origin: &Origin,
    applied: &mut Applied,
) -> Result<(), ConfigurationError> {
    let mut complaints = Vec::new();
    for step in steps {
        let table = &wanted.file.apps[step.index];
        let done = match step.found {
            Found::Known(record) => {
                update(app, table, &record, step.secrets, origin, applied).await
            }
            Found::New { instead_of } => {
                register(
                    app,
                    table,
                    instead_of.as_deref(),
                    step.secrets,
                    origin,
                    applied,
                )
                .await
            }
        };
        match done {
            Ok(()) => applied.notes.extend(step.notes),
            Err(Failure::Registration(RegistrationError::Invalid { flaws })) => {
                complaints.extend(flaws.into_iter().map(|flaw| {
                    Complaint::new(format!("apps[{}].{}", step.index, flaw.field), flaw.message)
                }));
            }
            Err(Failure::Registration(error)) => {
                return Err(ConfigurationError::App {
                    app: table.name.clone(),
                    source: Box::new(error),
                });
            }
            Err(Failure::Other(error)) => return Err(error),
        }
    }
    wanted.complain(complaints)
}

enum Failure {
    Registration(RegistrationError),
    Other(ConfigurationError),
}

impl From<RegistrationError> for Failure {
    fn from(error: RegistrationError) -> Self {
        Self::Registration(error)
    }
}

impl From<ConfigurationError> for Failure {
    fn from(error: ConfigurationError) -> Self {
        Self::Other(error)
    }
}

async fn register(
    app: &App,
    table: &AppTable,
    instead_of: Option<&ClientRecord>,
    secrets: Vec<(CredentialKind, Secret)>,
    origin: &Origin,
    applied: &mut Applied,
) -> Result<(), Failure> {
    let identity = &app.0.identity;
    let mut new = match instead_of {
        Some(record) => NewApp {
            seeded: true,
            ..as_registered(&record.client)
        },
        None => NewApp::new(table.name.clone(), AppType::Web),
    };
    if let Some(app_type) = table.app_type {
        new.app_type = app_type;
    }
    fill(&mut new, table);
    new.client_id = table.client_id.as_deref().map(ClientId::from_text);
    for (kind, secret) in secrets {
        let place = if kind == CredentialKind::ClientSecret {
            &mut new.client_secret
        } else {
            &mut new.webhook_secret
        };
        *place = Some(secret.0);
    }
    let registered = identity.register(new, origin.clone()).await?;
    let was_enabled = instead_of.is_none_or(|record| record.client.enabled);
    if !table.enabled.unwrap_or(was_enabled) {
        identity
            .update_app(
                &registered.client.id,
                |_, enabled| *enabled = false,
                origin.clone(),
            )
            .await?;
    }
    if let Some(record) = instead_of {
        identity
            .delete_app(&record.client.id, origin.clone())
            .await?;
        took_place(app, record.client.id.clone(), registered.client.id.clone())
            .await
            .map_err(ConfigurationError::from)?;
    }
    applied.created.push(registered.client.name);
    Ok(())
}

async fn update(
    app: &App,
    table: &AppTable,
    record: &ClientRecord,
    secrets: Vec<(CredentialKind, Secret)>,
    origin: &Origin,
    applied: &mut Applied,
) -> Result<(), Failure> {
    let change = |wanted: &mut NewApp, enabled: &mut bool| {
        fill(wanted, table);
        *enabled = table.enabled.unwrap_or(*enabled);
    };
    let now = app
        .0
        .identity
        .update_app(&record.client.id, change, origin.clone())
        .await?;
    let mut changed = now != record.client;
    for (kind, secret) in secrets {
        secrets::replace(app, &record.client.id, kind, &secret, origin.clone()).await?;
        changed = true;
    }
    if changed {
        applied.changed.push(now.name);
    }
    Ok(())
}

/// What the table says, written over `app`; what it leaves out stays.
fn fill(app: &mut NewApp, table: &AppTable) {
    fn put<T: Clone>(place: &mut T, given: Option<&T>) {
        if let Some(given) = given {
            place.clone_from(given);
        }
    }
    /// "" removes.
    fn put_text(place: &mut Option<String>, given: Option<&String>) {
        if let Some(given) = given {
            *place = (!given.is_empty()).then(|| given.clone());
        }
    }
    app.name.clone_from(&table.name);
    put(&mut app.redirect_uris, table.redirect_uris.as_ref());
    put(&mut app.scopes, table.scopes.as_ref());
    put(&mut app.allowed_origins, table.allowed_origins.as_ref());
    put_text(&mut app.webhook_url, table.webhook_url.as_ref());
    put_text(&mut app.client_uri, table.client_uri.as_ref());
    put_text(&mut app.logo_uri, table.logo_uri.as_ref());
    put_text(&mut app.service, table.service.as_ref());
    put(&mut app.brand_id, table.brand_id.as_ref());
    put(&mut app.is_first_party, table.is_first_party.as_ref());
    put(&mut app.baa_status, table.baa_status.as_ref());
    put(
        &mut app.access_token_lifetime_seconds,
        table.access_token_lifetime_seconds.as_ref(),
    );
    put(&mut app.id_token_alg, table.id_token_alg.as_ref());
}

/// Where the seed keeps which id each seeded app has, by the name it began with.
const SEEDED_APPS: &str = "seeded_apps";

/// Tells the seed that a seeded app has another id now, so that a factory reset keeps that one.
async fn took_place(app: &App, old: ClientId, new: ClientId) -> Result<(), StoreError> {
    let mut ids: BTreeMap<String, ClientId> =
        meta::get(&mut *app.0.world.read().await?, SEEDED_APPS)
            .await?
            .unwrap_or_default();
    for id in ids.values_mut().filter(|id| **id == old) {
        *id = new.clone();
    }
    app.0
        .world
        .write(move |tx| Box::pin(async move { meta::put(tx, SEEDED_APPS, &ids).await }))
        .await
}

/// A request to register the app as it is.
fn as_registered(client: &Client) -> NewApp {
    NewApp {
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
        baa_status: client.baa_status,
        access_token_lifetime_seconds: client.access_token_lifetime.as_secs(),
        id_token_alg: client.id_token_alg,
        ..NewApp::new(client.name.clone(), client.app_type)
    }
}
