//! Signing keys and the sealing key.

use connect_core::Timestamp;
use connect_core::domain::app::IdTokenAlg;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A published signing key.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, TS)]
pub struct Key {
    /// Its id.
    pub kid: String,
    /// What it signs with.
    pub alg: IdTokenAlg,
    /// When it was made (sandbox time).
    pub created_at: Timestamp,
    /// When it stopped signing (sandbox time).
    pub retired_at: Option<Timestamp>,
}

/// The published keys, newest first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, TS)]
pub struct KeyList {
    /// The keys.
    pub keys: Vec<Key>,
}

/// Which key to make anew.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, TS)]
#[serde(deny_unknown_fields)]
#[ts(optional_fields = nullable)]
pub struct RotateKey {
    /// EdDSA unless told.
    #[serde(default)]
    pub alg: Option<IdTokenAlg>,
}

/// Confirms that sealed values are given up.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, TS)]
#[serde(deny_unknown_fields)]
pub struct RemakeKeys {
    /// Must be true.
    #[serde(default)]
    #[ts(as = "Option<_>", optional)]
    pub confirm: bool,
}

/// What was made anew.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, TS)]
pub struct Remade {
    /// Where the new sealing key lives.
    pub place: String,
    /// Apps whose client secret or webhook secret is new; reveal them again.
    pub apps: Vec<String>,
    /// Signing keys made.
    pub signing_keys: Vec<String>,
}
