//! Every command of the control surface, one module for each group.

mod apps;
mod clock;
mod grants;
mod journal;
mod keys;
mod logs;
mod people;
mod sandbox;
mod scopes;
pub(crate) mod settings;
pub(crate) mod simulator;
mod trace;
mod traffic;
mod workspace;

use connect_core::domain::flaw::Flaw;
use connect_core::domain::journal::Seq;
use connect_rpc::{ErrorCode, RpcError};
use connect_store::StoreError;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::{App, near};

/// What handlers answer.
type Answer<T> = Result<T, RpcError>;

/// Most rows of one answer.
const MOST: u32 = 1000;
/// Rows of an answer unless told.
const USUAL: u32 = 100;

macro_rules! dispatcher {
    ($($group:ident { $(#[doc = $doc:literal] $name:ident($request:ty) -> $answer:ty, reads [$($read:ident),*], writes [$($write:ident),*];)* })*) => {
        /// Finds the command, reads its request, carries it out and writes its answer.
        pub(crate) async fn dispatch(app: &App, command: &str, payload: Value) -> Answer<Value> {
            use connect_rpc::*;
            $($(
                if command == concat!(stringify!($group), "_", stringify!($name)) {
                    let request: $request = read(command, payload)?;
                    let answer: $answer = self::$group::$name(app, request).await?;
                    return write(&answer);
                }
            )*)*
            Err(unknown(command))
        }
    };
}

connect_rpc::with_commands!(dispatcher);

/// Reads a request; one that takes nothing may be left out.
fn read<T: DeserializeOwned>(command: &str, payload: Value) -> Answer<T> {
    let payload = if payload.is_null() {
        Value::Object(serde_json::Map::new())
    } else {
        payload
    };
    let refused = |why: &str| {
        let end = if why.ends_with('?') { "" } else { ";" };
        RpcError::new(
            ErrorCode::BadRequest,
            format!(
                "{command} does not take this payload: {why}{end} see `connect-sandbox commands {command}`"
            ),
        )
    };
    if !payload.is_object() {
        return Err(refused("it must be a JSON object"));
    }
    serde_path_to_error::deserialize(payload).map_err(|error| refused(&at_its_place(&error)))
}

/// What is wrong with a payload, its place in front: `redirect_uris[1]: invalid type: integer …`. A member that is
/// missing or too many is named by the message itself.
fn at_its_place(error: &serde_path_to_error::Error<serde_json::Error>) -> String {
    let (path, why) = (
        error.path().to_string(),
        near::said(&error.inner().to_string()),
    );
    // The message names what is unknown, but not what it stands in.
    let names_it = why.starts_with("unknown field `") && !path.contains(['.', '[']);
    if path == "." || names_it {
        why
    } else {
        format!("`{path}`: {why}")
    }
}

fn write<T: Serialize>(answer: &T) -> Answer<Value> {
    serde_json::to_value(answer)
        .map_err(|error| RpcError::new(ErrorCode::Internal, error.to_string()))
}

fn unknown(command: &str) -> RpcError {
    let shown: String = command
        .chars()
        .filter(|c| !c.is_control())
        .take(64)
        .collect();
    let group = shown.split('_').next().unwrap_or("");
    let of_group: Vec<&str> = connect_rpc::COMMANDS
        .iter()
        .filter(|known| known.group == group)
        .map(|known| known.name)
        .collect();
    let near = near::commands(&shown);
    let hint = match (near.as_slice(), of_group.as_slice()) {
        ([], []) => "see `connect-sandbox commands`".to_owned(),
        ([], all) => format!("there are {}", all.join(", ")),
        (near, []) => format!("did you mean {}?", near.join(", ")),
        ([first, ..], all) => format!("did you mean {first}? There are {}", all.join(", ")),
    };
    let error = RpcError::new(
        ErrorCode::UnknownCommand,
        format!("there is no command `{shown}`; {hint}"),
    );
    if near.is_empty() {
        return error;
    }
    error.with(serde_json::json!({ "field": "cmd", "did_you_mean": near }))
}

/// A failure of the store, as a command's.
#[expect(clippy::needless_pass_by_value, reason = "it stands in map_err")]
fn broken(error: StoreError) -> RpcError {
    let code = match &error {
        StoreError::Closing => ErrorCode::Unavailable,
        StoreError::Key(_) => ErrorCode::KeyUnavailable,
        _ => ErrorCode::Internal,
    };
    tracing::error!(%error, "a command failed");
    RpcError::new(code, chain(&error))
}

/// A failure to get the sealing key, as a command's.
fn no_key(error: &connect_store::sealing::KeyError) -> RpcError {
    RpcError::new(ErrorCode::KeyUnavailable, error.to_string())
        .with(serde_json::json!({ "state": error.as_str() }))
}

/// Every flaw, in words and for programs; none is well.
fn flawless(flaws: &[Flaw]) -> Answer<()> {
    if flaws.is_empty() {
        return Ok(());
    }
    Err(flawed(flaws))
}

/// Flaws, in words and for programs.
fn flawed(flaws: &[Flaw]) -> RpcError {
    let detail = serde_json::json!({ "flaws": flaws });
    RpcError::new(ErrorCode::Invalid, Flaw::list(flaws)).with(detail)
}

/// An error with its causes, in one line.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(inner) = source {
        let inner_text = inner.to_string();
        if !text.contains(&inner_text) {
            text.push_str(": ");
            text.push_str(&inner_text);
        }
        source = inner.source();
    }
    text
}

fn not_found(what: &str, id: &str, see: &str) -> RpcError {
    let shown: String = id.chars().filter(|c| !c.is_control()).take(80).collect();
    RpcError::new(
        ErrorCode::NotFound,
        format!("there is no {what} `{shown}`; see {see}"),
    )
}

/// That something else may have been meant by a member of the request: for people as `shown`, for programs as `instead`.
fn meant(error: RpcError, field: &str, instead: &str, shown: &str) -> RpcError {
    let message = error
        .message
        .replacen("; see ", &format!("; did you mean {shown}? See "), 1);
    RpcError { message, ..error }
        .with(serde_json::json!({ "field": field, "did_you_mean": [instead] }))
}

/// How many rows to give.
fn limit(asked: Option<u32>) -> u32 {
    asked.unwrap_or(USUAL).clamp(1, MOST)
}

fn place(seq: Seq) -> i64 {
    seq.0
}
