//! Starting: take the directory, open the files, seed a new world, bind the ports, and be ready.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use connect_core::Env;
use connect_core::domain::actor::Actor;
use connect_core::domain::journal::Origin;
use connect_core::domain::rate::Limiter;
use connect_core::domain::settings::{LiveSettings, Settings};
use connect_core::id::WorkspaceId;
use connect_identity::{Identity, KeyRing};
use connect_rpc::wire::Runtime;
use connect_services::Services;
use connect_store::lock::{DirectoryLock, LockError};
use connect_store::sealing::{KeyPreference, Keychain, Vault};
use connect_store::traffic::{Retention, Traffic};
use connect_store::{Durability, StoreError, World, WorldOptions, meta};
use connect_wire::listener::BindError;
use connect_wire::{HostPolicy, Listener, OpenExchanges};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::clock::{self, SandboxClock};
use crate::configuration::{self, ConfigurationError};
use crate::walks::Walks;
use crate::{App, Config, ControlAddress, Inner, Storage, control, platform, seed};

/// Why a sandbox did not start; each says what to do.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The data directory is taken or can't be used.
    #[error(transparent)]
    Directory(#[from] LockError),
    /// A file could not be opened or written.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A port is taken.
    #[error(
        "port {port} is in use by another program; stop that program, choose another port with {flag} <port>, or any free one with {flag} 0"
    )]
    PortInUse {
        /// Which port.
        port: u16,
        /// The flag that chooses another.
        flag: &'static str,
    },
    /// A port can't be bound.
    #[error("the {listener} listener can't be opened")]
    Listen {
        /// Which listener.
        listener: &'static str,
        /// What the system said.
        #[source]
        source: BindError,
    },
    /// `--allow-host` was given no host.
    #[error("--allow-host: {0}")]
    AllowHost(#[from] connect_wire::host::InvalidHost),
    /// `connect.toml` can't be applied.
    #[error(transparent)]
    Configuration(#[from] ConfigurationError),
    /// The demo world could not be made.
    #[error("the demo world could not be made")]
    Seed(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The local socket or a file of the data directory can't be made.
    #[error("{path} can't be made: {source}")]
    File {
        /// Which file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
}

/// The data directory while it is held.
pub(crate) struct Directory {
    path: PathBuf,
    held: Mutex<Option<Held>>,
}

struct Held {
    _lock: DirectoryLock,
    /// Removes the directory of an ephemeral sandbox when dropped.
    _temporary: Option<tempfile::TempDir>,
}

impl Directory {
    fn take(storage: &Storage) -> Result<Self, StartError> {
        let temporary = match storage {
            Storage::At(_) => None,
            Storage::Ephemeral => Some(temporary().map_err(|source| StartError::File {
                path: std::env::temp_dir(),
                source,
            })?),
        };
        let path = match (storage, &temporary) {
            (Storage::At(path), _) => path.clone(),
            (Storage::Ephemeral, Some(temporary)) => temporary.path().to_owned(),
            (Storage::Ephemeral, None) => std::env::temp_dir(),
        };
        let lock = DirectoryLock::take(&path)?;
        Ok(Self {
            path,
            held: Mutex::new(Some(Held {
                _lock: lock,
                _temporary: temporary,
            })),
        })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Lets the directory go; an ephemeral one is removed.
    pub(crate) fn release(&self) {
        let _ = std::fs::remove_file(self.path.join(control::RUNTIME_FILE));
        self.held
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
    }
}

/// A directory that only its owner can enter, as a kept one is.
fn temporary() -> std::io::Result<tempfile::TempDir> {
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o700));
    builder.prefix("connect-sandbox-").tempdir()
}

/// Where the listeners are.
#[derive(Debug, Clone)]
pub(crate) struct Addresses {
    pub(crate) platform: String,
    pub(crate) control: Option<ControlAddress>,
    pub(crate) hosts: HostPolicy,
    pub(crate) open_to_others: bool,
}

impl App {
    /// Starts a sandbox.
    ///
    /// # Errors
    /// [`StartError`], with what to do about it.
    pub async fn start(config: Config, env: Arc<Env>) -> Result<Self, StartError> {
        // What can be wrong with how it was started is said before a world is made.
        hosts(&config, [])?;
        let directory = Directory::take(&config.storage)?;
        let path = directory.path().to_owned();
        let listener = bind(&config).await?;
        let control_listener = bind_control(&config).await?;
        let durability = durability(&path);
        let world = World::open(
            &WorldOptions {
                path: path.join("world.db"),
                durability,
            },
            Arc::clone(&env),
        )
        .await?;
        let mut reading = world.read().await?;
        let stored: Option<WorkspaceId> = meta::get(&mut reading, "workspace").await?;
        let settings: Settings = meta::get(&mut reading, "settings")
            .await?
            .unwrap_or_default();
        drop(reading);
        clock::load(&env, &world).await?;
        let is_new = stored.is_none();
        let workspace = stored.unwrap_or_else(|| env.id());
        let vault = Arc::new(vault(&config, &path, &env, is_new).await?);
        let retention = retention(&settings);
        let traffic = Traffic::open(
            &path.join("traffic.db"),
            workspace.to_string(),
            Arc::clone(&vault),
            retention,
            Arc::clone(&env),
        )
        .await?;
        let settings = Arc::new(LiveSettings::new(overridden(settings, &config)));
        let addresses = addresses(&config, &env, &listener, control_listener.as_ref())?;
        let cookie = format!(
            "loop_session_{}",
            &workspace.as_str()[workspace.as_str().len() - 8..].to_lowercase()
        );
        let identity = Arc::new(Identity {
            env: Arc::clone(&env),
            world: world.clone(),
            vault: Arc::clone(&vault),
            settings: Arc::clone(&settings),
            keys: Arc::new(KeyRing::new(
                Arc::clone(&env),
                world.clone(),
                Arc::clone(&vault),
            )),
            cookie: cookie.into(),
            limiter: Limiter::default(),
        });
        let services = Arc::new(Services::new(
            Arc::clone(&env),
            world.clone(),
            Arc::clone(&settings),
        ));
        let app = Self(Arc::new(Inner {
            started: env.wall_now(),
            env,
            config,
            workspace,
            world,
            traffic,
            vault,
            settings,
            changing_settings: tokio::sync::Mutex::default(),
            identity,
            services,
            open: OpenExchanges::new(),
            clock: SandboxClock::default(),
            walks: Walks::default(),
            addresses,
            directory,
            stop: CancellationToken::new(),
            tasks: TaskTracker::new(),
        }));
        if is_new {
            seed::new_world(&app).await?;
        }
        if let Some(file) = app.0.config.config_file.clone() {
            let wanted = configuration::read(&file)?;
            configuration::apply(&app, &wanted, app.origin(Actor::Console)).await?;
        }
        app.open_ways_in(listener, control_listener)?;
        tracing::info!(
            platform = app.platform(),
            control = app.control().map(|control| control.url),
            version = env!("CARGO_PKG_VERSION"),
            new_world = is_new,
            "the sandbox is ready"
        );
        Ok(app)
    }

    fn open_ways_in(
        &self,
        listener: Listener,
        control_listener: Option<Listener>,
    ) -> Result<(), StartError> {
        platform::serve(self, listener);
        if let Some(listener) = control_listener {
            control::http::serve(self, listener);
        }
        let socket = control::socket::serve(self)?;
        let runtime = Runtime {
            pid: std::process::id(),
            socket,
            platform: self.platform().to_owned(),
            control: self.control().map(|control| control.url),
        };
        control::write_runtime(self.data_dir(), &runtime)?;
        self.0.tasks.spawn(self.clone().watch_due());
        Ok(())
    }

    /// The origin of something the console or the sandbox itself does: a trace of its own.
    pub(crate) fn origin(&self, actor: Actor) -> Origin {
        Origin {
            at: self.0.env.moment(),
            actor,
            trace: self.0.env.id(),
            cause: None,
            exchange: None,
        }
    }
}

/// Read before the world is open: it decides how the world is opened. A file of its own says it.
fn durability(directory: &Path) -> Durability {
    if directory.join(POWER_CUT_FILE).exists() {
        Durability::Power
    } else {
        Durability::Process
    }
}

/// There while acknowledged changes are to survive a power cut.
pub(crate) const POWER_CUT_FILE: &str = "synchronous-full";

async fn vault(config: &Config, path: &Path, env: &Env, is_new: bool) -> Result<Vault, StartError> {
    let mut random = |bytes: &mut [u8]| env.fill(bytes);
    if config.storage == Storage::Ephemeral {
        return Ok(Vault::in_memory(&mut random));
    }
    let keychain = Keychain::of_this_session();
    if !is_new {
        return Ok(Vault::open(path, keychain));
    }
    let preference = if config.key_file {
        KeyPreference::File
    } else {
        KeyPreference::Keychain
    };
    Vault::create(path, keychain, preference, &mut random)
        .await
        .map_err(|source| StartError::File {
            path: path.join(connect_store::sealing::RECORD_FILE),
            source,
        })
}

/// The settings with what the command line says for this run.
pub(crate) fn overridden(mut settings: Settings, config: &Config) -> Settings {
    if let Some(profile) = config.profile {
        settings.profile = profile;
    }
    if config.auto_approve.is_some() {
        settings.auto_approve.clone_from(&config.auto_approve);
    }
    settings
}

/// What the settings keep of the traffic.
pub(crate) fn retention(settings: &Settings) -> Retention {
    Retention {
        max_count: settings.keep_exchanges,
        max_age_days: settings.keep_days,
        max_mebibytes: settings.keep_mebibytes,
    }
}

/// Whom the platform's listener answers, at these ports.
fn hosts(config: &Config, ports: impl IntoIterator<Item = u16>) -> Result<HostPolicy, StartError> {
    let mut allowed = config.allow_hosts.iter();
    let policy = HostPolicy::loopback(ports);
    Ok(allowed.try_fold(policy, |policy, host| policy.allow(host))?)
}

async fn bind(config: &Config) -> Result<Listener, StartError> {
    let bound = match config.listen {
        Some(address) => Listener::bind("platform", [SocketAddr::new(address, config.port)]).await,
        None => Listener::bind_loopback("platform", config.port).await,
    };
    bound.map_err(|error| not_bound(error, "platform", "--port"))
}

async fn bind_control(config: &Config) -> Result<Option<Listener>, StartError> {
    let Some(port) = config.control_port else {
        return Ok(None);
    };
    let bound = Listener::bind_loopback("control", port).await;
    bound
        .map(Some)
        .map_err(|error| not_bound(error, "control", "--control-port"))
}

fn not_bound(error: BindError, listener: &'static str, flag: &'static str) -> StartError {
    match error {
        BindError::InUse { address } => StartError::PortInUse {
            port: address.port(),
            flag,
        },
        source @ BindError::Refused { .. } => StartError::Listen { listener, source },
    }
}

fn addresses(
    config: &Config,
    env: &Env,
    listener: &Listener,
    control: Option<&Listener>,
) -> Result<Addresses, StartError> {
    let port = |listener: &Listener| listener.addresses().first().map_or(0, SocketAddr::port);
    let control = control.map(|control| {
        let url = format!("http://127.0.0.1:{}", port(control));
        let token = env.secret("ctl_").expose().to_owned();
        let ui = config.ui.is_some().then(|| format!("{url}/#token={token}"));
        ControlAddress { url, token, ui }
    });
    Ok(Addresses {
        platform: format!("http://127.0.0.1:{}", port(listener)),
        control,
        hosts: hosts(config, [port(listener)])?,
        open_to_others: config.listen.is_some_and(|address| !address.is_loopback()),
    })
}
