//! The scope catalogue.

use connect_core::domain::standing::Standing;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// One scope.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, TS)]
pub struct Scope {
    /// As sent.
    pub name: String,
    /// What it opens.
    pub gates: String,
    /// What the person is asked.
    pub consent: String,
    /// The service that enforces it.
    pub service: String,
    /// Refused without a signed BAA.
    pub phi: bool,
    /// Whether a page lists it.
    pub standing: Standing,
    /// Whether a page says it is PHI.
    pub phi_standing: Standing,
    /// Only for machines.
    pub machine_only: bool,
}

/// Every scope.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, TS)]
pub struct ScopeList {
    /// The scopes.
    pub scopes: Vec<Scope>,
}
