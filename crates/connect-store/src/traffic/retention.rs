//! What is kept of the traffic: by count, by age and by size; the oldest goes first, in small pieces. What is pinned
//! counts like the rest and is never removed by a limit, only by clearing.

use serde::{Deserialize, Serialize};
use serde_json::json;
use sqlx::SqliteConnection;

use super::or_rolled_back;
use crate::error::StoreError;

/// Limits; whichever is reached first applies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Retention {
    /// Most exchanges.
    pub max_count: u32,
    /// Oldest exchange, in days of wall time.
    pub max_age_days: u32,
    /// Most bytes in the file, in mebibytes.
    pub max_mebibytes: u32,
}

impl Default for Retention {
    fn default() -> Self {
        Self {
            max_count: 200_000,
            max_age_days: 30,
            max_mebibytes: 1024,
        }
    }
}

/// Most rows deleted at a time, so that recording never waits long.
const PIECE: i64 = 500;

/// Deletes one piece of what is over the limits; `true` when there is more to delete. What is pinned counts, but stays.
pub(super) async fn enforce(
    connection: &mut SqliteConnection,
    retention: Retention,
    wall_now_ms: i64,
) -> Result<bool, StoreError> {
    let oldest_kept = wall_now_ms - i64::from(retention.max_age_days) * 86_400_000;
    let too_many = sqlx::query_scalar!(
        r#"SELECT MAX(0, (SELECT COUNT(*) FROM exchanges) - ?1) AS "over!: i64""#,
        retention.max_count
    )
    .fetch_one(&mut *connection)
    .await?;
    let too_old = sqlx::query_scalar!(
        r#"SELECT COUNT(*) AS "over!: i64"
           FROM (SELECT 1 FROM exchanges WHERE wall < ?1 AND pinned = 0 LIMIT ?2)"#,
        oldest_kept,
        PIECE
    )
    .fetch_one(&mut *connection)
    .await?;
    let bytes = used_bytes(connection).await?;
    let too_big = if bytes > i64::from(retention.max_mebibytes) * 1_048_576 {
        PIECE
    } else {
        0
    };
    let over = too_many.max(too_old).max(too_big);
    if over == 0 {
        return Ok(false);
    }
    let piece = over.min(PIECE);
    let oldest = sqlx::query_scalar!(
        "SELECT seq FROM exchanges WHERE pinned = 0 ORDER BY seq LIMIT ?1",
        piece
    )
    .fetch_all(&mut *connection)
    .await?;
    if oldest.is_empty() {
        return Ok(false);
    }
    delete(connection, &oldest).await?;
    sqlx::query("PRAGMA incremental_vacuum(256)")
        .execute(&mut *connection)
        .await?;
    Ok(over >= PIECE)
}

async fn delete(connection: &mut SqliteConnection, places: &[i64]) -> Result<(), StoreError> {
    let places = json!(places).to_string();
    let deleted = sqlx::query!(
        "BEGIN IMMEDIATE;
         DELETE FROM exchange_text WHERE rowid IN (
             SELECT value FROM jsonb_each(?) WHERE value <= (SELECT up_to FROM text_index));
         DELETE FROM exchange_bytes WHERE seq IN (SELECT value FROM jsonb_each(?));
         DELETE FROM exchanges WHERE seq IN (SELECT value FROM jsonb_each(?));
         COMMIT",
        places,
        places,
        places
    )
    .execute(&mut *connection)
    .await;
    or_rolled_back(connection, deleted).await
}

/// Removes every exchange, what is pinned too.
pub(super) async fn clear(connection: &mut SqliteConnection) -> Result<(), StoreError> {
    let cleared = sqlx::query!(
        "BEGIN IMMEDIATE;
         UPDATE text_index SET up_to = MAX(up_to, (SELECT COALESCE(MAX(seq), 0) FROM exchanges));
         INSERT INTO exchange_text (exchange_text) VALUES ('delete-all');
         DELETE FROM exchange_bytes;
         DELETE FROM exchanges;
         COMMIT"
    )
    .execute(&mut *connection)
    .await;
    or_rolled_back(connection, cleared).await?;
    sqlx::query("PRAGMA incremental_vacuum")
        .execute(&mut *connection)
        .await?;
    Ok(())
}

/// Bytes in use in the file, free pages not counted.
pub(super) async fn used_bytes(connection: &mut SqliteConnection) -> Result<i64, StoreError> {
    let bytes: i64 = sqlx::query_scalar(
        "SELECT (page_count - freelist_count) * page_size FROM pragma_page_count, pragma_freelist_count, pragma_page_size",
    )
    .fetch_one(connection)
    .await?;
    Ok(bytes)
}
