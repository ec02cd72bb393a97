//! Codes, tokens, secrets and session cookies: their one table.

mod ending;

use connect_core::Timestamp;
use connect_core::domain::credential::{Credential, CredentialKind, CredentialState};
use connect_core::domain::journal::Seq;
use connect_core::domain::secret::CredentialHash;
use connect_core::id::{ClientId, CredentialId, GrantId, TraceId, UserId};
use connect_core::protocol::scope::ScopeSet;
use serde_json::json;
use sqlx::SqliteConnection;

pub use self::ending::{Expired, expire, next_due, revoke, revoke_family, set_expiry};
pub(crate) use self::ending::{revoke_of_client, revoke_of_grant};
use crate::error::StoreError;
use crate::world::ledger::NewCredential;
use crate::world::rows::Rows;
use crate::world::tx::WorldTx;

#[derive(sqlx::FromRow)]
struct Row {
    id: String,
    hash: Vec<u8>,
    kind: String,
    state: String,
    client_id: Option<String>,
    user_id: Option<String>,
    grant_id: Option<String>,
    parent: Option<String>,
    root: Option<String>,
    scope: String,
    issued_at: i64,
    expires_at: Option<i64>,
    ended_at: Option<i64>,
    trace: String,
    issued_by: i64,
    detail: String,
}

impl Row {
    fn into_credential(self) -> Result<Credential, StoreError> {
        let wrong = |column| StoreError::Inconsistent {
            table: "credentials",
            column,
            row: self.id.clone(),
        };
        let hash: [u8; 32] = self.hash.as_slice().try_into().map_err(|_| wrong("hash"))?;
        Ok(Credential {
            hash: CredentialHash::from_bytes(hash),
            kind: CredentialKind::from_word(&self.kind).ok_or_else(|| wrong("kind"))?,
            state: CredentialState::from_word(&self.state).ok_or_else(|| wrong("state"))?,
            detail: serde_json::from_str(&self.detail).map_err(|_| wrong("detail"))?,
            client_id: self.client_id.map(ClientId::from_text),
            user_id: self.user_id.map(UserId::from_text),
            grant_id: self.grant_id.map(GrantId::from_text),
            parent: self.parent.map(CredentialId::from_text),
            root: self.root.map(CredentialId::from_text),
            scope: ScopeSet::from_stored(&self.scope),
            issued_at: Timestamp::from_millis(self.issued_at),
            expires_at: self.expires_at.map(Timestamp::from_millis),
            ended_at: self.ended_at.map(Timestamp::from_millis),
            trace: TraceId::from_text(self.trace),
            issued_by: Seq(self.issued_by),
            id: CredentialId::from_text(self.id),
        })
    }
}

fn all(rows: Vec<Row>) -> Result<Vec<Credential>, StoreError> {
    rows.into_iter().map(Row::into_credential).collect()
}

/// A JSON array.
pub(crate) fn json_array<T: Into<serde_json::Value>>(
    items: impl Iterator<Item = T>,
) -> serde_json::Value {
    items.collect()
}

/// A JSON array of texts.
pub(crate) fn json_texts<'t>(texts: impl Iterator<Item = &'t str>) -> String {
    json_array(texts).to_string()
}

/// The credentials with these hashes, in no particular order.
pub async fn by_hashes(
    connection: &mut SqliteConnection,
    hashes: &[CredentialHash],
) -> Result<Vec<Credential>, StoreError> {
    if hashes.is_empty() {
        return Ok(Vec::new());
    }
    let hashes: Vec<String> = hashes.iter().map(CredentialHash::to_hex).collect();
    let hashes = json_texts(hashes.iter().map(String::as_str));
    let rows = sqlx::query_as!(
        Row,
        r#"SELECT id AS "id!", hash, kind, state, client_id, user_id, grant_id, parent, root, scope, issued_at,
                  expires_at, ended_at, trace, issued_by, detail
           FROM credentials WHERE hash IN (SELECT unhex(value) FROM json_each(?1))"#,
        hashes
    )
    .fetch_all(connection)
    .await?;
    all(rows)
}

/// The active refresh token of each of these grants.
pub(crate) async fn active_refresh_of(
    connection: &mut SqliteConnection,
    grants: &[&GrantId],
) -> Result<Vec<Credential>, StoreError> {
    let grants = json_texts(grants.iter().map(|grant| grant.as_str()));
    let rows = sqlx::query_as!(
        Row,
        r#"SELECT id AS "id!", hash, kind, state, client_id, user_id, grant_id, parent, root, scope, issued_at,
                  expires_at, ended_at, trace, issued_by, detail
           FROM credentials
           WHERE kind = 'refresh_token' AND state = 'active' AND grant_id IN (SELECT value FROM json_each(?1))"#,
        grants
    )
    .fetch_all(connection)
    .await?;
    all(rows)
}

