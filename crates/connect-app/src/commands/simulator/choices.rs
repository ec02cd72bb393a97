//! `simulator_choices` and `simulator_tampers`: what can be chosen.

use connect_core::domain::app::{AppType, Client};
use connect_rpc::Nothing;
use connect_rpc::simulator as rpc;
use connect_services::catalogue::{CATALOGUE, Operation, Place, Verb};
use connect_simulator::tamper::TAMPERS;
use connect_store::{clients, people};

use super::{load, sealer, targets, unknown, view};
use crate::App;
use crate::commands::{Answer, broken};
use crate::walks::Around;

pub(in crate::commands) async fn choices(app: &App, _: Nothing) -> Answer<rpc::WalkChoices> {
    let mut connection = app.0.world.read().await.map_err(broken)?;
    let apps = clients::list(&mut connection).await.map_err(broken)?;
    let people = people::list(&mut connection).await.map_err(broken)?;
    drop(connection);
    let apps = apps.into_iter().map(|(client, _)| client);
    // Without the key nothing is remembered of other targets; the rest can be chosen all the same.
    let unlocked = match sealer(app).await {
        Ok(sealer) => targets::unlocked(app, &sealer).await?,
        Err(_) => Vec::new(),
    };
    Ok(rpc::WalkChoices {
        apps: apps.filter(signs_people_in).map(choice).collect(),
        personas: people
            .into_iter()
            .map(|person| rpc::WalkPersona {
                email: person.email,
                name: person.name,
            })
            .collect(),
        calls: plain_calls().map(|(_, call)| call).collect(),
        profile: app.0.settings.get().profile,
        unlocked,
    })
}

pub(in crate::commands) async fn tampers(
    app: &App,
    request: rpc::TampersOf,
) -> Answer<rpc::TamperList> {
    let within = match request.session {
        None => None,
        Some(id) => {
            let session = load(app, &id).await?;
            let known = Around::of(app, &session).know().await.map_err(unknown)?;
            Some((session, known))
        }
    };
    let within = within.as_ref().map(|(session, known)| (session, known));
    let tampers = TAMPERS.iter().map(|it| view::info(it, within));
    Ok(rpc::TamperList {
        tampers: tampers.collect(),
    })
}

/// Whether the walk can be walked with an app: it signs people in and is switched on.
pub(super) fn signs_people_in(client: &Client) -> bool {
    client.app_type != AppType::M2m && client.enabled && !client.redirect_uris.is_empty()
}

fn choice(client: Client) -> rpc::WalkApp {
    let scopes = client.allowed_scopes.names();
    rpc::WalkApp {
        scopes: scopes.into_iter().map(str::to_owned).collect(),
        client_id: client.id.to_string(),
        name: client.name,
        app_type: client.app_type,
        redirect_uris: client.redirect_uris,
        id_token_alg: client.id_token_alg,
    }
}

/// Calls that can be made without filling anything in.
pub(super) fn plain_calls() -> impl Iterator<Item = (&'static Operation, rpc::WalkCall)> {
    let plain = CATALOGUE.iter().filter(|operation| {
        let mut parameters = operation.parameters.iter();
        operation.verb == Verb::Get && !parameters.any(|it| it.place == Place::Path || it.required)
    });
    plain.map(|operation| {
        let call = rpc::WalkCall {
            call: format!(
                "{} /{}{}",
                operation.verb.as_str(),
                operation.service.name(),
                operation.path
            ),
            summary: operation.summary.to_owned(),
            scope: operation.gate.scope().map(str::to_owned),
        };
        (operation, call)
    })
}
