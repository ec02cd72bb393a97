//! OpenAPI 3.1 documents, one for each service, made from the catalogue.

use connect_core::protocol::error::ErrorCode;
use connect_core::protocol::scope;
use schemars::SchemaGenerator;
use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};

use super::operation::{Gate, Keyed, Operation, Parameter, Place, Shape};
use super::{ABSENT, CATALOGUE};
use crate::service::Service;

/// The document of a service, as asked for at `host` (`127.0.0.1:9400`, `clinical.localhost:9400`).
#[must_use]
pub fn document(service: Service, host: &str) -> Value {
    let settings = SchemaSettings::draft2020_12().with(|settings| {
        settings.meta_schema = None;
        settings.definitions_path = "/components/schemas".into();
    });
    let mut generators = Generators {
        requests: SchemaGenerator::new(settings.clone().for_deserialize()),
        answers: SchemaGenerator::new(settings.for_serialize()),
    };
    let mut paths: Map<String, Value> = Map::new();
    for operation in CATALOGUE
        .iter()
        .filter(|operation| operation.service == service)
    {
        let entry = paths.entry(operation.path).or_insert_with(|| json!({}));
        entry[operation.verb.as_str().to_ascii_lowercase()] = describe(operation, &mut generators);
    }
    let mut schemas = generators.requests.take_definitions(true);
    schemas.extend(generators.answers.take_definitions(true));
    schemas.insert(String::from("Error"), error_schema());
    let absent: Vec<Value> = ABSENT
        .iter()
        .filter(|absent| absent.service == service.name())
        .map(|absent| json!({ "method": absent.verb.as_str(), "path": absent.path, "reason": absent.reason }))
        .collect();
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": format!("Loop {} (sandbox)", service.title()),
            "version": "1",
            "description": "What this sandbox answers. `x-standing` says of each operation whether a page of the \
                            platform documents it, a standard requires it, or the sandbox assumes it; `x-tier` is A for \
                            real reads and writes, B for a small stated rule table; `x-scope` names the scope, with its \
                            own standing.",
        },
        "servers": [{ "url": server(service, host) }],
        "security": [{ "bearer": [] }],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": { "bearer": { "type": "http", "scheme": "bearer" } },
        },
        "x-absent": absent,
    })
}

/// What may be left out of a request is always there in an answer, if only as null: the two have generators of their own.
struct Generators {
    requests: SchemaGenerator,
    answers: SchemaGenerator,
}

/// Where the service is, seen from where it was asked.
fn server(service: Service, host: &str) -> String {
    if host.starts_with(&format!("{}.", service.name())) {
        format!("http://{host}")
    } else {
        format!("http://{host}/{}", service.name())
    }
}

fn describe(operation: &Operation, generators: &mut Generators) -> Value {
    let mut value = json!({
        "operationId": operation.id,
        "summary": operation.summary,
        "description": operation.notes,
        "tags": [operation.service.title()],
        "x-standing": operation.standing.as_str(),
        "x-source": operation.source,
        "x-tier": operation.tier.as_str(),
        "x-scope": scope_of(operation),
    });
    let mut parameters: Vec<Value> = operation.parameters.iter().map(parameter).collect();
    if operation.keyed != Keyed::No {
        parameters.push(json!({
            "name": "Idempotency-Key",
            "in": "header",
            "required": false,
            "description": match operation.keyed {
                Keyed::Week => "The same key with the same request gets the first answer again, for 7 days.",
                _ => "The same key with the same request gets the first answer again, for 24 hours.",
            },
            "schema": { "type": "string", "minLength": 1, "maxLength": 128 },
        }));
    }
    if !parameters.is_empty() {
        value["parameters"] = Value::Array(parameters);
    }
    if let Some(request) = operation.request {
        value["requestBody"] = json!({
            "required": true,
            "content": { "application/json": { "schema": request(&mut generators.requests) } },
        });
    }
    let mut responses = Map::new();
    responses.insert(
        operation.status.to_string(),
        json!({
            "description": if operation.status == 201 { "Created." } else { "The answer." },
            "content": { "application/json": { "schema": (operation.response)(&mut generators.answers) } },
        }),
    );
    for (status, codes) in errors_by_status(operation) {
        responses.insert(
            status.to_string(),
            json!({
                "description": codes.join(", "),
                "content": { "application/json": { "schema": { "$ref": "#/components/schemas/Error" } } },
            }),
        );
    }
    value["responses"] = Value::Object(responses);
    value
}

