//! Reactions: one person, one post, one kind, at most once.

use std::collections::BTreeMap;

use connect_core::Timestamp;
use connect_core::id::UserId;
use serde_json::json;
use sqlx::SqliteConnection;

use crate::error::StoreError;
use crate::services::id::PostId;
use crate::services::row;
use crate::services::word::words;
use crate::world::tx::WorldTx;

words! {
    /// How somebody reacts.
    ReactionKind {
        /// Adds one to the score.
        Upvote = "upvote",
        /// Takes one from it.
        Downvote = "downvote",
        /// Says something.
        Heart = "heart",
        /// Says something.
        Fire = "fire",
        /// Says something.
        Brain = "brain",
        /// Says something.
        Hands = "hands",
        /// Says something.
        Eyes = "eyes",
    }
}

/// A reaction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reaction {
    /// To what.
    pub post_id: PostId,
    /// Whose.
    pub user_id: UserId,
    /// Which.
    pub kind: ReactionKind,
    /// Tenant.
    pub brand_id: String,
    /// When.
    pub created_at: Timestamp,
}

/// What a post's reactions come to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Tally {
    /// How many of each kind; kinds nobody used are left out.
    pub counts: BTreeMap<ReactionKind, u32>,
    /// Those of the one who asks.
    pub own: Vec<ReactionKind>,
}

impl Tally {
    /// Upvotes less downvotes.
    #[must_use]
    pub fn score(&self) -> i64 {
        let count = |kind| self.counts.get(&kind).copied().map_or(0, i64::from);
        count(ReactionKind::Upvote) - count(ReactionKind::Downvote)
    }
}

/// Writes any number of reactions; one that is there already is left out.
pub async fn insert(tx: &mut WorldTx, rows: &[Reaction]) -> Result<(), StoreError> {
    let rows = row::batch(rows, |row| {
        json!([
            row.post_id,
            row.user_id,
            row.kind,
            row.brand_id,
            row.created_at.as_millis()
        ])
    });
    sqlx::query!(
        "INSERT OR IGNORE INTO post_reactions (post_id, user_id, kind, brand_id, created_at)
         SELECT value->>0, value->>1, value->>2, value->>3, value->>4 FROM jsonb_each(?1)",
        rows
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// Takes a reaction back; says whether it was there.
pub async fn delete(
    tx: &mut WorldTx,
    post: &PostId,
    user: &UserId,
    kind: ReactionKind,
) -> Result<bool, StoreError> {
    let (post, user, kind) = (post.as_str(), user.as_str(), kind.as_str());
    let done = sqlx::query!(
        "DELETE FROM post_reactions WHERE post_id = ?1 AND user_id = ?2 AND kind = ?3",
        post,
        user,
        kind
    )
    .execute(tx.connection())
    .await?;
    Ok(done.rows_affected() > 0)
}

/// What a post's reactions come to, seen by `user`.
pub async fn tally(
    connection: &mut SqliteConnection,
    post: &PostId,
    user: &UserId,
) -> Result<Tally, StoreError> {
    let (post, user) = (post.as_str(), user.as_str());
    let rows = sqlx::query!(
        r#"SELECT kind AS "kind!: String", COUNT(*) AS "count!: u32", MAX(user_id = ?2) AS "own!: bool"
           FROM post_reactions WHERE post_id = ?1 GROUP BY kind"#,
        post,
        user
    )
    .fetch_all(connection)
    .await?;
    let mut tally = Tally::default();
    for row in rows {
        let kind = row::word(&row.kind, "post_reactions", "kind", post)?;
        tally.counts.insert(kind, row.count);
        if row.own {
            tally.own.push(kind);
        }
    }
    tally.own.sort_unstable();
    Ok(tally)
}
