//! Paths: services in front, bare paths, what is absent, what is not there.

use super::sandbox::{Ask, Sandbox};
use crate::catalogue::{ABSENT, CATALOGUE, Verb};

#[tokio::test]
async fn a_service_may_stand_in_front_of_its_paths() {
    let sandbox = Sandbox::start().await;
    let token = sandbox.all("maya").await;
    for path in ["/v1/biomarkers/me", "/clinical/v1/biomarkers/me"] {
        let reply = sandbox.send(Ask::get(path).bearer(&token)).await;
        assert_eq!(
            (reply.status.as_u16(), reply.notes.service),
            (200, Some("clinical")),
            "{path}"
        );
    }
    let reply = sandbox
        .send(Ask::get("/payments/v1/biomarkers/me").bearer(&token))
        .await;
    assert_eq!(
        (reply.status.as_u16(), reply.refused_by()),
        (404, "route_known")
    );
    let refusal = reply.notes.refusal.expect("a refusal");
    assert!(
        refusal.expected.contains("/clinical/v1/biomarkers/me"),
        "{}",
        refusal.expected
    );
}

#[tokio::test]
async fn every_operation_is_found_by_its_path_with_the_service_in_front() {
    let sandbox = Sandbox::start().await;
    for operation in CATALOGUE {
        let path = operation.path.replace('{', "x").replace('}', "y");
        let ask = Ask::new(
            operation.verb.as_str(),
            format!("/{}{path}", operation.service.name()),
        );
        let reply = sandbox.send(ask).await;
        assert_eq!(reply.notes.operation, Some(operation.id));
        assert_eq!(reply.error(), "unauthenticated");
    }
}

#[tokio::test]
async fn head_is_answered_as_get() {
    let sandbox = Sandbox::start().await;
    let token = sandbox.all("maya").await;
    assert_eq!(
        sandbox
            .send(Ask::new("HEAD", "/v1/check-ins").bearer(&token))
            .await
            .status,
        200
    );
}

#[tokio::test]
async fn another_method_gets_the_methods_there_are() {
    let sandbox = Sandbox::start().await;
    let reply = sandbox
        .send(Ask::new("DELETE", "/clinical/v1/check-ins"))
        .await;
    assert_eq!(
        (reply.status.as_u16(), reply.error()),
        (405, "method_not_allowed")
    );
    assert_eq!(reply.header("allow"), "GET, POST, HEAD");
    let reply = sandbox.send(Ask::new("TRACE", "/v1/posts")).await;
    assert_eq!(reply.header("allow"), "POST");
}

#[tokio::test]
async fn what_is_absent_on_purpose_says_so() {
    let sandbox = Sandbox::start().await;
    for absent in ABSENT {
        let reply = sandbox
            .send(Ask::new(absent.verb.as_str(), absent.path))
            .await;
        assert_eq!(
            (reply.status.as_u16(), reply.error()),
            (404, "not_found"),
            "{}",
            absent.path
        );
        let described = reply.body["error_description"]
            .as_str()
            .expect("a description");
        assert!(
            described.contains("not emulated by this sandbox, on purpose"),
            "{described}"
        );
    }
    assert!(
        ABSENT
            .iter()
            .any(|absent| absent.verb == Verb::Post && absent.path == "/v1/events")
    );
}