/// Every error an operation can answer with: those of every call, and its own.
#[must_use]
pub fn errors(operation: &Operation) -> Vec<ErrorCode> {
    let mut codes = vec![
        ErrorCode::MalformedRequest,
        ErrorCode::InvalidToken,
        ErrorCode::Unauthenticated,
        ErrorCode::ValidationError,
        ErrorCode::RateLimited,
        ErrorCode::InternalError,
    ];
    if operation.gate != Gate::AnyToken {
        codes.push(ErrorCode::InsufficientScope);
    }
    let phi = operation
        .gate
        .scope()
        .and_then(scope::find)
        .is_some_and(|scope| scope.phi);
    if phi || matches!(operation.gate, Gate::Own(_)) {
        codes.push(ErrorCode::Forbidden);
    }
    if operation.request.is_some() {
        codes.extend([ErrorCode::UnsupportedMediaType, ErrorCode::PayloadTooLarge]);
    }
    if operation.keyed != Keyed::No {
        codes.push(ErrorCode::IdempotencyKeyPayloadMismatch);
    }
    for code in operation.errors {
        if !codes.contains(code) {
            codes.push(*code);
        }
    }
    codes.sort_by_key(|code| code.status());
    codes
}

fn errors_by_status(operation: &Operation) -> Vec<(u16, Vec<&'static str>)> {
    let mut grouped: Vec<(u16, Vec<&'static str>)> = Vec::new();
    for code in errors(operation) {
        match grouped
            .last_mut()
            .filter(|(status, _)| *status == code.status())
        {
            Some((_, codes)) => codes.push(code.as_str()),
            None => grouped.push((code.status(), vec![code.as_str()])),
        }
    }
    grouped
}

fn scope_of(operation: &Operation) -> Value {
    let standing = operation.gate_standing.as_str();
    match operation.gate {
        Gate::Scope(scope) => json!({ "scope": scope, "standing": standing }),
        Gate::ScopeOrMachine(scope, machine) => {
            json!({ "scope": scope, "machine": machine, "standing": standing })
        }
        Gate::AnyToken => json!({ "scope": null, "standing": standing }),
        Gate::Own(scope) => json!({ "scope": scope, "own_apps_only": true, "standing": standing }),
    }
}

fn parameter(parameter: &Parameter) -> Value {
    json!({
        "name": parameter.name,
        "in": match parameter.place { Place::Path => "path", Place::Query => "query" },
        "required": parameter.required,
        "description": parameter.about,
        "schema": match parameter.shape {
            Shape::Text => json!({ "type": "string", "maxLength": 200 }),
            Shape::Whole { min, max, default: Some(default) } => {
                json!({ "type": "integer", "minimum": min, "maximum": max, "default": default })
            }
            Shape::Whole { min, max, default: None } => json!({ "type": "integer", "minimum": min, "maximum": max }),
            Shape::Time => json!({ "type": "string", "format": "date-time" }),
            Shape::Word(words) => json!({ "type": "string", "enum": words }),
        },
    })
}

fn error_schema() -> Value {
    json!({
        "type": "object",
        "required": ["error", "error_description", "error_uri", "message"],
        "properties": {
            "error": { "type": "string" },
            "error_description": { "type": "string" },
            "error_uri": { "type": "string", "format": "uri" },
            "message": { "type": "string" },
            "details": {
                "description": "What does not fit, place by place (assumed).",
                "type": "array",
                "items": {
                    "type": "object",
                    "required": ["path", "expected", "received"],
                    "properties": {
                        "path": { "type": "string" },
                        "expected": { "type": "string" },
                        "received": { "type": "string" },
                    },
                },
            },
        },
    })
}
