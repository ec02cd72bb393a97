//! The sandbox that the window shows: started beside the window, replaced when another workspace is opened, and stopped
//! before the program ends.

use std::path::PathBuf;
use std::sync::{Arc, Mutex as StdMutex, OnceLock, PoisonError};
use std::time::Duration;

use connect_app::host::logs::{self, LogFile};
use connect_app::{App, Config, StartError, Storage};
use connect_core::Env;
use connect_rpc::host::HostSettings;
use connect_rpc::{ErrorCode, RpcError};
use serde_json::json;
use tokio::runtime::Handle;
use tokio::sync::{Mutex, watch};

use crate::left;

/// How long what is being answered may take to end.
const PATIENCE: Duration = Duration::from_secs(10);

/// The window's sandbox. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Sandbox(Arc<Inner>);

struct Inner {
    state: watch::Sender<State>,
    /// Held while the sandbox is started, stopped or replaced: one at a time.
    wanted: Mutex<Wanted>,
    /// Where the console was left in the first workspace that is opened, until the page has asked.
    left: OnceLock<StdMutex<Option<String>>>,
    logs: LogFile,
}

/// How it is.
#[derive(Clone)]
pub(crate) enum State {
    Starting,
    Running(App),
    Failed(Failure),
    Stopped,
}

/// Why it could not be started.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Failure {
    pub(crate) message: String,
    pub(crate) port_in_use: Option<u16>,
}

/// Which sandbox is wanted.
#[derive(Debug, Clone)]
pub(crate) struct Wanted {
    /// Its directory; none to keep nothing.
    pub(crate) directory: Option<PathBuf>,
    pub(crate) settings: HostSettings,
    /// A port for this time only, in place of the one in the settings.
    pub(crate) port: Option<u16>,
    pub(crate) key_file: bool,
}

impl Wanted {
    fn config(&self) -> Config {
        let storage = self
            .directory
            .clone()
            .map_or(Storage::Ephemeral, Storage::At);
        Config {
            storage,
            port: self.port.unwrap_or(self.settings.port),
            listen: self.settings.listen,
            allow_hosts: self.settings.allow_hosts.clone(),
            key_file: self.key_file,
            ..Config::ephemeral()
        }
    }
}

impl From<&StartError> for Failure {
    fn from(error: &StartError) -> Self {
        let port_in_use = match error {
            StartError::PortInUse { port, .. } => Some(*port),
            _ => None,
        };
        let message = match port_in_use {
            // The message of the error speaks of flags.
            Some(port) => format!("port {port} is in use by another program"),
            None => chain(error),
        };
        Self {
            message,
            port_in_use,
        }
    }
}

/// An error with its causes, in one line.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(inner) = source {
        let inner_text = inner.to_string();
        if !text.contains(&inner_text) {
            text = format!("{text}: {inner_text}");
        }
        source = inner.source();
    }
    text
}

impl Sandbox {
    /// One that is about to be started by [`Sandbox::start`].
    pub(crate) fn new(wanted: Wanted, logs: LogFile) -> Self {
        Self(Arc::new(Inner {
            state: watch::Sender::new(State::Starting),
            wanted: Mutex::new(wanted),
            left: OnceLock::new(),
            logs,
        }))
    }

    /// How it is from now on.
    pub(crate) fn watch(&self) -> watch::Receiver<State> {
        self.0.state.subscribe()
    }

    /// How it is.
    pub(crate) fn state(&self) -> State {
        self.0.state.borrow().clone()
    }

