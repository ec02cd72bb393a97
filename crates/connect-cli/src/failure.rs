//! How the command line fails: a message with what to do, and an exit code.

use std::error::Error as _;
use std::io;
use std::path::PathBuf;

use connect_app::LockError;
use connect_app::StartError;
use connect_app::configuration::ConfigurationError;
use connect_app::control::client::ClientError;
use connect_rpc::{ErrorCode, RpcError};
use serde_json::Value;

use crate::output;

/// Why a command failed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// The arguments are not right.
    #[error("{0}")]
    Arguments(String),
    /// What was named does not exist.
    #[error("{0}")]
    NotFound(String),
    /// Nobody to ask.
    #[error(transparent)]
    Client(ClientError),
    /// A command of the control surface failed.
    #[error(transparent)]
    Command(RpcError),
    /// A command of the control surface does not take a payload.
    #[error("{} (bad_request)", error.message)]
    Payload {
        error: RpcError,
        /// The members it takes; empty when it takes nothing.
        takes: String,
    },
    /// The sandbox did not start.
    #[error(transparent)]
    Start(StartError),
    /// A port is taken by another sandbox of ours.
    #[error("port {port} is in use by the sandbox on {} (process {pid}); use that one, stop it, or take any free port with {flag} 0", data_dir.display())]
    PortOfAnotherSandbox {
        port: u16,
        flag: &'static str,
        data_dir: PathBuf,
        pid: u32,
    },
    /// An answer is not what this program knows.
    #[error(
        "the sandbox answered {0} with something this program does not know ({1}); are both of the same version?"
    )]
    UnknownAnswer(&'static str, serde_json::Error),
    /// The target of a walk is not unlocked.
    #[error("{target} is not unlocked: nothing leaves this machine unasked")]
    Locked {
        target: String,
        /// The command that unlocks it, behind the program's name.
        unlock: String,
    },
    /// Nothing has the name that was typed, but something has one like it.
    #[error("{} ({})", error.message, word(error.code))]
    Misspelt {
        error: RpcError,
        /// What to type instead, behind the program's name.
        instead: String,
    },
    /// The environment does not say which app a walk elsewhere is about.
    #[error("a walk at {target} needs an app that is registered there: not set are {missing}")]
    NoAppThere { target: String, missing: String },
    /// A walk got no further than this step.
    #[error("the step \"{step}\" {}: {words}", how.words())]
    Step {
        step: &'static str,
        how: Stuck,
        words: String,
        /// What to do.
        fix: Option<String>,
    },
    /// A walk was answered otherwise than was foreseen.
    #[error(
        "{0} of the answers was not as foreseen: that is a defect of this program, or of the target"
    )]
    NotAsForeseen(usize),
    /// The system failed us.
    #[error("{0}: {1}")]
    System(&'static str, #[source] io::Error),
    /// Nobody reads the output any more; there is nobody to tell.
    #[error("standard output was closed")]
    NobodyReads,
}

/// Why a walk got no further.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stuck {
    /// Its step was refused, or went wrong otherwise.
    WentWrong,
    /// Nobody answered.
    Unanswered,
    /// Somebody cancelled it.
    Cancelled,
    /// A person has to decide.
    Waits,
}

impl Stuck {
    const fn words(self) -> &'static str {
        match self {
            Self::WentWrong | Self::Unanswered => "went wrong",
            Self::Cancelled => "was cancelled",
            Self::Waits => "waits for you",
        }
    }

    const fn exit_code(self) -> u8 {
        match self {
            Self::WentWrong => 10,
            Self::Unanswered => 12,
            Self::Cancelled => 13,
            Self::Waits => 14,
        }
    }
}

impl From<ClientError> for Failure {
    fn from(error: ClientError) -> Self {
        match error {
            ClientError::Command(error) => Self::Command(error),
            other => Self::Client(other),
        }
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::BrokenPipe => Self::NobodyReads,
            _ => Self::System("the output can't be written", error),
        }
    }
}

impl Failure {
    /// The exit code, as `--help` lists them.
    pub(crate) fn exit_code(&self) -> u8 {
        match self {
            Self::NobodyReads => 0,
            Self::Arguments(_) | Self::Payload { .. } | Self::NoAppThere { .. } => 2,
            Self::NotFound(_) => 3,
            Self::Locked { .. } => 4,
            Self::Client(ClientError::NotRunning { .. }) => 7,
            Self::Client(ClientError::Socket { source, .. })
                if source.kind() == io::ErrorKind::PermissionDenied =>
            {
                5
            }
            Self::Client(_) | Self::UnknownAnswer(..) | Self::System(..) => 1,
            Self::Command(error) | Self::Misspelt { error, .. } => error.code.exit_code(),
            Self::PortOfAnotherSandbox { .. } => 9,
            Self::Step { how, .. } => how.exit_code(),
            Self::NotAsForeseen(_) => 11,
            Self::Start(error) => match error {
                StartError::Directory(LockError::InUse { .. }) => 8,
                StartError::PortInUse { .. } => 9,
                StartError::AllowHost(_)
                | StartError::Configuration(
                    ConfigurationError::Wrong { .. } | ConfigurationError::Unreadable { .. },
                ) => 2,
                StartError::Configuration(ConfigurationError::Key(_)) => 6,
                _ => 1,
            },
        }
    }

