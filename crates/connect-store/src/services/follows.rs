//! Who follows whom, and who has blocked whom.

use connect_core::Timestamp;
use connect_core::id::UserId;
use serde_json::json;
use sqlx::SqliteConnection;

use crate::error::StoreError;
use crate::services::id::FollowId;
use crate::services::row;
use crate::world::tx::WorldTx;

/// One person following another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Follow {
    /// Its id.
    pub id: FollowId,
    /// Who follows.
    pub user_id: UserId,
    /// Who is followed.
    pub followee_id: UserId,
    /// Tenant.
    pub brand_id: String,
    /// Since when.
    pub created_at: Timestamp,
}

/// What stands between two people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Between {
    /// The first follows the second already.
    pub follows: bool,
    /// The second has blocked the first.
    pub blocked: bool,
}

/// Writes any number of follows; one that is there already is left out.
pub async fn insert(tx: &mut WorldTx, rows: &[Follow]) -> Result<(), StoreError> {
    let rows = row::batch(rows, |row| {
        json!([
            row.id,
            row.user_id,
            row.followee_id,
            row.brand_id,
            row.created_at.as_millis()
        ])
    });
    sqlx::query!(
        "INSERT OR IGNORE INTO follows (id, user_id, followee_id, brand_id, created_at)
         SELECT value->>0, value->>1, value->>2, value->>3, value->>4 FROM jsonb_each(?1)",
        rows
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// Writes that `user` has blocked `blocked`.
pub async fn block(
    tx: &mut WorldTx,
    user: &UserId,
    blocked: &UserId,
    brand: &str,
    at: Timestamp,
) -> Result<(), StoreError> {
    let (user, blocked, at) = (user.as_str(), blocked.as_str(), at.as_millis());
    sqlx::query!(
        "INSERT OR IGNORE INTO follow_blocks (user_id, blocked_id, brand_id, created_at) VALUES (?1, ?2, ?3, ?4)",
        user,
        blocked,
        brand,
        at
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// What stands between the one who asks and the one to be followed.
pub async fn between(
    connection: &mut SqliteConnection,
    asking: &UserId,
    other: &UserId,
) -> Result<Between, StoreError> {
    let (asking, other) = (asking.as_str(), other.as_str());
    let row = sqlx::query!(
        r#"SELECT EXISTS (SELECT 1 FROM follows WHERE user_id = ?1 AND followee_id = ?2) AS "follows!: bool",
                  EXISTS (SELECT 1 FROM follow_blocks WHERE user_id = ?2 AND blocked_id = ?1) AS "blocked!: bool""#,
        asking,
        other
    )
    .fetch_one(connection)
    .await?;
    Ok(Between {
        follows: row.follows,
        blocked: row.blocked,
    })
}
