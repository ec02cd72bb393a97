//! The client of the local socket: finds a running sandbox by its data directory, calls commands, follows changes.
//!
//! Used by the command line, by a desktop that attaches to a sandbox that runs already, and by tests. The lines are
//! those of `connect_rpc::wire`. The permission of the socket is the credential: there is nothing to sign in with.

use std::io;
use std::path::{Path, PathBuf};

use connect_rpc::RpcError;
use connect_rpc::wire::{Answer, Call, Changed, Line, Runtime};
use interprocess::local_socket::tokio::{Stream, prelude::*};
use serde_json::Value;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};

use super::{RUNTIME_FILE, socket};

/// Why a running sandbox could not be asked.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// No sandbox runs on the data directory.
    #[error("no sandbox is running on {}{}", data_dir.display(), ended.map_or_else(String::new, |pid| {
        format!(" (process {pid} ended without stopping cleanly; starting again mends that)")
    }))]
    NotRunning {
        /// The data directory.
        data_dir: PathBuf,
        /// The process that left its `runtime.json` behind, if one did.
        ended: Option<u32>,
    },
    /// `runtime.json` is not what a sandbox writes.
    #[error("{} can't be read: {reason}; remove it if no sandbox is running", path.display())]
    Runtime {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// The socket is there but can't be used.
    #[error("process {pid} runs on {} but its socket {socket} can't be used: {source}", data_dir.display())]
    Socket {
        /// The data directory.
        data_dir: PathBuf,
        /// Whose socket it is.
        pid: u32,
        /// The socket's address.
        socket: String,
        /// What the system said.
        source: io::Error,
    },
    /// The connection ended before the answer.
    #[error("the sandbox ended the connection before it answered: {0}")]
    Ended(io::Error),
    /// The answer is not one.
    #[error("what came from the sandbox is not an answer ({0}); are both of the same version?")]
    NotAnAnswer(serde_json::Error),
    /// The command failed.
    #[error(transparent)]
    Command(#[from] RpcError),
}

/// What `runtime.json` of the data directory says.
///
/// It says where a sandbox runs or ran: only [`Client::connect`] shows that it still does.
///
/// # Errors
/// [`ClientError::NotRunning`] when there is no such file, [`ClientError::Runtime`] when it is not one.
pub fn runtime(data_dir: &Path) -> Result<Runtime, ClientError> {
    let path = data_dir.join(RUNTIME_FILE);
    let text = match std::fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Err(ClientError::NotRunning {
                data_dir: data_dir.to_owned(),
                ended: None,
            });
        }
        Err(error) => {
            return Err(ClientError::Runtime {
                path,
                reason: error.to_string(),
            });
        }
    };
    serde_json::from_str(&text).map_err(|error| ClientError::Runtime {
        path,
        reason: error.to_string(),
    })
}

/// A connection to a running sandbox. One call at a time; open a second connection for a second call.
pub struct Client {
    lines: Lines,
    next_id: u64,
    runtime: Runtime,
}

impl Client {
    /// Connects to the sandbox that runs on `data_dir`.
    pub async fn connect(data_dir: &Path) -> Result<Self, ClientError> {
        let runtime = runtime(data_dir)?;
        match open(&runtime.socket).await {
            Ok(stream) => Ok(Self {
                lines: Lines::of(stream),
                next_id: 1,
                runtime,
            }),
            Err(error)
                if matches!(
                    error.kind(),
                    io::ErrorKind::NotFound | io::ErrorKind::ConnectionRefused
                ) =>
            {
                Err(ClientError::NotRunning {
                    data_dir: data_dir.to_owned(),
                    ended: Some(runtime.pid),
                })
            }
            Err(source) => Err(ClientError::Socket {
                data_dir: data_dir.to_owned(),
                pid: runtime.pid,
                socket: runtime.socket,
                source,
            }),
        }
    }

    /// Where the sandbox is.
    #[must_use]
    pub const fn runtime(&self) -> &Runtime {
        &self.runtime
    }

    /// Calls a command and waits for its answer.
    ///
    /// Drop the client after giving up a call: part of its line may have been sent.
    pub async fn call(&mut self, cmd: &str, payload: Value) -> Result<Value, ClientError> {
        let id = self.next_id;
        self.next_id += 1;
        self.send(&Line::Call {
            id,
            call: Call {
                cmd: cmd.to_owned(),
                payload,
            },
        })
        .await?;
        loop {
            let line = self.lines.next().await?.ok_or_else(ended)?;
            match serde_json::from_slice(&line).map_err(ClientError::NotAnAnswer)? {
                Answer::Ok { id: of, ok } if of == id => return Ok(ok),
                Answer::Error { id: of, error } if of.is_none_or(|of| of == id) => {
                    return Err(error.into());
                }
                // To a call whose answer nobody waits for any more.
                Answer::Ok { .. } | Answer::Error { .. } => {}
            }
        }
    }

    /// Turns the connection into the stream of changes. Every change after the return is heard: the sandbox has said
    /// that it listens.
    ///
    /// # Errors
    /// [`ClientError::Ended`] when the sandbox stops first.
    pub async fn subscribe(mut self) -> Result<Changes, ClientError> {
        self.send(&Line::Subscribe { subscribe: true }).await?;
        let mut changes = Changes { lines: self.lines };
        changes.next().await?.ok_or_else(ended)?;
        Ok(changes)
    }

    async fn send(&mut self, line: &Line) -> Result<(), ClientError> {
        let mut text = serde_json::to_vec(line).map_err(ClientError::NotAnAnswer)?;
        text.push(b'\n');
        // The buffer is for reading: what is written goes through.
        self.lines
            .from
            .write_all(&text)
            .await
            .map_err(ClientError::Ended)?;
        self.lines.from.flush().await.map_err(ClientError::Ended)
    }
}

/// Changes as they happen.
pub struct Changes {
    lines: Lines,
}

impl Changes {
    /// The next change; none when the sandbox stopped. Nothing is lost when this is given up and called again.
    pub async fn next(&mut self) -> Result<Option<Changed>, ClientError> {
        let Some(line) = self.lines.next().await? else {
            return Ok(None);
        };
        match serde_json::from_slice(&line) {
            Ok(changed) => Ok(Some(changed)),
            Err(error) => match serde_json::from_slice(&line) {
                Ok(Answer::Error { error, .. }) => Err(error.into()),
                _ => Err(ClientError::NotAnAnswer(error)),
            },
        }
    }
}

async fn open(address: &str) -> io::Result<Stream> {
    Stream::connect(socket::name(address)?).await
}

/// Lines as they come; what was read of a line is kept when waiting for the rest of it is given up.
struct Lines {
    from: BufReader<Stream>,
    begun: Vec<u8>,
}

impl Lines {
    fn of(stream: Stream) -> Self {
        Self {
            from: BufReader::new(stream),
            begun: Vec::new(),
        }
    }

    async fn next(&mut self) -> Result<Option<Vec<u8>>, ClientError> {
        self.from
            .read_until(b'\n', &mut self.begun)
            .await
            .map_err(ClientError::Ended)?;
        match self.begun.last() {
            None => Ok(None),
            Some(b'\n') => Ok(Some(std::mem::take(&mut self.begun))),
            Some(_) => Err(ended()),
        }
    }
}

fn ended() -> ClientError {
    ClientError::Ended(io::ErrorKind::UnexpectedEof.into())
}

#[cfg(test)]
mod tests;
