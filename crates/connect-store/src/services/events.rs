//! Platform events: what happened, for whoever subscribed to it. Written with the journal entry that says so.

use connect_core::Timestamp;
use connect_core::domain::journal::Seq;
use connect_core::id::{EventId, TraceId, UserId};
use serde_json::Value;
use serde_json::json;
use sqlx::SqliteConnection;

use crate::error::StoreError;
use crate::services::row;
use crate::world::tx::WorldTx;

/// An event. The envelope on the wire adds the `client_id` of the subscriber.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// Its id, which receivers deduplicate by.
    pub id: EventId,
    /// The journal's `event.occurred` entry.
    pub seq: Seq,
    /// `clinical.biomarker.parsed.v1`.
    pub event_type: String,
    /// Whom it is about.
    pub user_id: UserId,
    /// Tenant.
    pub brand_id: String,
    /// When it happened.
    pub occurred_at: Timestamp,
    /// The trace it belongs to.
    pub trace: TraceId,
    /// The journal entry of the change behind it.
    pub cause: Seq,
    /// `data` of the envelope.
    pub data: Value,
}

/// Writes any number of events.
pub async fn insert(tx: &mut WorldTx, rows: &[Event]) -> Result<(), StoreError> {
    let rows = row::batch(rows, |row| {
        json!([
            row.id,
            row.seq,
            row.event_type,
            row.user_id,
            row.brand_id,
            row.occurred_at.as_millis(),
            row.trace,
            row.cause,
            row.data.to_string(),
        ])
    });
    sqlx::query!(
        "INSERT INTO events (id, seq, type, user_id, brand_id, occurred_at, trace, cause, data)
         SELECT value->>0, value->>1, value->>2, value->>3, value->>4, value->>5, value->>6, value->>7, value->>8
         FROM jsonb_each(?1)",
        rows
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

struct Row {
    id: String,
    seq: i64,
    event_type: String,
    user_id: String,
    brand_id: String,
    occurred_at: i64,
    trace: String,
    cause: i64,
    data: String,
}

impl Row {
    fn read(self) -> Result<Event, StoreError> {
        Ok(Event {
            data: row::json(&self.data, "events", "data", &self.id)?,
            id: self.id.into(),
            seq: Seq(self.seq),
            event_type: self.event_type,
            user_id: self.user_id.into(),
            brand_id: self.brand_id,
            occurred_at: row::at(self.occurred_at),
            trace: self.trace.into(),
            cause: Seq(self.cause),
        })
    }
}

/// Events after a place in the journal, oldest first, at most `limit`.
pub async fn after(
    connection: &mut SqliteConnection,
    seq: Seq,
    limit: u32,
) -> Result<Vec<Event>, StoreError> {
    let seq = seq.0;
    sqlx::query_as!(
        Row,
        "SELECT id, seq, type AS event_type, user_id, brand_id, occurred_at, trace, cause, data
         FROM events WHERE seq > ?1 ORDER BY seq LIMIT ?2",
        seq,
        limit
    )
    .fetch_all(connection)
    .await?
    .into_iter()
    .map(Row::read)
    .collect()
}

/// One event.
pub async fn get(connection: &mut SqliteConnection, id: &str) -> Result<Option<Event>, StoreError> {
    sqlx::query_as!(
        Row,
        "SELECT id, seq, type AS event_type, user_id, brand_id, occurred_at, trace, cause, data FROM events WHERE id = ?1",
        id
    )
    .fetch_optional(connection)
    .await?
    .map(Row::read)
    .transpose()
}
