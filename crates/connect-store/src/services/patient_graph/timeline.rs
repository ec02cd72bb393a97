//! The timeline: what happened to a patient, in words.

use connect_core::Timestamp;
use connect_core::id::UserId;
use serde_json::{Map, Value, json};
use sqlx::SqliteConnection;

use crate::error::StoreError;
use crate::services::id::TimelineId;
use crate::services::row;
use crate::world::tx::WorldTx;

/// An event of a timeline.
#[derive(Debug, Clone, PartialEq)]
pub struct TimelineEvent {
    /// Its id.
    pub id: TimelineId,
    /// Whose it is.
    pub user_id: UserId,
    /// Tenant.
    pub brand_id: String,
    /// `lab_results.received`.
    pub event_type: String,
    /// One line.
    pub title: String,
    /// More.
    pub description: Option<String>,
    /// When it happened.
    pub occurred_at: Timestamp,
    /// What kind of row it is about.
    pub source_type: Option<String>,
    /// That row.
    pub source_id: Option<String>,
    /// What else is known.
    pub metadata: Map<String, Value>,
    /// When it was stored.
    pub created_at: Timestamp,
}

/// Writes any number of events.
pub async fn insert(tx: &mut WorldTx, rows: &[TimelineEvent]) -> Result<(), StoreError> {
    let rows = row::batch(rows, |row| {
        json!([
            row.id,
            row.user_id,
            row.brand_id,
            row.event_type,
            row.title,
            row.description,
            row.occurred_at.as_millis(),
            row.source_type,
            row.source_id,
            row::text(&row.metadata),
            row.created_at.as_millis(),
        ])
    });
    sqlx::query!(
        "INSERT INTO timeline_events (id, user_id, brand_id, event_type, title, description, occurred_at, source_type,
                                      source_id, metadata, created_at)
         SELECT value->>0, value->>1, value->>2, value->>3, value->>4, value->>5, value->>6, value->>7, value->>8,
                value->>9, value->>10
         FROM jsonb_each(?1)",
        rows
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// A page of a patient's timeline, newest first, and how many events fit in all; one type when given.
pub async fn page(
    connection: &mut SqliteConnection,
    user: &UserId,
    event_type: Option<&str>,
    limit: u32,
    offset: u32,
) -> Result<(Vec<TimelineEvent>, u32), StoreError> {
    let user = user.as_str();
    let total = sqlx::query_scalar!(
        r#"SELECT COUNT(*) AS "n!: u32" FROM timeline_events WHERE user_id = ?1 AND (?2 IS NULL OR event_type = ?2)"#,
        user,
        event_type
    )
    .fetch_one(&mut *connection)
    .await?;
    let rows = sqlx::query!(
        "SELECT id, user_id, brand_id, event_type, title, description, occurred_at, source_type, source_id, metadata,
                created_at
         FROM timeline_events WHERE user_id = ?1 AND (?2 IS NULL OR event_type = ?2)
         ORDER BY occurred_at DESC, id DESC LIMIT ?3 OFFSET ?4",
        user,
        event_type,
        limit,
        offset
    )
    .fetch_all(connection)
    .await?;
    let events = rows
        .into_iter()
        .map(|row| {
            Ok(TimelineEvent {
                metadata: row::json(&row.metadata, "timeline_events", "metadata", &row.id)?,
                id: row.id.into(),
                user_id: row.user_id.into(),
                brand_id: row.brand_id,
                event_type: row.event_type,
                title: row.title,
                description: row.description,
                occurred_at: row::at(row.occurred_at),
                source_type: row.source_type,
                source_id: row.source_id,
                created_at: row::at(row.created_at),
            })
        })
        .collect::<Result<_, StoreError>>()?;
    Ok((events, total))
}
