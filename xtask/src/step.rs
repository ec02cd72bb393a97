//! Running other programs: said aloud, timed, and failing with the command that failed.

use std::ffi::OsStr;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::Context as _;

/// Tells the person at the terminal what happens next. Messages go to stderr, like cargo's own.
pub(crate) fn say(message: impl std::fmt::Display) {
    anstream::eprintln!(
        "{BOLD}==>{BOLD:#} {message}",
        BOLD = anstyle::Style::new().bold()
    );
}

/// `cargo`, the one that started us where there is one, in the repository.
pub(crate) fn cargo(workspace: &crate::workspace::Workspace) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(workspace.root());
    // `cargo run` sets these for us; they are about xtask, not about what we build next.
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        if text.starts_with("CARGO_PKG_") || text.starts_with("CARGO_MANIFEST_") {
            command.env_remove(&name);
        }
    }
    command
}

/// Runs a command with our own terminal.
///
/// # Errors
/// When it cannot be started or does not exit with 0; the message holds the command line.
pub(crate) fn run(command: &mut Command) -> anyhow::Result<()> {
    let line = line(command);
    let status = command
        .status()
        .with_context(|| format!("cannot start `{line}`"))?;
    anyhow::ensure!(status.success(), "`{line}` failed: {status}");
    Ok(())
}

/// Runs a command quietly and returns what it printed.
///
/// # Errors
/// When it cannot be started or does not exit with 0; the message holds the command line and its stderr.
pub(crate) fn read(command: &mut Command) -> anyhow::Result<String> {
    let line = line(command);
    let output = command
        .output()
        .with_context(|| format!("cannot start `{line}`"))?;
    anyhow::ensure!(
        output.status.success(),
        "`{line}` failed: {}\n{}",
        output.status,
        String::from_utf8_lossy(&output.stderr).trim()
    );
    String::from_utf8(output.stdout).with_context(|| format!("`{line}` did not print UTF-8"))
}

/// Runs one named step and measures it.
///
/// # Errors
/// The step's own error.
pub(crate) fn timed(
    name: &'static str,
    work: impl FnOnce() -> anyhow::Result<()>,
) -> anyhow::Result<(&'static str, Duration)> {
    say(name);
    let start = Instant::now();
    work().with_context(|| format!("step “{name}” failed"))?;
    Ok((name, start.elapsed()))
}

/// A command as one would type it.
pub(crate) fn line(command: &Command) -> String {
    std::iter::once(command.get_program())
        .chain(command.get_args())
        .map(|word: &OsStr| word.to_string_lossy().into_owned())
        .collect::<Vec<_>>()
        .join(" ")
}
