//! The workspace as a whole.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Confirms a factory reset.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, TS)]
#[serde(deny_unknown_fields)]
pub struct FactoryReset {
    /// Must be the text `factory reset`.
    #[serde(default)]
    #[ts(as = "Option<_>", optional)]
    pub confirm: String,
}

/// How to export.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema, TS)]
#[serde(deny_unknown_fields, default)]
pub struct Export {
    /// Put ids and secrets in, so that the copy answers to the same `.env`.
    #[ts(as = "Option<_>", optional)]
    pub with_secrets: bool,
}

/// The world as a configuration file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
pub struct Exported {
    /// Text of a `connect.toml`.
    pub toml: String,
}
