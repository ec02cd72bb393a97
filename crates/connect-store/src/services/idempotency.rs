//! Answers kept for requests that carry an `Idempotency-Key` (/concepts/idempotency-and-retries).

use connect_core::Timestamp;
use connect_core::domain::journal::Seq;
use connect_core::id::{ClientId, UserId};
use sqlx::SqliteConnection;

use crate::error::StoreError;
use crate::services::row;
use crate::world::tx::WorldTx;

/// What a key is unique within.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyScope {
    /// The app.
    pub client_id: ClientId,
    /// The person it speaks for; none for a machine.
    pub user_id: Option<UserId>,
    /// The operation.
    pub route: &'static str,
    /// The key as sent.
    pub key: String,
}

/// A kept answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptAnswer {
    /// SHA-256 of what was asked.
    pub request_hash: [u8; 32],
    /// HTTP status of the answer.
    pub status: u16,
    /// Body of the answer.
    pub body: String,
    /// The journal entry of the change the first request made.
    pub seq: Option<Seq>,
    /// When the first request came.
    pub created_at: Timestamp,
    /// Until when it is kept.
    pub expires_at: Timestamp,
}

/// The answer kept under a key, if its time has not run out.
pub async fn find(
    connection: &mut SqliteConnection,
    scope: &KeyScope,
    now: Timestamp,
) -> Result<Option<KeptAnswer>, StoreError> {
    let (client, user, now) = (
        scope.client_id.as_str(),
        scope.user_id.as_ref().map_or("", UserId::as_str),
        now.as_millis(),
    );
    let row = sqlx::query!(
        r#"SELECT request_hash, status AS "status: u16", body, seq, created_at, expires_at FROM idempotency_keys
           WHERE client_id = ?1 AND user_id = ?2 AND route = ?3 AND key = ?4 AND expires_at > ?5"#,
        client,
        user,
        scope.route,
        scope.key,
        now
    )
    .fetch_optional(connection)
    .await?;
    row.map(|row| {
        Ok(KeptAnswer {
            request_hash: row
                .request_hash
                .try_into()
                .map_err(|_| StoreError::Inconsistent {
                    table: "idempotency_keys",
                    column: "request_hash",
                    row: scope.key.clone(),
                })?,
            status: row.status,
            body: row.body,
            seq: row.seq.map(Seq),
            created_at: row::at(row.created_at),
            expires_at: row::at(row.expires_at),
        })
    })
    .transpose()
}

/// Keeps an answer, and drops a few of those whose time has run out.
pub async fn keep(
    tx: &mut WorldTx,
    scope: &KeyScope,
    answer: &KeptAnswer,
) -> Result<(), StoreError> {
    let (client, user) = (
        scope.client_id.as_str(),
        scope.user_id.as_ref().map_or("", UserId::as_str),
    );
    let hash = answer.request_hash.as_slice();
    let (seq, created, expires) = (
        answer.seq.map(|seq| seq.0),
        answer.created_at.as_millis(),
        answer.expires_at.as_millis(),
    );
    sqlx::query!(
        "DELETE FROM idempotency_keys WHERE (client_id, user_id, route, key) IN
             (SELECT client_id, user_id, route, key FROM idempotency_keys WHERE expires_at <= ?1 LIMIT 20)",
        created
    )
    .execute(tx.connection())
    .await?;
    sqlx::query!(
        "INSERT OR REPLACE INTO idempotency_keys (client_id, user_id, route, key, request_hash, status, body, seq,
                                                  created_at, expires_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
        client,
        user,
        scope.route,
        scope.key,
        hash,
        answer.status,
        answer.body,
        seq,
        created,
        expires
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}
