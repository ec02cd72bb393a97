//! Registering apps: the rules of the developer portal, used by the administration API, the console and `connect.toml`.

mod remarks;
mod rules;
mod secrets;

use connect_core::Timestamp;
use connect_core::domain::app::{AppType, BaaStatus, Client, IdTokenAlg, Profile};
use connect_core::domain::credential::{ACCESS_TOKEN_LIFETIME, CredentialKind};
use connect_core::domain::journal::{Kind, Origin};
use connect_core::domain::secret::SecretText;
use connect_core::id::ClientId;
use connect_store::clients::ClientRecord;
use connect_store::{StoreError, WorldTx, clients, credentials, services};
use serde_json::json;

use crate::Identity;
use rules::validate;

pub use connect_core::domain::flaw::Flaw;
pub use remarks::{Remark, remarks};
pub use rules::{BrokenRule, broken, check};
pub use secrets::SecretError;

/// An app to be registered.
#[derive(Debug, Clone)]
pub struct NewApp {
    /// Its id, when it is to have a certain one (demo apps, `connect.toml`); else a new one is made.
    pub client_id: Option<ClientId>,
    /// 1 to 255 characters.
    pub name: String,
    /// What kind of app.
    pub app_type: AppType,
    /// At least one, but for m2m.
    pub redirect_uris: Vec<String>,
    /// Names of scopes.
    pub scopes: Vec<String>,
    /// Origins that may call from a browser.
    pub allowed_origins: Vec<String>,
    /// The app's own page.
    pub client_uri: Option<String>,
    /// The app's logo.
    pub logo_uri: Option<String>,
    /// Where webhooks go.
    pub webhook_url: Option<String>,
    /// `loop` or `loopbio`.
    pub brand_id: String,
    /// Set for a Loop service's own client.
    pub service: Option<String>,
    /// Loop's own app.
    pub is_first_party: bool,
    /// Where its BAA stands.
    pub baa_status: BaaStatus,
    /// Seconds, 300 to 3600.
    pub access_token_lifetime_seconds: u64,
    /// How its id_tokens are signed.
    pub id_token_alg: IdTokenAlg,
    /// A demo app: keeps its id and secrets through a factory reset.
    pub seeded: bool,
    /// The secret it is to have (demo apps, `connect.toml`); else a new one is made.
    pub client_secret: Option<SecretText>,
    /// The webhook secret it is to have; else a new one is made.
    pub webhook_secret: Option<SecretText>,
}

impl NewApp {
    /// An app with the defaults of the portal.
    #[must_use]
    pub fn new(name: impl Into<String>, app_type: AppType) -> Self {
        Self {
            client_id: None,
            name: name.into(),
            app_type,
            redirect_uris: Vec::new(),
            scopes: Vec::new(),
            allowed_origins: Vec::new(),
            client_uri: None,
            logo_uri: None,
            webhook_url: None,
            brand_id: "loop".to_owned(),
            service: None,
            is_first_party: false,
            baa_status: BaaStatus::None,
            access_token_lifetime_seconds: ACCESS_TOKEN_LIFETIME.as_secs(),
            id_token_alg: IdTokenAlg::EdDsa,
            seeded: false,
            client_secret: None,
            webhook_secret: None,
        }
    }

    /// A request to register an app as it is, under its id; what is seeded and what is secret is left out.
    #[must_use]
    pub fn like(client: &Client) -> Self {
        Self {
            client_id: Some(client.id.clone()),
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
            ..Self::new(client.name.clone(), client.app_type)
        }
    }
}

/// A registered app with the secrets that are shown once.
#[derive(Debug, Clone)]
pub struct Registered {
    /// The app.
    pub client: Client,
    /// Confidential apps have one.
    pub client_secret: Option<SecretText>,
    /// Apps with people have one; machines get no events.
    pub webhook_signing_secret: Option<SecretText>,
}

