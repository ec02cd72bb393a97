//! The running world as a `connect.toml`.

use connect_core::domain::app::{AppType, Client, Person};
use connect_core::domain::credential::CredentialKind;
use connect_core::domain::settings::Settings;
use connect_identity::registration::SecretError;
use connect_store::services::patient_graph::patients;
use connect_store::{clients, meta, people};

use super::error::ConfigurationError;
use super::file::{AppTable, File, PersonaTable, Secret, SettingsTable};
use crate::App;

const HEAD: &str =
    "# A Connect Console world. Apply it with `connect-sandbox serve --config <this file>`.\n";
const WITH_SECRETS: &str =
    "# It holds ids and secrets, so that the copy answers to the same .env. Keep it to yourself.\n";
const WITHOUT_SECRETS: &str = "# Ids and secrets are left out: they stay where there are some, and are made where there are none.\n";

/// Writes the apps, personas and settings of the running world so that applying them makes the same world. With secrets,
/// the ids are the same too.
///
/// # Errors
/// [`ConfigurationError::Key`] and [`ConfigurationError::Lost`] when secrets are asked for and can't be had.
pub async fn export(app: &App, with_secrets: bool) -> Result<String, ConfigurationError> {
    let file = File {
        settings: settings(app).await?,
        personas: personas(app, with_secrets).await?,
        apps: apps(app, with_secrets).await?,
    };
    let body = toml::to_string_pretty(&file)?;
    Ok(format!(
        "{HEAD}{}\n{body}",
        if with_secrets {
            WITH_SECRETS
        } else {
            WITHOUT_SECRETS
        }
    ))
}

/// The settings as stored: what flags of the command line say for this run is not among them.
async fn settings(app: &App) -> Result<SettingsTable, ConfigurationError> {
    let mut connection = app.0.world.read().await?;
    let stored: Settings = meta::get(&mut connection, "settings")
        .await?
        .unwrap_or_default();
    // A persona that is gone approves nothing, and a file that names it could not be applied.
    let auto_approve = match stored.auto_approve {
        Some(email) => people::by_email(&mut connection, &email)
            .await?
            .map(|person| person.email),
        None => None,
    };
    Ok(SettingsTable {
        profile: Some(stored.profile),
        auto_approve: Some(auto_approve.unwrap_or_default()),
        userinfo: Some(stored.userinfo),
        refresh_grace_seconds: Some(stored.refresh_grace_seconds),
        rate_limit_per_minute: Some(stored.rate_limit_per_minute.unwrap_or(0)),
        stamp_virtual_time: Some(stored.stamp_virtual_time),
        keep_exchanges: Some(stored.keep_exchanges),
        keep_days: Some(stored.keep_days),
        keep_mebibytes: Some(stored.keep_mebibytes),
        survive_power_cut: Some(stored.survive_power_cut),
    })
}

async fn personas(app: &App, with_ids: bool) -> Result<Vec<PersonaTable>, ConfigurationError> {
    let mut connection = app.0.world.read().await?;
    let mut tables = Vec::new();
    for person in people::list(&mut connection).await? {
        let without_data = patients::get(&mut connection, &person.id).await?.is_none();
        tables.push(persona(person, with_ids, without_data));
    }
    Ok(tables)
}

fn persona(person: Person, with_ids: bool, without_data: bool) -> PersonaTable {
    PersonaTable {
        email: person.email,
        user_id: with_ids.then(|| person.id.to_string()),
        name: Some(person.name),
        brand_id: Some(person.brand_id),
        locale: Some(person.locale),
        description: Some(person.description),
        without_data,
    }
}

async fn apps(app: &App, with_secrets: bool) -> Result<Vec<AppTable>, ConfigurationError> {
    let all = clients::list(&mut *app.0.world.read().await?).await?;
    let mut tables = Vec::with_capacity(all.len());
    for (client, _) in &all {
        // A name that is not one app's alone can't find it again.
        let is_ambiguous = all
            .iter()
            .filter(|(other, _)| other.name == client.name)
            .count()
            > 1;
        let mut table = table(client);
        if with_secrets || is_ambiguous {
            table.client_id = Some(client.id.to_string());
        }
        if with_secrets && client.app_type.is_confidential() {
            table.client_secret = newest(app, client, CredentialKind::ClientSecret).await?;
        }
        if with_secrets && client.app_type != AppType::M2m {
            table.webhook_signing_secret =
                newest(app, client, CredentialKind::WebhookSecret).await?;
        }
        tables.push(table);
    }
    Ok(tables)
}

/// The newest secret of an app that is in force.
async fn newest(
    app: &App,
    client: &Client,
    kind: CredentialKind,
) -> Result<Option<Secret>, ConfigurationError> {
    let found = app.0.identity.newest_secret(&client.id, kind).await;
    let secret = found.map_err(|error| match error {
        SecretError::Store(error) => error.into(),
        SecretError::Key(error) => error.into(),
        SecretError::Lost(source) => ConfigurationError::Lost {
            what: if kind == CredentialKind::ClientSecret {
                "client secret"
            } else {
                "webhook signing secret"
            },
            app: client.name.clone(),
            source,
        },
    })?;
    Ok(secret.map(Secret))
}

/// Everything of an app but its id and secrets, said in so many words: what a file leaves out would stay.
fn table(client: &Client) -> AppTable {
    let machine = client.app_type == AppType::M2m;
    let text = |value: &Option<String>| Some(value.clone().unwrap_or_default());
    AppTable {
        name: client.name.clone(),
        client_id: None,
        client_secret: None,
        webhook_signing_secret: None,
        app_type: Some(client.app_type),
        redirect_uris: Some(client.redirect_uris.clone()),
        scopes: Some(
            client
                .allowed_scopes
                .names()
                .into_iter()
                .map(str::to_owned)
                .collect(),
        ),
        allowed_origins: Some(client.allowed_origins.clone()),
        webhook_url: text(&client.webhook_url),
        client_uri: text(&client.client_uri),
        logo_uri: text(&client.logo_uri),
        brand_id: Some(client.brand_id.clone()),
        service: machine.then(|| client.service.clone().unwrap_or_default()),
        is_first_party: Some(client.is_first_party),
        enabled: Some(client.enabled),
        baa_status: Some(client.baa_status),
        access_token_lifetime_seconds: Some(client.access_token_lifetime.as_secs()),
        id_token_alg: Some(client.id_token_alg),
    }
}
