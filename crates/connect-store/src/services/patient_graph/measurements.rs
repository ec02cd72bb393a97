//! Measurements: one value of one metric at one moment, from a wearable, a check-in or a lab.

use connect_core::Timestamp;
use connect_core::id::UserId;
use serde_json::json;
use sqlx::SqliteConnection;

use crate::error::StoreError;
use crate::services::id::MeasurementId;
use crate::services::row;
use crate::world::tx::WorldTx;

/// A measurement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Measurement {
    /// Its id.
    pub id: MeasurementId,
    /// Whose it is.
    pub user_id: UserId,
    /// Tenant.
    pub brand_id: String,
    /// `resting_heart_rate`.
    pub metric_key: String,
    /// A decimal, in `unit`.
    pub value_numeric: Option<String>,
    /// When it is not a number.
    pub value_text: Option<String>,
    /// `bpm`.
    pub unit: Option<String>,
    /// Where it comes from.
    pub source: String,
    /// Protected health information.
    pub is_phi: bool,
    /// When it was measured.
    pub recorded_at: Timestamp,
    /// When it was stored.
    pub created_at: Timestamp,
}

/// The newest value of one metric.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LastValue {
    /// `resting_heart_rate`.
    pub metric_key: String,
    /// A decimal or a text.
    pub last_value: Option<String>,
    /// `bpm`.
    pub unit: Option<String>,
    /// When it was measured.
    pub last_recorded_at: Timestamp,
    /// Protected health information.
    pub is_phi: bool,
}

/// Values of one metric, or their means: see [`reduced`].
#[derive(Debug, Clone, PartialEq)]
pub struct Reduced {
    /// `resting_heart_rate`.
    pub metric_key: String,
    /// `bpm`, as the last of them has it.
    pub unit: Option<String>,
    /// Where the last of them comes from.
    pub source: String,
    /// When the last of them was measured.
    pub recorded_at: Timestamp,
    /// The value, or the mean.
    pub value: f64,
    /// How many values it stands for.
    pub count: i64,
}

/// Writes any number of measurements.
pub async fn insert(tx: &mut WorldTx, rows: &[Measurement]) -> Result<(), StoreError> {
    let rows = row::batch(rows, |row| {
        json!([
            row.id,
            row.user_id,
            row.brand_id,
            row.metric_key,
            row.value_numeric,
            row.value_text,
            row.unit,
            row.source,
            row.is_phi,
            row.recorded_at.as_millis(),
            row.created_at.as_millis(),
        ])
    });
    sqlx::query!(
        "INSERT INTO patient_metrics (id, user_id, brand_id, metric_key, value_numeric, value_text, unit, source, is_phi,
                                      recorded_at, created_at)
         SELECT value->>0, value->>1, value->>2, value->>3, value->>4, value->>5, value->>6, value->>7, value->>8,
                value->>9, value->>10
         FROM jsonb_each(?1)",
        rows
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// The newest value of each of a patient's metrics, by name.
pub async fn last_values(
    connection: &mut SqliteConnection,
    user: &UserId,
) -> Result<Vec<LastValue>, StoreError> {
    let user = user.as_str();
    let rows = sqlx::query!(
        r#"SELECT metric_key AS "metric_key!", coalesce(value_numeric, value_text) AS "last_value?: String", unit,
                  MAX(recorded_at) AS "recorded_at!: i64", is_phi AS "is_phi!: bool"
           FROM patient_metrics WHERE user_id = ?1 GROUP BY metric_key ORDER BY metric_key"#,
        user
    )
    .fetch_all(connection)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| LastValue {
            metric_key: row.metric_key,
            last_value: row.last_value,
            unit: row.unit,
            last_recorded_at: row::at(row.recorded_at),
            is_phi: row.is_phi,
        })
        .collect())
}

/// A patient's values of one metric between two moments (both included), oldest first, at most `limit`.
pub async fn series(
    connection: &mut SqliteConnection,
    user: &UserId,
    metric: &str,
    from: Timestamp,
    to: Timestamp,
    limit: u32,
) -> Result<Vec<Measurement>, StoreError> {
    let (user, from, to) = (user.as_str(), from.as_millis(), to.as_millis());
    let rows = sqlx::query!(
        r#"SELECT id, user_id, brand_id, metric_key, value_numeric, value_text, unit, source, is_phi AS "is_phi: bool",
                  recorded_at, created_at
           FROM patient_metrics
           WHERE user_id = ?1 AND metric_key = ?2 AND recorded_at BETWEEN ?3 AND ?4 ORDER BY recorded_at LIMIT ?5"#,
        user,
        metric,
        from,
        to,
        limit
    )
    .fetch_all(connection)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Measurement {
            id: row.id.into(),
            user_id: row.user_id.into(),
            brand_id: row.brand_id,
            metric_key: row.metric_key,
            value_numeric: row.value_numeric,
            value_text: row.value_text,
            unit: row.unit,
            source: row.source,
            is_phi: row.is_phi,
            recorded_at: row::at(row.recorded_at),
            created_at: row::at(row.created_at),
        })
        .collect())
}

/// A patient's numbers, metric by metric, oldest first. A metric with more than `most` values is given as the means of
/// `most` equal stretches of the time between its first and its last.
pub async fn reduced(
    connection: &mut SqliteConnection,
    user: &UserId,
    most: u32,
) -> Result<Vec<Reduced>, StoreError> {
    let (user, most) = (user.as_str(), i64::from(most));
    let rows = sqlx::query!(
        r#"WITH span AS (SELECT metric_key, COUNT(*) AS n, MIN(recorded_at) AS first,
                                MAX(recorded_at) - MIN(recorded_at) + 1 AS length
                         FROM patient_metrics WHERE user_id = ?1 AND value_numeric IS NOT NULL GROUP BY metric_key)
           SELECT metric_key AS "metric_key!: String", unit, source AS "source!: String",
                  MAX(recorded_at) AS "recorded_at!: i64", AVG(CAST(value_numeric AS REAL)) AS "value!: f64",
                  COUNT(*) AS "count!: i64"
           FROM patient_metrics JOIN span USING (metric_key)
           WHERE user_id = ?1 AND value_numeric IS NOT NULL
           GROUP BY metric_key, CASE WHEN n <= ?2 THEN id ELSE (recorded_at - first) * ?2 / length END
           ORDER BY metric_key, MAX(recorded_at)"#,
        user,
        most
    )
    .fetch_all(connection)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Reduced {
            metric_key: row.metric_key,
            unit: row.unit,
            source: row.source,
            recorded_at: row::at(row.recorded_at),
            value: row.value,
            count: row.count,
        })
        .collect())
}
