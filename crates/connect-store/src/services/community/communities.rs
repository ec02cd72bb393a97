//! Communities of a brand: where posts can be put.

use connect_core::Timestamp;
use connect_core::id::UserId;
use serde_json::json;
use sqlx::SqliteConnection;

use crate::error::StoreError;
use crate::services::id::CommunityId;
use crate::services::row;
use crate::world::tx::WorldTx;

/// A community.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Community {
    /// Its id.
    pub id: CommunityId,
    /// Tenant.
    pub brand_id: String,
    /// Short name, unique within the brand.
    pub slug: String,
    /// Name for people.
    pub name: String,
    /// What it is about.
    pub description: Option<String>,
    /// Picture.
    pub cover_image_url: Option<String>,
    /// Who made it.
    pub user_id: UserId,
    /// When.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

/// Writes any number of communities; one whose short name is taken is left out.
pub async fn insert(tx: &mut WorldTx, rows: &[Community]) -> Result<(), StoreError> {
    let rows = row::batch(rows, |row| {
        json!([
            row.id,
            row.brand_id,
            row.slug,
            row.name,
            row.description,
            row.cover_image_url,
            row.user_id,
            row.created_at.as_millis(),
            row.updated_at.as_millis(),
        ])
    });
    sqlx::query!(
        "INSERT OR IGNORE INTO communities (id, brand_id, slug, name, description, cover_image_url, user_id, created_at,
                                            updated_at)
         SELECT value->>0, value->>1, value->>2, value->>3, value->>4, value->>5, value->>6, value->>7, value->>8
         FROM jsonb_each(?1)",
        rows
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// Whether a brand has a community of this short name.
pub async fn exists(
    connection: &mut SqliteConnection,
    brand: &str,
    slug: &str,
) -> Result<bool, StoreError> {
    Ok(sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT 1 FROM communities WHERE brand_id = ?1 AND slug = ?2) AS "found!: bool""#,
        brand,
        slug
    )
    .fetch_one(connection)
    .await?)
}
