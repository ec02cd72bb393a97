//! Lab results.

use connect_core::Timestamp;
use connect_core::id::UserId;
use serde_json::json;
use sqlx::SqliteConnection;

use crate::error::StoreError;
use crate::services::id::{BiomarkerId, BloodworkId};
use crate::services::row;
use crate::services::word::words;
use crate::world::tx::WorldTx;

words! {
    /// Where a result lies against its reference range.
    BiomarkerStatus {
        /// Within it.
        Normal = "normal",
        /// Below it.
        Low = "low",
        /// Above it.
        High = "high",
        /// So far outside that somebody must act.
        Critical = "critical",
    }
}

/// One lab result.
#[derive(Debug, Clone, PartialEq)]
pub struct Biomarker {
    /// Its id.
    pub id: BiomarkerId,
    /// Whose it is.
    pub user_id: UserId,
    /// Tenant.
    pub brand_id: String,
    /// The draw it came with.
    pub bloodwork_id: BloodworkId,
    /// `ldl_cholesterol`.
    pub code: String,
    /// `LDL cholesterol`.
    pub name: String,
    /// In `unit`.
    pub value: f64,
    /// `mg/dL`.
    pub unit: String,
    /// Lowest normal value, in `unit`.
    pub reference_low: Option<f64>,
    /// Highest normal value, in `unit`.
    pub reference_high: Option<f64>,
    /// Against the range.
    pub status: BiomarkerStatus,
    /// Who measured or sent it.
    pub source: String,
    /// When blood was drawn.
    pub collected_at: Timestamp,
    /// When the platform read it.
    pub parsed_at: Timestamp,
}

/// Writes any number of results. Their personas count as changed: what was made from the results of an unchanged
/// [`Person`](connect_core::domain::app::Person) is up to date.
pub async fn insert(tx: &mut WorldTx, rows: &[Biomarker]) -> Result<(), StoreError> {
    for row in rows
        .chunk_by(|a, b| a.user_id == b.user_id)
        .filter_map(<[Biomarker]>::first)
    {
        tx.person_changed(&row.user_id);
    }
    let rows = row::batch(rows, |row| {
        json!([
            row.id,
            row.user_id,
            row.brand_id,
            row.bloodwork_id,
            row.code,
            row.name,
            row.value,
            row.unit,
            row.reference_low,
            row.reference_high,
            row.status,
            row.source,
            row.collected_at.as_millis(),
            row.parsed_at.as_millis(),
        ])
    });
    sqlx::query!(
        "INSERT INTO biomarkers (id, user_id, brand_id, bloodwork_id, code, name, value, unit, reference_low,
                                 reference_high, status, source, collected_at, parsed_at)
         SELECT value->>0, value->>1, value->>2, value->>3, value->>4, value->>5, value->>6, value->>7, value->>8,
                value->>9, value->>10, value->>11, value->>12, value->>13
         FROM jsonb_each(?1)",
        rows
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

struct Row {
    id: String,
    user_id: String,
    brand_id: String,
    bloodwork_id: String,
    code: String,
    name: String,
    value: f64,
    unit: String,
    reference_low: Option<f64>,
    reference_high: Option<f64>,
    status: String,
    source: String,
    collected_at: i64,
    parsed_at: i64,
}

impl Row {
    fn read(self) -> Result<Biomarker, StoreError> {
        Ok(Biomarker {
            status: row::word(&self.status, "biomarkers", "status", &self.id)?,
            id: self.id.into(),
            user_id: self.user_id.into(),
            brand_id: self.brand_id,
            bloodwork_id: self.bloodwork_id.into(),
            code: self.code,
            name: self.name,
            value: self.value,
            unit: self.unit,
            reference_low: self.reference_low,
            reference_high: self.reference_high,
            source: self.source,
            collected_at: row::at(self.collected_at),
            parsed_at: row::at(self.parsed_at),
        })
    }
}

/// A persona's results, newest draw first.
pub async fn list(
    connection: &mut SqliteConnection,
    user: &UserId,
    limit: u32,
    offset: u32,
) -> Result<Vec<Biomarker>, StoreError> {
    let user = user.as_str();
    sqlx::query_as!(
        Row,
        "SELECT id, user_id, brand_id, bloodwork_id, code, name, value, unit, reference_low, reference_high, status,
                source, collected_at, parsed_at
         FROM biomarkers WHERE user_id = ?1 ORDER BY collected_at DESC, id DESC LIMIT ?2 OFFSET ?3",
        user,
        limit,
        offset
    )
    .fetch_all(connection)
    .await?
    .into_iter()
    .map(Row::read)
    .collect()
}

/// How many results a persona has.
pub async fn count(connection: &mut SqliteConnection, user: &UserId) -> Result<u32, StoreError> {
    let user = user.as_str();
    Ok(sqlx::query_scalar!(
        r#"SELECT COUNT(*) AS "n!: u32" FROM biomarkers WHERE user_id = ?1"#,
        user
    )
    .fetch_one(connection)
    .await?)
}

/// The newest result of each marker, in the order of their codes.
pub async fn latest(
    connection: &mut SqliteConnection,
    user: &UserId,
) -> Result<Vec<Biomarker>, StoreError> {
    let user = user.as_str();
    sqlx::query_as!(
        Row,
        r#"SELECT id AS "id!", user_id AS "user_id!", brand_id AS "brand_id!", bloodwork_id AS "bloodwork_id!",
                  code AS "code!", name AS "name!", value AS "value!", unit AS "unit!", reference_low, reference_high,
                  status AS "status!", source AS "source!", collected_at AS "collected_at!", parsed_at AS "parsed_at!"
           FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY code ORDER BY collected_at DESC, id DESC) AS place
                 FROM biomarkers WHERE user_id = ?1)
           WHERE place = 1 ORDER BY code"#,
        user
    )
    .fetch_all(connection)
    .await?
    .into_iter()
    .map(Row::read)
    .collect()
}

/// Those of the named results that belong to the persona, newest first.
pub async fn by_ids(
    connection: &mut SqliteConnection,
    user: &UserId,
    ids: &[String],
) -> Result<Vec<Biomarker>, StoreError> {
    let user = user.as_str();
    let ids = row::text(&ids);
    sqlx::query_as!(
        Row,
        "SELECT id, user_id, brand_id, bloodwork_id, code, name, value, unit, reference_low, reference_high, status,
                source, collected_at, parsed_at
         FROM biomarkers WHERE user_id = ?1 AND id IN (SELECT value FROM json_each(?2))
         ORDER BY collected_at DESC, id DESC",
        user,
        ids
    )
    .fetch_all(connection)
    .await?
    .into_iter()
    .map(Row::read)
    .collect()
}
