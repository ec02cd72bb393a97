//! Changing a persona: by the writer, of the row as it is then, so that of changes made at the same moment none is lost.

use connect_core::domain::app::Person;
use connect_core::domain::flaw::Flaw;
use connect_core::domain::journal::{Kind, Origin};
use connect_core::id::UserId;
use connect_store::{StoreError, people, services};
use serde_json::{Map, Value, json};

use crate::App;

/// Why a persona can't be changed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PersonaError {
    /// There is none with this id.
    #[error("there is no persona {0}")]
    Unknown(UserId),
    /// What they would be breaks a rule.
    #[error("{}", Flaw::list(.0))]
    Invalid(Vec<Flaw>),
    /// The store failed; a violation of uniqueness is an email that somebody else has.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Changes a persona; what differs is in the journal, and when nothing does, nothing happens. Gives the persona as they
/// are then.
pub(crate) async fn change(
    app: &App,
    id: UserId,
    change: impl FnOnce(&mut Person) + Send + 'static,
    origin: Origin,
) -> Result<Person, PersonaError> {
    app.0
        .world
        .write(move |tx| {
            Box::pin(async move {
                let old = people::get(services::reading(tx), &id)
                    .await?
                    .ok_or(PersonaError::Unknown(id))?;
                let mut new = old.clone();
                change(&mut new);
                let flaws = new.flaws();
                if !flaws.is_empty() {
                    return Err(PersonaError::Invalid(flaws));
                }
                let detail = differences(&old, &new);
                if detail.is_empty() {
                    return Ok(old);
                }
                new.updated_at = origin.at.sandbox;
                let detail = Value::Object(detail);
                tx.journal(&origin, Kind::PersonUpdated, new.id.as_str(), &detail);
                people::update(tx, &new).await?;
                Ok(new)
            })
        })
        .await
}

/// The fields that differ, old and new.
fn differences(old: &Person, new: &Person) -> Map<String, Value> {
    [
        ("email", &old.email, &new.email),
        ("name", &old.name, &new.name),
        ("locale", &old.locale, &new.locale),
        ("description", &old.description, &new.description),
    ]
    .into_iter()
    .filter(|(_, from, to)| from != to)
    .map(|(field, from, to)| (field.to_owned(), json!({ "from": from, "to": to })))
    .collect()
}
