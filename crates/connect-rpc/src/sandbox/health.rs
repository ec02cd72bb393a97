//! How the sandbox is, in detail: where it listens, its key, its files, and what should be known or mended.

use connect_core::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use ts_rs::TS;

use super::KeyStatus;

/// How the sandbox is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, TS)]
pub struct SandboxHealth {
    /// Where it listens.
    pub listeners: Vec<ListenerHealth>,
    /// The sealing key.
    pub key: KeyStatus,
    /// Its files.
    pub files: Vec<FileHealth>,
    /// How much of the traffic is kept.
    pub retention: RetentionHealth,
    /// What came in during the last hour of wall time, however far the sandbox clock was moved.
    pub last_hour: LastHour,
    /// What should be known or mended, the worst first.
    pub notices: Vec<Notice>,
}

/// A way in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
pub struct ListenerHealth {
    /// `platform`, `control` or `control_socket`.
    pub name: String,
    /// What it carries, in words.
    pub carries: String,
    /// Base URL, or the socket's address.
    pub address: String,
    /// Its port; none for a socket.
    pub port: Option<u16>,
    /// Who may connect.
    pub reach: Reach,
    /// What opens it, in words: `Host` names, a token, the file's permission.
    pub guard: String,
}

/// Who may connect.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
#[serde(rename_all = "snake_case")]
pub enum Reach {
    /// The user who started the program.
    Owner,
    /// Every program on this machine.
    ThisMachine,
    /// Other machines too.
    OtherMachines,
}

/// A file of the workspace.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
pub struct FileHealth {
    /// `world` or `traffic`.
    pub name: String,
    /// Where it is.
    pub path: String,
    /// Its size with its log, in bytes.
    pub bytes: u64,
}

/// How much of the traffic is kept, against the limits of the settings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
pub struct RetentionHealth {
    /// Exchanges there are.
    pub exchanges: i64,
    /// Most that are kept.
    pub keep_exchanges: u32,
    /// Bytes in use.
    pub bytes: u64,
    /// Most bytes that are kept.
    pub keep_bytes: u64,
    /// When the oldest began (wall time).
    pub oldest: Option<Timestamp>,
    /// Days that one is kept.
    pub keep_days: u32,
    /// Those that are kept whatever the limits say.
    pub pinned: i64,
}

/// What came in during the last hour of wall time, however far the sandbox clock was moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
pub struct LastHour {
    /// Exchanges.
    pub exchanges: i64,
    /// Those that were refused.
    pub refusals: i64,
    /// Those that were accepted with a remark.
    pub findings: i64,
    /// Those that failed: a 5xx status, or not answered to the end.
    pub failures: i64,
    /// When the oldest of them began (sandbox time); none when there are none. `after:` this finds the same ones.
    pub since: Option<Timestamp>,
}

/// Something to be known or mended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, TS)]
pub struct Notice {
    /// What it is, for programs: `open_to_others`.
    pub code: String,
    /// How much it matters.
    pub level: NoticeLevel,
    /// What is so, in words.
    pub message: String,
    /// The command that mends it; none when none does.
    pub fix: Option<Fix>,
    /// What to do outside the console: a flag to leave out, a command to type.
    pub outside: Option<String>,
}

/// How much a notice matters.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema, TS,
)]
#[serde(rename_all = "snake_case")]
pub enum NoticeLevel {
    /// Something does not work until it is mended.
    Bad,
    /// It works otherwise than production, or is open to more than usual.
    Warn,
    /// Good to know.
    Info,
}

/// A command that mends something.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, TS)]
pub struct Fix {
    /// What a button says.
    pub label: String,
    /// The command.
    pub command: String,
    /// Its payload.
    pub payload: Value,
    /// Something is lost by it: to be asked for once more.
    pub loses: bool,
}
