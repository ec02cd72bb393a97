//! Grants: who connected what.

use connect_core::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Which grants to list.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema, TS)]
#[serde(deny_unknown_fields, default)]
#[ts(optional_fields = nullable)]
pub struct ListGrants {
    /// Only this persona's.
    pub user_id: Option<String>,
    /// Only this app's.
    pub client_id: Option<String>,
    /// Revoked ones too.
    #[ts(as = "Option<_>", optional)]
    pub with_revoked: bool,
}

/// Names a grant.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, TS)]
#[serde(deny_unknown_fields)]
pub struct GrantRef {
    /// Its id.
    pub grant_id: String,
}

/// A grant.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, TS)]
pub struct Grant {
    /// Its id.
    pub grant_id: String,
    /// The app.
    pub client_id: String,
    /// The app's name; none when the app is gone.
    pub client_name: Option<String>,
    /// The persona.
    pub user_id: String,
    /// What was consented to.
    pub scopes: Vec<String>,
    /// First consent (sandbox time).
    pub granted_at: Timestamp,
    /// Last change of scope (sandbox time).
    pub updated_at: Timestamp,
    /// Last use (sandbox time).
    pub last_used_at: Option<Timestamp>,
    /// When it was revoked (sandbox time).
    pub revoked_at: Option<Timestamp>,
    /// The trace of the last consent.
    pub trace: String,
}

/// Grants, newest first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, TS)]
pub struct GrantList {
    /// The grants.
    pub grants: Vec<Grant>,
}
