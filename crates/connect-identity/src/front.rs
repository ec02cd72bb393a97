//! `GET /`: what answers at the base URL, for a person who opens it and for a program that asks for JSON.

use axum::response::{IntoResponse as _, Response};
use connect_core::domain::app::{IDENTITY, SERVICES};
use connect_core::domain::standing::Standing;
use connect_wire::answer;
use http::StatusCode;
use serde_json::{Value, json};

use crate::call::Call;
use crate::pages::{FrontPage, Page as _};

pub(crate) async fn get(call: Call) -> Response {
    call.operation("front_page");
    let base_url = call.issuer();
    let services = SERVICES.into_iter().filter(|service| *service != IDENTITY);
    if call.wants_json() {
        return answer::json(StatusCode::OK, &described(&base_url, services));
    }
    let page = FrontPage {
        base_url,
        services: services.collect(),
    };
    let (parts, body) = page.response(StatusCode::OK).into_parts();
    (parts, body).into_response()
}

fn described(base_url: &str, services: impl Iterator<Item = &'static str>) -> Value {
    let services: Vec<Value> = services
        .map(|name| {
            let url = format!("{base_url}/{name}");
            json!({ "name": name, "url": url, "openapi": format!("{url}/openapi.json") })
        })
        .collect();
    json!({
        "name": "Connect with Loop, sandbox",
        "standing": Standing::Assumed,
        "issuer": base_url,
        "discovery": format!("{base_url}/.well-known/openid-configuration"),
        "jwks_uri": format!("{base_url}/.well-known/jwks.json"),
        "services": services,
        "console": "connect-sandbox serve --ui",
    })
}
