//! A session to take away.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Asks for a session in a form that somebody else can use.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, TS)]
#[serde(deny_unknown_fields)]
pub struct HandOver {
    /// Which session.
    pub session: String,
    /// In which form.
    pub form: HandOverForm,
}

/// In which form a session is handed over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
#[serde(rename_all = "snake_case")]
pub enum HandOverForm {
    /// A shell script with `curl`.
    Curl,
    /// A program for Node.
    Node,
    /// A program for Python 3.
    Python,
    /// A program in Rust.
    Rust,
    /// The steps as Markdown, credentials masked.
    Text,
}

/// A session in a form that somebody else can use. Nothing in it is a credential.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
pub struct HandedOver {
    /// The text.
    pub text: String,
    /// A name for its file.
    pub file_name: String,
    /// Further files that belong to it, by name: `Cargo.toml`.
    pub beside: Vec<BesideFile>,
    /// How it is run, a line for each command; empty for text.
    pub run: Vec<String>,
}

/// A further file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
pub struct BesideFile {
    /// Its name.
    pub name: String,
    /// Its text.
    pub text: String,
}
