//! One row for each operation: a request that succeeds, the members of its answer as documented, and a request for each
//! error of its own. What every operation refuses alike is asked in [`super::coverage`].

mod accounts;
mod labs;
mod programmes;
mod social;
mod wearables;

use connect_core::protocol::error::ErrorCode;
use futures_util::future::BoxFuture;
use serde_json::{Value, json};

use super::sandbox::{Ask, Sandbox};
use crate::seed::catalogue;

/// What stands for an operation.
pub(super) struct Row {
    pub(super) operation: &'static str,
    /// A request of maya's, made when the sandbox is there.
    pub(super) good: fn(&Sandbox) -> Ask,
    /// Its answer's members.
    pub(super) shape: &'static str,
    /// Requests that get an error of the operation's own.
    pub(super) refused: &'static [Refused],
}

/// A request that is refused.
pub(super) struct Refused {
    pub(super) code: ErrorCode,
    pub(super) check: &'static str,
    /// What must have happened before; then the request.
    pub(super) ask: for<'s> fn(&'s Sandbox) -> BoxFuture<'s, Ask>,
}

const fn refused(
    code: ErrorCode,
    check: &'static str,
    ask: for<'s> fn(&'s Sandbox) -> BoxFuture<'s, Ask>,
) -> Refused {
    Refused { code, check, ask }
}

/// A request that needs nothing before.
macro_rules! ask {
    (|$sandbox:ident| $ask:expr) => {
        |$sandbox| {
            let ask = $ask;
            Box::pin(async move { ask })
        }
    };
}

pub(super) use ask;

/// A row for each operation.
pub(super) fn rows() -> impl Iterator<Item = &'static Row> {
    [
        labs::ROWS,
        programmes::ROWS,
        wearables::ROWS,
        accounts::ROWS,
        social::ROWS,
    ]
    .into_iter()
    .flatten()
}

fn maya(sandbox: &Sandbox) -> &str {
    sandbox.id("maya").as_str()
}

fn protocol(slug: &str) -> String {
    let all = catalogue::of_brand("loop");
    all.protocols
        .iter()
        .find(|protocol| protocol.slug == slug)
        .expect("a protocol")
        .id
        .to_string()
}

/// Somebody whose protocols and results are not there for maya.
fn foreign_protocol() -> String {
    catalogue::of_brand("loopbio").protocols[0].id.to_string()
}

fn engine(sandbox: &Sandbox) -> Value {
    json!({ "patient_id": maya(sandbox), "brand_id": "loop" })
}

fn with(mut body: Value, member: &str, value: Value) -> Value {
    body[member] = value;
    body
}

/// An engine's request for a persona without any results.
fn without_results<'s>(
    sandbox: &'s Sandbox,
    path: &'static str,
    extra: Value,
) -> BoxFuture<'s, Ask> {
    Box::pin(async move {
        let user = sandbox.id("maya").clone();
        sandbox
            .write(move |tx| {
                Box::pin(async move { connect_store::services::erase::person(tx, &user).await })
            })
            .await;
        let origin = sandbox.origin();
        sandbox
            .write(move |tx| Box::pin(async move { crate::seed::seed_brands(tx, &origin).await }))
            .await;
        let mut body = engine(sandbox);
        for (name, value) in extra.as_object().expect("an object") {
            body[name] = value.clone();
        }
        Ask::post(path, &body)
    })
}

/// Sends a request of maya's before the one that matters.
async fn before(sandbox: &Sandbox, ask: Ask) -> Value {
    let token = sandbox.all("maya").await;
    let reply = sandbox.send(ask.bearer(&token)).await;
    assert!(reply.status.is_success(), "{:?}", reply.body);
    reply.body
}

/// Asks as one of Loop's own apps from now on.
async fn as_first_party(sandbox: &Sandbox) {
    sandbox
        .change_app(&sandbox.app, |app| app.is_first_party = true)
        .await;
}
