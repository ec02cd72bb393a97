//! Channels somebody has put into the feed.

use connect_core::Timestamp;
use connect_core::id::UserId;
use sqlx::SqliteConnection;

use crate::error::StoreError;
use crate::services::id::FeedChannelId;
use crate::services::row;
use crate::world::tx::WorldTx;

/// A channel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeedChannel {
    /// Its id.
    pub id: FeedChannelId,
    /// Whose feed.
    pub user_id: UserId,
    /// Tenant.
    pub brand_id: String,
    /// Which channel.
    pub channel_key: String,
    /// What the person calls it.
    pub label: Option<String>,
    /// When it was put in.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

/// Writes a channel; one with the same key gets the new label.
pub async fn put(tx: &mut WorldTx, row: &FeedChannel) -> Result<(), StoreError> {
    let (id, user, created, updated) = (
        row.id.as_str(),
        row.user_id.as_str(),
        row.created_at.as_millis(),
        row.updated_at.as_millis(),
    );
    sqlx::query!(
        "INSERT INTO feed_channels (id, user_id, brand_id, channel_key, label, created_at, updated_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
         ON CONFLICT (user_id, channel_key) DO UPDATE SET label = excluded.label, updated_at = excluded.updated_at",
        id,
        user,
        row.brand_id,
        row.channel_key,
        row.label,
        created,
        updated
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// One channel of a person's feed.
pub async fn get(
    connection: &mut SqliteConnection,
    user: &UserId,
    key: &str,
) -> Result<Option<FeedChannel>, StoreError> {
    let user = user.as_str();
    let row = sqlx::query!(
        "SELECT id, user_id, brand_id, channel_key, label, created_at, updated_at
         FROM feed_channels WHERE user_id = ?1 AND channel_key = ?2",
        user,
        key
    )
    .fetch_optional(connection)
    .await?;
    Ok(row.map(|row| FeedChannel {
        id: row.id.into(),
        user_id: row.user_id.into(),
        brand_id: row.brand_id,
        channel_key: row.channel_key,
        label: row.label,
        created_at: row::at(row.created_at),
        updated_at: row::at(row.updated_at),
    }))
}
