//! Running a package's example as the tests build it.

use std::process::Command;

use crate::step;
use crate::workspace::Workspace;

/// An example, built and ready to be given arguments. It is built as one of the whole workspace's, not of its package
/// alone: what it depends on then has the features that the tests have, and is compiled once for both.
///
/// # Errors
/// When it does not compile.
pub(super) fn example(workspace: &Workspace, name: &str) -> anyhow::Result<Command> {
    step::run(step::cargo(workspace).args([
        "build",
        "--quiet",
        "--workspace",
        "--locked",
        "--example",
        name,
    ]))?;
    let mut program = Command::new(workspace.program("debug/examples", name));
    program.current_dir(workspace.root());
    Ok(program)
}
