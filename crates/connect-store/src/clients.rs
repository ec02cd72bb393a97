//! Apps: their registration, and which of their secrets are in force.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use connect_core::Timestamp;
use connect_core::domain::app::{AppType, BaaStatus, Client, IdTokenAlg};
use connect_core::domain::credential::CredentialKind;
use connect_core::domain::journal::Origin;
use connect_core::domain::secret::CredentialHash;
use connect_core::id::{ClientId, CredentialId};
use connect_core::protocol::scope::ScopeSet;
use sqlx::SqliteConnection;

use crate::credentials::{self, json_texts};
use crate::error::StoreError;
use crate::grants;
use crate::world::World;
use crate::world::tx::WorldTx;

/// An app with the hashes of its secrets: all that authenticating it takes.
#[derive(Debug, Clone)]
pub struct ClientRecord {
    /// The app.
    pub client: Client,
    /// A demo app: a factory reset keeps its id and secrets.
    pub seeded: bool,
    /// Its client secrets that were not revoked, newest first. Judge `expires_at` against the clock.
    pub secrets: Vec<SecretRef>,
}

/// A client secret, without its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecretRef {
    /// Its row.
    pub id: CredentialId,
    /// What a presented secret is compared with.
    pub hash: CredentialHash,
    /// When it was issued (sandbox time).
    pub issued_at: Timestamp,
    /// When it stops working (sandbox time); set once it was rotated.
    pub expires_at: Option<Timestamp>,
}

impl ClientRecord {
    /// The secret in force at `now` that has this hash.
    #[must_use]
    pub fn secret(&self, hash: &CredentialHash, now: Timestamp) -> Option<&SecretRef> {
        self.secrets.iter().find(|secret| {
            secret.hash.matches(hash) && secret.expires_at.is_none_or(|end| now < end)
        })
    }
}

#[derive(sqlx::FromRow)]
struct Row {
    id: String,
    name: String,
    app_type: String,
    redirect_uris: String,
    allowed_scopes: String,
    allowed_origins: String,
    client_uri: Option<String>,
    logo_uri: Option<String>,
    webhook_url: Option<String>,
    brand_id: String,
    service: Option<String>,
    is_first_party: i64,
    enabled: i64,
    baa_status: String,
    access_token_lifetime_s: i64,
    id_token_alg: String,
    seeded: i64,
    created_at: i64,
    updated_at: i64,
}

impl Row {
    fn into_client(self) -> Result<(Client, bool), StoreError> {
        let wrong = |column| StoreError::Inconsistent {
            table: "clients",
            column,
            row: self.id.clone(),
        };
        let client = Client {
            app_type: AppType::from_word(&self.app_type).ok_or_else(|| wrong("app_type"))?,
            redirect_uris: serde_json::from_str(&self.redirect_uris)
                .map_err(|_| wrong("redirect_uris"))?,
            allowed_scopes: ScopeSet::from_stored(&self.allowed_scopes),
            allowed_origins: serde_json::from_str(&self.allowed_origins)
                .map_err(|_| wrong("allowed_origins"))?,
            baa_status: BaaStatus::from_word(&self.baa_status)
                .ok_or_else(|| wrong("baa_status"))?,
            id_token_alg: IdTokenAlg::from_word(&self.id_token_alg)
                .ok_or_else(|| wrong("id_token_alg"))?,
            access_token_lifetime: Duration::from_secs(
                u64::try_from(self.access_token_lifetime_s)
                    .map_err(|_| wrong("access_token_lifetime_s"))?,
            ),
            id: ClientId::from_text(self.id),
            name: self.name,
            client_uri: self.client_uri,
            logo_uri: self.logo_uri,
            webhook_url: self.webhook_url,
            brand_id: self.brand_id,
            service: self.service,
            is_first_party: self.is_first_party != 0,
            enabled: self.enabled != 0,
            created_at: Timestamp::from_millis(self.created_at),
            updated_at: Timestamp::from_millis(self.updated_at),
        };
        Ok((client, self.seeded != 0))
    }
}

/// The app with this id, and its secrets.
pub async fn get(
    connection: &mut SqliteConnection,
    id: &ClientId,
) -> Result<Option<ClientRecord>, StoreError> {
    let key = id.as_str();
    let row = sqlx::query_as!(Row, r#"SELECT * FROM clients WHERE id = ?1"#, key)
        .fetch_optional(&mut *connection)
        .await?;
    let Some((client, seeded)) = row.map(Row::into_client).transpose()? else {
        return Ok(None);
    };
    let secrets = credentials::of_client(connection, id, CredentialKind::ClientSecret)
        .await?
        .into_iter()
        .filter(|secret| secret.state == connect_core::domain::credential::CredentialState::Active)
        .map(|secret| SecretRef {
            id: secret.id,
            hash: secret.hash,
            issued_at: secret.issued_at,
            expires_at: secret.expires_at,
        })
        .collect();
    Ok(Some(ClientRecord {
        client,
        seeded,
        secrets,
    }))
}

/// Whether the id is taken.
pub async fn exists(tx: &mut WorldTx, id: &ClientId) -> Result<bool, StoreError> {
    let id = id.as_str();
    let found = sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT 1 FROM clients WHERE id = ?1) AS "found!: bool""#,
        id
    )
    .fetch_one(tx.connection())
    .await?;
    Ok(found)
}

