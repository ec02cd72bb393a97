//! Personas.

use std::sync::Arc;

use connect_core::Timestamp;
use connect_core::domain::app::Person;
use connect_core::domain::journal::Origin;
use connect_core::id::UserId;
use sqlx::SqliteConnection;

use crate::error::StoreError;
use crate::grants;
use crate::world::World;
use crate::world::tx::WorldTx;

struct Row {
    id: String,
    email: String,
    name: String,
    brand_id: String,
    locale: String,
    description: String,
    created_at: i64,
    updated_at: i64,
}

impl Row {
    fn into_person(self) -> Person {
        Person {
            id: UserId::from_text(self.id),
            email: self.email,
            name: self.name,
            brand_id: self.brand_id,
            locale: self.locale,
            description: self.description,
            created_at: Timestamp::from_millis(self.created_at),
            updated_at: Timestamp::from_millis(self.updated_at),
        }
    }
}

/// The persona with this id.
pub async fn get(
    connection: &mut SqliteConnection,
    id: &UserId,
) -> Result<Option<Person>, StoreError> {
    let id = id.as_str();
    let row = sqlx::query_as!(
        Row,
        r#"SELECT id AS "id!", email, name, brand_id, locale, description, created_at, updated_at
           FROM people WHERE id = ?1"#,
        id
    )
    .fetch_optional(connection)
    .await?;
    Ok(row.map(Row::into_person))
}

/// The persona with this email, upper and lower case alike.
pub async fn by_email(
    connection: &mut SqliteConnection,
    email: &str,
) -> Result<Option<Person>, StoreError> {
    let row = sqlx::query_as!(
        Row,
        r#"SELECT id AS "id!", email, name, brand_id, locale, description, created_at, updated_at
           FROM people WHERE email = ?1"#,
        email
    )
    .fetch_optional(connection)
    .await?;
    Ok(row.map(Row::into_person))
}

/// Every persona, oldest first.
pub async fn list(connection: &mut SqliteConnection) -> Result<Vec<Person>, StoreError> {
    let rows = sqlx::query_as!(
        Row,
        r#"SELECT id AS "id!", email, name, brand_id, locale, description, created_at, updated_at
           FROM people ORDER BY created_at, id"#
    )
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(Row::into_person).collect())
}

/// How much there is of a persona.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonCounts {
    /// Whose.
    pub id: UserId,
    /// Active grants.
    pub grants: u32,
    /// Lab results.
    pub results: u32,
    /// Biomarkers whose newest result is not normal.
    pub out_of_range: u32,
    /// Messages they were sent.
    pub alerts: u32,
}

/// How much there is of everybody, in the order of [`list`].
pub async fn counts(connection: &mut SqliteConnection) -> Result<Vec<PersonCounts>, StoreError> {
    let rows = sqlx::query!(
        r#"SELECT id AS "id!",
                  (SELECT COUNT(*) FROM grants WHERE user_id = people.id AND revoked_at IS NULL) AS "grants!: u32",
                  (SELECT COUNT(*) FROM biomarkers WHERE user_id = people.id) AS "results!: u32",
                  (SELECT COUNT(*)
                   FROM (SELECT status, ROW_NUMBER() OVER (PARTITION BY code ORDER BY collected_at DESC, id DESC) AS place
                         FROM biomarkers WHERE user_id = people.id)
                   WHERE place = 1 AND status <> 'normal') AS "out_of_range!: u32",
                  (SELECT COUNT(*) FROM alerts WHERE user_id = people.id) AS "alerts!: u32"
           FROM people ORDER BY created_at, id"#
    )
    .fetch_all(connection)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| PersonCounts {
            id: UserId::from_text(row.id),
            grants: row.grants,
            results: row.results,
            out_of_range: row.out_of_range,
            alerts: row.alerts,
        })
        .collect())
}

/// Adds a persona. An email that is taken is a UNIQUE violation.
pub async fn insert(tx: &mut WorldTx, person: &Person, seeded: bool) -> Result<(), StoreError> {
    let (id, created_at, updated_at) = (
        person.id.as_str(),
        person.created_at.as_millis(),
        person.updated_at.as_millis(),
    );
    sqlx::query!(
        "INSERT INTO people (id, email, name, brand_id, locale, description, seeded, created_at, updated_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        id,
        person.email,
        person.name,
        person.brand_id,
        person.locale,
        person.description,
        seeded,
        created_at,
        updated_at
    )
    .execute(tx.connection())
    .await?;
    tx.person_changed(&person.id);
    Ok(())
}

/// Writes what can change of a persona.
pub async fn update(tx: &mut WorldTx, person: &Person) -> Result<bool, StoreError> {
    let (id, updated_at) = (person.id.as_str(), person.updated_at.as_millis());
    let changed = sqlx::query!(
        "UPDATE people SET email = ?2, name = ?3, brand_id = ?4, locale = ?5, description = ?6, updated_at = ?7
         WHERE id = ?1",
        id,
        person.email,
        person.name,
        person.brand_id,
        person.locale,
        person.description,
        updated_at
    )
    .execute(tx.connection())
    .await?
    .rows_affected();
    tx.person_changed(&person.id);
    Ok(changed > 0)
}

/// Removes a persona; its grants, tokens and sessions end first. The services' rows are theirs to remove.
pub async fn delete(tx: &mut WorldTx, origin: &Origin, id: &UserId) -> Result<bool, StoreError> {
    grants::revoke_of_user(tx, origin, id).await?;
    let (key, at) = (id.as_str(), origin.at.sandbox.as_millis());
    sqlx::query!(
        "UPDATE credentials SET state = 'revoked', ended_at = ?2 WHERE user_id = ?1 AND state = 'active'",
        key,
        at
    )
    .execute(tx.connection())
    .await?;
    let gone = sqlx::query!("DELETE FROM people WHERE id = ?1", key)
        .execute(tx.connection())
        .await?
        .rows_affected();
    tx.person_changed(id);
    Ok(gone > 0)
}

impl World {
    /// The persona with this id, from the cache where it stands unchanged.
    pub async fn person(&self, id: &UserId) -> Result<Option<Arc<Person>>, StoreError> {
        let cache = &self.caches().people;
        let generation = match cache.get(id) {
            Ok(known) => return Ok(known),
            Err(generation) => generation,
        };
        let person = get(&mut *self.read().await?, id).await?.map(Arc::new);
        cache.put(id.clone(), person.clone(), generation);
        Ok(person)
    }

    /// The persona with this email, upper and lower case alike, from the cache where no persona has changed.
    pub async fn person_by_email(&self, email: &str) -> Result<Option<Arc<Person>>, StoreError> {
        let cache = &self.caches().people_by_email;
        let key = email.to_ascii_lowercase();
        let generation = match cache.get(&key) {
            Ok(known) => return Ok(known),
            Err(generation) => generation,
        };
        let found = by_email(&mut *self.read().await?, email).await?;
        let person = found.map(Arc::new);
        cache.put(key, person.clone(), generation);
        Ok(person)
    }
}
