//! Registering and changing the apps of a file.

use connect_core::domain::credential::CredentialKind;
use connect_core::domain::journal::Origin;
use connect_identity::registration::RegistrationError;
use connect_store::clients::ClientRecord;

use super::super::Applied;
use super::super::error::ConfigurationError;
use super::{Found, Step};
use crate::{App, seed};

/// Carries the plan out.
pub(in super::super) async fn apply(
    app: &App,
    steps: Vec<Step>,
    origin: &Origin,
    applied: &mut Applied,
) -> Result<(), ConfigurationError> {
    for mut step in steps {
        let name = step.new.name.clone();
        applied.notes.append(&mut step.notes);
        let done = match &step.found {
            Found::Known(record) => {
                let record = record.clone();
                update(app, &record, step, origin, applied).await
            }
            Found::New { instead_of } => {
                let instead_of = instead_of.clone();
                register(app, instead_of.as_deref(), step, origin, applied).await
            }
        };
        done.map_err(|error| ConfigurationError::App {
            app: name,
            source: Box::new(error),
        })?;
    }
    Ok(())
}

async fn register(
    app: &App,
    instead_of: Option<&ClientRecord>,
    step: Step,
    origin: &Origin,
    applied: &mut Applied,
) -> Result<(), RegistrationError> {
    let identity = &app.0.identity;
    let mut new = step.new;
    for (kind, secret) in step.secrets {
        let place = if kind == CredentialKind::ClientSecret {
            &mut new.client_secret
        } else {
            &mut new.webhook_secret
        };
        *place = Some(secret.0);
    }
    let registered = identity.register(new, origin.clone()).await?;
    let id = registered.client.id;
    if !step.enabled {
        identity
            .update_app(&id, |_, enabled| *enabled = false, origin.clone())
            .await?;
    }
    if let Some(record) = instead_of {
        let old = &record.client.id;
        identity.delete_app(old, origin.clone()).await?;
        seed::took_place(app, old, &id).await?;
    }
    applied.created.push(registered.client.name);
    Ok(())
}

async fn update(
    app: &App,
    record: &ClientRecord,
    step: Step,
    origin: &Origin,
    applied: &mut Applied,
) -> Result<(), RegistrationError> {
    let identity = &app.0.identity;
    let id = &record.client.id;
    let now = identity
        .update_app(
            id,
            move |wanted, enabled| {
                *wanted = step.new;
                *enabled = step.enabled;
            },
            origin.clone(),
        )
        .await?;
    let mut changed = now != record.client;
    for (kind, secret) in step.secrets {
        identity
            .give_secret(id, kind, secret.0, origin.clone())
            .await?;
        changed = true;
    }
    if changed {
        applied.changed.push(now.name);
    }
    Ok(())
}
