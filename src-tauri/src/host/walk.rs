//! Sign-in and consent of a walk, in a window of their own.

use connect_rpc::host::{OpenWalk, WalkWindow, WalkWindowEnd};
use connect_rpc::{ErrorCode, RpcError};
use serde_json::json;
use tauri::{AppHandle, Manager as _};

use super::{Answer, internal};
use crate::sandbox::{Sandbox, State};
use crate::walk::{self, News, Walks, Way};

/// Answers once the window has ended: by the callback, which the simulator has by then, or without it.
pub(super) async fn open_walk(app: &AppHandle, request: OpenWalk) -> Answer<WalkWindow> {
    let way = Way::new(&request.url, &request.redirect_uri)
        .map_err(|flaw| RpcError::new(ErrorCode::Invalid, flaw.to_string()))?;
    let sandbox = app.state::<Sandbox>();
    let running = sandbox.app().await?;
    let replaced = app.state::<Walks>().begin(&request.session);
    let mut window = walk::open(app, way).map_err(|error| internal(&error))?;
    let mut watching = sandbox.watch();
    let news = tokio::select! {
        news = window.ended() => Ok(news),
        _ = replaced => Err(WalkWindowEnd::Replaced),
        () = async {
            let stopped = watching.wait_for(|state| !matches!(state, State::Running(_)));
            drop(stopped.await);
        } => Err(WalkWindowEnd::Stopped),
    };
    drop(window);
    let ended = match news {
        Ok(News::CameBack(url)) => {
            let callback = json!({ "session": request.session, "url": url });
            running.rpc("simulator_callback", callback).await?;
            WalkWindowEnd::CameBack
        }
        Ok(News::Closed) => WalkWindowEnd::Closed,
        Err(ended) => ended,
    };
    Ok(WalkWindow { ended })
}
