//! Installing a package, starting it as a desktop does, and removing it.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::Context as _;

use crate::machine::which;
use crate::step;

/// The package's name, and its desktop entry's.
const PACKAGE: &str = "connect-console";
/// How long it may take to be ready, and to end.
const PATIENCE: Duration = Duration::from_mins(1);

/// Installs, starts, stops and removes it; what the user has is left.
pub(super) fn run(package: &Path) -> anyhow::Result<()> {
    anyhow::ensure!(
        which("apt-get").is_some() && which("Xvfb").is_some(),
        "a trial needs a Debian system with Xvfb"
    );
    step::run(
        Command::new("apt-get")
            .args(["-qq", "install", "-y", "--reinstall"])
            .arg(package)
            .env("DEBIAN_FRONTEND", "noninteractive")
            .stdout(Stdio::null()),
    )
    .context("installing needs root")?;
    let files = installed()?;
    let home = tempfile::tempdir()?;
    let tried = try_it(&files, home.path());
    step::run(
        Command::new("apt-get")
            .args(["-qq", "purge", "-y", PACKAGE])
            .env("DEBIAN_FRONTEND", "noninteractive")
            .stdout(Stdio::null()),
    )?;
    tried?;
    let left: Vec<_> = files.iter().filter(|path| path.is_file()).collect();
    anyhow::ensure!(left.is_empty(), "removing it leaves {left:?}");
    let world = workspace(home.path()).join("world.db");
    anyhow::ensure!(world.is_file(), "removing it took the user's data");
    step::say(
        "the package installs, starts from its desktop entry, answers, ends, and leaves nothing but the data",
    );
    Ok(())
}

/// The files of the installed package.
fn installed() -> anyhow::Result<Vec<PathBuf>> {
    let listed = step::read(Command::new("dpkg").args(["--listfiles", PACKAGE]))?;
    Ok(listed
        .lines()
        .map(PathBuf::from)
        .filter(|path| path.is_file())
        .collect())
}

fn workspace(home: &Path) -> PathBuf {
    home.join(".local/share/connect-console/default")
}

fn try_it(files: &[PathBuf], home: &Path) -> anyhow::Result<()> {
    let entry = files
        .iter()
        .find(|path| path.extension().is_some_and(|end| end == "desktop"))
        .context("there is no desktop entry")?;
    let entry = std::fs::read_to_string(entry)?;
    let value = |name: &str| {
        let line = entry.lines().find_map(|line| line.strip_prefix(name));
        line.with_context(|| format!("no {name} in the desktop entry"))
    };
    let (program, icon) = (value("Exec=")?.trim(), value("Icon=")?.trim());
    anyhow::ensure!(
        files
            .iter()
            .any(|path| path.ends_with(format!("{icon}.png"))),
        "there is no icon {icon}"
    );
    let (_display, number) = display()?;
    let mut console = Running(
        within(home, program)
            .args(["--key-file", "--port", "0"])
            .env("DISPLAY", number)
            .spawn()
            .with_context(|| format!("cannot start {program}"))?,
    );
    let runtime = workspace(home).join("runtime.json");
    wait("the sandbox runs", || {
        anyhow::ensure!(console.0.try_wait()?.is_none(), "{program} ended at once");
        Ok(runtime.is_file())
    })?;
    // The command line of the same package reaches the window's sandbox.
    let status = step::read(within(home, "connect-sandbox").args(["rpc", "sandbox_status"]))?;
    anyhow::ensure!(status.contains("\"platform\""), "{status}");
    step::run(Command::new("kill").arg(console.0.id().to_string()))?;
    wait("it ends", || Ok(console.0.try_wait()?.is_some()))?;
    anyhow::ensure!(!runtime.exists(), "it did not end cleanly");
    Ok(())
}

/// A program as a new user would have it.
fn within(home: &Path, program: &str) -> Command {
    let mut command = Command::new(program);
    for name in [
        "XDG_DATA_HOME",
        "XDG_CONFIG_HOME",
        "XDG_CACHE_HOME",
        "CONNECT_DATA_DIR",
        "DBUS_SESSION_BUS_ADDRESS",
        "WAYLAND_DISPLAY",
    ] {
        command.env_remove(name);
    }
    command.env("HOME", home);
    command
}

/// A program that ends with the value.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        // Either it is still there and ends now, or it has ended by itself: both are what we want.
        let _ended = self.0.kill().and_then(|()| self.0.wait());
    }
}

/// A display of its own, and its number.
fn display() -> anyhow::Result<(Running, String)> {
    use std::io::{BufRead as _, BufReader};

    let mut display = Running(
        Command::new("Xvfb")
            .args(["-displayfd", "1", "-screen", "0", "1440x900x24"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()?,
    );
    let out = display.0.stdout.take().context("it is a pipe")?;
    let mut number = String::new();
    BufReader::new(out).read_line(&mut number)?;
    Ok((display, format!(":{}", number.trim())))
}

fn wait(what: &str, mut done: impl FnMut() -> anyhow::Result<bool>) -> anyhow::Result<()> {
    let start = Instant::now();
    while !done()? {
        anyhow::ensure!(start.elapsed() < PATIENCE, "waited too long until {what}");
        std::thread::sleep(Duration::from_millis(50));
    }
    Ok(())
}
