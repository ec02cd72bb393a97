//! Messages to personas: a leaked refresh token, for one (ruling 3).

use connect_core::Timestamp;
use connect_core::domain::journal::{Kind, Origin};
use connect_core::id::{AlertId, UserId};
use serde_json::json;
use sqlx::SqliteConnection;

use crate::error::StoreError;
use crate::world::tx::WorldTx;

/// A message to be sent.
#[derive(Debug, Clone)]
pub struct NewAlert {
    /// Its id.
    pub id: AlertId,
    /// Whom it is for.
    pub user_id: UserId,
    /// What it is about, for example `refresh_token_reused`.
    pub kind: &'static str,
    /// What it says.
    pub message: String,
}

/// A message that was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alert {
    /// Its id.
    pub id: AlertId,
    /// Whom it is for.
    pub user_id: UserId,
    /// When (sandbox time).
    pub at: Timestamp,
    /// What it is about.
    pub kind: String,
    /// What it says.
    pub message: String,
    /// The trace it belongs to.
    pub trace: String,
}

/// Sends a message.
pub async fn raise(tx: &mut WorldTx, origin: &Origin, alert: NewAlert) -> Result<(), StoreError> {
    let detail = json!({ "user_id": alert.user_id, "kind": alert.kind });
    let seq = tx.journal(origin, Kind::AlertRaised, alert.id.as_str(), &detail);
    let (id, user_id, at) = (
        alert.id.as_str(),
        alert.user_id.as_str(),
        origin.at.sandbox.as_millis(),
    );
    let trace = origin.trace.as_str();
    sqlx::query!(
        "INSERT INTO alerts (id, user_id, at, kind, message, trace, cause) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        id,
        user_id,
        at,
        alert.kind,
        alert.message,
        trace,
        seq.0
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// A persona's messages, newest first.
pub async fn of_user(
    connection: &mut SqliteConnection,
    user: &UserId,
) -> Result<Vec<Alert>, StoreError> {
    let user = user.as_str();
    let rows = sqlx::query!(
        r#"SELECT id AS "id!", user_id, at, kind, message, trace FROM alerts WHERE user_id = ?1 ORDER BY at DESC, id DESC"#,
        user
    )
    .fetch_all(connection)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Alert {
            id: AlertId::from_text(row.id),
            user_id: UserId::from_text(row.user_id),
            at: Timestamp::from_millis(row.at),
            kind: row.kind,
            message: row.message,
            trace: row.trace,
        })
        .collect())
}

/// A persona's messages before one of them, newest first, at most `limit`; from the newest without one.
pub async fn page(
    connection: &mut SqliteConnection,
    user: &UserId,
    before: Option<&AlertId>,
    limit: u32,
) -> Result<Vec<Alert>, StoreError> {
    let (user, before) = (user.as_str(), before.map(AlertId::as_str));
    let rows = sqlx::query!(
        r#"SELECT id AS "id!", user_id, at, kind, message, trace FROM alerts
           WHERE user_id = ?1
             AND (?2 IS NULL OR (at, id) < (SELECT at, id FROM alerts WHERE id = ?2))
           ORDER BY at DESC, id DESC LIMIT ?3"#,
        user,
        before,
        limit
    )
    .fetch_all(connection)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Alert {
            id: AlertId::from_text(row.id),
            user_id: UserId::from_text(row.user_id),
            at: Timestamp::from_millis(row.at),
            kind: row.kind,
            message: row.message,
            trace: row.trace,
        })
        .collect())
}
