//! Apps of a file, by the rules of the developer portal.

mod apply;

use std::sync::Arc;

use connect_core::domain::app::{AppType, Profile};
use connect_core::domain::credential::CredentialKind;
use connect_core::domain::flaw::Flaw;
use connect_core::id::ClientId;
use connect_identity::registration::{self, NewApp};
use connect_store::clients::{self, ClientRecord};
use connect_store::{ReadConnection, StoreError};

use super::Configuration;
use super::file::{AppTable, Secret};
use super::secrets::{self, Standing};
use crate::App;

pub(super) use apply::apply;

/// What is to happen to the app of one table.
pub(super) struct Step {
    found: Found,
    /// The app as it is to be.
    new: NewApp,
    enabled: bool,
    /// Secrets that the app does not have yet.
    secrets: Vec<(CredentialKind, Secret)>,
    /// What is left as it is, and why.
    notes: Vec<String>,
}

impl Step {
    /// Whether a secret is to be sealed.
    pub(super) const fn needs_key(&self) -> bool {
        matches!(self.found, Found::New { .. }) || !self.secrets.is_empty()
    }
}

enum Found {
    /// The app is there.
    Known(Arc<ClientRecord>),
    /// It is not; the seeded app of its name, when there is one, makes way for it.
    New {
        instead_of: Option<Arc<ClientRecord>>,
    },
}

impl Found {
    /// The app that is there now.
    fn record(&self) -> Option<&ClientRecord> {
        match self {
            Self::Known(record) => Some(record),
            Self::New { instead_of } => instead_of.as_deref(),
        }
    }
}

/// Compares the file with the world and with the rules of the portal under `profile`; what can't be is complained about.
pub(super) async fn plan(
    app: &App,
    wanted: &Configuration,
    profile: Profile,
    flaws: &mut Vec<Flaw>,
) -> Result<Vec<Step>, StoreError> {
    let mut connection = app.0.world.read().await?;
    let all = records(&mut connection).await?;
    drop(connection);
    let tables = &wanted.file.apps;
    let mut steps = Vec::new();
    let mut taken = Vec::new();
    for (index, table) in tables.iter().enumerate() {
        let at = |field: &str| format!("apps[{index}].{field}");
        let found = match find(table, tables, &all, &taken) {
            Ok(found) => found,
            Err(message) => {
                flaws.push(Flaw::new(at("name"), message));
                continue;
            }
        };
        taken.extend(found.record().map(|record| record.client.id.clone()));
        let app_type = match app_type(table, &found) {
            Ok(app_type) => app_type,
            Err(message) => {
                flaws.push(Flaw::new(at("app_type"), message));
                continue;
            }
        };
        let new = as_wanted(table, &found, app_type);
        flaws.extend(
            registration::check(&new, profile)
                .into_iter()
                .map(|flaw| Flaw::new(at(&flaw.field), flaw.message)),
        );
        let (secrets, notes) = secrets_of(app, table, app_type, &found, &at, flaws).await?;
        let is_enabled = found.record().is_none_or(|record| record.client.enabled);
        steps.push(Step {
            found,
            new,
            enabled: table.enabled.unwrap_or(is_enabled),
            secrets,
            notes,
        });
    }
    Ok(steps)
}

async fn records(connection: &mut ReadConnection) -> Result<Vec<Arc<ClientRecord>>, StoreError> {
    let mut all = Vec::new();
    for (client, _) in clients::list(connection).await? {
        all.extend(clients::get(connection, &client.id).await?.map(Arc::new));
    }
    Ok(all)
}

/// The app that a table means: by `client_id` when it has one, else by name. Those in `taken` are other tables'.
fn find(
    table: &AppTable,
    tables: &[AppTable],
    all: &[Arc<ClientRecord>],
    taken: &[ClientId],
) -> Result<Found, String> {
    let by_id = |id: &str| all.iter().find(|record| record.client.id.as_str() == id);
    if let Some(known) = table.client_id.as_deref().and_then(by_id) {
        return Ok(Found::Known(Arc::clone(known)));
    }
    let is_claimed = |record: &ClientRecord| {
        taken.contains(&record.client.id)
            || tables
                .iter()
                .any(|other| other.client_id.as_deref() == Some(record.client.id.as_str()))
    };
    let mut of_name = all
        .iter()
        .filter(|record| record.client.name == table.name.trim() && !is_claimed(record));
    if table.client_id.is_some() {
        return Ok(Found::New {
            instead_of: of_name.find(|record| record.seeded).cloned(),
        });
    }
    match (of_name.next(), of_name.next()) {
        (None, _) => Ok(Found::New { instead_of: None }),
        (Some(known), None) => Ok(Found::Known(Arc::clone(known))),
        (Some(_), Some(_)) => {
            Err("several apps have this name; say which with client_id".to_owned())
        }
    }
}

