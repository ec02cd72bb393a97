//! Grants: one active for each persona and app, updated in place, revoked with every token of it.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use connect_core::Timestamp;
use connect_core::domain::journal::{Kind, Origin, Seq};
use connect_core::id::{ClientId, GrantId, TraceId, UserId};
use connect_core::protocol::scope::ScopeSet;
use serde_json::json;
use sqlx::SqliteConnection;

use crate::alerts::{self, NewAlert};
use crate::credentials::{self, json_array};
use crate::error::StoreError;
use crate::world::World;
use crate::world::ledger::GrantRow;
use crate::world::rows::Rows;
use crate::world::tx::WorldTx;

/// Where a grant came from.
#[derive(Debug, Clone)]
pub(crate) struct Provenance {
    pub(crate) trace: TraceId,
    pub(crate) issued_by: Seq,
}

/// A grant, as listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    /// Its id.
    pub id: GrantId,
    /// The app.
    pub client_id: ClientId,
    /// The persona.
    pub user_id: UserId,
    /// What was consented to.
    pub scope: ScopeSet,
    /// First consent (sandbox time).
    pub created_at: Timestamp,
    /// Last change of scope (sandbox time).
    pub updated_at: Timestamp,
    /// Last use of one of its tokens (sandbox time, exact to a minute).
    pub last_used_at: Option<Timestamp>,
    /// When it was revoked (sandbox time).
    pub revoked_at: Option<Timestamp>,
    /// The trace of the last consent.
    pub trace: TraceId,
    /// The journal entry of the last consent.
    pub issued_by: Seq,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: String,
    client_id: String,
    user_id: String,
    scope: String,
    created_at: i64,
    updated_at: i64,
    last_used_at: Option<i64>,
    revoked_at: Option<i64>,
    trace: String,
    issued_by: i64,
}

impl From<Row> for Grant {
    fn from(row: Row) -> Self {
        Self {
            id: GrantId::from_text(row.id),
            client_id: ClientId::from_text(row.client_id),
            user_id: UserId::from_text(row.user_id),
            scope: ScopeSet::from_stored(&row.scope),
            created_at: Timestamp::from_millis(row.created_at),
            updated_at: Timestamp::from_millis(row.updated_at),
            last_used_at: row.last_used_at.map(Timestamp::from_millis),
            revoked_at: row.revoked_at.map(Timestamp::from_millis),
            trace: TraceId::from_text(row.trace),
            issued_by: Seq(row.issued_by),
        }
    }
}

/// Which grants to list. Everything that is set must hold.
#[derive(Debug, Clone, Default)]
pub struct GrantFilter {
    /// Only this persona's.
    pub user_id: Option<UserId>,
    /// Only this app's.
    pub client_id: Option<ClientId>,
    /// Revoked ones too.
    pub with_revoked: bool,
}

/// Grants, newest first.
pub async fn list(
    connection: &mut SqliteConnection,
    filter: &GrantFilter,
) -> Result<Vec<Grant>, StoreError> {
    let user = filter.user_id.as_ref().map(UserId::as_str);
    let client = filter.client_id.as_ref().map(ClientId::as_str);
    let rows = sqlx::query_as!(
        Row,
        r#"SELECT id AS "id!", client_id, user_id, scope, created_at, updated_at, last_used_at, revoked_at, trace, issued_by
           FROM grants
           WHERE (?1 IS NULL OR user_id = ?1) AND (?2 IS NULL OR client_id = ?2) AND (?3 OR revoked_at IS NULL)
           ORDER BY created_at DESC, id DESC"#,
        user,
        client,
        filter.with_revoked
    )
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(Grant::from).collect())
}

/// One grant, revoked or not.
pub async fn get(
    connection: &mut SqliteConnection,
    id: &GrantId,
) -> Result<Option<Grant>, StoreError> {
    let id = id.as_str();
    let row = sqlx::query_as!(
        Row,
        r#"SELECT id AS "id!", client_id, user_id, scope, created_at, updated_at, last_used_at, revoked_at, trace, issued_by
           FROM grants WHERE id = ?1"#,
        id
    )
    .fetch_optional(connection)
    .await?;
    Ok(row.map(Grant::from))
}

/// The active grants of these pairs.
pub(crate) async fn active_by_pairs(
    connection: &mut SqliteConnection,
    pairs: &[(UserId, ClientId)],
) -> Result<Vec<GrantRow>, StoreError> {
    let pairs = json_array(
        pairs
            .iter()
            .map(|(user, client)| json!([user.as_str(), client.as_str()])),
    )
    .to_string();
    let rows = sqlx::query_as!(
        Row,
        r#"SELECT DISTINCT grants.id AS "id!", client_id, user_id, scope, created_at, updated_at, last_used_at, revoked_at,
                  trace, issued_by
           FROM jsonb_each(?1) AS pair
           JOIN grants ON grants.user_id = pair.value->>0 AND grants.client_id = pair.value->>1
           WHERE revoked_at IS NULL"#,
        pairs
    )
    .fetch_all(connection)
    .await?;
    Ok(rows
        .into_iter()
        .map(Grant::from)
        .map(|grant| GrantRow {
            id: grant.id,
            client_id: grant.client_id,
            user_id: grant.user_id,
            scope: grant.scope,
            created_at: grant.created_at,
            updated_at: grant.updated_at,
        })
        .collect())
}

