//! The JSON Schema of `connect.toml`, for editors: `examples/connect.toml` names it in its first line.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context as _;

use super::tree;
use crate::run::SANDBOX;
use crate::step;
use crate::workspace::Workspace;

/// Everything the schema is made from: the tables of the file, the vocabulary they use, the program that prints it, and
/// the locked dependencies.
///
/// # Errors
/// When a directory cannot be read.
pub(super) fn inputs(workspace: &Workspace) -> anyhow::Result<Vec<PathBuf>> {
    let mut found = vec![
        workspace.path("Cargo.lock"),
        workspace.path("crates/connect-app/src/configuration/file.rs"),
        workspace.path("crates/connect-cli/src/commands/mod.rs"),
    ];
    found.extend(tree::walk(&workspace.path("crates/connect-core/src"))?);
    Ok(found)
}

/// Writes `connect.schema.json`.
///
/// # Errors
/// When the sandbox does not compile.
pub(super) fn generate(workspace: &Workspace, into: &Path) -> anyhow::Result<()> {
    let schema = step::read(
        step::cargo(workspace)
            .args(["run", "--quiet", "--package", "connect-cli"])
            .args(["--bin", SANDBOX, "--", "config-schema"]),
    )?;
    let path = into.join("connect.schema.json");
    fs::write(&path, schema).with_context(|| format!("cannot write {}", path.display()))
}
