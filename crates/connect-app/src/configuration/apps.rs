//! Apps of a file, by the rules of the developer portal.

mod apply;

use std::collections::BTreeSet;
use std::sync::Arc;

use connect_core::domain::app::AppType;
use connect_core::domain::credential::CredentialKind;
use connect_core::protocol::scope;
use connect_store::clients::{self, ClientRecord};
use connect_store::{ReadConnection, StoreError};

use super::Configuration;
use super::error::Complaint;
use super::file::{AppTable, Secret};
use super::secrets::{self, Standing};
use crate::App;

pub(super) use apply::apply;

/// What is to happen to the app of one table.
pub(super) struct Step {
    /// Which table.
    index: usize,
    found: Found,
    /// Secrets that the app does not have yet.
    secrets: Vec<(CredentialKind, Secret)>,
    /// What is left as it is, and why.
    notes: Vec<String>,
}

enum Found {
    /// The app is there.
    Known(Arc<ClientRecord>),
    /// It is not; the seeded app of its name, when there is one, makes way for it.
    New {
        instead_of: Option<Arc<ClientRecord>>,
    },
}

/// Compares the file with the world; what can't be is complained about.
pub(super) async fn plan(
    app: &App,
    wanted: &Configuration,
    complaints: &mut Vec<Complaint>,
) -> Result<Vec<Step>, StoreError> {
    let mut connection = app.0.world.read().await?;
    let all = records(&mut connection).await?;
    drop(connection);
    let tables = &wanted.file.apps;
    let mut steps = Vec::new();
    for (index, table) in tables.iter().enumerate() {
        let at = |field: &str| format!("apps[{index}].{field}");
        let found = match find(table, tables, &all) {
            Ok(found) => found,
            Err(message) => {
                complaints.push(Complaint::new(at("name"), message));
                continue;
            }
        };
        let app_type = match (&found, table.app_type) {
            (Found::Known(record), Some(wanted)) if record.client.app_type != wanted => {
                let is = record.client.app_type.as_str();
                let message = format!(
                    "the app is of type {is}, which can't change; write \"{is}\", or delete the app first"
                );
                complaints.push(Complaint::new(at("app_type"), message));
                continue;
            }
            (Found::New { .. }, Some(wanted)) => wanted,
            (
                Found::Known(record)
                | Found::New {
                    instead_of: Some(record),
                },
                _,
            ) => record.client.app_type,
            (Found::New { instead_of: None }, None) => {
                let message = format!(
                    "a new app needs an app_type: {}",
                    AppType::ALL
                        .iter()
                        .map(|kind| kind.as_str())
                        .collect::<Vec<_>>()
                        .join(", ")
                );
                complaints.push(Complaint::new(at("app_type"), message));
                continue;
            }
        };
        service(table, app_type, &at, complaints);
        let (secrets, notes) = secrets_of(app, table, app_type, &found, &at, complaints).await?;
        steps.push(Step {
            index,
            found,
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

/// The app that a table means: by `client_id` when it has one, else by name.
fn find(table: &AppTable, tables: &[AppTable], all: &[Arc<ClientRecord>]) -> Result<Found, String> {
    let by_id = |id: &str| all.iter().find(|record| record.client.id.as_str() == id);
    if let Some(known) = table.client_id.as_deref().and_then(by_id) {
        return Ok(Found::Known(Arc::clone(known)));
    }
    let is_claimed = |record: &ClientRecord| {
        tables
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

fn service(
    table: &AppTable,
    app_type: AppType,
    at: &dyn Fn(&str) -> String,
    complaints: &mut Vec<Complaint>,
) {
    let Some(service) = table
        .service
        .as_deref()
        .filter(|service| !service.is_empty())
    else {
        return;
    };
    if app_type != AppType::M2m {
        complaints.push(Complaint::new(
            at("service"),
            "only an m2m app can speak for a service",
        ));
    }
    if !scope::CATALOGUE
        .iter()
        .any(|scope| scope.service == service)
    {
        let known: BTreeSet<&str> = scope::CATALOGUE.iter().map(|scope| scope.service).collect();
        let known = Vec::from_iter(known).join(", ");
        complaints.push(Complaint::new(
            at("service"),
            format!("there is no such service; there are {known}"),
        ));
    }
}

/// The given secrets that are not in force yet, and what is to be said of the others.
async fn secrets_of(
    app: &App,
    table: &AppTable,
    app_type: AppType,
    found: &Found,
    at: &dyn Fn(&str) -> String,
    complaints: &mut Vec<Complaint>,
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
            complaints.push(Complaint::new(at(field), message));
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
                complaints.push(Complaint::new(at(field), message));
            }
        }
    }
    Ok((wanted, notes))
}
