//! `cargo xtask run`: builds the sandbox and becomes it.

use std::ffi::OsString;
use std::process::Command;

use crate::setup::{self, Purpose};
use crate::step;
use crate::workspace::Workspace;

/// The headless host's program.
pub(crate) const SANDBOX: &str = "connect-sandbox";

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Options of `connect-sandbox serve`, such as `--port 9500` or `--auto-approve maya@example.com`.
    #[arg(last = true)]
    options: Vec<OsString>,
}

pub(crate) fn execute(workspace: &Workspace, arguments: &Arguments) -> anyhow::Result<()> {
    setup::prepare(workspace, Purpose::Run)?;
    step::say("building the sandbox (the first build takes some minutes)");
    step::run(step::cargo(workspace).args([
        "build",
        "--package",
        "connect-cli",
        "--bin",
        SANDBOX,
    ]))?;
    let program = workspace.program("debug", SANDBOX);
    let shown = program.strip_prefix(workspace.root()).unwrap_or(&program);
    step::say(format!("starting {}; Ctrl-C stops it", shown.display()));
    let mut sandbox = Command::new(&program);
    sandbox.arg("serve").args(&arguments.options);
    become_process(&mut sandbox)
}

/// Replaces this process, so that signals and the exit code are the sandbox's own.
#[cfg(unix)]
fn become_process(command: &mut Command) -> anyhow::Result<()> {
    use std::os::unix::process::CommandExt as _;

    let line = step::line(command);
    Err(command.exec())
        .map_err(|error: std::io::Error| anyhow::anyhow!("cannot start `{line}`: {error}"))
}

/// Ctrl-C goes to the whole console group here: the sandbox stops by itself, and we end with its status.
#[cfg(not(unix))]
fn become_process(command: &mut Command) -> anyhow::Result<()> {
    step::run(command)
}
