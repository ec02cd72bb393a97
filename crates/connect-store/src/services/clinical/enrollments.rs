//! Enrolments: one persona on one protocol.

use connect_core::Timestamp;
use connect_core::id::UserId;
use serde_json::{Map, Value, json};
use sqlx::SqliteConnection;

use crate::error::StoreError;
use crate::services::id::{EnrollmentId, ProtocolId};
use crate::services::row;
use crate::services::word::words;
use crate::world::tx::WorldTx;

words! {
    /// Where an enrolment stands.
    EnrollmentStatus {
        /// Running.
        Active = "active",
        /// Run to its end.
        Completed = "completed",
        /// Ended before.
        Stopped = "stopped",
    }
}

/// An enrolment.
#[derive(Debug, Clone, PartialEq)]
pub struct Enrollment {
    /// Its id.
    pub id: EnrollmentId,
    /// Who.
    pub user_id: UserId,
    /// Tenant.
    pub brand_id: String,
    /// On what.
    pub protocol_id: ProtocolId,
    /// What the persona wants of it.
    pub goals: Vec<String>,
    /// The intake form as sent (`form`), and what was agreed to (`consent`).
    pub intake: Map<String, Value>,
    /// Where it stands.
    pub status: EnrollmentStatus,
    /// Since when.
    pub enrolled_at: Timestamp,
    /// Until when.
    pub ended_at: Option<Timestamp>,
}

/// Writes any number of enrolments.
pub async fn insert(tx: &mut WorldTx, rows: &[Enrollment]) -> Result<(), StoreError> {
    let rows = row::batch(rows, |row| {
        json!([
            row.id,
            row.user_id,
            row.brand_id,
            row.protocol_id,
            row::text(&row.goals),
            row::text(&row.intake),
            row.status,
            row.enrolled_at.as_millis(),
            row.ended_at.map(Timestamp::as_millis),
        ])
    });
    sqlx::query!(
        "INSERT INTO enrollments (id, user_id, brand_id, protocol_id, goals, intake, status, enrolled_at, ended_at)
         SELECT value->>0, value->>1, value->>2, value->>3, value->>4, value->>5, value->>6, value->>7, value->>8
         FROM jsonb_each(?1)",
        rows
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// A persona's enrolments, newest first.
pub async fn list(
    connection: &mut SqliteConnection,
    user: &UserId,
) -> Result<Vec<Enrollment>, StoreError> {
    let user = user.as_str();
    let rows = sqlx::query!(
        "SELECT id, user_id, brand_id, protocol_id, goals, intake, status, enrolled_at, ended_at
         FROM enrollments WHERE user_id = ?1 ORDER BY enrolled_at DESC",
        user
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter()
        .map(|row| {
            const TABLE: &str = "enrollments";
            Ok(Enrollment {
                goals: row::json(&row.goals, TABLE, "goals", &row.id)?,
                intake: row::json(&row.intake, TABLE, "intake", &row.id)?,
                status: row::word(&row.status, TABLE, "status", &row.id)?,
                id: row.id.into(),
                user_id: row.user_id.into(),
                brand_id: row.brand_id,
                protocol_id: row.protocol_id.into(),
                enrolled_at: row::at(row.enrolled_at),
                ended_at: row.ended_at.map(row::at),
            })
        })
        .collect()
}

/// The running enrolment of a persona on a protocol.
pub async fn active(
    tx: &mut WorldTx,
    user: &UserId,
    protocol: &ProtocolId,
) -> Result<Option<EnrollmentId>, StoreError> {
    let (user, protocol) = (user.as_str(), protocol.as_str());
    Ok(sqlx::query_scalar!(
        "SELECT id FROM enrollments WHERE user_id = ?1 AND protocol_id = ?2 AND status = 'active'",
        user,
        protocol
    )
    .fetch_optional(tx.connection())
    .await?
    .map(Into::into))
}
