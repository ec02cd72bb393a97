//! `workspace_*`.

use connect_core::domain::actor::Actor;
use connect_core::domain::journal::{Kind, Origin};
use connect_core::domain::settings::Settings;
use connect_core::env::ClockState;
use connect_rpc::workspace as rpc;
use connect_rpc::{Done, ErrorCode, RpcError};
use connect_store::{StoreError, activity, meta};
use serde_json::json;

use super::{Answer, broken, chain};
use crate::{App, Seed, configuration, seed};

/// What must be typed to reset.
const CONFIRMATION: &str = "factory reset";

pub(super) async fn clear(app: &App, _: connect_rpc::Nothing) -> Answer<Done> {
    let (origin, workspace) = (app.origin(Actor::Console), app.0.workspace.clone());
    app.0
        .world
        .write(move |tx| {
            Box::pin(async move {
                activity::clear(tx).await?;
                tx.journal(
                    &origin,
                    Kind::WorkspaceCleared,
                    workspace.as_str(),
                    &json!({}),
                );
                Ok::<_, StoreError>(())
            })
        })
        .await
        .map_err(broken)?;
    super::traffic::settle(app).await?;
    app.0.walks.stop_all_listening();
    app.0.traffic.clear().await.map_err(broken)?;
    app.0.walks.tell();
    tracing::info!("the activity was cleared");
    Ok(Done::DONE)
}

pub(super) async fn factory_reset(app: &App, request: rpc::FactoryReset) -> Answer<Done> {
    if request.confirm != CONFIRMATION {
        return Err(RpcError::new(
            ErrorCode::NotConfirmed,
            format!("this removes every app, persona, grant and setting but the demo apps' ids and secrets; send {{\"confirm\": \"{CONFIRMATION}\"}}"),
        )
        .with(json!({ "confirm": CONFIRMATION })));
    }
    let _visiting = app.0.clock.visiting.lock().await;
    let origin = app.origin(Actor::Console);
    // Sandbox time begins anew with the wall clock.
    let origin = Origin {
        at: connect_core::Moment {
            sandbox: origin.at.wall,
            ..origin.at
        },
        ..origin
    };
    let (of_it, workspace) = (origin.clone(), app.0.workspace.clone());
    let running = ClockState::Running { offset_ms: 0 };
    app.0
        .world
        .write(move |tx| {
            Box::pin(async move {
                activity::reset(tx).await?;
                meta::put(tx, "clock", &running).await?;
                meta::put(tx, "settings", &Settings::default()).await?;
                tx.journal(&of_it, Kind::WorkspaceReset, workspace.as_str(), &json!({}));
                tx.everything_changed();
                Ok::<_, StoreError>(())
            })
        })
        .await
        .map_err(broken)?;
    app.0.env.set_clock_state(running);
    super::settings::begin_anew(app);
    app.0.identity.keys.forget();
    app.0.traffic.clear().await.map_err(broken)?;
    app.0.walks.stop_all_listening();
    app.0.traffic.delete_walks().await.map_err(broken)?;
    app.0.walks.tell();
    if app.0.config.seed == Seed::Demo {
        seed::demo_people(app, &origin).await.map_err(broken)?;
    }
    seed::restore_demo_apps(app, &origin)
        .await
        .map_err(|error| RpcError::new(ErrorCode::Internal, chain(&error)))?;
    tracing::info!("the world was made anew");
    Ok(Done::DONE)
}

pub(super) async fn export(app: &App, request: rpc::Export) -> Answer<rpc::Exported> {
    let toml = configuration::export(app, request.with_secrets)
        .await
        .map_err(|error| RpcError::new(ErrorCode::Internal, chain(&error)))?;
    Ok(rpc::Exported { toml })
}
