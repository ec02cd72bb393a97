//! The demo world: personas, demo apps and one client for each Loop service.
//!
//! Ids and secrets of the demo apps are made once for each workspace and outlive a factory reset, so that no `.env`
//! breaks.

use std::collections::BTreeMap;

use connect_core::Moment;
use connect_core::domain::actor::Actor;
use connect_core::domain::app::{AppType, BaaStatus, IdTokenAlg, Person};
use connect_core::domain::journal::{Kind, Origin};
use connect_core::id::{ClientId, UserId};
use connect_identity::registration::{NewApp, RegistrationError};
use connect_store::{StoreError, meta, people};
use serde_json::json;

use crate::start::StartError;
use crate::{App, Seed};

/// Id, email, name, brand, description of each persona. The ids never change.
const PEOPLE: [(&str, &str, &str, &str, &str); 3] = [
    (
        "user_01JQ0MAYA0000000000000000A",
        "maya@example.com",
        "Maya Lindqvist",
        "loop",
        "34, cycles a lot; her vitamin D and ferritin are recovering",
    ),
    (
        "user_01JQ0J0NAS000000000000000B",
        "jonas@example.com",
        "Jonas Okafor",
        "loop",
        "47, working on his cholesterol with a protocol",
    ),
    (
        "user_01JQ0PR1YA000000000000000C",
        "priya@example.com",
        "Priya Raman",
        "loopbio",
        "52, keeps an eye on her blood sugar; a loopbio member",
    ),
];

/// Services with a client of their own, and the scopes of its machine tokens.
const SERVICES: [(&str, &[&str]); 8] = [
    ("identity", &["admin:oauth_clients"]),
    ("clinical", &["admin:clinical"]),
    ("patient-graph", &["admin:clinical"]),
    ("payments", &["admin:clinical"]),
    ("membership", &["admin:clinical"]),
    ("community", &["admin:clinical"]),
    ("comms", &["admin:clinical"]),
    ("follows", &["admin:clinical"]),
];

/// Makes a new world and says so in the journal.
pub(crate) async fn new_world(app: &App) -> Result<(), StartError> {
    let origin = app.origin(Actor::System);
    let (workspace, settings) = (
        app.0.workspace.clone(),
        connect_core::domain::settings::Settings::default(),
    );
    let seed = app.0.config.seed;
    let of_it = origin.clone();
    let seq = app
        .0
        .world
        .write(move |tx| {
            Box::pin(async move {
                meta::put(tx, "workspace", &workspace).await?;
                meta::put(tx, "settings", &settings).await?;
                let name = if seed == Seed::Demo { "demo" } else { "empty" };
                Ok::<_, StoreError>(tx.journal(
                    &of_it,
                    Kind::WorkspaceSeeded,
                    workspace.as_str(),
                    &json!({ "seed": name }),
                ))
            })
        })
        .await?;
    let origin = Origin {
        cause: Some(seq),
        ..origin
    };
    let failed = |error: RegistrationError| StartError::Seed(Box::new(error));
    app.0
        .identity
        .keys
        .ensure(IdTokenAlg::EdDsa, &origin)
        .await
        .map_err(|error| StartError::Seed(Box::new(error)))?;
    let mut ids = BTreeMap::new();
    for (place, new) in (0..).zip(seeded_apps(app)) {
        let name = new.name.clone();
        let registered = app
            .0
            .identity
            .register(new, later(&origin, place))
            .await
            .map_err(failed)?;
        ids.insert(name, registered.client.id);
    }
    app.0
        .world
        .write(move |tx| Box::pin(async move { meta::put(tx, SEEDED_APPS, &ids).await }))
        .await?;
    if app.0.config.seed == Seed::Demo {
        demo_people(app, &origin).await?;
    }
    Ok(())
}

/// The origin some milliseconds later, so that what is listed by age is listed in the order of the seed.
fn later(origin: &Origin, millis: i64) -> Origin {
    let at = Moment {
        sandbox: origin.at.sandbox.plus_millis(millis),
        ..origin.at
    };
    Origin {
        at,
        ..origin.clone()
    }
}

/// Which id each seeded app has, by its name in the seed.
const SEEDED_APPS: &str = "seeded_apps";

/// A seeded app has another id now, so that a factory reset keeps that one.
pub(crate) async fn took_place(
    app: &App,
    old: &ClientId,
    new: &ClientId,
) -> Result<(), StoreError> {
    let mut ids: BTreeMap<String, ClientId> =
        meta::get(&mut *app.0.world.read().await?, SEEDED_APPS)
            .await?
            .unwrap_or_default();
    for id in ids.values_mut().filter(|id| *id == old) {
        id.clone_from(new);
    }
    app.0
        .world
        .write(move |tx| Box::pin(async move { meta::put(tx, SEEDED_APPS, &ids).await }))
        .await
}

