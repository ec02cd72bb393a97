//! Wearables: connections to their vendors, and which of their metrics are shown.

use connect_core::Timestamp;
use connect_core::id::UserId;
use serde_json::json;
use sqlx::SqliteConnection;

use crate::error::StoreError;
use crate::services::id::ConnectionId;
use crate::services::row;
use crate::services::word::words;
use crate::world::tx::WorldTx;

words! {
    /// Who makes the device, or keeps its data.
    Provider {
        /// Apple Health.
        AppleHealthKit = "apple_health_kit",
        /// Google Fit.
        GoogleFit = "google_fit",
        /// Oura.
        Oura = "oura",
        /// WHOOP.
        Whoop = "whoop",
        /// Eight Sleep.
        EightSleep = "eight_sleep",
        /// Dexcom.
        Dexcom = "dexcom",
        /// FreeStyle Libre.
        FreestyleLibre = "freestyle_libre",
        /// Garmin.
        Garmin = "garmin",
    }
}

words! {
    /// Where a connection stands.
    ConnectionStatus {
        /// Data comes in.
        Connected = "connected",
        /// The persona ended it.
        Disconnected = "disconnected",
        /// The vendor does not answer.
        Error = "error",
        /// Begun, not finished.
        Pending = "pending",
    }
}

/// A connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WearableConnection {
    /// Its id.
    pub id: ConnectionId,
    /// Whose it is.
    pub user_id: UserId,
    /// Tenant.
    pub brand_id: String,
    /// The vendor.
    pub provider: Provider,
    /// The persona at the vendor's aggregator.
    pub junction_user_id: String,
    /// Where it stands.
    pub status: ConnectionStatus,
    /// Since when.
    pub connected_at: Timestamp,
    /// When data last came in.
    pub last_synced_at: Option<Timestamp>,
}

/// A metric of a wearable, with its last value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WearableMetric {
    /// Whose it is.
    pub user_id: UserId,
    /// Tenant.
    pub brand_id: String,
    /// The vendor.
    pub provider: Provider,
    /// `resting_heart_rate`.
    pub metric: String,
    /// `Resting heart rate`.
    pub label: String,
    /// Last value with its unit, for people.
    pub value: String,
    /// Whether the persona's Optimize page shows it.
    pub show_on_optimize: bool,
    /// When it last changed.
    pub updated_at: Timestamp,
}

/// Writes any number of connections; one to a vendor the persona has already is replaced.
pub async fn put(tx: &mut WorldTx, rows: &[WearableConnection]) -> Result<(), StoreError> {
    let rows = row::batch(rows, |row| {
        json!([
            row.id,
            row.user_id,
            row.brand_id,
            row.provider,
            row.junction_user_id,
            row.status,
            row.connected_at.as_millis(),
            row.last_synced_at.map(Timestamp::as_millis),
        ])
    });
    sqlx::query!(
        "INSERT OR REPLACE INTO wearable_connections (id, user_id, brand_id, provider, junction_user_id, status,
                                                      connected_at, last_synced_at)
         SELECT value->>0, value->>1, value->>2, value->>3, value->>4, value->>5, value->>6, value->>7
         FROM jsonb_each(?1)",
        rows
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// Writes any number of metrics; one that is there already is replaced.
pub async fn put_metrics(tx: &mut WorldTx, rows: &[WearableMetric]) -> Result<(), StoreError> {
    let rows = row::batch(rows, |row| {
        json!([
            row.user_id,
            row.provider,
            row.metric,
            row.brand_id,
            row.label,
            row.value,
            row.show_on_optimize,
            row.updated_at.as_millis(),
        ])
    });
    sqlx::query!(
        "INSERT OR REPLACE INTO wearable_metrics (user_id, provider, metric, brand_id, label, value, show_on_optimize,
                                                  updated_at)
         SELECT value->>0, value->>1, value->>2, value->>3, value->>4, value->>5, value->>6, value->>7
         FROM jsonb_each(?1)",
        rows
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// A persona's connections, oldest first.
pub async fn list(
    connection: &mut SqliteConnection,
    user: &UserId,
) -> Result<Vec<WearableConnection>, StoreError> {
    let user = user.as_str();
    let rows = sqlx::query!(
        "SELECT id, user_id, brand_id, provider, junction_user_id, status, connected_at, last_synced_at
         FROM wearable_connections WHERE user_id = ?1 ORDER BY connected_at, id",
        user
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter()
        .map(|row| {
            const TABLE: &str = "wearable_connections";
            Ok(WearableConnection {
                provider: row::word(&row.provider, TABLE, "provider", &row.id)?,
                status: row::word(&row.status, TABLE, "status", &row.id)?,
                id: row.id.into(),
                user_id: row.user_id.into(),
                brand_id: row.brand_id,
                junction_user_id: row.junction_user_id,
                connected_at: row::at(row.connected_at),
                last_synced_at: row.last_synced_at.map(row::at),
            })
        })
        .collect()
}

/// A persona's metrics, by vendor and name.
pub async fn metrics(
    connection: &mut SqliteConnection,
    user: &UserId,
) -> Result<Vec<WearableMetric>, StoreError> {
    let user = user.as_str();
    let rows = sqlx::query!(
        r#"SELECT user_id, brand_id, provider, metric, label, value, show_on_optimize AS "show_on_optimize: bool",
                  updated_at
           FROM wearable_metrics WHERE user_id = ?1 ORDER BY provider, metric"#,
        user
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(WearableMetric {
                provider: row::word(&row.provider, "wearable_metrics", "provider", &row.metric)?,
                user_id: row.user_id.into(),
                brand_id: row.brand_id,
                metric: row.metric,
                label: row.label,
                value: row.value,
                show_on_optimize: row.show_on_optimize,
                updated_at: row::at(row.updated_at),
            })
        })
        .collect()
}
