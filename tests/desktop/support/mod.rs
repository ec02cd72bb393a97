//! What the tests share: a home and a display of their own, programs in it, and waiting.

pub(crate) mod outside;
pub(crate) mod program;
pub(crate) mod walks;
pub(crate) mod window;

use std::io::{BufRead as _, BufReader};
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use tempfile::TempDir;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::sync::{Semaphore, SemaphorePermit};

use program::Program;

/// How often something is looked at, and how long it is waited for in all.
const BETWEEN_LOOKS: Duration = Duration::from_millis(50);
const LOOKS: u32 = 1200;

/// One window at a time: each keeps a core busy while its page loads.
static WINDOWS: Semaphore = Semaphore::const_new(1);

/// Waits until something is there.
pub(crate) async fn eventually<T>(what: &str, mut look: impl AsyncFnMut() -> Option<T>) -> T {
    let mut between = tokio::time::interval(BETWEEN_LOOKS);
    for _ in 0..LOOKS {
        between.tick().await;
        if let Some(found) = look().await {
            return found;
        }
    }
    panic!("waited too long until {what}");
}

/// A home, a display and, where asked for, a bus of the test's own: nothing of this machine's user is seen or touched.
pub(crate) struct Home {
    directory: TempDir,
    _display: Program,
    bus: Option<(Program, String)>,
    number: String,
    _permit: SemaphorePermit<'static>,
}

impl Home {
    pub(crate) async fn new() -> Self {
        let permit = WINDOWS.acquire().await.expect("it is never closed");
        let directory = tempfile::tempdir().expect("a folder");
        let (display, number) = starts(Command::new("Xvfb").args([
            "-displayfd",
            "1",
            "-screen",
            "0",
            "1440x900x24",
            "-nolisten",
            "tcp",
        ]));
        Self {
            directory,
            _display: display,
            bus: None,
            number: format!(":{number}"),
            _permit: permit,
        }
    }

    pub(crate) async fn with_a_bus() -> Self {
        let bus = starts(Command::new("dbus-daemon").args([
            "--session",
            "--nofork",
            "--print-address=1",
        ]));
        Self {
            bus: Some(bus),
            ..Self::new().await
        }
    }

    pub(crate) fn path(&self) -> &Path {
        self.directory.path()
    }

    /// The directory of a workspace of this home.
    pub(crate) fn workspace(&self, name: &str) -> PathBuf {
        self.workspaces().join(name)
    }

    /// Where this person's workspaces are.
    pub(crate) fn workspaces(&self) -> PathBuf {
        self.path().join("data/connect-console")
    }

    /// Where the web view writes.
    pub(crate) fn web_view(&self) -> PathBuf {
        self.path().join("data/health.loop.connect-console")
    }

    /// Whether a file of the web view's storage holds a text, as it keeps them: in UTF-16.
    pub(crate) fn page_wrote_down(&self, text: &str) -> bool {
        let wanted: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let storage = self.web_view().join("localstorage");
        let files = std::fs::read_dir(storage).into_iter().flatten().flatten();
        files.into_iter().any(|file| {
            let bytes = std::fs::read(file.path()).unwrap_or_default();
            bytes.windows(wanted.len()).any(|found| found == wanted)
        })
    }

    /// Takes the place of the person's own browser: where the addresses are written that it was asked to open.
    pub(crate) fn keeps_what_is_opened(&self) -> PathBuf {
        let (folder, opened) = (self.programs(), self.path().join("opened"));
        std::fs::create_dir_all(&folder).expect("a folder");
        let program = folder.join("xdg-open");
        let script = format!("#!/bin/sh\necho \"$1\" >> '{}'\n", opened.display());
        std::fs::write(&program, script).expect("written");
        let runs = std::fs::Permissions::from_mode(0o700);
        std::fs::set_permissions(&program, runs).expect("its own");
        opened
    }

    /// Programs of the test's own, found before the system's.
    fn programs(&self) -> PathBuf {
        self.path().join("bin")
    }

    /// A command in this home, on its display.
    pub(crate) fn within(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = Command::new(program);
        for name in [
            "CONNECT_DATA_DIR",
            "CONNECT_LOG",
            "WAYLAND_DISPLAY",
            "DBUS_SESSION_BUS_ADDRESS",
        ] {
            command.env_remove(name);
        }
        if let Some((_, address)) = &self.bus {
            command.env("DBUS_SESSION_BUS_ADDRESS", address);
        }
        let mut programs = vec![self.programs()];
        programs.extend(
            std::env::var_os("PATH")
                .iter()
                .flat_map(std::env::split_paths),
        );
        let programs = std::env::join_paths(programs).expect("plain paths");
        command
            .env("PATH", programs)
            .env("HOME", self.path())
            .env("XDG_DATA_HOME", self.path().join("data"))
            .env("XDG_CONFIG_HOME", self.path().join("config"))
            .env("XDG_CACHE_HOME", self.path().join("cache"))
            .env("DISPLAY", &self.number)
            .env("GDK_BACKEND", "x11")
            // No accessibility bus is started behind the test's back.
            .env("NO_AT_BRIDGE", "1")
            .stdin(Stdio::null());
        command
    }

    /// The console by itself, without a driver.
    pub(crate) fn start(&self, arguments: &[&str]) -> Program {
        let mut command = self.within(env!("CARGO_BIN_EXE_connect-console"));
        Program::start(command.args(arguments))
    }
}

/// Starts a program and takes the one line that says it is ready.
fn starts(command: &mut Command) -> (Program, String) {
    let mut child = command
        .process_group(0)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap_or_else(|error| {
            panic!("{command:?}: {error}; `cargo xtask setup` prepares a machine")
        });
    let mut line = String::new();
    let out = child.stdout.take().expect("it is a pipe");
    BufReader::new(out).read_line(&mut line).expect("a line");
    (Program::of(child), line.trim().to_owned())
}

/// Sends a plain GET and waits for the whole answer.
pub(crate) async fn get(base: &str, target: &str) -> String {
    let authority = base.trim_start_matches("http://");
    let mut stream = tokio::net::TcpStream::connect(authority)
        .await
        .expect("the platform answers");
    let request =
        format!("GET {target} HTTP/1.1\r\nHost: {authority}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.expect("sent");
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.expect("answered");
    String::from_utf8_lossy(&answer).into_owned()
}
