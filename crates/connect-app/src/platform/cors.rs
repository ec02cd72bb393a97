//! CORS (ruling 28): an origin may call when some enabled app lists it. Never on authorize and the pages.

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use connect_core::domain::app::SERVICES;
use connect_core::domain::refusal::Refusal;
use connect_core::domain::standing::Clause;
use connect_core::protocol::error::ErrorCode;
use connect_identity::ROUTES;
use connect_store::clients;
use connect_wire::{ExchangeHandle, answer};
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};

use super::missing::matches;
use crate::App;

pub(super) async fn answer(
    State(app): State<App>,
    exchange: ExchangeHandle,
    request: Request,
    next: Next,
) -> Response {
    let origin = request.headers().get(header::ORIGIN).cloned();
    let Some(origin) = origin.filter(|_| may_be_called(request.uri().path())) else {
        return next.run(request).await;
    };
    let allowed = match origin.to_str() {
        Ok(text) => allows(&app, text).await,
        Err(_) => false,
    };
    let preflight = request.method() == Method::OPTIONS
        && request
            .headers()
            .contains_key(header::ACCESS_CONTROL_REQUEST_METHOD);
    if preflight {
        exchange.note(|notes| notes.operation = Some("preflight"));
        if !allowed {
            return answer::refuse(&exchange, not_listed(&origin));
        }
        exchange.note(|notes| notes.passed("origin_allowed"));
        let mut response = StatusCode::NO_CONTENT.into_response();
        share(response.headers_mut(), origin);
        let headers = response.headers_mut();
        headers.insert(
            header::ACCESS_CONTROL_ALLOW_METHODS,
            HeaderValue::from_static("GET, POST, PUT, PATCH, DELETE"),
        );
        headers.insert(
            header::ACCESS_CONTROL_ALLOW_HEADERS,
            HeaderValue::from_static("authorization, content-type, idempotency-key"),
        );
        headers.insert(
            header::ACCESS_CONTROL_MAX_AGE,
            HeaderValue::from_static("600"),
        );
        return response;
    }
    let mut response = next.run(request).await;
    if allowed {
        share(response.headers_mut(), origin);
    } else {
        response
            .headers_mut()
            .append(header::VARY, HeaderValue::from_static("Origin"));
    }
    response
}

fn share(headers: &mut HeaderMap, origin: HeaderValue) {
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
    headers.insert(
        header::ACCESS_CONTROL_EXPOSE_HEADERS,
        HeaderValue::from_static(
            "www-authenticate, retry-after, x-total-count, idempotency-replayed, x-request-id",
        ),
    );
    headers.append(header::VARY, HeaderValue::from_static("Origin"));
}

/// Whether the path is one that browsers may call from another origin at all.
fn may_be_called(path: &str) -> bool {
    match ROUTES.iter().find(|route| matches(route.path, path)) {
        Some(route) => route.cors,
        None => {
            path.starts_with("/v1/")
                || SERVICES
                    .iter()
                    .any(|service| path.starts_with(&format!("/{service}/")))
        }
    }
}

async fn allows(app: &App, origin: &str) -> bool {
    let found = async { clients::origin_is_allowed(&mut *app.0.world.read().await?, origin).await };
    match found.await {
        Ok(found) => found,
        Err(error) => {
            tracing::error!(%error, "allowed origins could not be read");
            false
        }
    }
}

fn not_listed(origin: &HeaderValue) -> Refusal {
    let shown: String = String::from_utf8_lossy(origin.as_bytes())
        .chars()
        .filter(|c| !c.is_control())
        .take(120)
        .collect();
    Refusal::new(
        "origin_allowed",
        ErrorCode::Forbidden,
        "The origin is not among the allowed origins of any app",
        Clause::documented("OAuth client object, `allowed_origins`"),
    )
    .expected("an origin listed in `allowed_origins` of an enabled app")
    .received(shown)
    .fix("Add the origin to the app's allowed origins: scheme, host and port, as the browser sends it.")
}