/// Why an app can't be registered or changed.
#[derive(Debug, thiserror::Error)]
pub enum RegistrationError {
    /// Fields that break the rules.
    #[error("{}", Flaw::list(flaws))]
    Invalid {
        /// Each of them.
        flaws: Vec<Flaw>,
    },
    /// The id is taken.
    #[error("an app with the client_id {0} exists already")]
    Exists(ClientId),
    /// There is no such app.
    #[error("there is no app with the client_id {0}")]
    Unknown(ClientId),
    /// A public app has no secret to rotate.
    #[error(
        "{name} is a public {app_type} app and has no client_secret to rotate; public apps use PKCE alone"
    )]
    NoSecret {
        /// Its name.
        name: String,
        /// Its type.
        app_type: &'static str,
    },
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The sealing key can't be had.
    #[error(transparent)]
    Key(#[from] connect_store::sealing::KeyError),
    /// A signing key could not be made.
    #[error(transparent)]
    Signing(#[from] crate::keys::KeyError),
}

/// What of an app is in its journal entries. No secrets.
fn facts(client: &Client) -> serde_json::Value {
    json!({
        "name": client.name, "app_type": client.app_type, "redirect_uris": client.redirect_uris,
        "scopes": client.allowed_scopes.to_string(), "allowed_origins": client.allowed_origins,
        "webhook_url": client.webhook_url, "brand_id": client.brand_id, "enabled": client.enabled,
        "baa_status": client.baa_status, "is_first_party": client.is_first_party,
        "access_token_lifetime_seconds": client.access_token_lifetime.as_secs(), "id_token_alg": client.id_token_alg,
    })
}

impl Identity {
    /// Registers an app.
    pub async fn register(
        &self,
        new: NewApp,
        origin: Origin,
    ) -> Result<Registered, RegistrationError> {
        let id = new.client_id.clone().unwrap_or_else(|| self.env.id());
        let profile = self.settings.get().profile;
        let client = validate(&new, id, profile, origin.at.sandbox)
            .map_err(|flaws| RegistrationError::Invalid { flaws })?;
        self.keys.ensure(client.id_token_alg, &origin).await?;
        let sealer = self.vault.sealer().await?;
        let secret = client.app_type.is_confidential().then(|| {
            self.secret(
                &sealer,
                CredentialKind::ClientSecret,
                new.client_secret.clone(),
            )
        });
        let webhook = (client.app_type != AppType::M2m).then(|| {
            self.secret(
                &sealer,
                CredentialKind::WebhookSecret,
                new.webhook_secret.clone(),
            )
        });
        let registered = Registered {
            client: client.clone(),
            client_secret: secret.as_ref().map(|minted| minted.value.clone()),
            webhook_signing_secret: webhook.as_ref().map(|minted| minted.value.clone()),
        };
        self.world
            .write(move |tx| {
                Box::pin(async move {
                    if clients::exists(tx, &client.id).await? {
                        return Err(RegistrationError::Exists(client.id));
                    }
                    let seq = tx.journal(
                        &origin,
                        Kind::AppCreated,
                        client.id.as_str(),
                        &facts(&client),
                    );
                    clients::put(tx, &client, new.seeded).await?;
                    for minted in [secret, webhook].into_iter().flatten() {
                        let mut row = minted.row(origin.trace.clone(), seq, origin.at.sandbox);
                        row.credential.client_id = Some(client.id.clone());
                        credentials::insert(tx, &row).await?;
                    }
                    Ok(())
                })
            })
            .await?;
        Ok(registered)
    }

    /// Changes an app: `change` is handed the app as it is, as a request to register it again.
    ///
    /// It is asked twice: once to see which signing key the app will need, and once by the writer, of the row as it is
    /// then. Of changes made at the same moment none is lost.
    pub async fn update_app(
        &self,
        id: &ClientId,
        change: impl FnOnce(&mut NewApp, &mut bool) + Clone + Send + 'static,
        origin: Origin,
    ) -> Result<Client, RegistrationError> {
        let profile = self.settings.get().profile;
        let seen = self
            .world
            .client(id)
            .await?
            .ok_or_else(|| RegistrationError::Unknown(id.clone()))?;
        let wanted = changed(&seen, change.clone(), profile, origin.at.sandbox)?;
        self.keys.ensure(wanted.id_token_alg, &origin).await?;
        let id = id.clone();
        self.world
            .write(move |tx| {
                Box::pin(async move {
                    // Deleted since it was looked at: writing it would bring it back without its secrets.
                    let record = clients::get(services::reading(tx), &id)
                        .await?
                        .ok_or(RegistrationError::Unknown(id))?;
                    let wanted = changed(&record, change, profile, origin.at.sandbox)?;
                    if wanted != record.client {
                        journal_update(tx, &origin, &record.client, &wanted);
                        clients::put(tx, &wanted, record.seeded).await?;
                    }
                    Ok(wanted)
                })
            })
            .await
    }

    /// Removes an app with its grants and credentials.
    pub async fn delete_app(&self, id: &ClientId, origin: Origin) -> Result<(), RegistrationError> {
        let id = id.clone();
        self.world
            .write(move |tx| {
                Box::pin(async move {
                    let seq = tx.journal(&origin, Kind::AppDeleted, id.as_str(), &json!({}));
                    let of_it = Origin {
                        cause: Some(seq),
                        ..origin
                    };
                    if clients::delete(tx, &of_it, &id).await? {
                        Ok(())
                    } else {
                        Err(RegistrationError::Unknown(id))
                    }
                })
            })
            .await
    }
}

/// What `change` makes of an app; the app as it is when that is nothing.
fn changed(
    record: &ClientRecord,
    change: impl FnOnce(&mut NewApp, &mut bool),
    profile: Profile,
    at: Timestamp,
) -> Result<Client, RegistrationError> {
    let old = &record.client;
    let mut wanted = NewApp {
        seeded: record.seeded,
        ..NewApp::like(old)
    };
    let mut enabled = old.enabled;
    change(&mut wanted, &mut enabled);
    let new = validate(&wanted, old.id.clone(), profile, at)
        .map_err(|flaws| RegistrationError::Invalid { flaws })?;
    let new = Client {
        enabled,
        created_at: old.created_at,
        updated_at: old.updated_at,
        ..new
    };
    if new == *old {
        return Ok(new);
    }
    Ok(Client {
        updated_at: at,
        ..new
    })
}

fn journal_update(tx: &mut WorldTx, origin: &Origin, old: &Client, new: &Client) {
    if old.enabled != new.enabled {
        let kind = if new.enabled {
            Kind::AppEnabled
        } else {
            Kind::AppDisabled
        };
        tx.journal(origin, kind, new.id.as_str(), &json!({}));
    }
    if old.baa_status != new.baa_status {
        let detail = json!({ "from": old.baa_status, "to": new.baa_status });
        tx.journal(origin, Kind::AppBaaChanged, new.id.as_str(), &detail);
    }
    let (before, after) = (facts(old), facts(new));
    let mut changed = serde_json::Map::new();
    for (name, value) in after.as_object().into_iter().flatten() {
        if before[name] != *value && !matches!(name.as_str(), "enabled" | "baa_status") {
            changed.insert(name.clone(), json!({ "from": before[name], "to": value }));
        }
    }
    if !changed.is_empty() {
        tx.journal(
            origin,
            Kind::AppUpdated,
            new.id.as_str(),
            &serde_json::Value::Object(changed),
        );
    }
}
