//! What is not there: a page for browsers, JSON for programs, each with what was probably meant.

use axum::extract::Request;
use axum::response::Response;
use connect_core::domain::app::SERVICES;
use connect_core::domain::refusal::Refusal;
use connect_core::domain::standing::Clause;
use connect_core::protocol::error::ErrorCode;
use connect_identity::ROUTES;
use connect_identity::pages::{MethodNotAllowed, NotFound, Page as _, Suggestion};
use connect_wire::{ExchangeHandle, answer};
use http::{HeaderValue, StatusCode, header};

/// Whether a path fits a template such as `/v1/me/grants/{id}`.
pub(super) fn matches(template: &str, path: &str) -> bool {
    let mut wanted = template.split('/');
    let mut given = path.split('/');
    loop {
        match (wanted.next(), given.next()) {
            (None, None) => return true,
            (Some(wanted), Some(given)) => {
                let parameter = wanted.starts_with('{') && wanted.ends_with('}');
                if !(wanted == given || (parameter && !given.is_empty())) {
                    return false;
                }
            }
            _ => return false,
        }
    }
}

/// A path of the identity service with a method it does not have.
pub(super) async fn wrong_method(exchange: ExchangeHandle, request: Request) -> Response {
    let (method, path) = (
        request.method().to_string(),
        request.uri().path().to_owned(),
    );
    let allowed: Vec<&str> = ROUTES
        .iter()
        .filter(|route| matches(route.path, &path))
        .map(|route| route.method)
        .collect();
    let allow = allowed.join(", ");
    let refusal = Refusal::new(
        "method_allowed",
        ErrorCode::MethodNotAllowed,
        "The method is not allowed here",
        Clause::standard("RFC 9110 §15.5.6"),
    )
    .expected(allow.clone())
    .received(method.clone())
    .fix("Use the method the endpoint is documented with.");
    let mut response = if wants_page(&request) {
        let page = MethodNotAllowed {
            method,
            path,
            allowed: allowed.iter().map(|method| (*method).to_owned()).collect(),
            exchange_id: exchange.id().to_string(),
        };
        exchange.note(|notes| notes.refusal = Some(refusal));
        page.response(StatusCode::METHOD_NOT_ALLOWED)
            .map(Into::into)
    } else {
        answer::refuse(&exchange, refusal)
    };
    if let Ok(allow) = HeaderValue::try_from(allow) {
        response.headers_mut().insert(header::ALLOW, allow);
    }
    response
}

/// A path that is nobody's, asked for by a browser; programs are answered by the resource services' router.
pub(super) fn not_found(exchange: &ExchangeHandle, request: &Request) -> Response {
    let path = request.uri().path().to_owned();
    let near = near(&path);
    let refusal = Refusal::new(
        "path_known",
        ErrorCode::NotFound,
        "There is no such page",
        Clause::documented("seed overview: no undocumented endpoints"),
    )
    .expected(if near.is_empty() { "a documented path".to_owned() } else { near.join(" or ") })
    .received(path.chars().filter(|c| !c.is_control()).take(200).collect::<String>())
    .fix("Compare the path with the reference; GET /<service>/openapi.json lists what a service has.");
    let suggestions = near
        .into_iter()
        .map(|path| Suggestion {
            path: path.to_owned(),
            what: "has a similar path".to_owned(),
        })
        .chain([
            Suggestion {
                path: "/".to_owned(),
                what: "says what is here".to_owned(),
            },
            Suggestion {
                path: "/.well-known/openid-configuration".to_owned(),
                what: "says where everything of the authorization server is".to_owned(),
            },
        ])
        .collect();
    let page = NotFound {
        path,
        reason: None,
        suggestions,
        exchange_id: exchange.id().to_string(),
    };
    exchange.note(|notes| notes.refusal = Some(refusal));
    page.response(StatusCode::NOT_FOUND).map(Into::into)
}

/// Whether a person in front of a browser asks, for what is no service's.
pub(super) fn is_for_people(request: &Request) -> bool {
    let path = request.uri().path();
    let of_service = path.starts_with("/v1/")
        || SERVICES
            .iter()
            .any(|service| path.starts_with(&format!("/{service}/")));
    !of_service && wants_page(request)
}

fn wants_page(request: &Request) -> bool {
    let accept = request
        .headers()
        .get(header::ACCEPT)
        .and_then(|value| value.to_str().ok());
    accept.is_some_and(|accept| accept.contains("text/html"))
}

/// Paths of the identity service that are a few letters away.
fn near(path: &str) -> Vec<&'static str> {
    let mut near: Vec<(usize, &'static str)> = ROUTES
        .iter()
        .filter(|route| route.path != "/")
        .map(|route| (distance(route.path, path), route.path))
        .filter(|(distance, _)| *distance <= 6)
        .collect();
    near.sort_unstable();
    near.dedup();
    near.into_iter().map(|(_, path)| path).take(3).collect()
}

/// Letters to add, remove or change (Levenshtein).
fn distance(a: &str, b: &str) -> usize {
    if a.len().abs_diff(b.len()) > 12 {
        return usize::MAX;
    }
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, left) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, right) in b.iter().enumerate() {
            let change = diagonal + usize::from(left != *right);
            diagonal = row[j + 1];
            row[j + 1] = change.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn templates_match_whole_paths() {
        assert!(matches("/v1/me/grants/{id}", "/v1/me/grants/grant_1"));
        assert!(!matches("/v1/me/grants/{id}", "/v1/me/grants/"));
        assert!(!matches("/v1/me/grants/{id}", "/v1/me/grants"));
    }

    #[test]
    fn near_paths_are_named() {
        assert_eq!(near("/v1/oauth/tokens").first(), Some(&"/v1/oauth/token"));
        assert!(near("/something/else/entirely/different").is_empty());
    }
}
