//! A real `connect-sandbox serve`, as a program that starts one sees it.

use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};
use std::sync::OnceLock;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};

use crate::support::http::send;
use crate::support::{MAYA, Partner, Request, text};

const PATIENCE: Duration = Duration::from_mins(1);

/// The program: where the environment says, where cargo puts it, or built now.
fn program() -> &'static Path {
    static FOUND: OnceLock<PathBuf> = OnceLock::new();
    FOUND.get_or_init(|| {
        if let Some(named) = std::env::var_os("CONNECT_SANDBOX_BIN") {
            return named.into();
        }
        let tests = std::env::current_exe().expect("this program has a path");
        let name = format!("connect-sandbox{}", std::env::consts::EXE_SUFFIX);
        let beside = tests
            .parent()
            .and_then(Path::parent)
            .expect("cargo puts tests into deps")
            .join(name);
        if !beside.exists() {
            let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
            let built = std::process::Command::new(cargo)
                .args(["build", "--quiet", "-p", "connect-cli"])
                .status();
            assert!(
                built.is_ok_and(|status| status.success()),
                "connect-sandbox can't be built"
            );
        }
        beside
    })
}

fn command(directory: &Path) -> Command {
    let mut command = Command::new(program());
    command.arg("--data-dir").arg(directory).args([
        "serve",
        "--json",
        "--key-file",
        "--port",
        "0",
        "--control-port",
        "0",
    ]);
    command.args(["--auto-approve", MAYA]).kill_on_drop(true);
    // Nothing of the environment of the tests gets in the way.
    command
        .env_remove("CONNECT_DATA_DIR")
        .env_remove("CONNECT_LOG");
    command
}

/// One that runs.
pub(super) struct Process {
    child: Child,
    pub(super) authority: String,
    control: String,
    token: String,
    errors: PathBuf,
}

impl Process {
    /// Starts one, and waits until it says that it is ready.
    pub(super) async fn start(directory: &Path) -> Self {
        let errors = directory.with_extension("stderr");
        let file = std::fs::File::create(&errors).expect("a file");
        let mut child = command(directory)
            .stdout(Stdio::piped())
            .stderr(file)
            .spawn()
            .expect("the program starts");
        let stdout = child.stdout.take().expect("asked for");
        let mut lines = BufReader::new(stdout).lines();
        let line = tokio::time::timeout(PATIENCE, lines.next_line())
            .await
            .expect("ready in time")
            .expect("readable");
        let said = || std::fs::read_to_string(&errors).unwrap_or_default();
        let ready: Value =
            serde_json::from_str(&line.unwrap_or_else(|| panic!("it ended: {}", said())))
                .expect("JSON");
        assert_eq!(ready["ready"], true);
        let authority = |value: &Value| text(value).replace("http://", "");
        Self {
            authority: authority(&ready["platform"]),
            control: authority(&ready["control"]["url"]),
            token: text(&ready["control"]["token"]),
            child,
            errors,
        }
    }

    pub(super) fn pid(&self) -> u32 {
        self.child.id().expect("it runs")
    }

    pub(super) fn is_running(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }

    /// What it said on standard error.
    pub(super) fn said(&self) -> String {
        std::fs::read_to_string(&self.errors).unwrap_or_default()
    }

    /// kill -9, without a chance to write anything.
    pub(super) async fn kill(&mut self) {
        self.child.kill().await.expect("it can be killed");
    }

    /// Asks it to stop, as a terminal or a service does.
    pub(super) async fn stop(mut self) {
        let pid = self.pid().to_string();
        let asked = Command::new("kill").args(["-TERM", &pid]).status().await;
        assert!(asked.is_ok_and(|status| status.success()), "kill -TERM");
        let ended = tokio::time::timeout(PATIENCE, self.child.wait())
            .await
            .expect("it stops in time");
        assert!(
            ended.expect("it can be waited for").success(),
            "{}",
            self.said()
        );
    }

    /// A command over TCP, which must work.
    pub(super) async fn rpc(&self, command: &str, payload: Value) -> Value {
        let call = Request::post("/rpc")
            .bearer(&self.token)
            .json(&json!({ "cmd": command, "payload": payload }));
        send(&self.control, &call).await.expect(200).json()
    }

    /// The client of a Loop service.
    pub(super) async fn service_client(&self, service: &str) -> Partner {
        let apps = self.rpc("apps_list", json!({})).await;
        let app = apps["apps"]
            .as_array()
            .expect("a list")
            .iter()
            .find(|app| app["service"] == service)
            .expect("seeded");
        let secrets = self
            .rpc("apps_reveal", json!({ "client_id": app["client_id"] }))
            .await;
        Partner {
            client_id: text(&app["client_id"]),
            secret: secrets["client_secret"].as_str().map(str::to_owned),
            webhook_secret: None,
            redirect_uri: String::new(),
        }
    }
}

/// What becomes of one that is started on a directory that is taken.
pub(super) async fn refused(directory: &Path) -> Output {
    let output = command(directory)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .output();
    tokio::time::timeout(PATIENCE, output)
        .await
        .expect("it ends by itself")
        .expect("the program starts")
}

/// An independent reader finds the files in order, where there is one on this machine. It is given copies, so that it
/// mends nothing for the sandbox.
pub(super) fn is_sound(directory: &Path) {
    let copies = tempfile::tempdir().expect("a folder");
    for name in ["world.db", "traffic.db"] {
        for tail in ["", "-wal"] {
            let file = format!("{name}{tail}");
            if directory.join(&file).exists() {
                std::fs::copy(directory.join(&file), copies.path().join(&file)).expect("copied");
            }
        }
        let checked = std::process::Command::new("sqlite3")
            .arg(copies.path().join(name))
            .arg("PRAGMA integrity_check;")
            .output();
        if let Ok(checked) = checked {
            assert_eq!(
                String::from_utf8_lossy(&checked.stdout).trim(),
                "ok",
                "{name}: {checked:?}"
            );
        }
    }
}
