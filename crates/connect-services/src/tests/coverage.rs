//! Every operation of the catalogue is asked for its success, for each error of its own, and for each error that all
//! operations share. An operation without a row fails, and so does an error without a request.

use connect_core::domain::app::{BaaStatus, Profile};
use connect_core::domain::secret::SecretText;
use connect_core::domain::settings::Settings;
use connect_core::protocol::error::ErrorCode;
use schemars::SchemaGenerator;
use schemars::generate::SchemaSettings;
use serde_json::Value;

use super::rows::{Row, rows};
use super::sandbox::{Ask, Reply, Sandbox};
use super::shape::assert_shape;
use crate::catalogue::{self, CATALOGUE, Gate, Keyed, Operation, Verb, openapi};
use crate::schema;

fn row(operation: &Operation) -> &'static Row {
    rows()
        .find(|row| row.operation == operation.id)
        .unwrap_or_else(|| panic!("{} has no row", operation.id))
}

/// The schema of an operation's answer, in which every member is required.
fn answer_schema(operation: &Operation) -> Value {
    let settings =
        SchemaSettings::draft2020_12().with(|settings| settings.inline_subschemas = true);
    (operation.response)(&mut SchemaGenerator::new(settings.for_serialize())).to_value()
}

/// Makes the sandbox such that maya's good request succeeds.
async fn prepare(sandbox: &Sandbox, operation: &Operation) {
    if matches!(operation.gate, Gate::Own(_)) {
        sandbox
            .change_app(&sandbox.app, |app| app.is_first_party = true)
            .await;
    }
    if operation.id == "memberships_create" {
        let user = sandbox.id("maya").clone();
        sandbox
            .write(move |tx| {
                Box::pin(async move { connect_store::services::erase::person(tx, &user).await })
            })
            .await;
    }
    if operation.id == "posts_update" {
        // The post of the row is old; its window is opened by writing it anew.
        let mut post = crate::seed::life(sandbox.person("maya"), sandbox.now())
            .posts
            .remove(0);
        let user = sandbox.id("maya").clone();
        post.edit_window_ends_at = sandbox.now().plus_millis(60_000);
        sandbox
            .write(move |tx| {
                Box::pin(async move {
                    connect_store::services::erase::person(tx, &user).await?;
                    connect_store::services::community::posts::insert(tx, &[post]).await
                })
            })
            .await;
    }
}

fn assert_refused(reply: &Reply, code: ErrorCode, what: &str) {
    assert_eq!(reply.error(), code.as_str(), "{what}: {}", reply.body);
    assert_eq!(reply.status.as_u16(), code.status(), "{what}");
    for member in ["error", "error_description", "error_uri", "message"] {
        assert!(reply.body[member].is_string(), "{what}: {member}");
    }
    assert_eq!(
        reply.body["message"], reply.body["error_description"],
        "{what}"
    );
    let refusal = reply
        .notes
        .refusal
        .as_ref()
        .unwrap_or_else(|| panic!("{what}: the refusal is noted"));
    assert_eq!(refusal.code, code, "{what}");
    for text in [refusal.expected.as_str(), &refusal.received, &refusal.fix] {
        assert!(!text.is_empty(), "{what}: {refusal:?}");
    }
}

#[test]
fn every_operation_has_a_row_and_every_error_of_its_own_a_request() {
    assert_eq!(rows().count(), CATALOGUE.len());
    for operation in CATALOGUE {
        let row = row(operation);
        for code in operation.errors {
            // An error that every call of the operation can have is asked for by the shared tests below.
            assert!(
                row.refused.iter().any(|refused| refused.code == *code),
                "{}: {code:?} is not asked for",
                operation.id
            );
        }
        for refused in row.refused {
            assert!(
                operation.errors.contains(&refused.code),
                "{}: {:?} is not declared",
                operation.id,
                refused.code
            );
        }
    }
}

#[tokio::test]
async fn every_operation_answers_with_exactly_the_documented_members() {
    for operation in CATALOGUE {
        let sandbox = Sandbox::start().await;
        prepare(&sandbox, operation).await;
        let token = sandbox.all("maya").await;
        let row = row(operation);
        let reply = sandbox.send((row.good)(&sandbox).bearer(&token)).await;
        assert_eq!(
            reply.status.as_u16(),
            operation.status,
            "{}: {}",
            operation.id,
            reply.body
        );
        assert_shape(&reply.body, row.shape, operation.id);
        let (violations, unknown) = schema::check(&answer_schema(operation), &reply.body);
        assert!(
            violations.is_empty() && unknown.is_empty(),
            "{}: {violations:?} {unknown:?}",
            operation.id
        );
        assert_eq!(reply.header("content-type"), "application/json");
        assert_eq!(reply.header("cache-control"), "no-store");
        assert_eq!(reply.notes.operation, Some(operation.id));
        assert_eq!(reply.notes.service, Some(operation.service.name()));
        assert!(
            reply.notes.trace.is_some() && reply.notes.cause.is_some(),
            "{}",
            operation.id
        );
        assert!(
            reply.notes.checks.contains(&"token_live") && reply.notes.refusal.is_none(),
            "{}",
            operation.id
        );
    }
}