    /// Says it to standard error.
    pub(crate) fn say(&self) {
        match self {
            Self::NobodyReads => {}
            Self::Client(ClientError::NotRunning { data_dir, .. }) => {
                output::error(&self.to_string());
                let given = commands_data_dir(data_dir);
                output::hint(&format!("start one with: connect-sandbox serve{given}"));
            }
            Self::Payload { takes, .. } => {
                output::error(&self.to_string());
                output::hint(&if takes.is_empty() {
                    "it takes nothing".to_owned()
                } else {
                    format!("it takes {takes}")
                });
            }
            Self::Locked { unlock, .. } => {
                output::error(&self.to_string());
                output::hint("if requests may go there, credentials among them:");
                output::hint(&format!("connect-sandbox{unlock}"));
            }
            Self::Misspelt { instead, .. } => {
                output::error(&self.to_string());
                output::hint(&format!("connect-sandbox{instead}"));
            }
            Self::NoAppThere { .. } => {
                output::error(&self.to_string());
                output::hint("another sandbox has them, OTHER being its data directory:");
                output::hint("eval \"$(connect-sandbox --data-dir OTHER env --format shell)\"");
                output::hint("for any other server, with LOOP_CLIENT_SECRET when the app has one:");
                output::hint("export LOOP_CLIENT_ID=... LOOP_REDIRECT_URI=...");
            }
            Self::Step { fix, .. } => {
                output::error(&self.to_string());
                if let Some(fix) = fix {
                    output::hint(fix);
                }
            }
            Self::Command(error) => {
                output::error(&format!("{} ({})", error.message, word(error.code)));
                say_detail(&error.detail);
            }
            other => {
                let mut text = other.to_string();
                let mut source = other.source();
                while let Some(inner) = source {
                    let inner_text = inner.to_string();
                    if !text.contains(&inner_text) {
                        text = format!("{text}: {inner_text}");
                    }
                    source = inner.source();
                }
                output::error(&text);
            }
        }
    }
}

/// ` --data-dir …` as it has to be typed for this directory; nothing for the default one.
pub(crate) fn commands_data_dir(data_dir: &std::path::Path) -> String {
    match crate::paths::default_data_dir() {
        Ok(default) if default == data_dir => String::new(),
        _ => format!(
            " --data-dir {}",
            connect_app::shell::word(&data_dir.to_string_lossy())
        ),
    }
}

/// What a program can use of a failure: flaws a line each, anything else that the message does not say as JSON.
fn say_detail(detail: &Value) {
    if let Some(flaws) = detail["flaws"].as_array().filter(|flaws| flaws.len() > 1) {
        for flaw in flaws {
            let text = |name: &str| flaw[name].as_str().unwrap_or_default();
            output::hint(&format!("{}: {}", text("field"), text("message")));
        }
    } else if !detail.is_null()
        && ["flaws", "did_you_mean"]
            .iter()
            .all(|it| detail.get(it).is_none())
    {
        output::hint(&format!("detail: {detail}"));
    }
}

/// The code as programs see it.
fn word(code: ErrorCode) -> String {
    serde_json::to_value(code)
        .ok()
        .and_then(|word| word.as_str().map(str::to_owned))
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn somebody_elses_sandbox_is_not_ours_to_ask() {
        let socket = |kind: io::ErrorKind| {
            Failure::from(ClientError::Socket {
                data_dir: PathBuf::from("/x"),
                pid: 1,
                socket: "/x/control.sock".to_owned(),
                source: kind.into(),
            })
        };
        assert_eq!(socket(io::ErrorKind::PermissionDenied).exit_code(), 5);
        assert_eq!(socket(io::ErrorKind::TimedOut).exit_code(), 1);
    }

    #[test]
    fn a_failed_command_has_the_exit_code_of_its_error_however_it_came() {
        for code in [
            ErrorCode::Invalid,
            ErrorCode::NotFound,
            ErrorCode::Forbidden,
            ErrorCode::Unavailable,
        ] {
            let failure = Failure::from(ClientError::Command(RpcError::new(code, "no")));
            assert_eq!(failure.exit_code(), code.exit_code());
        }
    }
}
