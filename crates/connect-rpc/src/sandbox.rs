//! The sandbox itself.

mod health;

use connect_core::Timestamp;
use connect_core::domain::app::Profile;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

pub use health::{
    FileHealth, Fix, LastHour, ListenerHealth, Notice, NoticeLevel, Reach, RetentionHealth,
    SandboxHealth,
};

/// Where the sandbox is and how it is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, TS)]
pub struct Status {
    /// Version of the program.
    pub version: String,
    /// Process id.
    pub pid: u32,
    /// The workspace's id.
    pub workspace: String,
    /// Its data directory; none when nothing is kept.
    pub data_dir: String,
    /// Nothing outlives the process.
    pub ephemeral: bool,
    /// Base URL of the platform.
    pub platform: String,
    /// Base URL of each service.
    pub services: Vec<Service>,
    /// Base URL of the control listener, when there is one.
    pub control: Option<String>,
    /// Names beyond loopback that requests may be addressed to.
    pub allowed_hosts: Vec<String>,
    /// Open to other machines.
    pub open_to_others: bool,
    /// The enforcement profile.
    pub profile: Profile,
    /// As whom everything is allowed, if so.
    pub auto_approve: Option<String>,
    /// Sandbox time.
    pub now: Timestamp,
    /// When the process started (wall time).
    pub started: Timestamp,
    /// The sealing key.
    pub key: KeyStatus,
    /// Counts and sizes.
    pub counts: Counts,
    /// What should be known or mended, in words.
    pub notices: Vec<String>,
}

/// A service's address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
pub struct Service {
    /// Its name.
    pub name: String,
    /// Its base URL.
    pub url: String,
}

/// The sealing key's state.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
pub struct KeyStatus {
    /// `keychain`, `file` or `memory`.
    pub place: String,
    /// `not_read`, `available`, `locked`, `absent`, `changed`…
    pub state: String,
    /// What is wrong and what to do; none when all is well.
    pub message: Option<String>,
}

/// Counts and sizes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
pub struct Counts {
    /// Registered apps, without the services' own clients.
    pub apps: usize,
    /// Clients of the services themselves: they introspect any token.
    pub service_clients: usize,
    /// Personas.
    pub people: usize,
    /// Active grants.
    pub grants: usize,
    /// Live tokens.
    pub live_tokens: i64,
    /// Journal entries.
    pub journal: i64,
    /// Exchanges.
    pub exchanges: i64,
    /// Bytes of `world.db`.
    pub world_bytes: u64,
    /// Bytes of `traffic.db` in use.
    pub traffic_bytes: u64,
}
