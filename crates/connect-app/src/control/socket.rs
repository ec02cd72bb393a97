//! The local socket: every command, one JSON object a line. The file's permission is the credential.

use connect_core::id::WorkspaceId;
use connect_rpc::wire::{Answer, Line};
use connect_rpc::{ErrorCode, RpcError};
use interprocess::local_socket::tokio::{Listener, Stream};
use interprocess::local_socket::traits::tokio::Listener as _;
use interprocess::local_socket::{ListenerOptions, Name};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::sync::mpsc;

use super::events::Changes;
use crate::{App, StartError};

/// Longest line that is read: a call with its payload.
const LONGEST_LINE: u64 = 4 * 1024 * 1024;
/// Longest path that every Unix takes for a socket.
#[cfg(unix)]
const LONGEST_PATH: usize = 100;

/// Opens the socket and serves until the sandbox stops. Gives its address, for `runtime.json`.
pub(crate) fn serve(app: &App) -> Result<String, StartError> {
    let address = address(app.data_dir(), &app.0.workspace);
    let failed = |source| StartError::File {
        path: PathBuf::from(&address),
        source,
    };
    // The directory's lock is held, so whatever is there was left by a process that is gone.
    #[cfg(unix)]
    let _ = std::fs::remove_file(&address);
    let listener = listen(&address).map_err(failed)?;
    let app = app.clone();
    let tasks = app.0.tasks.clone();
    tasks.spawn(accept(app, listener));
    Ok(address)
}

#[cfg(unix)]
fn listen(address: &str) -> std::io::Result<Listener> {
    use interprocess::os::unix::local_socket::ListenerOptionsExt as _;
    ListenerOptions::new()
        .name(name(address)?)
        .mode(0o600)
        .create_tokio()
}

#[cfg(not(unix))]
fn listen(address: &str) -> std::io::Result<Listener> {
    // A pipe's default access is its creator's and the administrators'.
    ListenerOptions::new().name(name(address)?).create_tokio()
}

/// An address as the system names it.
#[cfg(unix)]
pub(crate) fn name(address: &str) -> std::io::Result<Name<'_>> {
    use interprocess::local_socket::{GenericFilePath, ToFsName as _};
    address.to_fs_name::<GenericFilePath>()
}

/// An address as the system names it.
#[cfg(not(unix))]
pub(crate) fn name(address: &str) -> std::io::Result<Name<'_>> {
    use interprocess::local_socket::{GenericNamespaced, ToNsName as _};
    address.to_ns_name::<GenericNamespaced>()
}

/// `control.sock` in the data directory; in the temporary directory when that path is too long for a socket.
#[cfg(unix)]
fn address(directory: &Path, workspace: &WorkspaceId) -> String {
    let near = directory.join("control.sock");
    if near.as_os_str().len() <= LONGEST_PATH {
        return near.to_string_lossy().into_owned();
    }
    std::env::temp_dir()
        .join(format!("connect-{workspace}.sock"))
        .to_string_lossy()
        .into_owned()
}

/// The name of a pipe.
#[cfg(not(unix))]
fn address(_: &Path, workspace: &WorkspaceId) -> String {
    format!("connect-{workspace}")
}

async fn accept(app: App, listener: Listener) {
    loop {
        let accepted = tokio::select! {
            () = app.0.stop.cancelled() => return,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok(stream) => {
                app.0.tasks.spawn(converse(app.clone(), stream));
            }
            Err(error) => {
                tracing::warn!(%error, "a connection to the local socket was not accepted");
                tokio::time::sleep(std::time::Duration::from_millis(100)).await;
            }
        }
    }
}

/// One connection: calls are carried out side by side, answers go out as they come.
async fn converse(app: App, stream: Stream) {
    let stream = Arc::new(stream);
    let writing = Arc::clone(&stream);
    let (answers, mut outgoing) = mpsc::channel::<Vec<u8>>(64);
    let stop = app.0.stop.clone();
    let write = async move {
        while let Some(mut line) = outgoing.recv().await {
            line.push(b'\n');
            let mut half = &*writing;
            if half.write_all(&line).await.is_err() || half.flush().await.is_err() {
                return;
            }
        }
    };
    let read = async move {
        let mut lines = BufReader::new(&*stream);
        let mut line = Vec::new();
        loop {
            line.clear();
            let mut limited = (&mut lines).take(LONGEST_LINE);
            let read = tokio::select! {
                () = stop.cancelled() => return,
                read = limited.read_until(b'\n', &mut line) => read,
            };
            match read {
                Ok(0) | Err(_) => return,
                Ok(_) if line.last() != Some(&b'\n') && line.len() as u64 >= LONGEST_LINE => {
                    tell(&answers, &unreadable("the line is longer than 4 MiB")).await;
                    return;
                }
                Ok(_) => take(&app, &line, &answers).await,
            }
        }
    };
    tokio::join!(read, write);
}

async fn take(app: &App, line: &[u8], answers: &mpsc::Sender<Vec<u8>>) {
    match serde_json::from_slice::<Line>(line) {
        Ok(Line::Call { id, call }) => {
            let (app, answers) = (app.clone(), answers.clone());
            let tasks = app.0.tasks.clone();
            tasks.spawn(async move {
                let answer = match app.rpc(&call.cmd, call.payload).await {
                    Ok(ok) => Answer::Ok { id, ok },
                    Err(error) => Answer::Error {
                        id: Some(id),
                        error,
                    },
                };
                tell(&answers, &answer).await;
            });
        }
        Ok(Line::Subscribe { subscribe: true }) => {
            let mut changes = Changes::of(app);
            let answers = answers.clone();
            app.0.tasks.spawn(async move {
                while let Some(changed) = changes.next().await {
                    let Ok(line) = serde_json::to_vec(&changed) else {
                        return;
                    };
                    if answers.send(line).await.is_err() {
                        return;
                    }
                }
            });
        }
        Ok(Line::Subscribe { subscribe: false }) => {}
        Err(error) => tell(&answers.clone(), &unreadable(&error.to_string())).await,
    }
}

fn unreadable(why: &str) -> Answer {
    let message = format!(
        "the line is not a call such as {{\"id\": 1, \"cmd\": \"apps_list\", \"payload\": {{}}}}: {why}"
    );
    Answer::Error {
        id: None,
        error: RpcError::new(ErrorCode::BadRequest, message),
    }
}

async fn tell(answers: &mpsc::Sender<Vec<u8>>, answer: &Answer) {
    if let Ok(line) = serde_json::to_vec(answer) {
        let _ = answers.send(line).await;
    }
}
