//! The operations of the resource services.

mod rows;

use std::collections::BTreeMap;

use connect_services::catalogue::{CATALOGUE, Gate, Operation};

use self::rows::{Ground, row};
use super::{filled, wrong_methods_are_405};
use crate::support::{Answer, Request, people_scopes};

/// What an operation answers with when it is called rightly.
fn expected(operation: &Operation) -> u16 {
    match operation.id {
        "payments_get" => 404,
        // The subscription was paused by the other operation, which has the same effect.
        "billing_subscription_pause" => 409,
        _ => operation.status,
    }
}

#[tokio::test]
async fn every_operation_answers_what_is_right() {
    let ground = Ground::new().await;
    for operation in CATALOGUE {
        let Some(request) = row(&ground, operation.id).await else {
            panic!("{operation:?} has no row here");
        };
        let own = operation.id == "memberships_create";
        let request = if own {
            request
        } else {
            request.bearer(&ground.token)
        };
        let answer = ground.sandbox.send(&request).await;
        assert_eq!(
            answer.status,
            expected(operation),
            "{operation:?}: {answer}"
        );
        assert_eq!(
            answer.header("content-type"),
            Some("application/json"),
            "{operation:?}: {answer}"
        );
        assert_eq!(
            answer.header("cache-control"),
            Some("no-store"),
            "{operation:?}: {answer}"
        );
        let exchange = ground.sandbox.newest_exchange(operation.id).await;
        assert_eq!(exchange["service"], operation.service.name());
        if answer.status >= 400 {
            assert_ne!(exchange["refused_by"], "route_known", "{operation:?}");
        }
    }
}

#[tokio::test]
async fn every_operation_is_closed_without_a_token_and_without_its_scope() {
    let ground = Ground::new().await;
    let sandbox = &ground.sandbox;
    let narrow = sandbox.tokens(&sandbox.web().await, "openid").await.access;
    for operation in CATALOGUE {
        let path = format!("/{}{}", operation.service.name(), filled(operation.path));
        let bare = Request::new(operation.verb.as_str(), path.clone());
        sandbox
            .send(&bare)
            .await
            .is_service_error(401, "unauthenticated");
        sandbox
            .send(&bare.clone().bearer("lph_at_made_up"))
            .await
            .is_service_error(401, "invalid_token");
        let answer = sandbox.send(&bare.bearer(&narrow)).await;
        match operation.gate.scope() {
            Some(scope) => {
                answer.is_service_error(403, "insufficient_scope");
                let challenge = format!("Bearer error=\"insufficient_scope\", scope=\"{scope}\"");
                assert_eq!(
                    answer.header("www-authenticate"),
                    Some(challenge.as_str()),
                    "{operation:?}"
                );
            }
            None => assert_ne!(answer.status, 403, "{operation:?}: {answer}"),
        }
        if matches!(operation.gate, Gate::Own(_)) {
            let third_party = sandbox
                .tokens(&sandbox.web().await, &people_scopes().join(" "))
                .await
                .access;
            let request = Request::new(operation.verb.as_str(), path).bearer(&third_party);
            sandbox
                .send(&request)
                .await
                .is_service_error(403, "forbidden");
        }
    }
}

#[tokio::test]
async fn every_path_of_a_service_has_the_methods_of_the_catalogue_and_no_other() {
    let ground = Ground::new().await;
    let mut paths: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for operation in CATALOGUE {
        let path = format!("/{}{}", operation.service.name(), filled(operation.path));
        // Another template may fit the same path, as `/v1/protocols/match` fits `/v1/protocols/{id}`.
        let fits = |other: &Operation| {
            let (a, b): (Vec<&str>, Vec<&str>) = (
                operation.path.split('/').collect(),
                other.path.split('/').collect(),
            );
            other.service == operation.service
                && a.len() == b.len()
                && a.iter().zip(&b).all(|(a, b)| a == b || b.starts_with('{'))
        };
        let methods = CATALOGUE
            .iter()
            .filter(|other| fits(other))
            .map(|other| other.verb.as_str());
        paths.entry(path).or_default().extend(methods);
    }
    for (path, methods) in paths {
        wrong_methods_are_405(&ground.sandbox, &path, &ground.token, &methods).await;
    }
}

#[tokio::test]
async fn every_body_that_does_not_fit_its_schema_is_400() {
    let ground = Ground::new().await;
    for operation in CATALOGUE
        .iter()
        .filter(|operation| operation.request.is_some())
    {
        let Some(right) = row(&ground, operation.id).await else {
            panic!("{operation:?} has no row here");
        };
        let right = if operation.id == "memberships_create" {
            right
        } else {
            right.bearer(&ground.token)
        };
        let with = |content_type: &str, body: &str| {
            right
                .clone()
                .without_header("Content-Type")
                .header("Content-Type", content_type)
                .body(body)
        };
        for body in [
            "",
            "{",
            "null",
            "7",
            "\"text\"",
            "[1,2]",
            "{\"unknown\":true,\"unknown\":{}}",
        ] {
            let answer = ground.sandbox.send(&with("application/json", body)).await;
            let optional = body.starts_with("{\"unknown") && nothing_is_required(operation);
            if !optional {
                assert_eq!(answer.status, 400, "{operation:?} {body}: {answer}");
                answer.is_service_error(400, "validation_error");
            }
        }
        let answer: Answer = ground.sandbox.send(&with("text/plain", "{}")).await;
        answer.is_service_error(415, "unsupported_media_type");
    }
}

/// Whether an empty object is a body of this operation.
fn nothing_is_required(operation: &Operation) -> bool {
    matches!(
        operation.id,
        "subscriptions_pause" | "billing_subscription_pause" | "feed_channels_put"
    )
}