    /// Where the console was left in the workspace that was opened first; told once.
    pub(crate) fn left(&self) -> Option<String> {
        let left = self.0.left.get()?;
        left.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// The running sandbox, once it runs.
    ///
    /// # Errors
    /// `unavailable` with why, when it could not be started or is stopped.
    pub(crate) async fn app(&self) -> Result<App, RpcError> {
        let mut watching = self.watch();
        let state = watching
            .wait_for(|state| !matches!(state, State::Starting))
            .await;
        match state.as_deref() {
            Ok(State::Running(app)) => Ok(app.clone()),
            Ok(State::Failed(failure)) => Err(RpcError::new(
                ErrorCode::Unavailable,
                format!("the sandbox did not start: {}", failure.message),
            )
            .with(json!({ "state": "failed", "port_in_use": failure.port_in_use }))),
            Ok(State::Starting | State::Stopped) | Err(_) => Err(RpcError::new(
                ErrorCode::Unavailable,
                "the sandbox is stopping",
            )
            .with(json!({ "state": "stopped" }))),
        }
    }

    /// Which sandbox is wanted at present.
    pub(crate) async fn wanted(&self) -> Wanted {
        self.0.wanted.lock().await.clone()
    }

    /// Starts what is wanted, for the first time.
    pub(crate) async fn start(&self) {
        let wanted = self.0.wanted.lock().await;
        self.begin(&wanted).await;
    }

    /// Stops what runs, and starts what is wanted after `change`. Commands wait while that happens.
    pub(crate) async fn replace(&self, change: impl FnOnce(&mut Wanted)) {
        let mut wanted = self.0.wanted.lock().await;
        self.end(State::Starting).await;
        change(&mut wanted);
        self.begin(&wanted).await;
    }

    /// Stops what runs, does something with its files, and starts it again. Commands wait while that happens.
    pub(crate) async fn while_stopped<T>(&self, work: impl Future<Output = T>) -> T {
        let wanted = self.0.wanted.lock().await;
        self.end(State::Starting).await;
        let done = work.await;
        self.begin(&wanted).await;
        done
    }

    /// Stops for good: what is being answered is finished and everything is written. Comes back at once the second time.
    pub(crate) async fn stop(&self) {
        let wanted = self.0.wanted.lock().await;
        self.end(State::Stopped).await;
        drop(wanted);
    }

    async fn begin(&self, wanted: &Wanted) {
        if matches!(self.state(), State::Stopped) {
            return;
        }
        self.0.state.send_replace(State::Starting);
        let state = match start(wanted.config()).await {
            Ok(app) => {
                if let Err(error) = self.0.logs.keep_in(&app.data_dir().join(logs::DIRECTORY)) {
                    tracing::warn!(%error, "logs go to standard error only");
                }
                // Its lock is held by now. Workspaces that are opened later are shown where the console is.
                let left = left::take(app.data_dir());
                self.0.left.get_or_init(|| StdMutex::new(left));
                State::Running(app)
            }
            Err(failure) => {
                tracing::error!(error = failure.message, "the sandbox did not start");
                State::Failed(failure)
            }
        };
        self.0.state.send_replace(state);
    }

    async fn end(&self, next: State) {
        if matches!(self.state(), State::Stopped) {
            return;
        }
        let State::Running(app) = self.0.state.send_replace(next) else {
            return;
        };
        tracing::info!("the sandbox is stopping");
        // Its directory may be copied or removed now.
        self.0.logs.let_go();
        if tokio::time::timeout(PATIENCE, app.stop()).await.is_err() {
            tracing::error!("the sandbox did not stop in time");
        }
    }
}

/// On a thread of its own, since a start keeps to one thread.
async fn start(config: Config) -> Result<App, Failure> {
    let runtime = Handle::current();
    let started = tokio::task::spawn_blocking(move || {
        runtime.block_on(App::start(config, Arc::new(Env::system())))
    });
    match started.await {
        Ok(started) => started.map_err(|error| Failure::from(&error)),
        Err(panicked) => Err(Failure {
            message: panicked.to_string(),
            port_in_use: None,
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wanted(directory: Option<PathBuf>) -> Wanted {
        Wanted {
            directory,
            settings: HostSettings {
                port: 0,
                ..HostSettings::default()
            },
            port: None,
            key_file: true,
        }
    }

    #[tokio::test]
    async fn commands_wait_for_the_start_and_fail_after_the_stop() {
        let sandbox = Sandbox::new(wanted(None), LogFile::default());
        let (app, ()) = tokio::join!(sandbox.app(), sandbox.start());
        let app = app.expect("it runs");
        app.rpc("sandbox_status", json!({}))
            .await
            .expect("answered");
        sandbox.stop().await;
        sandbox.stop().await;
        let error = sandbox.app().await.err().expect("it is stopped");
        assert_eq!(error.code, ErrorCode::Unavailable);
        // Nothing starts again after that.
        sandbox.replace(|_| ()).await;
        assert!(matches!(sandbox.state(), State::Stopped));
    }

    #[tokio::test]
    async fn a_workspace_is_replaced_and_found_again_with_everything_in_it() {
        let root = tempfile::tempdir().expect("a folder");
        let (one, two) = (root.path().join("one"), root.path().join("two"));
        let sandbox = Sandbox::new(wanted(Some(one.clone())), LogFile::default());
        sandbox.start().await;
        let app = sandbox.app().await.expect("it runs");
        let person = json!({ "email": "ada@example.com", "name": "Ada", "without_data": true });
        app.rpc("people_create", person).await.expect("created");
        sandbox
            .replace(|wanted| wanted.directory = Some(two.clone()))
            .await;
        let app = sandbox.app().await.expect("it runs");
        assert_eq!(app.data_dir(), two);
        let ada = json!({ "user_id": "ada@example.com" });
        assert!(app.rpc("people_get", ada.clone()).await.is_err());
        sandbox.replace(|wanted| wanted.directory = Some(one)).await;
        let app = sandbox.app().await.expect("it runs");
        app.rpc("people_get", ada).await.expect("kept");
        sandbox.stop().await;
        assert!(two.join("logs").is_dir());
    }

    #[tokio::test]
    async fn where_the_console_was_left_is_for_who_holds_the_workspace_and_told_once() {
        let root = tempfile::tempdir().expect("a folder");
        let (one, two) = (root.path().join("one"), root.path().join("two"));
        for workspace in [&one, &two] {
            std::fs::create_dir_all(workspace).expect("a folder");
            left::keep("#/people", workspace);
        }
        let holder = start(wanted(Some(one.clone())).config()).await;
        let holder = holder.expect("it runs");
        let sandbox = Sandbox::new(wanted(Some(one.clone())), LogFile::default());
        sandbox.start().await;
        assert!(matches!(sandbox.state(), State::Failed(_)));
        assert_eq!(sandbox.left(), None);
        assert!(one.join("left-at").exists(), "it is the other's");
        holder.stop().await;
        sandbox.replace(|_| ()).await;
        assert_eq!(sandbox.left().as_deref(), Some("#/people"));
        assert_eq!(sandbox.left(), None);
        assert!(!one.join("left-at").exists());
        // Another workspace is shown where the console is; what was left there is out of date from then on.
        sandbox
            .replace(|wanted| wanted.directory = Some(two.clone()))
            .await;
        assert_eq!(sandbox.left(), None);
        assert!(!two.join("left-at").exists());
        sandbox.stop().await;
    }

    #[tokio::test]
    async fn a_taken_port_is_said_and_another_one_can_be_taken() {
        let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
        let port = taken.local_addr().expect("bound").port();
        let mut first = wanted(None);
        first.settings.port = port;
        let sandbox = Sandbox::new(first, LogFile::default());
        sandbox.start().await;
        let State::Failed(failure) = sandbox.state() else {
            panic!("the port is taken")
        };
        assert_eq!(failure.port_in_use, Some(port));
        let error = sandbox.app().await.err().expect("it does not run");
        assert_eq!(error.code, ErrorCode::Unavailable);
        assert_eq!(error.detail["port_in_use"], port);
        sandbox.replace(|wanted| wanted.port = Some(0)).await;
        sandbox.app().await.expect("it runs");
        sandbox.stop().await;
    }
}
