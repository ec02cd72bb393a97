//! What the apps in `tests/clients` are made of: a Python environment and Node modules, from their lock files.
//!
//! A directory there with `requirements.txt` is a Python app, one with `package-lock.json` a Node app.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Context as _;

use crate::stamp::Stamp;
use crate::step;
use crate::workspace::Workspace;

/// The Python that environments are made with.
pub(crate) const PYTHON: &str = if cfg!(windows) { "python" } else { "python3" };

/// Whether the Python environment fits the requirements as they are now.
///
/// # Errors
/// When `tests/clients` cannot be read.
pub(crate) fn python_is_ready(workspace: &Workspace) -> anyhow::Result<bool> {
    let requirements = apps_with(workspace, "requirements.txt")?;
    Ok(requirements.is_empty()
        || (python_stamp(workspace).is_current(&requirements)? && python(workspace).is_file()))
}

/// Brings the Python environment and the Node modules up to date.
///
/// # Errors
/// When pip or npm fails.
pub(crate) fn prepare(workspace: &Workspace) -> anyhow::Result<()> {
    if !python_is_ready(workspace)? {
        install_python(workspace)?;
    }
    for lock in apps_with(workspace, "package-lock.json")? {
        install_node(workspace, &lock)?;
    }
    Ok(())
}

/// The environment's own Python: `target/clients/venv/bin/python`.
pub(crate) fn python(workspace: &Workspace) -> PathBuf {
    let venv = venv(workspace);
    if cfg!(windows) {
        venv.join("Scripts").join("python.exe")
    } else {
        venv.join("bin").join("python")
    }
}

fn venv(workspace: &Workspace) -> PathBuf {
    workspace.target("clients/venv")
}

fn python_stamp(workspace: &Workspace) -> Stamp {
    Stamp::at(workspace.target("clients/venv.stamp"))
}

fn install_python(workspace: &Workspace) -> anyhow::Result<()> {
    step::say("making the Python environment of the client apps");
    let requirements = apps_with(workspace, "requirements.txt")?;
    step::run(
        Command::new(PYTHON)
            .args(["-m", "venv", "--clear"])
            .arg(venv(workspace)),
    )?;
    let mut pip = Command::new(python(workspace));
    pip.args([
        "-m",
        "pip",
        "--quiet",
        "--disable-pip-version-check",
        "install",
    ]);
    for file in &requirements {
        pip.arg("--requirement").arg(file);
    }
    step::run(&mut pip)?;
    python_stamp(workspace).set(&requirements)
}

/// Runs `npm ci` beside a lock file, unless its modules are already what the lock says.
///
/// # Errors
/// When npm fails.
pub(crate) fn install_node(workspace: &Workspace, lock: &Path) -> anyhow::Result<()> {
    let app = lock.parent().context("a lock file is in a directory")?;
    let name = app.file_name().context("an app has a name")?;
    let name = name.to_string_lossy();
    let stamp = Stamp::at(workspace.target(&format!("clients/{name}.stamp")));
    let inputs = [lock.to_path_buf()];
    if app.join("node_modules").is_dir() && stamp.is_current(&inputs)? {
        return Ok(());
    }
    step::say(format!("installing the Node modules of {name}"));
    step::run(
        npm()
            .current_dir(app)
            .args(["ci", "--no-audit", "--no-fund", "--loglevel=error"]),
    )?;
    stamp.set(&inputs)
}

/// npm, as this system names it.
pub(crate) fn npm() -> Command {
    Command::new(if cfg!(windows) { "npm.cmd" } else { "npm" })
}

/// The files of one name directly inside the directories of `tests/clients`, in order.
fn apps_with(workspace: &Workspace, file: &str) -> anyhow::Result<Vec<PathBuf>> {
    let clients = workspace.path("tests/clients");
    if !clients.is_dir() {
        return Ok(Vec::new());
    }
    let mut found = Vec::new();
    for entry in fs::read_dir(clients)? {
        let path = entry?.path().join(file);
        if path.is_file() {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}