/// The apps that a new world of this seed has.
fn seeded_apps(app: &App) -> Vec<NewApp> {
    let mut all = if app.0.config.seed == Seed::Demo {
        demo_apps()
    } else {
        Vec::new()
    };
    all.extend(service_clients());
    all
}

/// Gives the seeded apps the registration they began with; ids and secrets stay. One that was deleted comes back under
/// its id with new secrets.
pub(crate) async fn restore_demo_apps(app: &App, origin: &Origin) -> Result<(), RegistrationError> {
    let ids: BTreeMap<String, ClientId> = meta::get(&mut *app.0.world.read().await?, SEEDED_APPS)
        .await?
        .unwrap_or_default();
    for new in seeded_apps(app) {
        let Some(id) = ids.get(&new.name) else {
            continue;
        };
        let wanted = NewApp {
            client_id: Some(id.clone()),
            ..new.clone()
        };
        let change = move |app: &mut NewApp, enabled: &mut bool| {
            *app = wanted;
            *enabled = true;
        };
        match app.0.identity.update_app(id, change, origin.clone()).await {
            Err(RegistrationError::Unknown(id)) => {
                app.0
                    .identity
                    .register(
                        NewApp {
                            client_id: Some(id),
                            ..new
                        },
                        origin.clone(),
                    )
                    .await?;
            }
            other => {
                other?;
            }
        }
    }
    Ok(())
}

/// Creates the personas with their two years of data.
pub(crate) async fn demo_people(app: &App, origin: &Origin) -> Result<(), StoreError> {
    for (place, (id, email, name, brand, description)) in (0..).zip(PEOPLE) {
        let origin = later(origin, place);
        let now = origin.at.sandbox;
        let person = Person {
            id: UserId::from_text(id),
            email: email.to_owned(),
            name: name.to_owned(),
            brand_id: brand.to_owned(),
            locale: "en-US".to_owned(),
            description: description.to_owned(),
            created_at: now,
            updated_at: now,
        };
        create_person(app, person, true, true, origin).await?;
    }
    Ok(())
}

/// Creates a persona, with data unless it is to start empty.
pub(crate) async fn create_person(
    app: &App,
    person: Person,
    with_data: bool,
    seeded: bool,
    origin: Origin,
) -> Result<(), StoreError> {
    app.0
        .world
        .write(move |tx| {
            Box::pin(async move {
                let detail = json!({ "email": person.email, "brand_id": person.brand_id, "with_data": with_data });
                let seq = tx.journal(&origin, Kind::PersonCreated, person.id.as_str(), &detail);
                people::insert(tx, &person, seeded).await?;
                if with_data {
                    let of_it = Origin { cause: Some(seq), ..origin };
                    connect_services::seed::seed_person(tx, &of_it, &person).await?;
                }
                Ok(())
            })
        })
        .await
}

fn service_clients() -> Vec<NewApp> {
    SERVICES
        .into_iter()
        .map(|(service, scopes)| NewApp {
            scopes: owned(scopes),
            service: Some(service.to_owned()),
            is_first_party: true,
            baa_status: BaaStatus::Signed,
            seeded: true,
            ..NewApp::new(format!("{service} service"), AppType::M2m)
        })
        .collect()
}

fn demo_apps() -> Vec<NewApp> {
    let everything: Vec<String> = connect_core::protocol::scope::CATALOGUE
        .iter()
        .filter(|scope| !scope.machine_only)
        .map(|scope| scope.name.to_owned())
        .collect();
    let demo = |name: &str, app_type, redirect_uris: &[&str]| NewApp {
        redirect_uris: owned(redirect_uris),
        scopes: everything.clone(),
        baa_status: BaaStatus::Signed,
        seeded: true,
        ..NewApp::new(name, app_type)
    };
    vec![
        demo(
            "Demo Web App",
            AppType::Web,
            &[
                "http://localhost:3000/callback",
                "http://localhost:5000/callback",
            ],
        ),
        NewApp {
            allowed_origins: vec!["http://localhost:5173".to_owned()],
            ..demo(
                "Demo SPA",
                AppType::Spa,
                &["http://localhost:5173/callback"],
            )
        },
        demo(
            "Demo Native App",
            AppType::Native,
            &["http://127.0.0.1/callback", "com.example.demo:/callback"],
        ),
        NewApp {
            baa_status: BaaStatus::None,
            ..demo(
                "Demo Unsigned App",
                AppType::Web,
                &["http://localhost:3000/callback"],
            )
        },
    ]
}

fn owned(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}
