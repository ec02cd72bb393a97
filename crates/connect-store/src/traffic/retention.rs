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

/// What came of a look at the limits.
pub(super) struct Over {
    /// Some exchanges were removed.
    pub(super) removed: bool,
    /// There is more to remove.
    pub(super) more: bool,
}

/// An exchange that may go, and about how many bytes of the file go with it.
struct Candidate {
    seq: i64,
    wall: i64,
    bytes: i64,
}

/// Deletes one piece of what is over the limits, the oldest first. What is pinned counts, but stays.
pub(super) async fn enforce(
    connection: &mut SqliteConnection,
    retention: Retention,
    wall_now_ms: i64,
) -> Result<Over, StoreError> {
    let oldest_kept = wall_now_ms - i64::from(retention.max_age_days) * 86_400_000;
    // Counted by the pages of an index: 0.02 ms for 100,000 rows, 1 ms when they come from the disk, at most once in a
    // thousand rows. A number of our own beside it could be wrong; this can't.
    let count = sqlx::query_scalar!(r#"SELECT COUNT(*) AS "count!: i64" FROM exchanges"#)
        .fetch_one(&mut *connection)
        .await?;
    let mut too_many = count - i64::from(retention.max_count);
    let most_bytes = i64::from(retention.max_mebibytes) * 1_048_576;
    let mut too_big = used_bytes(connection).await? - most_bytes;
    let candidates = sqlx::query_as!(
        Candidate,
        r#"SELECT seq AS "seq!", wall,
                  (SELECT length(request) + length(response) + length(notes) + length(sealed) + 512
                   FROM exchange_bytes WHERE exchange_bytes.seq = exchanges.seq) AS "bytes!: i64"
           FROM exchanges WHERE pinned = 0 ORDER BY seq LIMIT ?1"#,
        PIECE
    )
    .fetch_all(&mut *connection)
    .await?;
    let mut going = Vec::new();
    for candidate in candidates {
        if too_many <= 0 && too_big <= 0 && candidate.wall >= oldest_kept {
            break;
        }
        too_many -= 1;
        too_big -= candidate.bytes;
        going.push(candidate.seq);
    }
    if going.is_empty() {
        return Ok(Over {
            removed: false,
            more: false,
        });
    }
    delete(connection, &going).await?;
    sqlx::query("PRAGMA incremental_vacuum(256)")
        .execute(&mut *connection)
        .await?;
    // What a row takes is an estimate, and more than a piece may have to go.
    let whole_piece = i64::try_from(going.len()).is_ok_and(|gone| gone == PIECE);
    let more = whole_piece || used_bytes(connection).await? > most_bytes;
    Ok(Over {
        removed: true,
        more,
    })
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
