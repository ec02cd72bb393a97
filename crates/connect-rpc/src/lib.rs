//! The control surface's schema: every power of the console, written once.
//!
//! Owns the list of commands ([`with_commands`]), their requests and answers, the closed set of error codes and the
//! topics. Must never know how a command is carried out or carried over: it depends on the core for vocabulary alone.
//!
//! To add a command: its request and answer in the module of its panel, and one line in [`with_commands`]. A host that
//! lacks the handler then does not compile. To add an action of the console: one line in [`actions::ACTIONS`].

pub mod actions;
pub mod apps;
pub mod captions;
pub mod clock;
mod commands;
pub mod error;
pub mod grants;
pub mod host;
pub mod journal;
pub mod keys;
pub mod logs;
pub mod people;
pub mod sandbox;
pub mod scopes;
pub mod settings;
pub mod simulator;
pub mod topic;
pub mod trace;
pub mod traffic;
pub mod wire;
pub mod workspace;

pub use commands::{COMMANDS, Command, find};
pub use error::{ErrorCode, RpcError};
pub use topic::Topic;

/// What a command without input takes.
#[derive(
    Debug,
    Clone,
    Copy,
    Default,
    PartialEq,
    Eq,
    serde::Serialize,
    serde::Deserialize,
    schemars::JsonSchema,
    ts_rs::TS,
)]
#[serde(deny_unknown_fields)]
pub struct Nothing {}

/// What a command without output answers.
#[derive(
    Debug,
    Clone,
    Copy,
    Default,
    PartialEq,
    Eq,
    serde::Serialize,
    serde::Deserialize,
    schemars::JsonSchema,
    ts_rs::TS,
)]
pub struct Done {
    /// Always true: a failure is an error.
    pub done: bool,
}

impl Done {
    /// It is done.
    pub const DONE: Self = Self { done: true };
}
