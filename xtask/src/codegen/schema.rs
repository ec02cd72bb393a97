//! The JSON Schema of `connect.toml`, for editors: `examples/connect.toml` names it in its first line.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context as _;

use super::example::example;
use super::tree;
use crate::step;
use crate::workspace::Workspace;

/// Everything the schema is made from: the tables of the file, the vocabulary they use, the example that prints it, and
/// the locked dependencies.
///
/// # Errors
/// When a directory cannot be read.
pub(super) fn inputs(workspace: &Workspace) -> anyhow::Result<Vec<PathBuf>> {
    let mut found = vec![
        workspace.path("Cargo.lock"),
        workspace.path("crates/connect-app/src/configuration/file.rs"),
        workspace.path("crates/connect-app/examples/config_schema.rs"),
    ];
    found.extend(tree::walk(&workspace.path("crates/connect-core/src"))?);
    Ok(found)
}

/// Writes `connect.schema.json`.
///
/// # Errors
/// When `connect-app` does not compile.
pub(super) fn generate(workspace: &Workspace, into: &Path) -> anyhow::Result<()> {
    let schema = step::read(&mut example(workspace, "config_schema")?)?;
    let path = into.join("connect.schema.json");
    fs::write(&path, schema).with_context(|| format!("cannot write {}", path.display()))
}
