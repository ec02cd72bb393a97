//! What the simulator is told of a target: all of it for this sandbox, the documents for another.

use connect_core::domain::app::{BaaStatus, IDENTITY};
use connect_core::domain::secret::SecretText;
use connect_core::id::ClientId;
use connect_core::{Moment, Timestamp};
use connect_services::Service;
use connect_services::catalogue::CATALOGUE;
use connect_simulator::known::{Caller, Counted, Known, Operation, Registration, Rules};
use connect_store::clients::{self, ClientRecord};
use connect_store::credentials;
use connect_store::sealing::Sealer;

use crate::App;

/// Every operation of the services, as it is addressed on one port.
fn operations() -> Vec<Operation> {
    CATALOGUE
        .iter()
        .map(|operation| Operation {
            method: operation.verb.as_str().to_owned(),
            path: format!("/{}{}", operation.service.name(), operation.path),
            summary: operation.summary.to_owned(),
            scope: operation.gate.scope().map(str::to_owned),
        })
        .collect()
}

/// This sandbox: its rules, and its apps with the secrets that are in force.
pub(super) async fn of_this_sandbox(app: &App) -> Result<Known, String> {
    let said = |error: &dyn std::fmt::Display| error.to_string();
    let sealer = app.0.vault.sealer().await.map_err(|it| said(&it))?;
    let mut connection = app.0.world.read().await.map_err(|it| said(&it))?;
    let ids: Vec<ClientId> = clients::list(&mut connection)
        .await
        .map_err(|it| said(&it))?
        .into_iter()
        .map(|(client, _)| client.id)
        .collect();
    drop(connection);
    let mut apps = Vec::with_capacity(ids.len());
    for id in ids {
        let record = app.0.world.client(&id).await.map_err(|it| said(&it))?;
        if let Some(record) = record {
            let secrets = secrets(app, &record, &sealer).await?;
            apps.push(registration(&record, secrets));
        }
    }
    let keys = app.0.identity.keys.published().await;
    let keys = keys.map_err(|it| said(&it))?;
    let settings = app.0.settings.get();
    let now = app.0.env.moment();
    Ok(Known {
        counted: counted(app, &apps, now.sandbox),
        rules: Rules {
            profile: settings.profile,
            refresh_grace_seconds: settings.refresh_grace_seconds,
            userinfo: settings.userinfo,
            auto_approve: settings.auto_approve.is_some(),
            rate_limit_per_minute: settings.rate_limit_per_minute,
            virtual_time: settings.stamp_virtual_time,
        },
        apps,
        operations: operations(),
        keys: Some(keys.iter().map(|key| key.kid.clone()).collect()),
        now,
    })
}

/// What the rate limit has counted in the minute that runs.
fn counted(app: &App, apps: &[Registration], now: Timestamp) -> Counted {
    let mut counted = Vec::new();
    for registered in apps {
        let id = ClientId::from_text(registered.client_id.clone());
        let caller = |service: &str| Caller {
            client_id: registered.client_id.clone(),
            service: service.to_owned(),
        };
        counted.push((caller(IDENTITY), app.0.identity.limiter.counted(&id, now)));
        for service in Service::ALL {
            let count = app.0.services.counted(&id, service, now);
            counted.push((caller(service.name()), count));
        }
    }
    Counted::at(now, counted)
}

async fn secrets(
    app: &App,
    record: &ClientRecord,
    sealer: &Sealer,
) -> Result<Vec<SecretText>, String> {
    let now = app.0.env.now();
    let mut connection = app.0.world.read().await.map_err(|it| it.to_string())?;
    let mut secrets = Vec::new();
    for secret in &record.secrets {
        if secret.expires_at.is_some_and(|end| end <= now) {
            continue;
        }
        let sealed = credentials::sealed(&mut connection, &secret.hash).await;
        let Some((id, sealed)) = sealed.map_err(|error| error.to_string())? else {
            continue;
        };
        // One that is lost can't be presented by anybody.
        if let Ok(opened) = sealer.open(&sealed, id.as_str().as_bytes()) {
            secrets.push(SecretText::new(String::from_utf8_lossy(&opened)));
        }
    }
    Ok(secrets)
}

fn registration(record: &ClientRecord, secrets: Vec<SecretText>) -> Registration {
    let client = &record.client;
    let scopes = client.allowed_scopes.names();
    Registration {
        client_id: client.id.to_string(),
        name: client.name.clone(),
        app_type: client.app_type,
        redirect_uris: client.redirect_uris.clone(),
        scopes: scopes.into_iter().map(str::to_owned).collect(),
        baa_signed: client.baa_status == BaaStatus::Signed,
        enabled: client.enabled,
        first_party: client.is_first_party,
        secrets,
        id_token_alg: client.id_token_alg,
        access_token_lifetime: client.access_token_lifetime,
    }
}

/// Another target: what the documents say. How its apps are registered nobody here knows but by the session's setup.
pub(super) fn of_another(app: &App) -> Known {
    let wall = app.0.env.wall_now();
    let now = Moment {
        sandbox: wall,
        wall,
    };
    Known::of_documents(now, operations())
}