/// What kind of app it is to be.
fn app_type(table: &AppTable, found: &Found) -> Result<AppType, String> {
    match (found, found.record(), table.app_type) {
        (Found::Known(record), _, Some(wanted)) if record.client.app_type != wanted => {
            let is = record.client.app_type.as_str();
            Err(format!(
                "the app is of type {is}, which can't change; write \"{is}\", or delete the app first"
            ))
        }
        (_, _, Some(wanted)) => Ok(wanted),
        (_, Some(record), None) => Ok(record.client.app_type),
        (_, None, None) => {
            let words: Vec<&str> = AppType::ALL.iter().map(|kind| kind.as_str()).collect();
            Err(format!("a new app needs an app_type: {}", words.join(", ")))
        }
    }
}

/// What the table says, written over the app as it is; what it leaves out stays.
fn as_wanted(table: &AppTable, found: &Found, app_type: AppType) -> NewApp {
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
    let mut new = found.record().map_or_else(
        || NewApp::new("", app_type),
        |record| NewApp::like(&record.client),
    );
    if matches!(found, Found::New { .. }) {
        new.client_id = table.client_id.as_deref().map(ClientId::from_text);
    }
    new.seeded = found.record().is_some_and(|record| record.seeded);
    new.app_type = app_type;
    new.name.clone_from(&table.name);
    put(&mut new.redirect_uris, table.redirect_uris.as_ref());
    put(&mut new.scopes, table.scopes.as_ref());
    put(&mut new.allowed_origins, table.allowed_origins.as_ref());
    put_text(&mut new.webhook_url, table.webhook_url.as_ref());
    put_text(&mut new.client_uri, table.client_uri.as_ref());
    put_text(&mut new.logo_uri, table.logo_uri.as_ref());
    put_text(&mut new.service, table.service.as_ref());
    put(&mut new.brand_id, table.brand_id.as_ref());
    put(&mut new.is_first_party, table.is_first_party.as_ref());
    put(&mut new.baa_status, table.baa_status.as_ref());
    put(
        &mut new.access_token_lifetime_seconds,
        table.access_token_lifetime_seconds.as_ref(),
    );
    put(&mut new.id_token_alg, table.id_token_alg.as_ref());
    new
}

/// The given secrets that are not in force yet, and what is to be said of the others.
async fn secrets_of(
    app: &App,
    table: &AppTable,
    app_type: AppType,
    found: &Found,
    at: &(dyn Fn(&str) -> String + Sync),
    flaws: &mut Vec<Flaw>,
) -> Result<(Vec<(CredentialKind, Secret)>, Vec<String>), StoreError> {
    let id = match found {
        Found::Known(record) => Some(&record.client.id),
        Found::New { .. } => None,
    };
    let (mut wanted, mut notes) = (Vec::new(), Vec::new());
    let given = [
        (
            &table.client_secret,
            "client_secret",
            CredentialKind::ClientSecret,
            app_type.is_confidential(),
        ),
        (
            &table.webhook_signing_secret,
            "webhook_signing_secret",
            CredentialKind::WebhookSecret,
            app_type != AppType::M2m,
        ),
    ];
    for (secret, field, kind, fits) in given {
        let Some(secret) = secret else { continue };
        if !fits {
            let message = format!(
                "an app of type {} has none; leave it out",
                app_type.as_str()
            );
            flaws.push(Flaw::new(at(field), message));
            continue;
        }
        match secrets::standing(app, id, secret).await? {
            Standing::InForce => {}
            Standing::New => wanted.push((kind, secret.clone())),
            Standing::RotatedAway => notes.push(format!(
                "{}: this secret was rotated away since and is left so; `connect-sandbox env --app \"{}\"` shows the one in force",
                at(field),
                table.name
            )),
            Standing::Taken => {
                let message = "this secret is or was another app's, perhaps one that was deleted; a secret is never \
                               given twice: leave it out to have one made, or write a new one";
                flaws.push(Flaw::new(at(field), message));
            }
        }
    }
    Ok((wanted, notes))
}
