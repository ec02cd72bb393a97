//! The platform listener: every Loop service behind one port, by path or by name (ruling 33).
//!
//! In order: the `Host` check, addressing (`clinical.localhost` and `/identity/…` become paths), CORS, the rate limit,
//! then the identity service or a resource service, and a page or JSON for what is not there.

mod addressing;
mod cors;
mod missing;
mod rate;

use std::sync::Arc;

use axum::Router;
use axum::middleware::from_fn_with_state;
use connect_wire::listener::Recording;
use connect_wire::{Listener, host};
use tower::ServiceExt as _;

use crate::App;
use crate::sink::TrafficSink;

/// Serves until the sandbox stops.
pub(crate) fn serve(app: &App, listener: Listener) {
    let recording = Recording {
        env: Arc::clone(&app.0.env),
        sink: Arc::new(TrafficSink(app.0.traffic.clone())),
        open: app.0.open.clone(),
    };
    let service = router(app).map_request(addressing::to_path);
    app.0.tasks.spawn(listener.serve(service, recording, app.0.stop.clone()));
}

fn router(app: &App) -> Router {
    let hosts = Arc::new(app.0.addresses.hosts.clone());
    connect_identity::router(Arc::clone(&app.0.identity))
        .method_not_allowed_fallback(missing::wrong_method)
        .fallback(missing::not_found)
        .layer(from_fn_with_state(app.clone(), rate::limit))
        .layer(from_fn_with_state(app.clone(), cors::answer))
        .layer(from_fn_with_state(hosts, host::guard))
}