#[tokio::test]
async fn every_error_of_an_operations_own_comes_with_its_check() {
    for operation in CATALOGUE {
        for refused in row(operation).refused {
            let sandbox = Sandbox::start().await;
            let token = sandbox.all("maya").await;
            let ask = (refused.ask)(&sandbox).await.bearer(&token);
            let reply = sandbox.send(ask).await;
            let what = format!("{} {}", operation.id, refused.check);
            assert_refused(&reply, refused.code, &what);
            assert_eq!(reply.refused_by(), refused.check, "{what}");
        }
    }
}

#[tokio::test]
async fn every_operation_refuses_what_all_refuse() {
    let sandbox = Sandbox::start().await;
    sandbox
        .change_app(&sandbox.app, |app| app.is_first_party = true)
        .await;
    let token = sandbox.all("maya").await;
    let nothing = sandbox.token("maya", "openid").await;
    for operation in CATALOGUE {
        let good = (row(operation).good)(&sandbox);
        let what = operation.id;

        let reply = sandbox.send(good.clone()).await;
        assert_refused(&reply, ErrorCode::Unauthenticated, what);
        assert_eq!(
            reply.header("www-authenticate"),
            r#"Bearer realm="loop""#,
            "{what}"
        );

        let made_up = SecretText::new("lph_at_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");
        let reply = sandbox.send(good.clone().bearer(&made_up)).await;
        assert_refused(&reply, ErrorCode::InvalidToken, what);
        assert!(
            reply
                .header("www-authenticate")
                .contains(r#"error="invalid_token""#),
            "{what}"
        );

        let mut twice = good.clone().bearer(&token);
        let mark = if twice.path.contains('?') { '&' } else { '?' };
        twice.path = format!("{}{mark}access_token={}", twice.path, token.expose());
        assert_refused(
            &sandbox.send(twice).await,
            ErrorCode::MalformedRequest,
            what,
        );

        if let Some(scope) = operation.gate.scope() {
            let reply = sandbox.send(good.clone().bearer(&nothing)).await;
            assert_refused(&reply, ErrorCode::InsufficientScope, what);
            let challenge = format!(r#"Bearer error="insufficient_scope", scope="{scope}""#);
            assert_eq!(reply.header("www-authenticate"), challenge, "{what}");
        }

        let mut misfit = good.clone().bearer(&token);
        let mark = if misfit.path.contains('?') { '&' } else { '?' };
        misfit.path = format!("{}{mark}x=1&x=2", misfit.path);
        assert_refused(
            &sandbox.send(misfit).await,
            ErrorCode::ValidationError,
            what,
        );
    }
}

#[tokio::test]
async fn every_operation_with_a_body_checks_its_type_syntax_and_schema() {
    let sandbox = Sandbox::start().await;
    sandbox
        .change_app(&sandbox.app, |app| app.is_first_party = true)
        .await;
    let token = sandbox.all("maya").await;
    for operation in CATALOGUE
        .iter()
        .filter(|operation| operation.request.is_some())
    {
        let good = (row(operation).good)(&sandbox).bearer(&token);
        let what = operation.id;

        let form = good
            .clone()
            .without("content-type")
            .header("content-type", "application/x-www-form-urlencoded");
        assert_refused(
            &sandbox.send(form).await,
            ErrorCode::UnsupportedMediaType,
            what,
        );

        let cut = Ask {
            body: b"{\"a\":".to_vec(),
            ..good.clone()
        };
        let reply = sandbox.send(cut).await;
        assert_refused(&reply, ErrorCode::ValidationError, what);
        assert_eq!(reply.refused_by(), "body_syntax", "{what}");

        let reply = sandbox
            .send(Ask {
                body: b"\"text\"".to_vec(),
                ..good.clone()
            })
            .await;
        assert_refused(&reply, ErrorCode::ValidationError, what);
        assert_eq!(reply.refused_by(), "body_fits_schema", "{what}");
        assert!(reply.body["details"][0]["expected"].is_string(), "{what}");

        // Each member that must be there, taken away in turn.
        let body: Value = serde_json::from_slice(&good.body).expect("JSON");
        let schema = schema::whole(operation.request.expect("a body"));
        for name in schema["required"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
        {
            let mut less = body.clone();
            less.as_object_mut().expect("an object").remove(name);
            let reply = sandbox.send(good.clone().json(&less)).await;
            assert_refused(
                &reply,
                ErrorCode::ValidationError,
                &format!("{what} without {name}"),
            );
            assert_eq!(reply.body["details"][0]["path"], name, "{what}");
        }
    }
}

#[tokio::test]
async fn every_operation_on_health_data_is_closed_when_the_baa_ends() {
    let sandbox = Sandbox::start().await;
    sandbox
        .change_app(&sandbox.app, |app| app.is_first_party = true)
        .await;
    let token = sandbox.all("maya").await;
    sandbox
        .change_app(&sandbox.app, |app| app.baa_status = BaaStatus::None)
        .await;
    for operation in CATALOGUE {
        let phi = openapi::errors(operation).contains(&ErrorCode::Forbidden)
            && operation
                .gate
                .scope()
                .and_then(connect_core::protocol::scope::find)
                .is_some_and(|scope| scope.phi);
        let reply = sandbox
            .send((row(operation).good)(&sandbox).bearer(&token))
            .await;
        assert_eq!(reply.refused_by() == "baa_signed", phi, "{}", operation.id);
        if phi {
            assert_refused(&reply, ErrorCode::Forbidden, operation.id);
        }
    }
}

#[tokio::test]
async fn every_operation_is_limited_when_the_limit_is_on() {
    let sandbox = Sandbox::start().await;
    let token = sandbox.all("maya").await;
    sandbox.settings.set(Settings {
        rate_limit_per_minute: Some(0),
        ..Settings::default()
    });
    sandbox
        .change_app(&sandbox.app, |app| app.is_first_party = true)
        .await;
    for operation in CATALOGUE {
        let reply = sandbox
            .send((row(operation).good)(&sandbox).bearer(&token))
            .await;
        assert_refused(&reply, ErrorCode::RateLimited, operation.id);
        let wait: u32 = reply.header("retry-after").parse().expect("seconds");
        assert!((1..=60).contains(&wait));
    }
}

#[tokio::test]
async fn every_change_wants_an_idempotency_key_in_the_strict_profile() {
    let sandbox = Sandbox::start().await;
    sandbox
        .change_app(&sandbox.app, |app| app.is_first_party = true)
        .await;
    let token = sandbox.all("maya").await;
    for operation in CATALOGUE {
        let good = (row(operation).good)(&sandbox).bearer(&token);
        let wanted = matches!(operation.verb, Verb::Post | Verb::Put | Verb::Delete);
        sandbox.settings.set(Settings {
            profile: Profile::Strict,
            ..Settings::default()
        });
        let reply = sandbox.send(good.clone()).await;
        assert_eq!(
            reply.refused_by() == "idempotency_key_present",
            wanted,
            "{}",
            operation.id
        );
        if wanted {
            assert_refused(&reply, ErrorCode::ValidationError, operation.id);
        }
        sandbox.settings.set(Settings::default());
        let reply = sandbox.send(good).await;
        let found = reply
            .notes
            .findings
            .iter()
            .any(|finding| finding.name == "idempotency_key_missing");
        assert_eq!(found, wanted, "{}", operation.id);
    }
}

#[tokio::test]
async fn every_change_is_made_once_for_each_key() {
    for operation in CATALOGUE
        .iter()
        .filter(|operation| operation.keyed != Keyed::No)
    {
        let sandbox = Sandbox::start().await;
        prepare(&sandbox, operation).await;
        let token = sandbox.all("maya").await;
        let good = (row(operation).good)(&sandbox).bearer(&token).key("key-1");
        let what = operation.id;
        let first = sandbox.send(good.clone()).await;
        assert_eq!(
            first.status.as_u16(),
            operation.status,
            "{what}: {}",
            first.body
        );
        let again = sandbox.send(good.clone()).await;
        assert_eq!(
            (again.status, &again.body),
            (first.status, &first.body),
            "{what}"
        );
        assert_eq!(again.header("idempotency-replayed"), "true", "{what}");

        let mut other = good.clone();
        if operation.request.is_some() {
            other.body.push(b' ');
        } else {
            other.path.push_str("?a=b");
        }
        let reply = sandbox.send(other).await;
        assert_refused(&reply, ErrorCode::IdempotencyKeyPayloadMismatch, what);

        for key in ["", &"k".repeat(129)] {
            let reply = sandbox.send(good.clone().key(key)).await;
            assert_refused(&reply, ErrorCode::ValidationError, what);
            assert_eq!(reply.refused_by(), "idempotency_key_form", "{what}");
        }
    }
}

#[test]
fn every_operation_says_where_it_comes_from() {
    for operation in CATALOGUE {
        assert!(
            !operation.summary.is_empty() && !operation.source.is_empty(),
            "{}",
            operation.id
        );
        assert!(operation.path.starts_with("/v1/"), "{}", operation.id);
        assert!(catalogue::find(operation.id).is_some());
        if let Some(scope) = operation.gate.scope() {
            assert!(
                connect_core::protocol::scope::find(scope).is_some(),
                "{}: {scope}",
                operation.id
            );
        }
        let open = operation.path.matches('{').count();
        let declared = operation
            .parameters
            .iter()
            .filter(|it| it.place == catalogue::Place::Path)
            .count();
        assert_eq!(open, declared, "{}", operation.id);
    }
}
