//! Small values of the workspace: its id, its clock, its settings. Each is one JSON text under one key.

use serde::Serialize;
use serde::de::DeserializeOwned;
use sqlx::SqliteConnection;

use crate::error::StoreError;
use crate::world::tx::WorldTx;

/// The value under `key`.
pub async fn get<T: DeserializeOwned>(
    connection: &mut SqliteConnection,
    key: &str,
) -> Result<Option<T>, StoreError> {
    let text = sqlx::query_scalar!("SELECT value FROM meta WHERE key = ?1", key)
        .fetch_optional(connection)
        .await?;
    text.map(|text| {
        serde_json::from_str(&text).map_err(|_| StoreError::Inconsistent {
            table: "meta",
            column: "value",
            row: key.to_owned(),
        })
    })
    .transpose()
}

/// Writes the value under `key`.
pub async fn put<T: Serialize + Sync>(
    tx: &mut WorldTx,
    key: &str,
    value: &T,
) -> Result<(), StoreError> {
    let text = serde_json::to_string(value).map_err(|_| StoreError::Inconsistent {
        table: "meta",
        column: "value",
        row: key.to_owned(),
    })?;
    sqlx::query!(
        "INSERT OR REPLACE INTO meta (key, value) VALUES (?1, ?2)",
        key,
        text
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}
