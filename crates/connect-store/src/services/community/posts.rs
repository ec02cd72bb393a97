//! Posts.

use connect_core::Timestamp;
use connect_core::id::UserId;
use serde_json::{Map, Value, json};
use sqlx::SqliteConnection;

use crate::error::StoreError;
use crate::services::id::PostId;
use crate::services::row;
use crate::services::word::words;
use crate::world::tx::WorldTx;

words! {
    /// Whether others see a post.
    ModerationStatus {
        /// Yes.
        Approved = "approved",
        /// Not yet.
        Pending = "pending",
        /// No longer.
        Removed = "removed",
    }
}

/// A post.
#[derive(Debug, Clone, PartialEq)]
pub struct Post {
    /// Its id.
    pub id: PostId,
    /// Its author.
    pub user_id: UserId,
    /// Tenant.
    pub brand_id: String,
    /// Where it was put.
    pub community_slug: Option<String>,
    /// What it says.
    pub content: String,
    /// The words after `#` in it.
    pub tags: Vec<String>,
    /// What the app stored with it.
    pub metadata: Map<String, Value>,
    /// Pictures and films.
    pub media_urls: Vec<String>,
    /// Whether others see it.
    pub moderation_status: ModerationStatus,
    /// Sent to everybody.
    pub is_broadcast: bool,
    /// As what it was sent to everybody.
    pub broadcast_role: Option<String>,
    /// On top until then.
    pub pinned_until: Option<Timestamp>,
    /// When staff put it on top.
    pub pinned_by_staff_at: Option<Timestamp>,
    /// When it was written.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// When its text last changed.
    pub edited_at: Option<Timestamp>,
    /// Until when its text may change.
    pub edit_window_ends_at: Timestamp,
}

/// Writes any number of posts.
pub async fn insert(tx: &mut WorldTx, rows: &[Post]) -> Result<(), StoreError> {
    let rows = row::batch(rows, |row| {
        json!([
            row.id,
            row.user_id,
            row.brand_id,
            row.community_slug,
            row.content,
            row::text(&row.tags),
            row::text(&row.metadata),
            row::text(&row.media_urls),
            row.moderation_status,
            row.is_broadcast,
            row.broadcast_role,
            row.pinned_until.map(Timestamp::as_millis),
            row.pinned_by_staff_at.map(Timestamp::as_millis),
            row.created_at.as_millis(),
            row.updated_at.as_millis(),
            row.edited_at.map(Timestamp::as_millis),
            row.edit_window_ends_at.as_millis(),
        ])
    });
    sqlx::query!(
        "INSERT INTO posts (id, user_id, brand_id, community_slug, content, tags, metadata, media_urls,
                            moderation_status, is_broadcast, broadcast_role, pinned_until, pinned_by_staff_at,
                            created_at, updated_at, edited_at, edit_window_ends_at)
         SELECT value->>0, value->>1, value->>2, value->>3, value->>4, value->>5, value->>6, value->>7, value->>8,
                value->>9, value->>10, value->>11, value->>12, value->>13, value->>14, value->>15, value->>16
         FROM jsonb_each(?1)",
        rows
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// Changes a post's text.
pub async fn edit(
    tx: &mut WorldTx,
    id: &PostId,
    content: &str,
    tags: &[String],
    at: Timestamp,
) -> Result<(), StoreError> {
    let (id, tags, at) = (id.as_str(), row::text(&tags), at.as_millis());
    sqlx::query!(
        "UPDATE posts SET content = ?2, tags = ?3, updated_at = ?4, edited_at = ?4 WHERE id = ?1",
        id,
        content,
        tags,
        at
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

struct Row {
    id: String,
    user_id: String,
    brand_id: String,
    community_slug: Option<String>,
    content: String,
    tags: String,
    metadata: String,
    media_urls: String,
    moderation_status: String,
    is_broadcast: bool,
    broadcast_role: Option<String>,
    pinned_until: Option<i64>,
    pinned_by_staff_at: Option<i64>,
    created_at: i64,
    updated_at: i64,
    edited_at: Option<i64>,
    edit_window_ends_at: i64,
}

impl Row {
    fn read(self) -> Result<Post, StoreError> {
        const TABLE: &str = "posts";
        Ok(Post {
            tags: row::json(&self.tags, TABLE, "tags", &self.id)?,
            metadata: row::json(&self.metadata, TABLE, "metadata", &self.id)?,
            media_urls: row::json(&self.media_urls, TABLE, "media_urls", &self.id)?,
            moderation_status: row::word(
                &self.moderation_status,
                TABLE,
                "moderation_status",
                &self.id,
            )?,
            id: self.id.into(),
            user_id: self.user_id.into(),
            brand_id: self.brand_id,
            community_slug: self.community_slug,
            content: self.content,
            is_broadcast: self.is_broadcast,
            broadcast_role: self.broadcast_role,
            pinned_until: self.pinned_until.map(row::at),
            pinned_by_staff_at: self.pinned_by_staff_at.map(row::at),
            created_at: row::at(self.created_at),
            updated_at: row::at(self.updated_at),
            edited_at: self.edited_at.map(row::at),
            edit_window_ends_at: row::at(self.edit_window_ends_at),
        })
    }
}

/// One post of a brand.
pub async fn get(
    connection: &mut SqliteConnection,
    brand: &str,
    id: &str,
) -> Result<Option<Post>, StoreError> {
    sqlx::query_as!(
        Row,
        r#"SELECT id, user_id, brand_id, community_slug, content, tags, metadata, media_urls, moderation_status,
                  is_broadcast AS "is_broadcast: bool", broadcast_role, pinned_until, pinned_by_staff_at, created_at,
                  updated_at, edited_at, edit_window_ends_at
           FROM posts WHERE id = ?1 AND brand_id = ?2"#,
        id,
        brand
    )
    .fetch_optional(connection)
    .await?
    .map(Row::read)
    .transpose()
}

/// The newest posts of a brand.
pub async fn newest(
    connection: &mut SqliteConnection,
    brand: &str,
    limit: u32,
) -> Result<Vec<Post>, StoreError> {
    sqlx::query_as!(
        Row,
        r#"SELECT id, user_id, brand_id, community_slug, content, tags, metadata, media_urls, moderation_status,
                  is_broadcast AS "is_broadcast: bool", broadcast_role, pinned_until, pinned_by_staff_at, created_at,
                  updated_at, edited_at, edit_window_ends_at
           FROM posts WHERE brand_id = ?1 ORDER BY created_at DESC LIMIT ?2"#,
        brand,
        limit
    )
    .fetch_all(connection)
    .await?
    .into_iter()
    .map(Row::read)
    .collect()
}