/// A grant as a row to insert, or to update the scope of.
pub(crate) fn row(grant: &GrantRow, provenance: &Provenance) -> String {
    json!([
        grant.id.as_str(),
        grant.client_id.as_str(),
        grant.user_id.as_str(),
        grant.scope.to_string(),
        grant.created_at.as_millis(),
        grant.updated_at.as_millis(),
        provenance.trace.as_str(),
        provenance.issued_by.0,
    ])
    .to_string()
}

/// A grant's last use (milliseconds of sandbox time) as a row to update.
pub(crate) fn used_row(grant: &GrantId, at: i64) -> String {
    json!([grant.as_str(), at]).to_string()
}

/// When each grant's use was last written down, so that a busy token costs one write a minute.
#[derive(Debug, Default)]
pub(crate) struct GrantsUsed(Mutex<HashMap<GrantId, Timestamp>>);

/// A use is written when the last one written is this old, in milliseconds.
const USE_RESOLUTION: i64 = 60_000;
/// More grants than this and the record starts anew.
const MOST_GRANTS: usize = 4096;

impl GrantsUsed {
    /// Whether a use at `at` should be written; remembers that it will be.
    fn is_news(&self, grant: &GrantId, at: Timestamp) -> bool {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_news = known
            .get(grant)
            .is_none_or(|last| at.millis_since(*last) >= USE_RESOLUTION);
        if is_news {
            if known.len() >= MOST_GRANTS {
                known.clear();
            }
            known.insert(grant.clone(), at);
        }
        is_news
    }
}

impl World {
    /// Notes that a token of a grant was used at `at`: written within a minute's resolution, and nobody waits for it.
    pub fn note_grant_used(&self, grant: &GrantId, at: Timestamp) {
        if !self.grants_used().is_news(grant, at) {
            return;
        }
        let (world, grant) = (self.clone(), grant.clone());
        tokio::spawn(async move {
            let written: Result<(), StoreError> = world
                .write(move |tx| Box::pin(async move { used(tx, &grant, at).await }))
                .await;
            if let Err(error) = written {
                tracing::debug!(%error, "a grant's last use was not written");
            }
        });
    }
}

/// Writes that a grant was used, outside the ledger.
async fn used(tx: &mut WorldTx, grant: &GrantId, at: Timestamp) -> Result<(), StoreError> {
    let rows = Rows {
        used: vec![used_row(grant, at.as_millis())],
        ..Rows::default()
    };
    rows.write(tx.connection()).await
}

/// Revokes a grant with every active token of it, and tells the person if there is something to tell.
///
/// Gives the entry that says so; `None` when there is no such active grant.
pub async fn revoke(
    tx: &mut WorldTx,
    origin: &Origin,
    id: &GrantId,
    alert: Option<NewAlert>,
) -> Result<Option<Seq>, StoreError> {
    let (key, at) = (id.as_str(), origin.at.sandbox.as_millis());
    let row = sqlx::query!(
        "UPDATE grants SET revoked_at = ?2 WHERE id = ?1 AND revoked_at IS NULL RETURNING user_id, client_id",
        key,
        at
    )
    .fetch_optional(tx.connection())
    .await?;
    let Some(row) = row else { return Ok(None) };
    let detail = json!({ "client_id": row.client_id, "user_id": row.user_id });
    let seq = tx.journal(origin, Kind::GrantRevoked, key, &detail);
    let of_it = Origin {
        cause: Some(seq),
        ..origin.clone()
    };
    credentials::revoke_of_grant(tx, &of_it, id).await?;
    if let Some(alert) = alert {
        alerts::raise(tx, &of_it, alert).await?;
    }
    Ok(Some(seq))
}

async fn revoke_each(
    tx: &mut WorldTx,
    origin: &Origin,
    ids: Vec<String>,
) -> Result<(), StoreError> {
    for id in ids {
        revoke(tx, origin, &GrantId::from_text(id), None).await?;
    }
    Ok(())
}

/// Revokes every grant for an app.
pub async fn revoke_of_client(
    tx: &mut WorldTx,
    origin: &Origin,
    client: &ClientId,
) -> Result<(), StoreError> {
    let client = client.as_str();
    let ids = sqlx::query_scalar!(
        r#"SELECT id AS "id!" FROM grants WHERE client_id = ?1 AND revoked_at IS NULL ORDER BY id"#,
        client
    )
    .fetch_all(tx.connection())
    .await?;
    revoke_each(tx, origin, ids).await
}

/// Revokes every grant of a persona.
pub async fn revoke_of_user(
    tx: &mut WorldTx,
    origin: &Origin,
    user: &UserId,
) -> Result<(), StoreError> {
    let user = user.as_str();
    let ids = sqlx::query_scalar!(
        r#"SELECT id AS "id!" FROM grants WHERE user_id = ?1 AND revoked_at IS NULL ORDER BY id"#,
        user
    )
    .fetch_all(tx.connection())
    .await?;
    revoke_each(tx, origin, ids).await
}
