//! Check-ins at 30, 60 and 90 days.

use connect_core::Timestamp;
use connect_core::id::UserId;
use serde_json::json;
use sqlx::SqliteConnection;

use crate::error::StoreError;
use crate::services::id::CheckInId;
use crate::services::row;
use crate::world::tx::WorldTx;

/// The days, counted from the enrolment, on which a check-in is due.
pub const DAY_MARKERS: [u16; 3] = [30, 60, 90];

/// A check-in.
#[derive(Debug, Clone, PartialEq)]
pub struct CheckIn {
    /// Its id.
    pub id: CheckInId,
    /// Whose it is.
    pub user_id: UserId,
    /// Tenant.
    pub brand_id: String,
    /// 30, 60 or 90 days after `enrolled_at`.
    pub day_marker: u16,
    /// The enrolment it counts from.
    pub enrolled_at: Timestamp,
    /// What the persona wants.
    pub goals: Vec<String>,
    /// What went well.
    pub wins: Vec<String>,
    /// What did not.
    pub blockers: Vec<String>,
    /// What should change.
    pub protocol_changes: Option<String>,
    /// 1 to 10.
    pub mood: u8,
    /// Kilograms.
    pub weight_kg: Option<f64>,
    /// 1 to 10.
    pub sleep_quality: u8,
    /// When it was filled in.
    pub completed_at: Timestamp,
    /// When it was stored.
    pub created_at: Timestamp,
}

/// Writes any number of check-ins.
pub async fn insert(tx: &mut WorldTx, rows: &[CheckIn]) -> Result<(), StoreError> {
    let rows = row::batch(rows, |row| {
        json!([
            row.id,
            row.user_id,
            row.brand_id,
            row.day_marker,
            row.enrolled_at.as_millis(),
            row::text(&row.goals),
            row::text(&row.wins),
            row::text(&row.blockers),
            row.protocol_changes,
            row.mood,
            row.weight_kg,
            row.sleep_quality,
            row.completed_at.as_millis(),
            row.created_at.as_millis(),
        ])
    });
    sqlx::query!(
        "INSERT INTO check_ins (id, user_id, brand_id, day_marker, enrolled_at, goals, wins, blockers, protocol_changes,
                                mood, weight_kg, sleep_quality, completed_at, created_at)
         SELECT value->>0, value->>1, value->>2, value->>3, value->>4, value->>5, value->>6, value->>7, value->>8,
                value->>9, value->>10, value->>11, value->>12, value->>13
         FROM jsonb_each(?1)",
        rows
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// A persona's check-ins, newest first.
pub async fn list(
    connection: &mut SqliteConnection,
    user: &UserId,
) -> Result<Vec<CheckIn>, StoreError> {
    let user = user.as_str();
    let rows = sqlx::query!(
        r#"SELECT id, user_id, brand_id, day_marker AS "day_marker: u16", enrolled_at, goals, wins, blockers,
                  protocol_changes, mood AS "mood: u8", weight_kg, sleep_quality AS "sleep_quality: u8", completed_at,
                  created_at
           FROM check_ins WHERE user_id = ?1 ORDER BY completed_at DESC, id DESC"#,
        user
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter()
        .map(|row| {
            const TABLE: &str = "check_ins";
            Ok(CheckIn {
                goals: row::json(&row.goals, TABLE, "goals", &row.id)?,
                wins: row::json(&row.wins, TABLE, "wins", &row.id)?,
                blockers: row::json(&row.blockers, TABLE, "blockers", &row.id)?,
                id: row.id.into(),
                user_id: row.user_id.into(),
                brand_id: row.brand_id,
                day_marker: row.day_marker,
                enrolled_at: row::at(row.enrolled_at),
                protocol_changes: row.protocol_changes,
                mood: row.mood,
                weight_kg: row.weight_kg,
                sleep_quality: row.sleep_quality,
                completed_at: row::at(row.completed_at),
                created_at: row::at(row.created_at),
            })
        })
        .collect()
}

/// The day markers already filled in for the enrolment that began at `enrolled_at`.
pub async fn done(
    connection: &mut SqliteConnection,
    user: &UserId,
    enrolled_at: Timestamp,
) -> Result<Vec<u16>, StoreError> {
    let (user, enrolled_at) = (user.as_str(), enrolled_at.as_millis());
    Ok(sqlx::query_scalar!(
        r#"SELECT day_marker AS "day_marker: u16" FROM check_ins WHERE user_id = ?1 AND enrolled_at = ?2"#,
        user,
        enrolled_at
    )
    .fetch_all(connection)
    .await?)
}
