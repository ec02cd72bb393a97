//! The OpenAPI documents: complete, and whole in themselves.

use std::collections::BTreeSet;

use serde_json::Value;

use super::sandbox::{Ask, Sandbox};
use crate::catalogue::{CATALOGUE, openapi};
use crate::service::Service;

fn references(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(members) => {
            if let Some(Value::String(reference)) = members.get("$ref") {
                found.insert(reference.clone());
            }
            members.values().for_each(|value| references(value, found));
        }
        Value::Array(items) => items.iter().for_each(|value| references(value, found)),
        _ => {}
    }
}

#[tokio::test]
async fn every_service_has_one_and_needs_no_token_for_it() {
    let sandbox = Sandbox::start().await;
    for service in Service::ALL {
        let reply = sandbox
            .send(Ask::get(format!("/{}/openapi.json", service.name())))
            .await;
        assert_eq!(reply.status, 200);
        assert_eq!(reply.body["openapi"], "3.1.0");
        assert_eq!(
            reply.body["servers"][0]["url"],
            format!("http://127.0.0.1:9400/{}", service.name())
        );
    }
    let named = openapi::document(Service::Comms, "comms.localhost:9400");
    assert_eq!(named["servers"][0]["url"], "http://comms.localhost:9400");
}

#[test]
fn every_operation_stands_in_its_services_document_with_its_standing_scope_and_tier() {
    for operation in CATALOGUE {
        let document = openapi::document(operation.service, "127.0.0.1:9400");
        let entry =
            &document["paths"][operation.path][operation.verb.as_str().to_ascii_lowercase()];
        assert_eq!(entry["operationId"], operation.id);
        assert_eq!(entry["x-standing"], operation.standing.as_str());
        assert_eq!(entry["x-tier"], operation.tier.as_str());
        assert_eq!(entry["x-scope"]["scope"].as_str(), operation.gate.scope());
        assert_eq!(
            entry.get("requestBody").is_some(),
            operation.request.is_some()
        );
        for code in openapi::errors(operation) {
            let described = entry["responses"][code.status().to_string()]["description"]
                .as_str()
                .expect("described");
            assert!(
                described.contains(code.as_str()),
                "{}: {code:?}",
                operation.id
            );
        }
        let open: BTreeSet<&str> = operation
            .path
            .split('/')
            .filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
            .collect();
        let declared: BTreeSet<&str> = entry["parameters"]
            .as_array()
            .into_iter()
            .flatten()
            .filter(|parameter| parameter["in"] == "path")
            .filter_map(|parameter| parameter["name"].as_str())
            .collect();
        assert_eq!(open, declared, "{}", operation.id);
    }
}

#[test]
fn every_reference_leads_somewhere_and_no_name_means_two_things() {
    for service in Service::ALL {
        let document = openapi::document(service, "127.0.0.1:9400");
        let mut found = BTreeSet::new();
        references(&document, &mut found);
        assert!(!found.is_empty());
        for reference in found {
            let pointer = reference
                .strip_prefix('#')
                .expect("a reference within the document");
            assert!(
                document.pointer(pointer).is_some(),
                "{}: {reference}",
                service.name()
            );
        }
        let schemas = document["components"]["schemas"]
            .as_object()
            .expect("schemas");
        assert!(
            schemas.keys().all(|name| !name.ends_with('2')),
            "{:?}",
            schemas.keys().collect::<Vec<_>>()
        );
    }
}

#[test]
fn what_is_absent_is_listed() {
    let document = openapi::document(Service::Clinical, "127.0.0.1:9400");
    assert_eq!(document["x-absent"][0]["path"], "/webhooks/junction-link");
}
