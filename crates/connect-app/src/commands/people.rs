//! `people_*`.

mod access;
mod health;
mod writing;

use std::sync::Arc;

use connect_core::Timestamp;
use connect_core::domain::actor::Actor;
use connect_core::domain::app::Person;
use connect_core::domain::flaw::Flaw;
use connect_core::domain::journal::Kind;
use connect_core::id::UserId;
use connect_rpc::people as rpc;
use connect_rpc::{Done, ErrorCode, Nothing, RpcError};
use connect_services::clinical::markers;
use connect_services::record;
use connect_store::alerts::{self, Alert};
use connect_store::grants::GrantFilter;
use connect_store::services::clinical::biomarkers::{self as results, Biomarker};
use connect_store::{StoreError, people, services};
use serde_json::json;

pub(super) use self::access::{alerts, connected_apps, reads};
pub(super) use self::health::{biomarkers, health, protocols};
pub(super) use self::writing::{check_in, start_protocol};
use super::{Answer, broken, flawed, flawless, grants, not_found};
use crate::persona::{self, PersonaError};
use crate::{App, near, seed};

pub(super) async fn list(app: &App, _: Nothing) -> Answer<rpc::PersonList> {
    let everyone = people::list(&mut *app.0.world.read().await.map_err(broken)?)
        .await
        .map_err(broken)?;
    Ok(rpc::PersonList {
        people: everyone.iter().map(view).collect(),
    })
}

pub(super) async fn counts(app: &App, _: Nothing) -> Answer<rpc::PeopleCounts> {
    let counted = people::counts(&mut *app.0.world.read().await.map_err(broken)?)
        .await
        .map_err(broken)?;
    Ok(rpc::PeopleCounts {
        counts: counted
            .into_iter()
            .map(|counts| rpc::PersonCounts {
                user_id: counts.id.to_string(),
                apps: counts.grants,
                results: counts.results,
                out_of_range: counts.out_of_range,
                alerts: counts.alerts,
            })
            .collect(),
    })
}

pub(super) async fn get(app: &App, request: rpc::PersonRef) -> Answer<rpc::PersonDetail> {
    let person = find(app, &request.user_id).await?;
    let filter = GrantFilter {
        user_id: Some(person.id.clone()),
        ..GrantFilter::default()
    };
    let grants = grants::views(app, &filter).await?;
    let mut connection = app.0.world.read().await.map_err(broken)?;
    let alerts = alerts::of_user(&mut connection, &person.id)
        .await
        .map_err(broken)?;
    let alerts = alerts.into_iter().map(alert_view).collect();
    let latest = results::latest(&mut connection, &person.id)
        .await
        .map_err(broken)?;
    let latest_results = latest.into_iter().map(result_view).collect();
    Ok(rpc::PersonDetail {
        person: view(&person),
        grants,
        alerts,
        latest_results,
    })
}

pub(super) async fn create(app: &App, request: rpc::CreatePerson) -> Answer<rpc::Person> {
    let origin = app.origin(Actor::Console);
    let now = origin.at.sandbox;
    let person = Person {
        id: app.0.env.id(),
        email: request.email.trim().to_owned(),
        name: request.name.trim().to_owned(),
        brand_id: request.brand_id.unwrap_or_else(|| "loop".to_owned()),
        locale: request.locale.unwrap_or_else(|| "en-US".to_owned()),
        description: request.description.unwrap_or_default(),
        created_at: now,
        updated_at: now,
    };
    flawless(&person.flaws())?;
    let created = view(&person);
    seed::create_person(app, person, !request.without_data, false, origin)
        .await
        .map_err(taken)?;
    Ok(created)
}

pub(super) async fn update(app: &App, request: rpc::UpdatePerson) -> Answer<rpc::Person> {
    let origin = app.origin(Actor::Console);
    let id = find(app, &request.user_id).await?.id;
    let change = move |person: &mut Person| {
        if let Some(email) = request.email {
            email.trim().clone_into(&mut person.email);
        }
        if let Some(name) = request.name {
            name.trim().clone_into(&mut person.name);
        }
        if let Some(locale) = request.locale {
            person.locale = locale;
        }
        if let Some(description) = request.description {
            person.description = description;
        }
    };
    match persona::change(app, id, change, origin).await {
        Ok(changed) => Ok(view(&changed)),
        Err(PersonaError::Unknown(id)) => Err(not_found("persona", id.as_str(), "people_list")),
        Err(PersonaError::Invalid(flaws)) => Err(flawed(&flaws)),
        Err(PersonaError::Store(error)) => Err(taken(error)),
    }
}

pub(super) async fn delete(app: &App, request: rpc::PersonRef) -> Answer<Done> {
    let origin = app.origin(Actor::Console);
    let person = find(app, &request.user_id).await?;
    app.0
        .world
        .write(move |tx| {
            Box::pin(async move {
                let seq = tx.journal(
                    &origin,
                    Kind::PersonDeleted,
                    person.id.as_str(),
                    &json!({ "email": person.email }),
                );
                let of_it = connect_core::domain::journal::Origin {
                    cause: Some(seq),
                    ..origin
                };
                services::erase::person(tx, &person.id).await?;
                people::delete(tx, &of_it, &person.id).await
            })
        })
        .await
        .map_err(broken)?;
    Ok(Done::DONE)
}

