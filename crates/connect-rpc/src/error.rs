//! How a command fails: a closed code, a message for people, and what a program can use.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use ts_rs::TS;

/// What kind of failure. Programs match this, never the message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
#[serde(rename_all = "snake_case")]
pub enum ErrorCode {
    /// The request is not what the command takes.
    BadRequest,
    /// There is no such command.
    UnknownCommand,
    /// What the request names does not exist. Where something is called much like it, `detail.field` says which name of
    /// the request it is, and `detail.did_you_mean` what may have been meant, the likest first.
    NotFound,
    /// It contradicts the present state.
    Conflict,
    /// Values that break a rule; `detail.flaws` names each.
    Invalid,
    /// It must be confirmed first; `detail` says how.
    NotConfirmed,
    /// The token is missing or wrong.
    Unauthorized,
    /// Another origin or host.
    Forbidden,
    /// The sealing key can't be had; `detail.state` says which case.
    KeyUnavailable,
    /// The sandbox is stopping.
    Unavailable,
    /// Ours failed.
    Internal,
}

impl ErrorCode {
    /// The HTTP status it goes with.
    #[must_use]
    pub const fn status(self) -> u16 {
        match self {
            Self::BadRequest | Self::Invalid => 400,
            Self::Unauthorized => 401,
            Self::Forbidden => 403,
            Self::UnknownCommand | Self::NotFound => 404,
            Self::Conflict | Self::NotConfirmed => 409,
            Self::KeyUnavailable | Self::Unavailable => 503,
            Self::Internal => 500,
        }
    }

    /// The exit code of the command line that goes with it.
    #[must_use]
    pub const fn exit_code(self) -> u8 {
        match self {
            Self::BadRequest | Self::Invalid | Self::UnknownCommand => 2,
            Self::NotFound => 3,
            Self::Conflict | Self::NotConfirmed => 4,
            Self::Unauthorized | Self::Forbidden => 5,
            Self::KeyUnavailable | Self::Unavailable => 6,
            Self::Internal => 1,
        }
    }
}

/// A failed command.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, TS, thiserror::Error)]
#[error("{message}")]
pub struct RpcError {
    /// What kind of failure.
    pub code: ErrorCode,
    /// What was wrong and what to do.
    pub message: String,
    /// What a program can use; often null.
    #[serde(default)]
    pub detail: Value,
}

impl RpcError {
    /// A failure without detail.
    #[must_use]
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            detail: Value::Null,
        }
    }

    /// With something for programs.
    #[must_use]
    pub fn with(mut self, detail: Value) -> Self {
        self.detail = detail;
        self
    }
}
