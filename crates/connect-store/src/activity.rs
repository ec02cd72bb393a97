//! Clearing: what has happened goes, what was set up stays; and the factory reset, which leaves the demo apps alone.

use crate::error::StoreError;
use crate::services;
use crate::world::tx::WorldTx;

/// Removes grants, codes, tokens, sessions, interactions, alerts, the services' activity and the journal entries about
/// them. Apps, their secrets, personas, keys and settings stay, with their entries.
pub async fn clear(tx: &mut WorldTx) -> Result<(), StoreError> {
    sqlx::query!("DELETE FROM credentials WHERE kind NOT IN ('client_secret', 'webhook_secret')")
        .execute(tx.connection())
        .await?;
    sqlx::query!("DELETE FROM grants")
        .execute(tx.connection())
        .await?;
    sqlx::query!("DELETE FROM interactions")
        .execute(tx.connection())
        .await?;
    sqlx::query!("DELETE FROM alerts")
        .execute(tx.connection())
        .await?;
    services::erase::activity(tx).await?;
    sqlx::query!(
        "DELETE FROM journal WHERE kind NOT LIKE 'app.%' AND kind NOT LIKE 'person.%' AND kind NOT LIKE 'key.%'
             AND kind NOT LIKE 'clock.%' AND kind NOT LIKE 'settings.%' AND kind NOT LIKE 'workspace.%'"
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// Removes everything but the demo apps with their secrets, the signing keys and the workspace's id.
pub async fn reset(tx: &mut WorldTx) -> Result<(), StoreError> {
    clear(tx).await?;
    services::erase::everything(tx).await?;
    sqlx::query!("DELETE FROM clients WHERE seeded = 0")
        .execute(tx.connection())
        .await?;
    sqlx::query!("DELETE FROM credentials WHERE client_id NOT IN (SELECT id FROM clients)")
        .execute(tx.connection())
        .await?;
    sqlx::query!("DELETE FROM people")
        .execute(tx.connection())
        .await?;
    sqlx::query!("DELETE FROM journal")
        .execute(tx.connection())
        .await?;
    Ok(())
}
