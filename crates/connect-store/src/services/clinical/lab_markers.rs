//! The lab catalogue of a brand: what can be ordered, where, at what price.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::json;
use sqlx::SqliteConnection;

use crate::error::StoreError;
use crate::services::id::MarkerId;
use crate::services::row;
use crate::services::word::words;
use crate::world::tx::WorldTx;

words! {
    /// Whether a marker can be ordered in a state.
    AvailabilityStatus {
        /// Yes.
        Available = "available",
        /// Only through a physician of one's own.
        RequiresByop = "requires_byop",
        /// Also through a physician of one's own.
        AvailableViaByop = "available_via_byop",
        /// No.
        Unavailable = "unavailable",
    }
}

/// What is particular about one state.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Availability {
    /// Whether it can be ordered.
    pub status: AvailabilityStatus,
    /// Why, for people.
    pub note: Option<String>,
}

/// A marker.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LabMarker {
    /// Its id.
    pub id: MarkerId,
    /// Tenant.
    pub brand_id: String,
    /// Short name, unique within the brand.
    pub slug: String,
    /// Name for people.
    pub name: String,
    /// What it tells.
    pub description: Option<String>,
    /// The code its results carry.
    pub biomarker_code: Option<String>,
    /// The unit its results carry.
    pub units: Option<String>,
    /// What the lab charges, in hundredths of `currency`.
    pub wholesale_cents: Option<i64>,
    /// What the brand charges, in hundredths of `currency`.
    pub retail_cents: Option<i64>,
    /// `USD`.
    pub currency: String,
    /// The lab that measures it.
    pub source_lab_id: Option<String>,
    /// What it belongs to.
    pub tags: Vec<String>,
    /// States where it is not simply available.
    pub availability: BTreeMap<String, Availability>,
}

/// Writes any number of markers; one whose id is there already is left as it is.
pub async fn insert(tx: &mut WorldTx, rows: &[LabMarker]) -> Result<(), StoreError> {
    let rows = row::batch(rows, |row| {
        json!([
            row.id,
            row.brand_id,
            row.slug,
            row.name,
            row.description,
            row.biomarker_code,
            row.units,
            row.wholesale_cents,
            row.retail_cents,
            row.currency,
            row.source_lab_id,
            row::text(&row.tags),
            row::text(&row.availability),
        ])
    });
    sqlx::query!(
        "INSERT OR IGNORE INTO lab_markers (id, brand_id, slug, name, description, biomarker_code, units,
                                            wholesale_cents, retail_cents, currency, source_lab_id, tags, availability)
         SELECT value->>0, value->>1, value->>2, value->>3, value->>4, value->>5, value->>6, value->>7, value->>8,
                value->>9, value->>10, value->>11, value->>12
         FROM jsonb_each(?1)",
        rows
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// Which markers to read. Everything that is set must hold.
#[derive(Debug, Clone, Default)]
pub struct MarkerFilter {
    /// Name, slug or code holds this text, whatever its case.
    pub text: Option<String>,
    /// Carries this tag.
    pub tag: Option<String>,
}

/// A page of a brand's catalogue in the order of names, and how many fit in all.
pub async fn page(
    connection: &mut SqliteConnection,
    brand: &str,
    filter: &MarkerFilter,
    limit: u32,
    offset: u32,
) -> Result<(Vec<LabMarker>, u32), StoreError> {
    let (text, tag) = (filter.text.as_deref(), filter.tag.as_deref());
    let total = sqlx::query_scalar!(
        r#"SELECT COUNT(*) AS "n!: u32" FROM lab_markers
           WHERE brand_id = ?1
             AND (?2 IS NULL OR instr(lower(name || ' ' || slug || ' ' || coalesce(biomarker_code, '')), lower(?2)) > 0)
             AND (?3 IS NULL OR EXISTS (SELECT 1 FROM json_each(tags) AS tag WHERE tag.value = ?3))"#,
        brand,
        text,
        tag
    )
    .fetch_one(&mut *connection)
    .await?;
    let rows = sqlx::query!(
        "SELECT id, brand_id, slug, name, description, biomarker_code, units, wholesale_cents, retail_cents, currency,
                source_lab_id, tags, availability
         FROM lab_markers
         WHERE brand_id = ?1
           AND (?2 IS NULL OR instr(lower(name || ' ' || slug || ' ' || coalesce(biomarker_code, '')), lower(?2)) > 0)
           AND (?3 IS NULL OR EXISTS (SELECT 1 FROM json_each(tags) AS tag WHERE tag.value = ?3))
         ORDER BY name, id LIMIT ?4 OFFSET ?5",
        brand,
        text,
        tag,
        limit,
        offset
    )
    .fetch_all(connection)
    .await?;
    let markers = rows
        .into_iter()
        .map(|row| {
            const TABLE: &str = "lab_markers";
            Ok(LabMarker {
                tags: row::json(&row.tags, TABLE, "tags", &row.id)?,
                availability: row::json(&row.availability, TABLE, "availability", &row.id)?,
                id: row.id.into(),
                brand_id: row.brand_id,
                slug: row.slug,
                name: row.name,
                description: row.description,
                biomarker_code: row.biomarker_code,
                units: row.units,
                wholesale_cents: row.wholesale_cents,
                retail_cents: row.retail_cents,
                currency: row.currency,
                source_lab_id: row.source_lab_id,
            })
        })
        .collect::<Result<_, StoreError>>()?;
    Ok((markers, total))
}
