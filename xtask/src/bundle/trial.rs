//! Installing a package, starting it as a desktop does, and removing it.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::Context as _;
use serde_json::Value;

use crate::machine::{Installer, which};
use crate::run::{CONSOLE, SANDBOX};
use crate::step;

/// What a trial is made with, and the packages that bring it: a display, a bus, a starter of desktop entries, and
/// somebody who sees the windows.
const TOOLS: [(&str, &str); 4] = [
    ("Xvfb", "xvfb"),
    ("dbus-daemon", "dbus"),
    ("gio", "libglib2.0-bin"),
    ("xwininfo", "x11-utils"),
];
/// The title of its window.
const TITLE: &str = "Connect Console";
/// How long it may take to be ready, and to end.
const PATIENCE: Duration = Duration::from_mins(1);

/// Installs, starts, stops and removes it; what the user has is left.
pub(super) fn run(package: &Path) -> anyhow::Result<()> {
    anyhow::ensure!(which("dpkg").is_some(), "a trial needs a Debian system");
    let there = step::read(Command::new("dpkg-query").args(["--show", CONSOLE]));
    anyhow::ensure!(
        there.is_err(),
        "{CONSOLE} is installed here already, and a trial would remove it"
    );
    let missing = TOOLS.iter().filter(|(tool, _)| which(tool).is_none());
    let missing: Vec<&str> = missing.map(|(_, package)| *package).collect();
    if !missing.is_empty() {
        Installer::find().install(&missing)?;
    }
    step::say("installing the package");
    step::run(apt(&["install", "-y", "--no-install-recommends"]).arg(package))
        .context("installing needs root")?;
    let home = tempfile::tempdir()?;
    let tried = installed().and_then(|files| {
        try_it(&files, home.path())?;
        Ok(files)
    });
    step::say("removing it");
    step::run(apt(&["purge", "-y"]).arg(CONSOLE))?;
    let left: Vec<_> = tried?.into_iter().filter(|path| path.exists()).collect();
    anyhow::ensure!(left.is_empty(), "removing it leaves {left:?}");
    for kept in ["world.db", "traffic.db"] {
        let file = workspace(home.path()).join(kept);
        anyhow::ensure!(file.is_file(), "removing it took the user's {kept}");
    }
    step::say(
        "the package installs, starts from its desktop entry, once, shows its window, answers, ends, and leaves nothing but the data",
    );
    Ok(())
}

fn apt(words: &[&str]) -> Command {
    let mut apt = Command::new("apt-get");
    apt.arg("-qq")
        .args(words)
        .env("DEBIAN_FRONTEND", "noninteractive")
        .stdout(Stdio::null());
    apt
}

/// What the package brought: its files, and the folders that are its own.
fn installed() -> anyhow::Result<Vec<PathBuf>> {
    let listed = step::read(Command::new("dpkg").args(["--listfiles", CONSOLE]))?;
    let own =
        |path: &PathBuf| path.is_file() || path.file_name().is_some_and(|name| name == CONSOLE);
    Ok(listed.lines().map(PathBuf::from).filter(own).collect())
}

fn workspace(home: &Path) -> PathBuf {
    home.join(".local/share/connect-console/default")
}

