//! A desktop session for the tests: a private D-Bus with an unlocked keychain, so that the Secret Service is real.
//!
//! `dbus-run-session` starts the bus and this program again inside it; that one starts `gnome-keyring-daemon`, gives it
//! a password on its standard input (an empty one would make it ask on a display), waits until it owns its name, makes
//! sure that its default collection is there, and then runs the command. The keychain lives in a temporary directory:
//! the person's own is neither seen nor touched. Elsewhere than on Linux commands run as they are.

use std::ffi::OsString;
use std::io::Write as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::Context as _;

use crate::step;

/// Tells the tests that the session's Secret Service is there and unlocked, so that its absence is a failure.
pub(crate) const SECRET_SERVICE: &str = "CONNECT_TEST_SECRET_SERVICE";

/// How long the keychain may take to come up.
const PATIENCE: Duration = Duration::from_secs(20);

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// The command to run inside the session.
    #[arg(last = true, required = true)]
    command: Vec<OsString>,
}

/// The same command, inside a session of its own where this system needs one.
///
/// # Errors
/// When our own program cannot be found.
pub(crate) fn within(command: &Command) -> anyhow::Result<Command> {
    let mut outer = if cfg!(target_os = "linux") {
        let mut outer = Command::new("dbus-run-session");
        outer
            .arg("--")
            .arg(std::env::current_exe()?)
            .args(["session", "--"]);
        outer.arg(command.get_program());
        outer
    } else {
        Command::new(command.get_program())
    };
    outer.args(command.get_args());
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => outer.env(name, value),
            None => outer.env_remove(name),
        };
    }
    if let Some(directory) = command.get_current_dir() {
        outer.current_dir(directory);
    }
    Ok(outer)
}

/// The part that runs inside the bus: keychain, command, end.
pub(crate) fn execute(arguments: &Arguments) -> anyhow::Result<()> {
    anyhow::ensure!(
        std::env::var_os("DBUS_SESSION_BUS_ADDRESS").is_some(),
        "this runs inside `dbus-run-session`; `cargo xtask test` does that"
    );
    let home = tempfile::tempdir()?;
    let keychain = Keychain::start(home.path())?;
    let (program, rest) = arguments
        .command
        .split_first()
        .context("a command is given")?;
    let outcome = step::run(Command::new(program).args(rest).env(SECRET_SERVICE, "1"));
    drop(keychain);
    outcome
}

/// A running keychain daemon, ended with the value.
struct Keychain {
    daemon: Child,
}

impl Keychain {
    fn start(home: &Path) -> anyhow::Result<Self> {
        let mut daemon = Command::new("gnome-keyring-daemon")
            .args(["--foreground", "--unlock", "--components=secrets"])
            .arg(format!(
                "--control-directory={}",
                home.join("control").display()
            ))
            .env("XDG_DATA_HOME", home)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()
            .context("cannot start gnome-keyring-daemon")?;
        let mut password = daemon
            .stdin
            .take()
            .context("its standard input is a pipe")?;
        password.write_all(b"connect")?;
        drop(password);
        let mut keychain = Self { daemon };
        keychain.wait_until_unlocked()?;
        Ok(keychain)
    }

    /// Asks the bus only who owns the name at first: a call to the service itself would start a second, locked one.
    fn wait_until_unlocked(&mut self) -> anyhow::Result<()> {
        let start = Instant::now();
        while !call(
            BUS,
            "org.freedesktop.DBus.NameHasOwner",
            "string:org.freedesktop.secrets",
        )?
        .contains("boolean true")
        {
            if let Some(status) = self.daemon.try_wait()? {
                anyhow::bail!("gnome-keyring-daemon ended at once: {status}");
            }
            anyhow::ensure!(
                start.elapsed() < PATIENCE,
                "gnome-keyring-daemon did not come up within {} s",
                PATIENCE.as_secs()
            );
            std::thread::sleep(Duration::from_millis(20));
        }
        let collection = call(
            SECRETS,
            "org.freedesktop.Secret.Service.ReadAlias",
            "string:default",
        )?;
        anyhow::ensure!(
            collection.contains("/collection/"),
            "the keychain came up without an unlocked default collection: {collection}"
        );
        Ok(())
    }
}

impl Drop for Keychain {
    fn drop(&mut self) {
        // Either it is still there and ends now, or it has ended by itself: both are what we want.
        let _ended = self.daemon.kill().and_then(|()| self.daemon.wait());
    }
}

/// A D-Bus name and its main object.
type Service = (&'static str, &'static str);
const BUS: Service = ("org.freedesktop.DBus", "/org/freedesktop/DBus");
const SECRETS: Service = ("org.freedesktop.secrets", "/org/freedesktop/secrets");

fn call((name, object): Service, method: &str, argument: &str) -> anyhow::Result<String> {
    step::read(
        Command::new("dbus-send")
            .args(["--session", "--print-reply"])
            .arg(format!("--dest={name}"))
            .args([object, method, argument]),
    )
}