/// Every app, oldest first.
pub async fn list(connection: &mut SqliteConnection) -> Result<Vec<(Client, bool)>, StoreError> {
    let rows = sqlx::query_as!(Row, "SELECT * FROM clients ORDER BY created_at, id")
        .fetch_all(connection)
        .await?;
    rows.into_iter().map(Row::into_client).collect()
}

/// Whether some enabled app lists `origin` (ruling 28).
pub async fn origin_is_allowed(
    connection: &mut SqliteConnection,
    origin: &str,
) -> Result<bool, StoreError> {
    let found = sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT 1 FROM clients, json_each(clients.allowed_origins) AS allowed
                          WHERE clients.enabled = 1 AND allowed.value = ?1) AS "found!: bool""#,
        origin
    )
    .fetch_one(connection)
    .await?;
    Ok(found)
}

/// Adds an app, or writes all of it anew.
pub async fn put(tx: &mut WorldTx, client: &Client, seeded: bool) -> Result<(), StoreError> {
    let redirect_uris = json_texts(client.redirect_uris.iter().map(String::as_str));
    let allowed_origins = json_texts(client.allowed_origins.iter().map(String::as_str));
    let (id, app_type, scopes) = (
        client.id.as_str(),
        client.app_type.as_str(),
        client.allowed_scopes.to_string(),
    );
    let (baa, alg) = (client.baa_status.as_str(), client.id_token_alg.as_str());
    let lifetime = i64::try_from(client.access_token_lifetime.as_secs()).unwrap_or(i64::MAX);
    let (created_at, updated_at) = (client.created_at.as_millis(), client.updated_at.as_millis());
    sqlx::query!(
        "INSERT OR REPLACE INTO clients (id, name, app_type, redirect_uris, allowed_scopes, allowed_origins, client_uri,
             logo_uri, webhook_url, brand_id, service, is_first_party, enabled, baa_status, access_token_lifetime_s,
             id_token_alg, seeded, created_at, updated_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19)",
        id,
        client.name,
        app_type,
        redirect_uris,
        scopes,
        allowed_origins,
        client.client_uri,
        client.logo_uri,
        client.webhook_url,
        client.brand_id,
        client.service,
        client.is_first_party,
        client.enabled,
        baa,
        lifetime,
        alg,
        seeded,
        created_at,
        updated_at
    )
    .execute(tx.connection())
    .await?;
    tx.client_changed(&client.id);
    Ok(())
}

/// Removes an app; its grants and credentials end first, each with its journal entry.
pub async fn delete(tx: &mut WorldTx, origin: &Origin, id: &ClientId) -> Result<bool, StoreError> {
    grants::revoke_of_client(tx, origin, id).await?;
    credentials::revoke_of_client(tx, origin, id).await?;
    let key = id.as_str();
    let gone = sqlx::query!("DELETE FROM clients WHERE id = ?1", key)
        .execute(tx.connection())
        .await?
        .rows_affected();
    tx.client_changed(id);
    Ok(gone > 0)
}

/// What is alive of an app.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Usage {
    /// Active grants.
    pub grants: u64,
    /// Tokens that would be accepted now.
    pub live_tokens: u64,
    /// Last use of a token of a grant, or issue of a machine's (sandbox time).
    pub last_used_at: Option<Timestamp>,
}

/// What is alive of each app, or of one, at `now`; an app of which nothing ever was is not in it.
pub async fn usage(
    connection: &mut SqliteConnection,
    client: Option<&ClientId>,
    now: Timestamp,
) -> Result<HashMap<ClientId, Usage>, StoreError> {
    let (client, now) = (client.map(ClientId::as_str), now.as_millis());
    let rows = sqlx::query!(
        r#"SELECT client_id AS "client_id!: String", SUM(grants) AS "grants!: i64", SUM(tokens) AS "tokens!: i64",
                  MAX(used) AS "used: i64"
           FROM (SELECT client_id, revoked_at IS NULL AS grants, last_used_at AS used,
                        (SELECT COUNT(*) FROM credentials
                         WHERE grant_id = grants.id AND state = 'active' AND kind IN ('access_token', 'refresh_token')
                           AND expires_at > ?2) AS tokens
                 FROM grants WHERE ?1 IS NULL OR client_id = ?1
                 UNION ALL
                 SELECT client_id, 0, issued_at, state = 'active' AND expires_at > ?2
                 FROM credentials
                 WHERE kind = 'm2m_token' AND client_id IS NOT NULL AND (?1 IS NULL OR client_id = ?1))
           GROUP BY client_id"#,
        client,
        now
    )
    .fetch_all(connection)
    .await?;
    let count = |number: i64| u64::try_from(number).unwrap_or(0);
    Ok(rows
        .into_iter()
        .map(|row| {
            let usage = Usage {
                grants: count(row.grants),
                live_tokens: count(row.tokens),
                last_used_at: row.used.map(Timestamp::from_millis),
            };
            (ClientId::from_text(row.client_id), usage)
        })
        .collect())
}

impl World {
    /// The app with this id, from the cache where it stands unchanged.
    pub async fn client(&self, id: &ClientId) -> Result<Option<Arc<ClientRecord>>, StoreError> {
        let cache = &self.caches().clients;
        let generation = match cache.get(id) {
            Ok(known) => return Ok(known),
            Err(generation) => generation,
        };
        let record = get(&mut *self.read().await?, id).await?.map(Arc::new);
        cache.put(id.clone(), record.clone(), generation);
        Ok(record)
    }
}
