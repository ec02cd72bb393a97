//! House rules that the compiler and clippy do not know.
//!
//! To add a rule about one source file: a function in `rules` and its name in `rules::ALL`. Rules about which crate may
//! know which are one table in `layers`.

mod layers;
mod mask;
mod rules;
mod source;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context as _;

use crate::workspace::Workspace;
use source::Source;

/// Directories that hold no source of ours, wherever they are.
const SKIPPED: &[&str] = &["target", "node_modules", ".git", ".venv", "dist"];

/// What snapshot tests leave behind when they fail.
const LEFT_OVER: &[&str] = &[".pending-snap", ".snap.new"];

/// Checks every Rust file and the crates' dependencies.
///
/// # Errors
/// All breaches at once, one a line, each with its place and the rule.
pub(crate) fn check(workspace: &Workspace) -> anyhow::Result<()> {
    let mut breaches = Vec::new();
    let mut count = 0_usize;
    for path in files(workspace.root())? {
        let relative = path.strip_prefix(workspace.root()).unwrap_or(&path);
        let name = relative.display().to_string();
        if LEFT_OVER.iter().any(|end| name.ends_with(end)) {
            breaches.push(format!(
                "{name}: accept or delete it (`cargo insta review`)"
            ));
        }
        if !is_rust(&path) {
            continue;
        }
        let text = fs::read_to_string(&path).with_context(|| format!("cannot read {name}"))?;
        let source = Source::new(relative, &text);
        breaches.extend(rules::ALL.iter().flat_map(|rule| rule(&source)));
        count += 1;
    }
    breaches.extend(layers::check(workspace)?);
    breaches.sort();
    anyhow::ensure!(
        breaches.is_empty(),
        "{} breaches of the house rules in {count} files:\n  {}",
        breaches.len(),
        breaches.join("\n  ")
    );
    Ok(())
}

/// How often a piece of code stands in the Rust files, comments and literals not counted.
///
/// # Errors
/// When a file cannot be read.
pub(crate) fn uses(workspace: &Workspace, code: &str) -> anyhow::Result<usize> {
    let mut count = 0;
    for path in files(workspace.root())?.iter().filter(|path| is_rust(path)) {
        let text =
            fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
        count += mask::mask(&text).matches(code).count();
    }
    Ok(count)
}

fn is_rust(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "rs")
}

/// Every file below a directory, without those that are not ours, in order.
fn files(root: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut waiting = vec![root.to_path_buf()];
    while let Some(directory) = waiting.pop() {
        let entries = fs::read_dir(&directory)
            .with_context(|| format!("cannot read {}", directory.display()))?;
        for entry in entries {
            let entry = entry?;
            let path = entry.path();
            if entry.file_type()?.is_dir() {
                if !SKIPPED.iter().any(|name| entry.file_name() == *name) {
                    waiting.push(path);
                }
            } else {
                found.push(path);
            }
        }
    }
    found.sort();
    Ok(found)
}
