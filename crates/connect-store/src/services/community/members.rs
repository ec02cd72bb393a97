//! Members of a brand's community: every persona with data, and seeded members nobody can sign in as.

use connect_core::Timestamp;
use connect_core::id::UserId;
use serde_json::json;
use sqlx::SqliteConnection;

use crate::error::StoreError;
use crate::services::row;
use crate::services::word::words;
use crate::world::tx::WorldTx;

words! {
    /// What a member may do.
    MemberRole {
        /// Post and react.
        Member = "member",
        /// Also broadcast and pin.
        Coach = "coach",
    }
}

/// A member.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// The persona, or nobody's id.
    pub user_id: UserId,
    /// Tenant.
    pub brand_id: String,
    /// Shown beside posts.
    pub display_name: String,
    /// What the member may do.
    pub role: MemberRole,
    /// Since when.
    pub created_at: Timestamp,
}

/// Writes any number of members; one who is there already is left as is.
pub async fn insert(tx: &mut WorldTx, rows: &[Member]) -> Result<(), StoreError> {
    let rows = row::batch(rows, |row| {
        json!([
            row.user_id,
            row.brand_id,
            row.display_name,
            row.role,
            row.created_at.as_millis()
        ])
    });
    sqlx::query!(
        "INSERT OR IGNORE INTO community_members (user_id, brand_id, display_name, role, created_at)
         SELECT value->>0, value->>1, value->>2, value->>3, value->>4 FROM jsonb_each(?1)",
        rows
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// The members of a brand, oldest first.
pub async fn list(
    connection: &mut SqliteConnection,
    brand: &str,
) -> Result<Vec<Member>, StoreError> {
    let rows = sqlx::query!(
        "SELECT user_id, brand_id, display_name, role, created_at
         FROM community_members WHERE brand_id = ?1 ORDER BY created_at, user_id",
        brand
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(Member {
                role: row::word(&row.role, "community_members", "role", &row.user_id)?,
                user_id: row.user_id.into(),
                brand_id: row.brand_id,
                display_name: row.display_name,
                created_at: row::at(row.created_at),
            })
        })
        .collect()
}

/// One member of a brand. A persona without a row of its own is a plain member.
pub async fn role(
    connection: &mut SqliteConnection,
    brand: &str,
    user: &UserId,
) -> Result<Option<MemberRole>, StoreError> {
    let user = user.as_str();
    let row = sqlx::query_scalar!(
        r#"SELECT role AS "role!: String" FROM community_members WHERE user_id = ?1 AND brand_id = ?2
           UNION ALL SELECT 'member' FROM people WHERE id = ?1 AND brand_id = ?2 LIMIT 1"#,
        user,
        brand
    )
    .fetch_optional(connection)
    .await?;
    row.map(|role| row::word(&role, "community_members", "role", user))
        .transpose()
}
