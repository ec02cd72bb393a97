//! `tauri-driver`, through which the tests drive the real window: built once, kept beside the build output.

use std::fs;
use std::path::PathBuf;

use crate::step;
use crate::workspace::Workspace;

/// The version that goes with Tauri 2.
const VERSION: &str = "2.1.0";

/// Where it is, once it is installed.
pub(crate) fn program(workspace: &Workspace) -> PathBuf {
    workspace.target("tools/bin/tauri-driver")
}

/// Installs it where it is missing or of another version. Quick when nothing is to be done.
///
/// # Errors
/// When cargo fails.
pub(crate) fn prepare(workspace: &Workspace) -> anyhow::Result<()> {
    let installed = workspace.target("tools/tauri-driver.version");
    let is_there = fs::read_to_string(&installed).is_ok_and(|version| version == VERSION);
    if is_there && program(workspace).is_file() {
        return Ok(());
    }
    step::say("building tauri-driver");
    step::run(
        step::cargo(workspace)
            .args(["install", "--quiet", "tauri-driver", "--locked"])
            .args(["--version", VERSION, "--root"])
            .arg(workspace.target("tools")),
    )?;
    Ok(fs::write(installed, VERSION)?)
}
