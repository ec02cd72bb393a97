//! The platform listener: every Loop service behind one port, by path or by name (ruling 33).
//!
//! In order: the `Host` check, addressing (`clinical.localhost` and `/identity/…` become paths), CORS, then the identity
//! service or a resource service, and a page or JSON for what is not there.

mod addressing;
mod cors;
mod missing;

use std::sync::Arc;

use axum::Router;
use axum::extract::Request;
use axum::middleware::from_fn_with_state;
use axum::response::IntoResponse as _;
use connect_wire::listener::Recording;
use connect_wire::{ExchangeHandle, Listener, host};
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
    app.0
        .tasks
        .spawn(listener.serve(service, recording, app.0.stop.clone()));
}

/// What is not the identity service's: a resource service's, or nobody's.
fn elsewhere(app: &App) -> Router {
    let services = connect_services::router(Arc::clone(&app.0.services));
    Router::new().fallback(move |exchange: ExchangeHandle, request: Request| {
        let services = services.clone();
        async move {
            if missing::is_for_people(&request) {
                return missing::not_found(&exchange, &request);
            }
            services.oneshot(request).await.into_response()
        }
    })
}

fn router(app: &App) -> Router {
    let hosts = Arc::new(app.0.addresses.hosts.clone());
    connect_identity::router(Arc::clone(&app.0.identity))
        .method_not_allowed_fallback(missing::wrong_method)
        .fallback_service(elsewhere(app))
        .layer(from_fn_with_state(app.clone(), cors::answer))
        .layer(from_fn_with_state(hosts, host::guard))
}