/// One credential by id.
pub async fn get(
    connection: &mut SqliteConnection,
    id: &CredentialId,
) -> Result<Option<Credential>, StoreError> {
    let id = id.as_str();
    let row = sqlx::query_as!(
        Row,
        r#"SELECT id AS "id!", hash, kind, state, client_id, user_id, grant_id, parent, root, scope, issued_at,
                  expires_at, ended_at, trace, issued_by, detail
           FROM credentials WHERE id = ?1"#,
        id
    )
    .fetch_optional(connection)
    .await?;
    row.map(Row::into_credential).transpose()
}

/// An app's credentials of one kind, newest first.
pub async fn of_client(
    connection: &mut SqliteConnection,
    client: &ClientId,
    kind: CredentialKind,
) -> Result<Vec<Credential>, StoreError> {
    let (client, kind) = (client.as_str(), kind.as_str());
    let rows = sqlx::query_as!(
        Row,
        r#"SELECT id AS "id!", hash, kind, state, client_id, user_id, grant_id, parent, root, scope, issued_at,
                  expires_at, ended_at, trace, issued_by, detail
           FROM credentials WHERE client_id = ?1 AND kind = ?2 ORDER BY issued_at DESC, id DESC"#,
        client,
        kind
    )
    .fetch_all(connection)
    .await?;
    all(rows)
}

/// Ids of an app's active credentials of one kind.
pub async fn active_of_client(
    tx: &mut WorldTx,
    client: &ClientId,
    kind: CredentialKind,
) -> Result<Vec<CredentialId>, StoreError> {
    let all = of_client(tx.connection(), client, kind).await?;
    Ok(all
        .into_iter()
        .filter(|row| row.state == CredentialState::Active)
        .map(|row| row.id)
        .collect())
}

/// The sealed value of a credential, by hash.
pub async fn sealed(
    connection: &mut SqliteConnection,
    hash: &CredentialHash,
) -> Result<Option<(CredentialId, Vec<u8>)>, StoreError> {
    let hash = hash.as_bytes().as_slice();
    let row = sqlx::query!(
        r#"SELECT id AS "id!", sealed FROM credentials WHERE hash = ?1"#,
        hash
    )
    .fetch_optional(connection)
    .await?;
    Ok(row.map(|row| (CredentialId::from_text(row.id), row.sealed)))
}

/// A credential as a row to insert.
pub(crate) fn new_row(new: &NewCredential) -> String {
    let NewCredential {
        credential: c,
        sealed,
    } = new;
    let detail = serde_json::to_string(&c.detail).unwrap_or_else(|_| String::from("{}"));
    json!([
        c.id.as_str(),
        c.hash.to_hex(),
        c.kind.as_str(),
        c.state.as_str(),
        c.client_id.as_ref().map(ClientId::as_str),
        c.user_id.as_ref().map(UserId::as_str),
        c.grant_id.as_ref().map(GrantId::as_str),
        c.parent.as_ref().map(CredentialId::as_str),
        c.root.as_ref().map(CredentialId::as_str),
        c.scope.to_string(),
        c.issued_at.as_millis(),
        c.expires_at.map(Timestamp::as_millis),
        c.ended_at.map(Timestamp::as_millis),
        c.trace.as_str(),
        c.issued_by.0,
        detail,
        hex::encode(sealed),
    ])
    .to_string()
}

/// A credential that ended as a row to update.
pub(crate) fn ended_row(c: &Credential) -> String {
    json!([
        c.id.as_str(),
        c.state.as_str(),
        c.ended_at.map(Timestamp::as_millis)
    ])
    .to_string()
}

/// Adds one credential with its own unit of work.
pub async fn insert(tx: &mut WorldTx, new: &NewCredential) -> Result<(), StoreError> {
    let rows = Rows {
        issued: vec![new_row(new)],
        ..Rows::default()
    };
    rows.write(tx.connection()).await
}

/// How many live access tokens there are at `now`, for the state of the sandbox.
pub async fn count_live(
    connection: &mut SqliteConnection,
    now: Timestamp,
) -> Result<i64, StoreError> {
    let now = now.as_millis();
    let live = sqlx::query_scalar!(
        r#"SELECT COUNT(*) AS "live!: i64" FROM credentials
           WHERE state = 'active' AND kind IN ('access_token', 'refresh_token', 'm2m_token') AND expires_at > ?1"#,
        now
    )
    .fetch_one(connection)
    .await?;
    Ok(live)
}
