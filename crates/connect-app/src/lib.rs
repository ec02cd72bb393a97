//! The composition root: one sandbox from its parts, and every command of the control surface.
//!
//! Owns start and stop, the platform listener and what routes behind it, the clock's due moments, the demo seed, and the
//! control surface's three ways in, and what every host needs of its machine
//! ([`host`]). Must never know: SQL, Tauri, how a command line looks.
//!
//! To add a command: its line in `connect_rpc::with_commands`, and a function of its name in `commands/<group>.rs`; until
//! then this crate does not compile.

mod clock;
mod commands;
pub mod config;
pub mod configuration;
pub mod control;
mod due;
pub mod host;
pub mod near;
mod persona;
mod platform;
mod seed;
mod sink;
mod start;
mod walks;

use std::path::Path;
use std::sync::Arc;

use connect_core::Env;
use connect_core::domain::settings::LiveSettings;
use connect_core::id::WorkspaceId;
use connect_identity::Identity;
use connect_rpc::RpcError;
use connect_services::Services;
use connect_store::World;
use connect_store::sealing::Vault;
use connect_store::traffic::Traffic;
use connect_wire::OpenExchanges;
use serde_json::Value;
use tokio_util::sync::CancellationToken;

pub use config::{Config, Seed, Storage};
pub use connect_core::shell;
pub use connect_store::lock::LockError;
pub use control::events::Changes;
pub use control::ui::UiFiles;
pub use start::StartError;

/// A running sandbox. Cheap to clone.
#[derive(Clone)]
pub struct App(Arc<Inner>);

pub(crate) struct Inner {
    pub(crate) env: Arc<Env>,
    pub(crate) config: Config,
    pub(crate) workspace: WorkspaceId,
    pub(crate) world: World,
    pub(crate) traffic: Traffic,
    pub(crate) vault: Arc<Vault>,
    pub(crate) settings: Arc<LiveSettings>,
    /// Held while settings are changed: what is stored and what is in force are changed in the same order.
    pub(crate) changing_settings: tokio::sync::Mutex<()>,
    pub(crate) identity: Arc<Identity>,
    pub(crate) services: Arc<Services>,
    pub(crate) open: OpenExchanges,
    pub(crate) clock: clock::SandboxClock,
    pub(crate) walks: walks::Walks,
    pub(crate) addresses: start::Addresses,
    pub(crate) directory: start::Directory,
    pub(crate) started: connect_core::Timestamp,
    pub(crate) stop: CancellationToken,
    pub(crate) tasks: tokio_util::task::TaskTracker,
}

/// Where the control listener is, and what opens it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ControlAddress {
    /// Base URL.
    pub url: String,
    /// To be sent as `Authorization: Bearer …`; new with every start.
    pub token: String,
    /// Where a browser opens the user interface, the token in the fragment; none without its files.
    pub ui: Option<String>,
}

impl App {
    /// Base URL of the platform: `http://127.0.0.1:9400`.
    #[must_use]
    pub fn platform(&self) -> &str {
        &self.0.addresses.platform
    }

    /// The control listener, when there is one.
    #[must_use]
    pub fn control(&self) -> Option<ControlAddress> {
        self.0.addresses.control.clone()
    }

    /// The data directory; a temporary one that goes with the process when nothing is kept.
    #[must_use]
    pub fn data_dir(&self) -> &Path {
        self.0.directory.path()
    }

    /// The data directory when `connect-sandbox` does not look there by itself: commands that somebody pastes name it.
    pub(crate) fn named_data_dir(&self) -> Option<String> {
        let here = std::path::absolute(self.data_dir()).ok()?;
        let is_default = host::paths::default_data_dir().is_ok_and(|default| default == here);
        (!is_default).then(|| here.to_string_lossy().into_owned())
    }

    /// What changes from now on, as topics, batched.
    #[must_use]
    pub fn changes(&self) -> Changes {
        Changes::of(self)
    }

    /// Carries out a command.
    ///
    /// # Errors
    /// [`RpcError`], with a closed code.
    pub async fn rpc(&self, command: &str, payload: Value) -> Result<Value, RpcError> {
        commands::dispatch(self, command, payload).await
    }

    /// Finishes what is being answered, writes everything, and closes. Nothing acknowledged is lost without it.
    pub async fn stop(&self) {
        self.0.stop.cancel();
        self.0.tasks.close();
        self.0.tasks.wait().await;
        self.0.traffic.close().await;
        self.0.world.close().await;
        self.0.directory.release();
    }

    /// Comes back once the sandbox has been told to stop.
    pub async fn stopped(&self) {
        self.0.stop.cancelled().await;
    }
}
