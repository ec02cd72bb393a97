//! Which sandbox the window shows, and the workspaces that there are.

use connect_app::host::workspaces::{WorkspaceError, Workspaces};
use connect_rpc::host::{
    DeleteWorkspace, DuplicateWorkspace, HostSettings, HostState, Retry, WorkspaceList,
    WorkspaceName,
};
use connect_rpc::{ErrorCode, Nothing, RpcError};
use tauri::{AppHandle, Manager as _};

use super::{Answer, internal, state_of};
use crate::place::Place;
use crate::sandbox::Sandbox;

fn refused(error: &WorkspaceError) -> RpcError {
    let code = match error {
        WorkspaceError::Name(_) => ErrorCode::Invalid,
        WorkspaceError::Missing(_) => ErrorCode::NotFound,
        WorkspaceError::Exists(_) | WorkspaceError::Taken(_) => ErrorCode::Conflict,
        WorkspaceError::Io { .. } => ErrorCode::Internal,
    };
    RpcError::new(code, error.to_string())
}

/// Does something with the workspaces' files, off the threads that answer.
async fn with_files<T: Send + 'static>(
    app: &AppHandle,
    work: impl FnOnce(&Workspaces) -> Result<T, WorkspaceError> + Send + 'static,
) -> Answer<T> {
    let workspaces = app.state::<Place>().workspaces().clone();
    let done = tokio::task::spawn_blocking(move || work(&workspaces)).await;
    done.map_err(|error| internal(&error))?
        .map_err(|error| refused(&error))
}

pub(super) async fn retry(app: &AppHandle, request: Retry) -> Answer<HostState> {
    let sandbox = app.state::<Sandbox>();
    sandbox
        .replace(|wanted| {
            if request.any_port {
                wanted.port = Some(0);
            }
        })
        .await;
    Ok(state_of(app))
}

pub(super) async fn settings(app: &AppHandle, _: Nothing) -> Answer<HostSettings> {
    Ok(app.state::<Sandbox>().wanted().await.settings)
}

pub(super) async fn update_settings(app: &AppHandle, request: HostSettings) -> Answer<HostState> {
    for host in &request.allow_hosts {
        connect_app::config::check_allowed_host(host)
            .map_err(|error| RpcError::new(ErrorCode::Invalid, error.to_string()))?;
    }
    app.state::<Place>()
        .remember(|stored| stored.settings = request.clone().into())
        .map_err(|error| internal(&error))?;
    let sandbox = app.state::<Sandbox>();
    sandbox
        .replace(|wanted| {
            wanted.settings = request;
            wanted.port = None;
        })
        .await;
    Ok(state_of(app))
}

pub(super) async fn workspaces(app: &AppHandle, _: Nothing) -> Answer<WorkspaceList> {
    let current = match app.state::<Sandbox>().wanted().await.directory {
        Some(directory) => app.state::<Place>().name_of(&directory),
        None => None,
    };
    let workspaces = with_files(app, Workspaces::list).await?;
    Ok(WorkspaceList {
        current,
        workspaces,
    })
}

pub(super) async fn create_workspace(app: &AppHandle, request: WorkspaceName) -> Answer<HostState> {
    let place = app.state::<Place>();
    place
        .workspaces()
        .fresh(&request.name)
        .map_err(|error| refused(&error))?;
    open(app, request.name).await
}

pub(super) async fn switch_workspace(app: &AppHandle, request: WorkspaceName) -> Answer<HostState> {
    let place = app.state::<Place>();
    place
        .workspaces()
        .existing(&request.name)
        .map_err(|error| refused(&error))?;
    open(app, request.name).await
}

/// Opens a workspace, whether it is there or not, and remembers it.
async fn open(app: &AppHandle, name: String) -> Answer<HostState> {
    let place = app.state::<Place>();
    let directory = place
        .workspaces()
        .directory(&name)
        .map_err(|error| refused(&error))?;
    place
        .remember(|stored| stored.workspace = name)
        .map_err(|error| internal(&error))?;
    let sandbox = app.state::<Sandbox>();
    sandbox
        .replace(|wanted| wanted.directory = Some(directory))
        .await;
    Ok(state_of(app))
}

pub(super) async fn duplicate_workspace(
    app: &AppHandle,
    request: DuplicateWorkspace,
) -> Answer<WorkspaceList> {
    let is_open = workspaces(app, Nothing {}).await?.current.as_deref() == Some(&request.name);
    let copy = with_files(app, move |all| all.duplicate(&request.name, &request.copy));
    if is_open {
        // Its files stand still while they are copied.
        let sandbox = app.state::<Sandbox>();
        sandbox.while_stopped(copy).await?;
    } else {
        copy.await?;
    }
    workspaces(app, Nothing {}).await
}

pub(super) async fn delete_workspace(
    app: &AppHandle,
    request: DeleteWorkspace,
) -> Answer<WorkspaceList> {
    if request.confirm != request.name {
        return Err(RpcError::new(
            ErrorCode::NotConfirmed,
            "everything in the workspace goes; give its name once more to confirm that",
        ));
    }
    if workspaces(app, Nothing {}).await?.current.as_deref() == Some(&request.name) {
        return Err(RpcError::new(
            ErrorCode::Conflict,
            "this workspace is open; switch to another one first",
        ));
    }
    with_files(app, move |all| all.delete(&request.name)).await?;
    workspaces(app, Nothing {}).await
}
