//! How a sandbox is started.

use std::net::IpAddr;
use std::path::PathBuf;

use connect_core::domain::app::Profile;

use connect_wire::HostPolicy;
use connect_wire::host::InvalidHost;

use crate::control::ui::UiFiles;

/// Where the workspace is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Storage {
    /// In this directory, created when missing.
    At(PathBuf),
    /// Nowhere: it ends with the process, and its sealing key is in memory.
    Ephemeral,
}

/// What a new workspace begins with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Seed {
    /// Three personas with two years of data, and demo apps.
    Demo,
    /// Nothing but the services' own clients.
    Empty,
}

/// How a sandbox is started.
#[derive(Debug, Clone)]
pub struct Config {
    /// Where the workspace is kept.
    pub storage: Storage,
    /// Port of the platform; 0 for any free one.
    pub port: u16,
    /// Port of the control listener; none for none, 0 for any free one.
    pub control_port: Option<u16>,
    /// What a new workspace begins with.
    pub seed: Seed,
    /// Sets the profile.
    pub profile: Option<Profile>,
    /// Allows every authorization request as the persona with this email, while this process runs.
    pub auto_approve: Option<String>,
    /// Listens on this address instead of loopback.
    pub listen: Option<IpAddr>,
    /// Names beyond loopback that requests may be addressed to.
    pub allow_hosts: Vec<String>,
    /// Keeps a new workspace's sealing key in a file and does not ask the keychain.
    pub key_file: bool,
    /// The user interface, served by the control listener.
    pub ui: Option<UiFiles>,
    /// A `connect.toml` to apply on start.
    pub config_file: Option<PathBuf>,
}

/// Whether `--allow-host` takes a name: `host`, or `host:port`.
///
/// # Errors
/// When it is neither.
pub fn check_allowed_host(host: &str) -> Result<(), InvalidHost> {
    HostPolicy::default().allow(host).map(drop)
}

impl Config {
    /// A sandbox that leaves nothing behind, on any free port, with the demo seed.
    #[must_use]
    pub const fn ephemeral() -> Self {
        Self {
            storage: Storage::Ephemeral,
            port: 0,
            control_port: None,
            seed: Seed::Demo,
            profile: None,
            auto_approve: None,
            listen: None,
            allow_hosts: Vec::new(),
            key_file: false,
            ui: None,
            config_file: None,
        }
    }

    /// The same, kept in `directory` with its sealing key in a file.
    #[must_use]
    pub fn at(directory: impl Into<PathBuf>) -> Self {
        Self {
            storage: Storage::At(directory.into()),
            key_file: true,
            ..Self::ephemeral()
        }
    }
}
