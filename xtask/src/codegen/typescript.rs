//! The control surface as TypeScript, written by `connect-rpc`'s own example from the types themselves.

use std::path::{Path, PathBuf};

use super::example::example;
use super::tree;
use crate::step;
use crate::workspace::Workspace;

/// Everything the types are made from: the schema, the vocabulary it uses, and the locked dependencies.
///
/// # Errors
/// When a directory cannot be read.
pub(super) fn inputs(workspace: &Workspace) -> anyhow::Result<Vec<PathBuf>> {
    let mut found = vec![workspace.path("Cargo.lock")];
    for directory in [
        "crates/connect-core/src",
        "crates/connect-rpc/src",
        "crates/connect-rpc/examples",
    ] {
        found.extend(tree::walk(&workspace.path(directory))?);
    }
    Ok(found)
}

/// Writes `types.ts`, `commands.ts` and `actions.ts`.
///
/// # Errors
/// When the schema does not compile, or two of its types would have one name.
pub(super) fn generate(workspace: &Workspace, into: &Path) -> anyhow::Result<()> {
    step::run(example(workspace, "typescript")?.arg(into))
}