fn try_it(files: &[PathBuf], home: &Path) -> anyhow::Result<()> {
    let mut entries = files
        .iter()
        .filter(|path| path.extension().is_some_and(|end| end == "desktop"));
    let entry = entries.next().context("there is no desktop entry")?;
    let text = std::fs::read_to_string(entry)?;
    let value = |name: &str| {
        let line = text.lines().find_map(|line| line.strip_prefix(name));
        line.with_context(|| format!("no {name} in the desktop entry"))
    };
    let program = which(value("Exec=")?).context("the entry starts no program")?;
    let icon = format!("{}.png", value("Icon=")?);
    anyhow::ensure!(
        files.iter().any(|path| path.ends_with(&icon)),
        "there is no icon {icon}"
    );
    // The person has chosen another port once: theirs may be taken here.
    let chosen = home.join(".local/share/connect-console");
    std::fs::create_dir_all(&chosen)?;
    std::fs::write(
        chosen.join("console.json"),
        r#"{"workspace":"default","port":0}"#,
    )?;

    let (_display, number) =
        ready(Command::new("Xvfb").args(["-displayfd", "1", "-screen", "0", "1440x900x24"]))?;
    let number = format!(":{number}");
    let (_bus, bus) =
        ready(within(home, "dbus-daemon").args(["--session", "--nofork", "--print-address=1"]))?;
    let session = |program: &str| {
        let mut command = within(home, program);
        command
            .env("DISPLAY", &number)
            .env("DBUS_SESSION_BUS_ADDRESS", &bus);
        command
    };
    let launch = || step::run(session("gio").arg("launch").arg(entry));

    step::say("starting it from its desktop entry");
    launch()?;
    let runtime = workspace(home).join("runtime.json");
    wait("the sandbox runs", || Ok(runtime.is_file()))?;
    let status = || -> anyhow::Result<Value> {
        let asked = ["rpc", "sandbox_status"];
        let said = step::read(within(home, SANDBOX).args(asked))?;
        Ok(serde_json::from_str(&said)?)
    };
    // The command line of the same package reaches the window's sandbox, over the local socket.
    let first = status()?;
    let pid = first["pid"].as_u64().context("a pid")?;
    let running = Started(pid);
    let runs = std::fs::read_link(format!("/proc/{pid}/exe"))?;
    anyhow::ensure!(
        runs == std::fs::canonicalize(&program)?,
        "{} runs",
        runs.display()
    );
    wait("its window is shown", || {
        let seen = step::read(session("xwininfo").args(["-root", "-tree"]))?;
        Ok(seen.contains(&format!("\"{TITLE}\"")) || seen.contains(&format!("{TITLE}\": (")))
    })?;
    // Started again, it shows the window that is there.
    launch()?;
    wait("the second one has ended", || {
        Ok(running_as(&runs)? == [pid])
    })?;
    anyhow::ensure!(status()?["pid"] == first["pid"], "another one answers");
    step::run(Command::new("kill").arg(pid.to_string()))?;
    wait("it ends", || Ok(running_as(&runs)?.is_empty()))?;
    drop(running);
    anyhow::ensure!(!runtime.exists(), "it did not end cleanly");
    Ok(())
}

/// The processes of a program.
fn running_as(program: &Path) -> anyhow::Result<Vec<u64>> {
    let mut found = Vec::new();
    for process in std::fs::read_dir("/proc")? {
        let process = process?;
        let id = process.file_name().to_string_lossy().parse();
        // One that has ended since, or that is somebody else's, is not ours.
        let runs = std::fs::read_link(process.path().join("exe"));
        if let (Ok(id), Ok(runs)) = (id, runs)
            && runs == program
        {
            found.push(id);
        }
    }
    Ok(found)
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

/// One that somebody else started for us: it ends with the value, unless it has ended before.
struct Started(u64);

impl Drop for Started {
    fn drop(&mut self) {
        if Path::new(&format!("/proc/{}", self.0)).exists() {
            let killed = step::run(Command::new("kill").args(["-KILL", &self.0.to_string()]));
            if let Err(error) = killed {
                step::say(error);
            }
        }
    }
}

/// Starts a program and takes the one line that says it is ready.
fn ready(command: &mut Command) -> anyhow::Result<(Running, String)> {
    use std::io::{BufRead as _, BufReader};

    let mut program = Running(
        command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .with_context(|| format!("cannot start {}", step::line(command)))?,
    );
    let out = program.0.stdout.take().context("it is a pipe")?;
    let mut line = String::new();
    BufReader::new(out).read_line(&mut line)?;
    Ok((program, line.trim().to_owned()))
}

fn wait(what: &str, mut done: impl FnMut() -> anyhow::Result<bool>) -> anyhow::Result<()> {
    let start = Instant::now();
    while !done()? {
        anyhow::ensure!(start.elapsed() < PATIENCE, "waited too long until {what}");
        std::thread::sleep(Duration::from_millis(50));
    }
    Ok(())
}
