//! Safety flags: a rule that a lab result set off.

use connect_core::Timestamp;
use connect_core::id::UserId;
use serde_json::json;
use sqlx::SqliteConnection;

use crate::error::StoreError;
use crate::services::id::{BiomarkerId, RedFlagId};
use crate::services::row;
use crate::services::word::words;
use crate::world::tx::WorldTx;

words! {
    /// How much a flag matters.
    Severity {
        /// Act now.
        Urgent = "urgent",
        /// Talk to a clinician.
        Warn = "warn",
        /// Keep an eye on it.
        Info = "info",
    }
}

/// A flag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RedFlag {
    /// Its id.
    pub id: RedFlagId,
    /// Whose it is.
    pub user_id: UserId,
    /// Tenant.
    pub brand_id: String,
    /// The rule.
    pub rule_id: String,
    /// The rule's name.
    pub rule_name: String,
    /// How much it matters.
    pub severity: Severity,
    /// The marker.
    pub biomarker_code: String,
    /// The result that set it off.
    pub biomarker_id: BiomarkerId,
    /// What it says.
    pub message: String,
    /// Somebody has seen it.
    pub acknowledged: bool,
    /// When it was raised.
    pub detected_at: Timestamp,
}

/// Writes any number of flags; a rule flags a result once, and a second time is left out.
pub async fn insert(tx: &mut WorldTx, rows: &[RedFlag]) -> Result<(), StoreError> {
    let rows = row::batch(rows, |row| {
        json!([
            row.id,
            row.user_id,
            row.brand_id,
            row.rule_id,
            row.rule_name,
            row.severity,
            row.biomarker_code,
            row.biomarker_id,
            row.message,
            row.acknowledged,
            row.detected_at.as_millis(),
        ])
    });
    sqlx::query!(
        "INSERT OR IGNORE INTO red_flags (id, user_id, brand_id, rule_id, rule_name, severity, biomarker_code,
                                          biomarker_id, message, acknowledged, detected_at)
         SELECT value->>0, value->>1, value->>2, value->>3, value->>4, value->>5, value->>6, value->>7, value->>8,
                value->>9, value->>10
         FROM jsonb_each(?1)",
        rows
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// A persona's flags, newest first.
pub async fn list(
    connection: &mut SqliteConnection,
    user: &UserId,
) -> Result<Vec<RedFlag>, StoreError> {
    let user = user.as_str();
    let rows = sqlx::query!(
        r#"SELECT id, user_id, brand_id, rule_id, rule_name, severity, biomarker_code, biomarker_id, message,
                  acknowledged AS "acknowledged: bool", detected_at
           FROM red_flags WHERE user_id = ?1 ORDER BY detected_at DESC, id DESC"#,
        user
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(RedFlag {
                severity: row::word(&row.severity, "red_flags", "severity", &row.id)?,
                id: row.id.into(),
                user_id: row.user_id.into(),
                brand_id: row.brand_id,
                rule_id: row.rule_id,
                rule_name: row.rule_name,
                biomarker_code: row.biomarker_code,
                biomarker_id: row.biomarker_id.into(),
                message: row.message,
                acknowledged: row.acknowledged,
                detected_at: row::at(row.detected_at),
            })
        })
        .collect()
}
