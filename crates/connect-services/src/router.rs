//! From an HTTP request to an operation and back.
//!
//! `/<service>/…` goes to that service, bare `/v1/…` to the documented owner (ruling 33). Names under `.localhost` are the
//! listener's business: it puts the service in front of the path.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use connect_core::domain::refusal::Refusal;
use connect_core::domain::standing::Clause;
use connect_core::protocol::error::ErrorCode;
use connect_wire::ExchangeHandle;
use connect_wire::answer::Refused;
use connect_wire::exchange::NoExchange;
use http::header::{ALLOW, HOST};
use http::{HeaderValue, Request, StatusCode};

use crate::Services;
use crate::access::{self, admit};
use crate::answer;
use crate::catalogue::{Absent, Resolution, Verb, openapi, resolve};
use crate::failure::Failure;
use crate::service::Service;
use crate::shown::shown;

/// Answers every path it is given: operations and OpenAPI documents, and 404 with what is near for the rest. Merge it as
/// the fallback of the identity service's router.
pub fn router(services: Arc<Services>) -> Router {
    Router::new().fallback(dispatch).with_state(services)
}

async fn dispatch(State(services): State<Arc<Services>>, request: Request<Body>) -> Response {
    let (parts, body) = request.into_parts();
    let Some(exchange) = parts.extensions.get::<ExchangeHandle>().cloned() else {
        return NoExchange.into_response();
    };
    let path = parts.uri.path();
    let (service, rest) = split(path);
    if let (Some(service), "/openapi.json") = (service, rest) {
        return document(&exchange, service, &parts);
    }
    let verb = Verb::of(&parts.method);
    let (operation, values) = match resolve(service, verb, rest) {
        Resolution::Found(operation, values) => (operation, values),
        Resolution::WrongVerb(verbs) => {
            return wrong_verb(&exchange, service, parts.method.as_str(), &verbs).await;
        }
        Resolution::Absent(absent) => return refuse(&exchange, not_here(absent)).await,
        Resolution::Unknown(near) => return refuse(&exchange, unknown(service, path, &near)).await,
    };
    exchange.note(|notes| {
        notes.service = Some(operation.service.name());
        notes.operation = Some(operation.id);
        notes.passed("route_known");
    });
    let query = parts.uri.query().unwrap_or("").to_owned();
    let target = format!("{rest}?{query}");
    let answered = async {
        let body = axum::body::to_bytes(body, usize::MAX)
            .await
            .map_err(|_| broken_off())?;
        let request = access::Request {
            exchange: exchange.clone(),
            operation,
            path: values,
            query,
            target,
            headers: parts.headers,
            body,
        };
        let call = admit(&services, request).await?;
        (operation.handler)(&call).await
    }
    .await;
    match answered {
        Ok(answer) => answer.into_response(),
        Err(failure) => refuse(&exchange, failure).await,
    }
}

/// The service in front of a path, and the rest.
fn split(path: &str) -> (Option<Service>, &str) {
    let inner = path.strip_prefix('/').unwrap_or(path);
    let (first, _) = inner.split_once('/').unwrap_or((inner, ""));
    match Service::from_name(first) {
        Some(service) => (Some(service), &inner[first.len()..]),
        None => (None, path),
    }
}

async fn refuse(exchange: &ExchangeHandle, failure: impl Into<Failure>) -> Response {
    let (refused, violations): (Refused, _) = failure.into().into_refused(exchange);
    answer::refuse(exchange, refused, &violations).await
}

fn document(exchange: &ExchangeHandle, service: Service, parts: &http::request::Parts) -> Response {
    exchange.note(|notes| {
        notes.service = Some(service.name());
        notes.operation = Some("openapi");
    });
    let host = parts
        .headers
        .get(HOST)
        .and_then(|host| host.to_str().ok())
        .unwrap_or("127.0.0.1");
    connect_wire::answer::json(StatusCode::OK, &openapi::document(service, host))
}

async fn wrong_verb(
    exchange: &ExchangeHandle,
    service: Option<Service>,
    sent: &str,
    verbs: &[Verb],
) -> Response {
    let mut allowed: Vec<&str> = verbs.iter().map(|verb| verb.as_str()).collect();
    if verbs.contains(&Verb::Get) {
        allowed.push("HEAD");
    }
    let allowed = allowed.join(", ");
    exchange.note(|notes| notes.service = service.map(Service::name));
    let refusal = Refusal::new(
        "method_allowed",
        ErrorCode::MethodNotAllowed,
        "The path is there, but not with this method",
        Clause::standard("RFC 9110 §15.5.6"),
    )
    .expected(allowed.clone())
    .received(sent.to_owned())
    .fix("Use a method of the Allow header.");
    let mut response = refuse(exchange, refusal).await;
    if let Ok(value) = HeaderValue::from_str(&allowed) {
        response.headers_mut().insert(ALLOW, value);
    }
    response
}

fn not_here(absent: &Absent) -> Refusal {
    Refusal::new(
        "operation_emulated",
        ErrorCode::NotFound,
        format!(
            "{} {} of the {} service is not emulated by this sandbox, on purpose: {}",
            absent.verb.as_str(),
            absent.path,
            absent.service,
            absent.reason
        ),
        Clause::assumed("left out on purpose"),
    )
    .expected("an operation that the sandbox has")
    .received(format!("{} {}", absent.verb.as_str(), absent.path))
    .fix("Nothing to mend: do without it here, and test it against Loop's own environments.")
}

fn unknown(service: Option<Service>, path: &str, near: &[String]) -> Refusal {
    let place = service.map_or_else(String::new, |service| {
        format!(" in the {} service", service.name())
    });
    let refusal = Refusal::new(
        "route_known",
        ErrorCode::NotFound,
        format!("There is no such path{place}"),
        Clause::documented("/connect/errors not_found; overview: no undocumented endpoints"),
    )
    .received(shown(path, 200));
    if near.is_empty() {
        refusal
            .expected("a path of a service's /openapi.json")
            .fix("The paths there are stand in /<service>/openapi.json, for instance /clinical/openapi.json.")
    } else {
        refusal
            .expected(format!("perhaps {}", near.join(" or ")))
            .fix("Compare with the paths named above, letter by letter.")
    }
}

fn broken_off() -> Failure {
    Refusal::new(
        "body_readable",
        ErrorCode::MalformedRequest,
        "The request body could not be read to its end",
        Clause::standard("RFC 9112 §6"),
    )
    .expected("a whole body")
    .received("a body that broke off")
    .fix("Send the request again.")
    .into()
}
