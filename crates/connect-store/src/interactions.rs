//! Authorization requests on their way through sign-in and consent.

use connect_core::Timestamp;
use connect_core::domain::journal::Seq;
use connect_core::domain::secret::CredentialHash;
use connect_core::id::{ClientId, InteractionId, TraceId};
use serde_json::Value;
use sqlx::SqliteConnection;

use crate::error::StoreError;
use crate::world::tx::WorldTx;

/// One run through the pages.
#[derive(Debug, Clone, PartialEq)]
pub struct Interaction {
    /// Its id.
    pub id: InteractionId,
    /// The authorization request as accepted; the identity crate's own form.
    pub request: Value,
    /// The app that asked.
    pub client_id: ClientId,
    /// The browser it belongs to: hash of its cookie.
    pub session: CredentialHash,
    /// How it ended: `allowed`, `denied` or `failed`; none while it is open.
    pub outcome: Option<String>,
    /// Its trace.
    pub trace: TraceId,
    /// The entry that says it started.
    pub started_by: Seq,
    /// When it started (sandbox time).
    pub created_at: Timestamp,
    /// When it can't be finished any more (sandbox time).
    pub expires_at: Timestamp,
}

/// Adds one.
pub async fn insert(tx: &mut WorldTx, new: &Interaction) -> Result<(), StoreError> {
    let (id, request, client) = (
        new.id.as_str(),
        new.request.to_string(),
        new.client_id.as_str(),
    );
    let (session, trace) = (new.session.as_bytes().as_slice(), new.trace.as_str());
    let (created_at, expires_at) = (new.created_at.as_millis(), new.expires_at.as_millis());
    sqlx::query!(
        "INSERT INTO interactions (id, request, client_id, session, outcome, trace, started_by, created_at, expires_at)
         VALUES (?1, ?2, ?3, ?4, NULL, ?5, ?6, ?7, ?8)",
        id,
        request,
        client,
        session,
        trace,
        new.started_by.0,
        created_at,
        expires_at
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// The one with this id.
pub async fn get(
    connection: &mut SqliteConnection,
    id: &InteractionId,
) -> Result<Option<Interaction>, StoreError> {
    let key = id.as_str();
    let row = sqlx::query!("SELECT * FROM interactions WHERE id = ?1", key)
        .fetch_optional(connection)
        .await?;
    row.map(|row| {
        let wrong = |column| StoreError::Inconsistent {
            table: "interactions",
            column,
            row: key.to_owned(),
        };
        let session: [u8; 32] = row
            .session
            .as_slice()
            .try_into()
            .map_err(|_| wrong("session"))?;
        Ok(Interaction {
            id: id.clone(),
            request: serde_json::from_str(&row.request).map_err(|_| wrong("request"))?,
            client_id: ClientId::from_text(row.client_id),
            session: CredentialHash::from_bytes(session),
            outcome: row.outcome,
            trace: TraceId::from_text(row.trace),
            started_by: Seq(row.started_by),
            created_at: Timestamp::from_millis(row.created_at),
            expires_at: Timestamp::from_millis(row.expires_at),
        })
    })
    .transpose()
}

/// Binds every open interaction of one cookie to another: signing in changes the cookie, and other tabs go on.
pub async fn rebind(
    tx: &mut WorldTx,
    from: &CredentialHash,
    to: &CredentialHash,
) -> Result<(), StoreError> {
    let (from, to) = (from.as_bytes().as_slice(), to.as_bytes().as_slice());
    sqlx::query!(
        "UPDATE interactions SET session = ?2 WHERE session = ?1 AND outcome IS NULL",
        from,
        to
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// Ends an open interaction, once: `false` when it had ended before.
pub async fn finish(
    tx: &mut WorldTx,
    id: &InteractionId,
    outcome: &str,
) -> Result<bool, StoreError> {
    let id = id.as_str();
    let changed = sqlx::query!(
        "UPDATE interactions SET outcome = ?2 WHERE id = ?1 AND outcome IS NULL",
        id,
        outcome
    )
    .execute(tx.connection())
    .await?
    .rows_affected();
    Ok(changed > 0)
}

/// Whether a person is still asked something in this trace at `now`.
pub async fn is_waiting(
    connection: &mut SqliteConnection,
    trace: &str,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let now = now.as_millis();
    let found = sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT 1 FROM interactions WHERE trace = ?1 AND outcome IS NULL AND expires_at > ?2)
           AS "found!: bool""#,
        trace,
        now
    )
    .fetch_one(connection)
    .await?;
    Ok(found)
}

/// Removes those that could not be finished any more at `moment`.
pub async fn remove_expired(tx: &mut WorldTx, moment: Timestamp) -> Result<u64, StoreError> {
    let moment = moment.as_millis();
    let gone = sqlx::query!("DELETE FROM interactions WHERE expires_at <= ?1", moment)
        .execute(tx.connection())
        .await?;
    Ok(gone.rows_affected())
}

/// Whether [`remove_expired`] would find any at `moment`.
pub async fn has_expired(
    connection: &mut SqliteConnection,
    moment: Timestamp,
) -> Result<bool, StoreError> {
    let moment = moment.as_millis();
    let found = sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT 1 FROM interactions WHERE expires_at <= ?1) AS "found!: bool""#,
        moment
    )
    .fetch_one(connection)
    .await?;
    Ok(found)
}
