//! `cargo xtask run`: builds the console and becomes it: the window where one can be shown, else the sandbox with the
//! console for a browser.

use std::ffi::OsString;
use std::process::Command;

use crate::setup::{self, Purpose};
use crate::workspace::Workspace;
use crate::{machine, step, ui};

/// The headless host's program.
pub(crate) const SANDBOX: &str = "connect-sandbox";
/// The desktop host's program.
pub(crate) const CONSOLE: &str = "connect-console";

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Open no window: run the sandbox in this terminal and serve the console to a browser.
    #[arg(long)]
    headless: bool,
    /// Options of the program, such as `--port 9500`; see `--headless -- --help` for those of the sandbox.
    #[arg(last = true)]
    options: Vec<OsString>,
}

pub(crate) fn execute(workspace: &Workspace, arguments: &Arguments) -> anyhow::Result<()> {
    if arguments.headless {
        return headless(workspace, arguments);
    }
    if !machine::has_display() {
        step::say("there is no display here, so the console is served to a browser instead");
        return headless(workspace, arguments);
    }
    setup::prepare(workspace, Purpose::Window)?;
    ui::build(workspace)?;
    step::say("building the console (the first build takes some minutes)");
    step::run(step::cargo(workspace).args(["build", "--package", CONSOLE]))?;
    start(workspace, CONSOLE, &[], &arguments.options)
}

fn headless(workspace: &Workspace, arguments: &Arguments) -> anyhow::Result<()> {
    setup::prepare(workspace, Purpose::Run)?;
    ui::build(workspace)?;
    step::say("building the sandbox (the first build takes some minutes)");
    step::run(
        step::cargo(workspace)
            .args(["build", "--package", "connect-cli", "--bin", SANDBOX])
            .args(["--features", "connect-cli/ui"]),
    )?;
    start(workspace, SANDBOX, &["serve", "--ui"], &arguments.options)
}

fn start(
    workspace: &Workspace,
    program: &str,
    words: &[&str],
    options: &[OsString],
) -> anyhow::Result<()> {
    let program = workspace.program("debug", program);
    let shown = program.strip_prefix(workspace.root()).unwrap_or(&program);
    step::say(format!("starting {}; Ctrl-C stops it", shown.display()));
    let mut command = Command::new(&program);
    command.args(words).args(options);
    become_process(&mut command)
}

/// Replaces this process, so that signals and the exit code are the program's own.
#[cfg(unix)]
fn become_process(command: &mut Command) -> anyhow::Result<()> {
    use std::os::unix::process::CommandExt as _;

    let line = step::line(command);
    Err(command.exec())
        .map_err(|error: std::io::Error| anyhow::anyhow!("cannot start `{line}`: {error}"))
}

/// Ctrl-C goes to the whole console group here: the program stops by itself, and we end with its status.
#[cfg(not(unix))]
fn become_process(command: &mut Command) -> anyhow::Result<()> {
    step::run(command)
}
