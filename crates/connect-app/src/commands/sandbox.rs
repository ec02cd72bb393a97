//! `sandbox_*`.

mod health;
mod notices;

use connect_core::domain::app::{IDENTITY, SERVICES};
use connect_rpc::Nothing;
use connect_rpc::sandbox as rpc;
use connect_store::grants::{self, GrantFilter};
use connect_store::sealing::KeyState;
use connect_store::{clients, credentials, journal, people};

pub(super) use self::health::health;
use super::{Answer, broken, traffic};
use crate::{App, Storage};

pub(super) async fn status(app: &App, _: Nothing) -> Answer<rpc::Status> {
    traffic::settle(app).await?;
    let settings = app.0.settings.get();
    let counts = counts(app).await?;
    let addresses = &app.0.addresses;
    let notices = notices::all(app)
        .into_iter()
        .filter(|notice| notice.level == rpc::NoticeLevel::Warn)
        .map(|notice| notice.message)
        .collect();
    Ok(rpc::Status {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        pid: std::process::id(),
        workspace: app.0.workspace.to_string(),
        data_dir: app.data_dir().display().to_string(),
        ephemeral: app.0.config.storage == Storage::Ephemeral,
        platform: app.platform().to_owned(),
        services: services(app),
        control: app.control().map(|control| control.url),
        allowed_hosts: app.0.config.allow_hosts.clone(),
        open_to_others: addresses.open_to_others,
        profile: settings.profile,
        auto_approve: settings.auto_approve.clone(),
        now: app.0.env.now(),
        started: app.0.started,
        key: key(app),
        counts,
        notices,
    })
}

fn key(app: &App) -> rpc::KeyStatus {
    let key = app.0.vault.status();
    let message = match &key.state {
        KeyState::NotRead | KeyState::Available => None,
        unavailable @ KeyState::Unavailable(_) => Some(unavailable.to_string()),
    };
    rpc::KeyStatus {
        place: key
            .place
            .map_or_else(|| "unknown".to_owned(), |place| place.as_str().to_owned()),
        state: key.state.as_str().to_owned(),
        message,
    }
}

/// Base URL of each service (ruling 33).
pub(super) fn services(app: &App) -> Vec<rpc::Service> {
    SERVICES
        .into_iter()
        .map(|name| rpc::Service {
            name: name.to_owned(),
            url: if name == IDENTITY {
                app.platform().to_owned()
            } else {
                format!("{}/{name}", app.platform())
            },
        })
        .collect()
}

async fn counts(app: &App) -> Answer<rpc::Counts> {
    let mut connection = app.0.world.read().await.map_err(broken)?;
    let now = app.0.env.now();
    let registered = clients::list(&mut connection).await.map_err(broken)?;
    let service_clients = registered
        .iter()
        .filter(|(client, _)| client.service.is_some())
        .count();
    Ok(rpc::Counts {
        apps: registered.len() - service_clients,
        service_clients,
        people: people::list(&mut connection).await.map_err(broken)?.len(),
        grants: grants::list(&mut connection, &GrantFilter::default())
            .await
            .map_err(broken)?
            .len(),
        live_tokens: credentials::count_live(&mut connection, now)
            .await
            .map_err(broken)?,
        journal: journal::count(&mut connection).await.map_err(broken)?,
        exchanges: app.0.traffic.count().await.map_err(broken)?,
        world_bytes: std::fs::metadata(app.0.world.path()).map_or(0, |file| file.len()),
        traffic_bytes: u64::try_from(app.0.traffic.used_bytes().await.map_err(broken)?)
            .unwrap_or(0),
    })
}
