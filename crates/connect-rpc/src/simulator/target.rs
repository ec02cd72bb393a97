//! Servers that walks go to: this sandbox, and others that are unlocked.

use connect_core::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Where the server is that a walk goes to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
pub struct WalkTarget {
    /// Its base URL: the issuer.
    pub base_url: String,
    /// Whether it is this sandbox: then the server's side is known as well.
    pub own: bool,
}

/// Another target's host that may be talked to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
pub struct UnlockedTarget {
    /// Its base URL.
    pub base_url: String,
    /// Since when.
    pub unlocked_at: Timestamp,
    /// The client id that is remembered for it.
    pub client_id: Option<String>,
    /// Whether a client secret is remembered for it, sealed with the key in the keychain.
    pub has_secret: bool,
}

/// Unlocks another target: the simulator may then send requests to its host.
#[derive(Clone, Serialize, Deserialize, JsonSchema, TS)]
#[serde(deny_unknown_fields)]
pub struct UnlockTarget {
    /// Its base URL: `https`, or `http` to loopback; no path, query or fragment.
    pub base_url: String,
    /// The host once more, as consent to send requests to it.
    pub confirm: String,
    /// The client id to remember for it.
    #[serde(default)]
    #[ts(optional = nullable)]
    pub client_id: Option<String>,
    /// The client secret to remember for it, sealed.
    #[serde(default)]
    #[ts(optional = nullable)]
    pub client_secret: Option<String>,
}

/// Names another target.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, TS)]
#[serde(deny_unknown_fields)]
pub struct TargetRef {
    /// Its base URL.
    pub base_url: String,
}
