//! Protocols of a brand's catalogue, and their compounds. The clinical service and the patient graph show the same rows.

use connect_core::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use sqlx::SqliteConnection;

use crate::error::StoreError;
use crate::services::id::{CompoundId, ProtocolId};
use crate::services::row;
use crate::world::tx::WorldTx;

/// What a protocol asks of one marker.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Criterion {
    /// The marker's code.
    pub biomarker_code: String,
    /// `below`, `above` or `present`.
    pub condition: String,
    /// The bound, in `unit`; none for `present`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<f64>,
    /// The bound's unit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
}

/// What rules a protocol out, or asks for care.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contraindication {
    /// Stable name of the rule.
    pub rule_id: String,
    /// Code of the medication or condition it is about.
    pub medication_code: String,
    /// Its name.
    pub medication_name: String,
    /// `absolute`, `relative` or `caution`.
    pub severity: String,
    /// Why, in one sentence.
    pub reason: String,
    /// What may be done in its place.
    pub alternatives: Vec<String>,
}

/// One stretch of a protocol.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Phase {
    /// The last week that belongs to it, counted from 1.
    pub until_week: u8,
    /// Its name.
    pub name: String,
    /// What happens in it.
    pub description: String,
}

/// A protocol.
#[derive(Debug, Clone, PartialEq)]
pub struct Protocol {
    /// Its id.
    pub id: ProtocolId,
    /// Tenant.
    pub brand_id: String,
    /// Short name, unique within the brand.
    pub slug: String,
    /// Its name.
    pub name: String,
    /// `1.2`.
    pub version: String,
    /// `lipids`, `metabolic`…
    pub category: String,
    /// What it is for.
    pub description: String,
    /// Who watches over it.
    pub oversight_tier: String,
    /// For whom it is.
    pub criteria: Vec<Criterion>,
    /// What to do, in order.
    pub recommendations: Vec<String>,
    /// For whom it is not.
    pub contraindications: Vec<Contraindication>,
    /// Its course.
    pub phases: Vec<Phase>,
    /// What else is known.
    pub metadata: Map<String, Value>,
    /// Can be started.
    pub active: bool,
    /// When it entered the catalogue.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

/// A compound of a protocol.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Compound {
    /// Its id.
    pub id: CompoundId,
    /// The protocol it belongs to.
    pub protocol_id: ProtocolId,
    /// Tenant.
    pub brand_id: String,
    /// The compound itself.
    pub compound_id: CompoundId,
    /// Short name.
    pub compound_slug: String,
    /// Name for people.
    pub display_name: String,
    /// A decimal, in `dose_unit`.
    pub dose_amount: String,
    /// `mg`, `IU`, `g`.
    pub dose_unit: String,
    /// `oral`…
    pub route: Option<String>,
    /// Place in the list, from 0.
    pub position: u32,
    /// When it was added.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

/// Writes any number of protocols; one whose id is there already is left as it is.
pub async fn insert(tx: &mut WorldTx, rows: &[Protocol]) -> Result<(), StoreError> {
    let rows = row::batch(rows, |row| {
        json!([
            row.id,
            row.brand_id,
            row.slug,
            row.name,
            row.version,
            row.category,
            row.description,
            row.oversight_tier,
            row::text(&row.criteria),
            row::text(&row.recommendations),
            row::text(&row.contraindications),
            row::text(&row.phases),
            row::text(&row.metadata),
            row.active,
            row.created_at.as_millis(),
            row.updated_at.as_millis(),
        ])
    });
    sqlx::query!(
        "INSERT OR IGNORE INTO protocols (id, brand_id, slug, name, version, category, description, oversight_tier,
                                criteria, recommendations, contraindications, phases, metadata, active, created_at,
                                updated_at)
         SELECT value->>0, value->>1, value->>2, value->>3, value->>4, value->>5, value->>6, value->>7, value->>8,
                value->>9, value->>10, value->>11, value->>12, value->>13, value->>14, value->>15
         FROM jsonb_each(?1)",
        rows
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// Writes any number of compounds; one whose id is there already is left as it is.
pub async fn insert_compounds(tx: &mut WorldTx, rows: &[Compound]) -> Result<(), StoreError> {
    let rows = row::batch(rows, |row| {
        json!([
            row.id,
            row.protocol_id,
            row.brand_id,
            row.compound_id,
            row.compound_slug,
            row.display_name,
            row.dose_amount,
            row.dose_unit,
            row.route,
            row.position,
            row.created_at.as_millis(),
            row.updated_at.as_millis(),
        ])
    });
    sqlx::query!(
        "INSERT OR IGNORE INTO protocol_compounds (id, protocol_id, brand_id, compound_id, compound_slug, display_name,
                                         dose_amount, dose_unit, route, position, created_at, updated_at)
         SELECT value->>0, value->>1, value->>2, value->>3, value->>4, value->>5, value->>6, value->>7, value->>8,
                value->>9, value->>10, value->>11
         FROM jsonb_each(?1)",
        rows
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

struct Row {
    id: String,
    brand_id: String,
    slug: String,
    name: String,
    version: String,
    category: String,
    description: String,
    oversight_tier: String,
    criteria: String,
    recommendations: String,
    contraindications: String,
    phases: String,
    metadata: String,
    active: bool,
    created_at: i64,
    updated_at: i64,
}

impl Row {
    fn read(self) -> Result<Protocol, StoreError> {
        const TABLE: &str = "protocols";
        Ok(Protocol {
            criteria: row::json(&self.criteria, TABLE, "criteria", &self.id)?,
            recommendations: row::json(&self.recommendations, TABLE, "recommendations", &self.id)?,
            contraindications: row::json(
                &self.contraindications,
                TABLE,
                "contraindications",
                &self.id,
            )?,
            phases: row::json(&self.phases, TABLE, "phases", &self.id)?,
            metadata: row::json(&self.metadata, TABLE, "metadata", &self.id)?,
            id: self.id.into(),
            brand_id: self.brand_id,
            slug: self.slug,
            name: self.name,
            version: self.version,
            category: self.category,
            description: self.description,
            oversight_tier: self.oversight_tier,
            active: self.active,
            created_at: row::at(self.created_at),
            updated_at: row::at(self.updated_at),
        })
    }
}

/// A brand's catalogue, in the order of names; one category when given.
pub async fn list(
    connection: &mut SqliteConnection,
    brand: &str,
    category: Option<&str>,
) -> Result<Vec<Protocol>, StoreError> {
    sqlx::query_as!(
        Row,
        r#"SELECT id, brand_id, slug, name, version, category, description, oversight_tier, criteria, recommendations,
                  contraindications, phases, metadata, active AS "active: bool", created_at, updated_at
           FROM protocols WHERE brand_id = ?1 AND (?2 IS NULL OR category = ?2) ORDER BY name"#,
        brand,
        category
    )
    .fetch_all(connection)
    .await?
    .into_iter()
    .map(Row::read)
    .collect()
}

/// One protocol of a brand.
pub async fn get(
    connection: &mut SqliteConnection,
    brand: &str,
    id: &str,
) -> Result<Option<Protocol>, StoreError> {
    sqlx::query_as!(
        Row,
        r#"SELECT id, brand_id, slug, name, version, category, description, oversight_tier, criteria, recommendations,
                  contraindications, phases, metadata, active AS "active: bool", created_at, updated_at
           FROM protocols WHERE id = ?2 AND brand_id = ?1"#,
        brand,
        id
    )
    .fetch_optional(connection)
    .await?
    .map(Row::read)
    .transpose()
}

/// The compounds of a protocol, in order.
pub async fn compounds(
    connection: &mut SqliteConnection,
    brand: &str,
    protocol: &ProtocolId,
) -> Result<Vec<Compound>, StoreError> {
    let protocol = protocol.as_str();
    let rows = sqlx::query!(
        r#"SELECT id, protocol_id, brand_id, compound_id, compound_slug, display_name, dose_amount, dose_unit, route,
                  position AS "position: u32", created_at, updated_at
           FROM protocol_compounds WHERE protocol_id = ?1 AND brand_id = ?2 ORDER BY position"#,
        protocol,
        brand
    )
    .fetch_all(connection)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Compound {
            id: row.id.into(),
            protocol_id: row.protocol_id.into(),
            brand_id: row.brand_id,
            compound_id: row.compound_id.into(),
            compound_slug: row.compound_slug,
            display_name: row.display_name,
            dose_amount: row.dose_amount,
            dose_unit: row.dose_unit,
            route: row.route,
            position: row.position,
            created_at: row::at(row.created_at),
            updated_at: row::at(row.updated_at),
        })
        .collect())
}
