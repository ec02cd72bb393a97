//! `people_*`.

use connect_core::domain::actor::Actor;
use connect_core::domain::app::Person;
use connect_core::domain::journal::Kind;
use connect_core::id::UserId;
use connect_rpc::people as rpc;
use connect_rpc::{Done, ErrorCode, Nothing, RpcError};
use connect_store::grants::GrantFilter;
use connect_store::{StoreError, alerts, people};
use serde_json::json;

use super::{Answer, broken, grants, not_found};
use crate::{App, seed};

pub(super) async fn list(app: &App, _: Nothing) -> Answer<rpc::PersonList> {
    let everyone = people::list(&mut *app.0.world.read().await.map_err(broken)?).await.map_err(broken)?;
    Ok(rpc::PersonList { people: everyone.iter().map(view).collect() })
}

pub(super) async fn get(app: &App, request: rpc::PersonRef) -> Answer<rpc::PersonDetail> {
    let person = find(app, &request.user_id).await?;
    let filter = GrantFilter { user_id: Some(person.id.clone()), ..GrantFilter::default() };
    let grants = grants::views(app, &filter).await?;
    let mut connection = app.0.world.read().await.map_err(broken)?;
    let alerts = alerts::of_user(&mut connection, &person.id).await.map_err(broken)?;
    let alerts = alerts
        .into_iter()
        .map(|alert| rpc::Alert {
            id: alert.id.to_string(),
            at: alert.at,
            kind: alert.kind,
            message: alert.message,
            trace: alert.trace,
        })
        .collect();
    Ok(rpc::PersonDetail { person: view(&person), grants, alerts, latest_results: Vec::new() })
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
    check(&person)?;
    let created = view(&person);
    seed::create_person(app, person, !request.without_data, false, origin).await.map_err(taken)?;
    Ok(created)
}

pub(super) async fn update(app: &App, request: rpc::UpdatePerson) -> Answer<rpc::Person> {
    let origin = app.origin(Actor::Console);
    let old = find(app, &request.user_id).await?;
    let new = Person {
        email: request.email.map_or_else(|| old.email.clone(), |email| email.trim().to_owned()),
        name: request.name.map_or_else(|| old.name.clone(), |name| name.trim().to_owned()),
        locale: request.locale.unwrap_or_else(|| old.locale.clone()),
        description: request.description.unwrap_or_else(|| old.description.clone()),
        updated_at: origin.at.sandbox,
        ..old.clone()
    };
    check(&new)?;
    let updated = view(&new);
    app.0
        .world
        .write(move |tx| {
            Box::pin(async move {
                let detail = json!({ "email": { "from": old.email, "to": new.email }, "name": { "from": old.name, "to": new.name } });
                tx.journal(&origin, Kind::PersonUpdated, new.id.as_str(), &detail);
                people::update(tx, &new).await
            })
        })
        .await
        .map_err(taken)?;
    Ok(updated)
}

pub(super) async fn delete(app: &App, request: rpc::PersonRef) -> Answer<Done> {
    let origin = app.origin(Actor::Console);
    let person = find(app, &request.user_id).await?;
    app.0
        .world
        .write(move |tx| {
            Box::pin(async move {
                let seq = tx.journal(&origin, Kind::PersonDeleted, person.id.as_str(), &json!({ "email": person.email }));
                let of_it = connect_core::domain::journal::Origin { cause: Some(seq), ..origin };
                people::delete(tx, &of_it, &person.id).await
            })
        })
        .await
        .map_err(broken)?;
    Ok(Done::DONE)
}

pub(super) async fn add_lab_result(app: &App, request: rpc::AddLabResult) -> Answer<rpc::LabResult> {
    let person = find(app, &request.user_id).await?;
    let _ = person;
    Err(RpcError::new(ErrorCode::Unavailable, "the clinical service is not there yet"))
}

/// The persona with this id or email.
async fn find(app: &App, id_or_email: &str) -> Answer<Person> {
    let mut connection = app.0.world.read().await.map_err(broken)?;
    let found = if id_or_email.contains('@') {
        people::by_email(&mut connection, id_or_email).await
    } else {
        people::get(&mut connection, &UserId::from_text(id_or_email)).await
    };
    found.map_err(broken)?.ok_or_else(|| not_found("persona", id_or_email, "people_list"))
}

fn check(person: &Person) -> Answer<()> {
    let mut flaws = Vec::new();
    let mut flaw = |field: &str, message: &str| flaws.push(json!({ "field": field, "message": message }));
    let (local, domain) = person.email.split_once('@').unwrap_or(("", ""));
    if local.is_empty() || domain.is_empty() || person.email.chars().any(|c| c.is_whitespace() || c.is_control()) {
        flaw("email", "an address such as maya@example.com");
    }
    if person.name.is_empty() || person.name.chars().count() > 255 {
        flaw("name", "1 to 255 characters");
    }
    if !matches!(person.brand_id.as_str(), "loop" | "loopbio") {
        flaw("brand_id", "`loop` or `loopbio`");
    }
    if person.locale.is_empty() || person.locale.len() > 35 {
        flaw("locale", "a language tag such as en-US");
    }
    if flaws.is_empty() {
        return Ok(());
    }
    let message = flaws
        .iter()
        .map(|flaw| format!("{}: {}", flaw["field"].as_str().unwrap_or(""), flaw["message"].as_str().unwrap_or("")))
        .collect::<Vec<_>>()
        .join("; ");
    Err(RpcError::new(ErrorCode::Invalid, message).with(json!({ "flaws": flaws })))
}

fn taken(error: StoreError) -> RpcError {
    if error.is_unique_violation() {
        RpcError::new(ErrorCode::Conflict, "a persona with this email exists already; see people_list")
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
