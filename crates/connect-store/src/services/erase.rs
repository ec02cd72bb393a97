//! Taking rows away: those of one persona, or all of them.

use connect_core::id::UserId;
use sqlx::AssertSqlSafe;

use crate::error::StoreError;
use crate::world::tx::WorldTx;

/// Every table with a `user_id`.
const OWNED: [&str; 27] = [
    "biomarkers",
    "enrollments",
    "check_ins",
    "red_flags",
    "wearable_connections",
    "wearable_metrics",
    "patients",
    "patient_metrics",
    "timeline_events",
    "memberships",
    "membership_transitions",
    "membership_locks",
    "subscriptions",
    "payments",
    "payment_methods",
    "community_members",
    "communities",
    "posts",
    "post_reactions",
    "reports",
    "feed_channels",
    "follows",
    "follow_blocks",
    "messages",
    "preferences",
    "events",
    "idempotency_keys",
];

/// The catalogues of brands.
const CATALOGUES: [&str; 3] = ["protocols", "protocol_compounds", "lab_markers"];

/// Deletes everything that belongs to a persona.
pub async fn person(tx: &mut WorldTx, user: &UserId) -> Result<(), StoreError> {
    for table in OWNED {
        sqlx::query(AssertSqlSafe(format!(
            "DELETE FROM {table} WHERE user_id = ?1"
        )))
        .bind(user.as_str())
        .execute(tx.connection())
        .await?;
    }
    let user = user.as_str();
    sqlx::query!("DELETE FROM post_reactions WHERE post_id NOT IN (SELECT id FROM posts)")
        .execute(tx.connection())
        .await?;
    sqlx::query!("DELETE FROM follows WHERE followee_id = ?1", user)
        .execute(tx.connection())
        .await?;
    sqlx::query!("DELETE FROM follow_blocks WHERE blocked_id = ?1", user)
        .execute(tx.connection())
        .await?;
    Ok(())
}

/// Deletes every service row of every persona and brand.
pub async fn everything(tx: &mut WorldTx) -> Result<(), StoreError> {
    for table in OWNED.into_iter().chain(CATALOGUES) {
        sqlx::query(AssertSqlSafe(format!("DELETE FROM {table}")))
            .execute(tx.connection())
            .await?;
    }
    Ok(())
}

/// Forgets kept answers and events, which are activity rather than data.
pub async fn activity(tx: &mut WorldTx) -> Result<(), StoreError> {
    sqlx::query!("DELETE FROM idempotency_keys")
        .execute(tx.connection())
        .await?;
    sqlx::query!("DELETE FROM events")
        .execute(tx.connection())
        .await?;
    Ok(())
}
