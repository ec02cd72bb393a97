//! The identity service's routes: one table for people and tests, one router for requests.

use std::sync::Arc;

use axum::Router;
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, get, patch, post};
use connect_core::domain::standing::Standing;
use connect_wire::ExchangeHandle;
use http::{HeaderMap, StatusCode, Uri, header};

use crate::Identity;
use crate::{
    account, admin, authorize, discovery, front, interaction, introspect, machine_token, pages,
    revoke, token, userinfo,
};

/// One operation, as people and tests see it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Route {
    /// HTTP method.
    pub method: &'static str,
    /// Path template.
    pub path: &'static str,
    /// Its name on exchanges.
    pub operation: &'static str,
    /// Whether a page describes it.
    pub standing: Standing,
    /// Whether cross-origin calls are ever allowed (ruling 28).
    pub cors: bool,
}

const fn route(
    method: &'static str,
    path: &'static str,
    operation: &'static str,
    standing: Standing,
    cors: bool,
) -> Route {
    Route {
        method,
        path,
        operation,
        standing,
        cors,
    }
}

use Standing::{Assumed, Documented, Standard};

/// Every route of the service.
pub const ROUTES: &[Route] = &[
    route("GET", "/", "front_page", Assumed, false),
    route("GET", "/v1/oauth/authorize", "authorize", Documented, false),
    route("POST", "/v1/oauth/authorize", "authorize", Standard, false),
    route(
        "GET",
        "/interactions/{id}",
        "interaction_page",
        Assumed,
        false,
    ),
    route(
        "POST",
        "/interactions/{id}",
        "interaction_form",
        Assumed,
        false,
    ),
    route(
        "POST",
        "/interactions/{id}/another",
        "interaction_form",
        Assumed,
        false,
    ),
    route("GET", "/assets/{file}", "asset", Assumed, false),
    route("GET", "/favicon.ico", "asset", Assumed, false),
    route("POST", "/v1/oauth/token", "token", Documented, true),
    route(
        "POST",
        "/v1/oauth/introspect",
        "introspect",
        Documented,
        true,
    ),
    route("POST", "/v1/oauth/revoke", "revoke", Documented, true),
    route("POST", "/v1/tokens", "machine_token", Documented, false),
    route(
        "GET",
        "/.well-known/openid-configuration",
        "discovery",
        Documented,
        true,
    ),
    route(
        "GET",
        "/.well-known/oauth-authorization-server",
        "discovery",
        Standard,
        true,
    ),
    route("GET", "/.well-known/jwks.json", "jwks", Documented, true),
    route("GET", "/v1/oauth/userinfo", "userinfo", Assumed, true),
    route("POST", "/v1/oauth/userinfo", "userinfo", Assumed, true),
    route(
        "GET",
        "/v1/users/me/connected-apps",
        "connected_apps_list",
        Documented,
        true,
    ),
    route(
        "DELETE",
        "/v1/users/me/connected-apps/{client_id}",
        "connected_apps_delete",
        Documented,
        true,
    ),
    route("GET", "/v1/me/grants", "grants_list", Documented, true),
    route(
        "DELETE",
        "/v1/me/grants/{id}",
        "grants_delete",
        Documented,
        true,
    ),
    route(
        "POST",
        "/v1/admin/oauth-clients",
        "oauth_clients_create",
        Documented,
        false,
    ),
    route(
        "PATCH",
        "/v1/admin/oauth-clients/{client_id}",
        "oauth_clients_update",
        Documented,
        false,
    ),
    route(
        "POST",
        "/v1/admin/oauth-clients/{client_id}/rotate-secret",
        "oauth_clients_rotate_secret",
        Documented,
        false,
    ),
];

/// The service's router. Unknown paths and methods fall to whoever merges it.
pub fn router(identity: Arc<Identity>) -> Router {
    Router::new()
        .route("/", get(front::get))
        .route(
            "/v1/oauth/authorize",
            get(authorize::get).post(authorize::post),
        )
        .route(
            "/interactions/{id}",
            get(interaction::get).post(interaction::post),
        )
        .route("/interactions/{id}/another", post(interaction::another))
        .route("/assets/{file}", get(asset))
        .route("/favicon.ico", get(asset))
        .route("/v1/oauth/token", post(token::post))
        .route("/v1/oauth/introspect", post(introspect::post))
        .route("/v1/oauth/revoke", post(revoke::post))
        .route("/v1/tokens", post(machine_token::post))
        .route(
            "/.well-known/openid-configuration",
            get(discovery::metadata),
        )
        .route(
            "/.well-known/oauth-authorization-server",
            get(discovery::metadata),
        )
        .route("/.well-known/jwks.json", get(discovery::jwks))
        .route("/v1/oauth/userinfo", get(userinfo::any).post(userinfo::any))
        .route(
            "/v1/users/me/connected-apps",
            get(account::connected_apps::list),
        )
        .route(
            "/v1/users/me/connected-apps/{client_id}",
            delete(account::connected_apps::delete),
        )
        .route("/v1/me/grants", get(account::grants::list))
        .route("/v1/me/grants/{id}", delete(account::grants::delete))
        .route(
            "/v1/admin/oauth-clients",
            post(admin::oauth_clients::create),
        )
        .route(
            "/v1/admin/oauth-clients/{client_id}",
            patch(admin::oauth_clients::patch),
        )
        .route(
            "/v1/admin/oauth-clients/{client_id}/rotate-secret",
            post(admin::oauth_clients::rotate),
        )
        .with_state(identity)
}

/// The pages' stylesheet and pictures.
async fn asset(exchange: ExchangeHandle, uri: Uri, headers: HeaderMap) -> Response {
    exchange.note(|notes| {
        notes.service = Some("identity");
        notes.operation = Some("asset");
    });
    let Some(asset) = pages::asset(uri.path()) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let known = headers
        .get(header::IF_NONE_MATCH)
        .is_some_and(|tag| tag == asset.etag.as_str());
    let mut response = if known {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        asset.bytes.into_response()
    };
    for (name, value) in asset.headers() {
        // Not `extend`, which would leave the type that the bytes came with beside the right one.
        response.headers_mut().insert(name, value);
    }
    response
}
