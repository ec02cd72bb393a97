//! The console's user interface: its Node modules from the lock file, its build, its own checks.

use std::path::PathBuf;
use std::process::Command;

use crate::stamp::Stamp;
use crate::workspace::Workspace;
use crate::{clients, setup, step};

/// Directories below `ui` that no build reads.
const NOT_READ: &[&str] = &["node_modules", "dist", "dist-gallery", "look", "tests"];

/// Brings `ui/dist` up to date: what the window and `serve --ui` show.
///
/// # Errors
/// When Node is missing or too old, or npm fails.
pub(crate) fn build(workspace: &Workspace) -> anyhow::Result<()> {
    setup::node_is_new_enough()?;
    let lock = workspace.path("ui/package-lock.json");
    clients::install_node(workspace, &lock)?;
    let stamp = Stamp::at(workspace.target("ui/dist.stamp"));
    let inputs = inputs(workspace)?;
    if workspace.path("ui/dist/index.html").is_file() && stamp.is_current(&inputs)? {
        return Ok(());
    }
    step::say("building the user interface");
    step::run(npm(workspace).args(["run", "--silent", "build"]))?;
    stamp.set(&inputs)
}

/// The user interface's own checks: types, format, and its tests of components and controllers.
///
/// # Errors
/// When one of them fails.
pub(crate) fn check(workspace: &Workspace) -> anyhow::Result<()> {
    build(workspace)?;
    step::run(npm(workspace).args(["run", "--silent", "check"]))?;
    step::run(npm(workspace).args(["run", "--silent", "test"]))
}

fn npm(workspace: &Workspace) -> Command {
    let mut npm = clients::npm();
    npm.current_dir(workspace.path("ui"));
    npm
}

/// Every file that a build reads, in order.
fn inputs(workspace: &Workspace) -> anyhow::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut waiting = vec![workspace.path("ui")];
    while let Some(directory) = waiting.pop() {
        for entry in std::fs::read_dir(&directory)? {
            let entry = entry?;
            if !entry.file_type()?.is_dir() {
                found.push(entry.path());
            } else if !NOT_READ.iter().any(|name| entry.file_name() == *name) {
                waiting.push(entry.path());
            }
        }
    }
    found.sort();
    Ok(found)
}
