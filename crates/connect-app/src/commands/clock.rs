//! `clock_*`.

use std::time::Duration;

use connect_core::env::ClockState;
use connect_rpc::clock as rpc;
use connect_rpc::{ErrorCode, Nothing, RpcError};
use tokio_util::sync::CancellationToken;

use super::{Answer, broken};
use crate::App;

/// Farthest move: ten years.
const FARTHEST: u64 = 10 * 366 * 86_400;

pub(super) async fn get(app: &App, _: Nothing) -> Answer<rpc::Clock> {
    let moment = app.0.env.moment();
    Ok(rpc::Clock {
        now: moment.sandbox,
        wall: moment.wall,
        ahead_ms: moment.sandbox.millis_since(moment.wall),
        paused: matches!(app.0.env.clock_state(), ClockState::Paused { .. }),
        advancing: app.is_advancing(),
        next_due: app.next_due().await.map_err(broken)?,
    })
}

pub(super) async fn advance(app: &App, request: rpc::Advance) -> Answer<rpc::Advanced> {
    if !(1..=FARTHEST).contains(&request.seconds) {
        return Err(RpcError::new(
            ErrorCode::Invalid,
            format!("`seconds` must be 1 to {FARTHEST} (ten years); time moves forward only"),
        ));
    }
    let done = app
        .advance(
            Duration::from_secs(request.seconds),
            CancellationToken::new(),
        )
        .await
        .map_err(broken)?;
    Ok(rpc::Advanced {
        from: done.from,
        to: done.to,
        due: done.due,
        due_count: done.due_count,
        cancelled: done.cancelled,
    })
}

pub(super) async fn cancel(app: &App, _: Nothing) -> Answer<rpc::Cancelled> {
    Ok(rpc::Cancelled {
        cancelled: app.cancel_advance(),
    })
}

pub(super) async fn pause(app: &App, nothing: Nothing) -> Answer<rpc::Clock> {
    app.pause().await.map_err(broken)?;
    get(app, nothing).await
}

pub(super) async fn resume(app: &App, nothing: Nothing) -> Answer<rpc::Clock> {
    app.resume().await.map_err(broken)?;
    get(app, nothing).await
}
