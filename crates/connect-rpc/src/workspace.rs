//! The workspace as a whole.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Confirms a factory reset.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FactoryReset {
    /// Must be the text `factory reset`.
    #[serde(default)]
    pub confirm: String,
}

/// How to export.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Export {
    /// Put ids and secrets in, so that the copy answers to the same `.env`.
    pub with_secrets: bool,
}

/// The world as a configuration file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Exported {
    /// Text of a `connect.toml`.
    pub toml: String,
}
