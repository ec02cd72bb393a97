//! Reports about people, posts and comments.

use connect_core::Timestamp;
use connect_core::id::UserId;
use sqlx::SqliteConnection;

use crate::error::StoreError;
use crate::services::id::ReportId;
use crate::services::word::words;
use crate::world::tx::WorldTx;

words! {
    /// What is reported.
    ReportTarget {
        /// A person.
        User = "user",
        /// A post.
        Post = "post",
        /// A comment.
        Comment = "comment",
    }
}

/// A report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// Its id.
    pub id: ReportId,
    /// Who reported.
    pub user_id: UserId,
    /// Tenant.
    pub brand_id: String,
    /// What is reported.
    pub target_type: ReportTarget,
    /// Its id.
    pub target_id: String,
    /// Why.
    pub reason: String,
    /// More.
    pub notes: Option<String>,
    /// `open`, `resolved`.
    pub status: String,
    /// When.
    pub created_at: Timestamp,
}

/// Writes a report.
pub async fn insert(tx: &mut WorldTx, row: &Report) -> Result<(), StoreError> {
    let (id, user, target, at) = (
        row.id.as_str(),
        row.user_id.as_str(),
        row.target_type.as_str(),
        row.created_at.as_millis(),
    );
    sqlx::query!(
        "INSERT INTO reports (id, user_id, brand_id, target_type, target_id, reason, notes, status, created_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        id,
        user,
        row.brand_id,
        target,
        row.target_id,
        row.reason,
        row.notes,
        row.status,
        at
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// Whether a person has reported this already.
pub async fn exists(
    connection: &mut SqliteConnection,
    user: &UserId,
    target_type: ReportTarget,
    target_id: &str,
) -> Result<bool, StoreError> {
    let (user, target_type) = (user.as_str(), target_type.as_str());
    Ok(sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT 1 FROM reports WHERE user_id = ?1 AND target_type = ?2 AND target_id = ?3)
           AS "found!: bool""#,
        user,
        target_type,
        target_id
    )
    .fetch_one(connection)
    .await?)
}
