//! Patients as the safe view shows them: no name, no date of birth, nothing that says who they are.

use std::collections::BTreeMap;

use connect_core::Timestamp;
use connect_core::id::UserId;
use serde_json::{Map, Value, json};
use sqlx::SqliteConnection;

use crate::error::StoreError;
use crate::services::row;
use crate::world::tx::WorldTx;

/// A patient. Its id is the persona's.
#[derive(Debug, Clone, PartialEq)]
pub struct Patient {
    /// The persona.
    pub user_id: UserId,
    /// Tenant.
    pub brand_id: String,
    /// The patient's ids at other systems, by system.
    pub external_ids: BTreeMap<String, String>,
    /// `active`, `inactive`.
    pub status: String,
    /// What else is known.
    pub metadata: Map<String, Value>,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

/// Writes any number of patients; one who is there already is left as is.
pub async fn insert(tx: &mut WorldTx, rows: &[Patient]) -> Result<(), StoreError> {
    let rows = row::batch(rows, |row| {
        json!([
            row.user_id,
            row.brand_id,
            row::text(&row.external_ids),
            row.status,
            row::text(&row.metadata),
            row.created_at.as_millis(),
            row.updated_at.as_millis(),
        ])
    });
    sqlx::query!(
        "INSERT OR IGNORE INTO patients (user_id, brand_id, external_ids, status, metadata, created_at, updated_at)
         SELECT value->>0, value->>1, value->>2, value->>3, value->>4, value->>5, value->>6 FROM jsonb_each(?1)",
        rows
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// One patient.
pub async fn get(
    connection: &mut SqliteConnection,
    user: &UserId,
) -> Result<Option<Patient>, StoreError> {
    let user = user.as_str();
    let row = sqlx::query!(
        "SELECT user_id, brand_id, external_ids, status, metadata, created_at, updated_at FROM patients WHERE user_id = ?1",
        user
    )
    .fetch_optional(connection)
    .await?;
    row.map(|row| {
        Ok(Patient {
            external_ids: row::json(&row.external_ids, "patients", "external_ids", &row.user_id)?,
            metadata: row::json(&row.metadata, "patients", "metadata", &row.user_id)?,
            user_id: row.user_id.into(),
            brand_id: row.brand_id,
            status: row.status,
            created_at: row::at(row.created_at),
            updated_at: row::at(row.updated_at),
        })
    })
    .transpose()
}