pub(super) async fn add_lab_result(
    app: &App,
    request: rpc::AddLabResult,
) -> Answer<rpc::LabResult> {
    let person = find(app, &request.user_id).await?;
    let origin = app.origin(Actor::Console);
    let known = markers::find(&request.code);
    let range = known.map(markers::Marker::widest);
    let wanted = record::LabResult {
        name: request
            .name
            .or_else(|| known.map(|marker| marker.name.to_owned()))
            .unwrap_or_else(|| request.code.clone()),
        unit: request
            .unit
            .or_else(|| known.map(|marker| marker.unit.to_owned()))
            .unwrap_or_default(),
        reference_low: request
            .reference_low
            .or_else(|| range.and_then(|(low, _)| low)),
        reference_high: request
            .reference_high
            .or_else(|| range.and_then(|(_, high)| high)),
        collected_at: request.collected_at.unwrap_or(origin.at.sandbox),
        code: request.code,
        value: request.value,
    };
    check_result(&wanted, origin.at.sandbox)?;
    let upload = record::LabUpload {
        source: "console".to_owned(),
        results: vec![wanted],
    };
    let env = Arc::clone(&app.0.env);
    let (rows, _) = app
        .0
        .world
        .write(move |tx| {
            Box::pin(
                async move { record::add_lab_results(tx, &env, &origin, &person, &upload).await },
            )
        })
        .await
        .map_err(broken)?;
    rows.into_iter()
        .next()
        .map(result_view)
        .ok_or_else(|| RpcError::new(ErrorCode::Internal, "the result was not written"))
}

fn check_result(wanted: &record::LabResult, now: Timestamp) -> Answer<()> {
    let mut flaws: Vec<_> = record::lab_result_flaws("result", wanted, now)
        .into_iter()
        .map(|flaw| {
            let message = format!("{} is wanted, {} was given", flaw.expected, flaw.received);
            Flaw::new(flaw.path.trim_start_matches("result."), message)
        })
        .collect();
    if wanted.code.is_empty() || wanted.code.len() > 100 {
        let message = "1 to 100 characters, for example ldl_cholesterol";
        flaws.push(Flaw::new("code", message));
    }
    if wanted.unit.is_empty() {
        let message = "this biomarker is not in the catalogue, so its unit must be given";
        flaws.push(Flaw::new("unit", message));
    }
    flawless(&flaws)
}

fn result_view(row: Biomarker) -> rpc::LabResult {
    rpc::LabResult {
        id: row.id.to_string(),
        biomarker_code: row.code,
        biomarker_name: row.name,
        value: row.value,
        unit: row.unit,
        reference_low: row.reference_low,
        reference_high: row.reference_high,
        status: row.status.as_str().to_owned(),
        collected_at: row.collected_at,
    }
}

fn alert_view(alert: Alert) -> rpc::Alert {
    rpc::Alert {
        id: alert.id.to_string(),
        at: alert.at,
        kind: alert.kind,
        message: alert.message,
        trace: alert.trace,
    }
}

/// The persona with this id or email.
async fn find(app: &App, id_or_email: &str) -> Answer<Person> {
    let mut connection = app.0.world.read().await.map_err(broken)?;
    let found = if id_or_email.contains('@') {
        people::by_email(&mut connection, id_or_email).await
    } else {
        people::get(&mut connection, &UserId::from_text(id_or_email)).await
    };
    if let Some(found) = found.map_err(broken)? {
        return Ok(found);
    }
    let everyone = people::list(&mut connection).await.map_err(broken)?;
    let error = not_found("persona", id_or_email, "people_list");
    Err(match meant(&everyone, id_or_email) {
        Some(person) => super::meant(
            error,
            "user_id",
            &person.email,
            &format!("{} ({})", person.email, person.id),
        ),
        None => error,
    })
}

/// Who may have been meant by an id, an email or a name that nobody has.
pub(super) fn meant<'p>(everyone: &'p [Person], wanted: &str) -> Option<&'p Person> {
    // Emails of one domain are alike by that alone.
    let own = |email: &'p str| email.split('@').next().unwrap_or(email);
    let sought = wanted.split('@').next().unwrap_or(wanted);
    let names = everyone
        .iter()
        .flat_map(|person| [own(&person.email), person.name.as_str()]);
    let near = near::nearest(sought, names);
    everyone.iter().find(|person| {
        near == Some(own(&person.email))
            || near == Some(person.name.as_str())
            || near::is_slip_of(wanted, person.id.as_str())
    })
}

fn taken(error: StoreError) -> RpcError {
    if error.is_unique_violation() {
        RpcError::new(
            ErrorCode::Conflict,
            "a persona with this email exists already; see people_list",
        )
    } else {
        broken(error)
    }
}

fn view(person: &Person) -> rpc::Person {
    rpc::Person {
        user_id: person.id.to_string(),
        email: person.email.clone(),
        name: person.name.clone(),
        brand_id: person.brand_id.clone(),
        locale: person.locale.clone(),
        description: person.description.clone(),
        created_at: person.created_at,
        updated_at: person.updated_at,
    }
}
