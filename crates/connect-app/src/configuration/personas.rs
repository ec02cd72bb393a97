//! Personas of a file.

use connect_core::domain::app::Person;
use connect_core::domain::flaw::Flaw;
use connect_core::domain::journal::Origin;
use connect_core::id::UserId;
use connect_store::{StoreError, people};

use super::file::PersonaTable;
use super::{Applied, Configuration};
use crate::persona::{self, PersonaError};
use crate::{App, seed};

/// What is to happen to a persona.
pub(super) enum Step {
    Create { person: Person, with_data: bool },
    Update(Person),
}

/// Compares the file with the world; what can't be is complained about.
pub(super) async fn plan(
    app: &App,
    wanted: &Configuration,
    complaints: &mut Vec<Flaw>,
) -> Result<Vec<Step>, StoreError> {
    let mut connection = app.0.world.read().await?;
    let mut steps = Vec::new();
    for (index, table) in wanted.file.personas.iter().enumerate() {
        let at = |field: &str| format!("personas[{index}].{field}");
        let known = people::by_email(&mut connection, table.email.trim()).await?;
        let before = complaints.len();
        let person = if let Some(old) = &known {
            changed(old, table, &at, complaints)
        } else {
            if let Some(id) = &table.user_id
                && people::get(&mut connection, &UserId::from_text(id))
                    .await?
                    .is_some()
            {
                let message = "another persona has this id; leave it out to have one made";
                complaints.push(Flaw::new(at("user_id"), message));
            }
            if table.name.is_none() {
                let message = "a new persona needs a name; add for example name = \"Ada Example\"";
                complaints.push(Flaw::new(at("name"), message));
                continue;
            }
            new(app, table)
        };
        // What `people_create` takes is taken here, or an export could not be applied.
        complaints.extend(
            person
                .flaws()
                .into_iter()
                .map(|flaw| Flaw::new(at(&flaw.field), flaw.message)),
        );
        match known {
            _ if complaints.len() > before => {}
            None => steps.push(Step::Create {
                person,
                with_data: !table.without_data,
            }),
            Some(old) if old == person => {}
            Some(_) => steps.push(Step::Update(person)),
        }
    }
    Ok(steps)
}

/// The persona as the file wants it to be.
fn changed(
    old: &Person,
    table: &PersonaTable,
    at: &(dyn Fn(&str) -> String + Sync),
    complaints: &mut Vec<Flaw>,
) -> Person {
    if let Some(id) = &table.user_id
        && old.id.as_str() != id
    {
        let message = format!(
            "this persona is {} here, and ids can't change; leave user_id out, or delete the persona first",
            old.id
        );
        complaints.push(Flaw::new(at("user_id"), message));
    }
    if let Some(brand) = &table.brand_id
        && old.brand_id != *brand
    {
        let message = format!(
            "this persona and all that is theirs are of the brand `{}`; leave brand_id out, or delete the persona first",
            old.brand_id
        );
        complaints.push(Flaw::new(at("brand_id"), message));
    }
    Person {
        name: table
            .name
            .as_ref()
            .map_or_else(|| old.name.clone(), |name| name.trim().to_owned()),
        locale: table.locale.clone().unwrap_or_else(|| old.locale.clone()),
        description: table
            .description
            .clone()
            .unwrap_or_else(|| old.description.clone()),
        ..old.clone()
    }
}

fn new(app: &App, table: &PersonaTable) -> Person {
    let now = app.0.env.now();
    Person {
        id: table
            .user_id
            .as_ref()
            .map_or_else(|| app.0.env.id(), UserId::from_text),
        email: table.email.trim().to_owned(),
        name: table.name.as_deref().unwrap_or_default().trim().to_owned(),
        brand_id: table.brand_id.clone().unwrap_or_else(|| "loop".to_owned()),
        locale: table.locale.clone().unwrap_or_else(|| "en-US".to_owned()),
        description: table.description.clone().unwrap_or_default(),
        created_at: now,
        updated_at: now,
    }
}

/// Carries the plan out.
pub(super) async fn apply(
    app: &App,
    steps: Vec<Step>,
    origin: &Origin,
    applied: &mut Applied,
) -> Result<(), StoreError> {
    for step in steps {
        match step {
            Step::Create { person, with_data } => {
                applied.created.push(person.email.clone());
                let at = origin.at.sandbox;
                let person = Person {
                    created_at: at,
                    updated_at: at,
                    ..person
                };
                seed::create_person(app, person, with_data, false, origin.clone()).await?;
            }
            Step::Update(new) => {
                applied.changed.push(new.email.clone());
                let id = new.id.clone();
                let change = move |person: &mut Person| {
                    person.name = new.name;
                    person.locale = new.locale;
                    person.description = new.description;
                };
                match persona::change(app, id, change, origin.clone()).await {
                    Err(PersonaError::Store(error)) => return Err(error),
                    // It was planned a moment ago: whoever deleted or changed the persona since goes before the file.
                    Ok(_) | Err(PersonaError::Unknown(_) | PersonaError::Invalid(_)) => {}
                }
            }
        }
    }
    Ok(())
}
