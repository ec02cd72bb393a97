//! The desktop's own commands: dispatch, and what their handlers share.

mod files;
mod outside;
mod walk;
mod window;
mod workspaces;

use connect_rpc::host::HostState;
use connect_rpc::{ErrorCode, RpcError};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use tauri::{AppHandle, Manager as _};

use crate::place::Place;
use crate::sandbox::{Sandbox, State};

use files::{pick_file, save_file};
use outside::{copy_text, open_external, open_folder};
use walk::open_walk;
use window::{close, set_shortcuts, set_title, toggle_fullscreen};
use workspaces::{
    create_workspace, delete_workspace, duplicate_workspace, retry, settings, switch_workspace,
    update_settings, workspaces,
};

/// What handlers answer.
type Answer<T> = Result<T, RpcError>;

macro_rules! dispatcher {
    ($($group:ident { $(#[doc = $doc:literal] $name:ident($request:ty) -> $answer:ty, reads [$($read:ident),*], writes [$($write:ident),*];)* })*) => {
        /// Finds the command, reads its request, carries it out and writes its answer.
        pub(crate) async fn dispatch(app: &AppHandle, command: &str, payload: Value) -> Answer<Value> {
            use connect_rpc::{Done, Nothing, host};
            $($(
                if command == concat!(stringify!($group), "_", stringify!($name)) {
                    let request: $request = read(command, payload)?;
                    let answer: $answer = $name(app, request).await?;
                    return write(&answer);
                }
            )*)*
            Err(RpcError::new(
                ErrorCode::UnknownCommand,
                format!("the desktop has no command `{}`", command.escape_debug()),
            ))
        }
    };
}

connect_rpc::with_host_commands!(dispatcher);

fn read<T: DeserializeOwned>(command: &str, payload: Value) -> Answer<T> {
    let payload = if payload.is_null() {
        Value::Object(serde_json::Map::new())
    } else {
        payload
    };
    serde_json::from_value(payload).map_err(|error| {
        RpcError::new(
            ErrorCode::BadRequest,
            format!("{command} does not take this payload: {error}"),
        )
    })
}

fn write<T: Serialize>(answer: &T) -> Answer<Value> {
    serde_json::to_value(answer).map_err(|error| internal(&error))
}

/// Something of the system's that did not work.
fn internal(error: &dyn std::fmt::Display) -> RpcError {
    tracing::error!(%error, "a command of the desktop failed");
    RpcError::new(ErrorCode::Internal, error.to_string())
}

/// How the window's sandbox is.
fn state_of(app: &AppHandle) -> HostState {
    match app.state::<Sandbox>().state() {
        State::Starting => HostState::Starting,
        State::Running(running) => HostState::Running {
            workspace: app.state::<Place>().name_of(running.data_dir()),
            left: None,
        },
        State::Failed(failure) => HostState::Failed {
            message: failure.message,
            port_in_use: failure.port_in_use,
        },
        State::Stopped => HostState::Stopped,
    }
}

async fn state(app: &AppHandle, _: connect_rpc::Nothing) -> Answer<HostState> {
    let mut state = state_of(app);
    if let HostState::Running { left, .. } = &mut state {
        *left = app.state::<Sandbox>().left();
    }
    Ok(state)
}
