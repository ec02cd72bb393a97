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
    tx.person_changed(user);
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
    tx.everything_changed();
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

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::{Durability, World, WorldOptions};

    /// Tables of the authorization server with a `user_id`, which ends what is in them in its own way.
    const IDENTITY: [&str; 3] = ["alerts", "credentials", "grants"];

    #[tokio::test]
    async fn no_table_of_a_persona_is_forgotten() {
        let (env, _) = connect_testkit::seeded_env();
        let directory = tempfile::tempdir().expect("a directory");
        let options = WorldOptions {
            path: directory.path().join("world.db"),
            durability: Durability::Process,
        };
        let world = World::open(&options, env).await.expect("a world");
        let tables: Vec<(String,)> = sqlx::query_as(
            "SELECT tables.name FROM sqlite_schema AS tables
             JOIN pragma_table_info(tables.name) AS columns
             WHERE tables.type = 'table' AND columns.name = 'user_id'",
        )
        .fetch_all(&mut *world.read().await.expect("reads"))
        .await
        .expect("tables");
        let found: BTreeSet<&str> = tables
            .iter()
            .map(|(name,)| name.as_str())
            .filter(|name| !IDENTITY.contains(name))
            .collect();
        assert_eq!(found, BTreeSet::from(OWNED));
    }
}
