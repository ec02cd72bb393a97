//! Reading a request body: its media type, its syntax, its schema.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use connect_core::domain::finding::Finding;
use connect_core::domain::refusal::Refusal;
use connect_core::domain::standing::Clause;
use connect_core::protocol::error::ErrorCode;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::call::Call;
use crate::catalogue::SchemaOf;
use crate::failure::Failure;
use crate::schema::{self, Violation};
use crate::shown::shown;

/// The body of `call` as `T`.
pub(crate) fn read<T: DeserializeOwned>(call: &Call) -> Result<T, Failure> {
    media_type(call)?;
    let value = syntax(call)?;
    if let Some(of) = call.operation.request {
        let (violations, unknown) = schema::check(&schema_of(call.operation.id, of), &value);
        if !violations.is_empty() {
            return Err(misfit("body_fits_schema", "request body", violations));
        }
        call.passed("body_fits_schema");
        if !unknown.is_empty() {
            call.find(Finding::new(
                "unknown_members",
                format!(
                    "The body holds members that the schema does not know, which were ignored: {}.",
                    unknown.join(", ")
                ),
                Clause::assumed("unknown members are ignored"),
            ));
        }
    }
    serde_json::from_value(value).map_err(|error| {
        // The schema is made from the type, so this is a rule the schema can't say.
        let violation = Violation {
            path: String::new(),
            expected: String::from("the documented body"),
            received: error.to_string(),
        };
        misfit("body_fits_schema", "request body", vec![violation])
    })
}

fn media_type(call: &Call) -> Result<(), Failure> {
    let essence = call
        .content_type
        .split(';')
        .next()
        .unwrap_or("")
        .trim()
        .to_ascii_lowercase();
    if essence == "application/json"
        || (essence.starts_with("application/") && essence.ends_with("+json"))
    {
        call.passed("body_is_json");
        return Ok(());
    }
    Err(Refusal::new(
        "body_is_json",
        ErrorCode::UnsupportedMediaType,
        "The request body must be application/json",
        Clause::standard("RFC 9110 §15.5.16"),
    )
    .expected("Content-Type: application/json")
    .received(if essence.is_empty() {
        String::from("no Content-Type")
    } else {
        format!("Content-Type: {}", shown(&essence, 100))
    })
    .fix("Send JSON, and say so in Content-Type.")
    .into())
}

fn syntax(call: &Call) -> Result<Value, Failure> {
    serde_json::from_slice(&call.body).map_err(|error| {
        let received = if call.body.is_empty() {
            String::from("an empty body")
        } else {
            format!(
                "text that stops being JSON at line {}, column {}",
                error.line(),
                error.column()
            )
        };
        let violation = Violation {
            path: String::new(),
            expected: String::from("JSON"),
            received,
        };
        misfit("body_syntax", "request body", vec![violation])
    })
}

/// The refusal of something that does not fit. The description names the first place; `details` names all.
pub(crate) fn misfit(check: &'static str, what: &str, violations: Vec<Violation>) -> Failure {
    let first = &violations[0];
    let place = if first.path.is_empty() {
        String::from("it")
    } else {
        format!("`{}`", first.path)
    };
    let listed: Vec<String> = violations
        .iter()
        .map(|it| {
            format!(
                "{}: {}",
                if it.path.is_empty() {
                    "(all of it)"
                } else {
                    &it.path
                },
                it.expected
            )
        })
        .collect();
    let got: Vec<String> = violations
        .iter()
        .map(|it| {
            format!(
                "{}: {}",
                if it.path.is_empty() {
                    "(all of it)"
                } else {
                    &it.path
                },
                it.received
            )
        })
        .collect();
    let refusal = Refusal::new(
        check,
        ErrorCode::ValidationError,
        format!(
            "The {what} does not fit the schema: {place} must be {}",
            first.expected
        ),
        Clause::documented("/reference/errors validation_error"),
    )
    .expected(listed.join("; "))
    .received(got.join("; "))
    .fix("Compare with the operation's schema in the service's /openapi.json.");
    Failure::invalid(refusal, violations)
}

/// The schema of an operation's body, made once.
fn schema_of(operation: &'static str, of: SchemaOf) -> Arc<Value> {
    static MADE: OnceLock<Mutex<HashMap<&'static str, Arc<Value>>>> = OnceLock::new();
    let mut made = MADE
        .get_or_init(Mutex::default)
        .lock()
        .unwrap_or_else(PoisonError::into_inner);
    Arc::clone(
        made.entry(operation)
            .or_insert_with(|| Arc::new(schema::whole(of))),
    )
}
