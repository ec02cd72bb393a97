//! `cargo xtask codegen`: writes what is generated from the sources, or checks that it is as committed.
//!
//! To add a generated thing: one function that writes it into an empty directory, and one row in `GENERATORS`.

mod example;
mod queries;
mod schema;
mod tree;
mod typescript;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context as _;

use crate::stamp::Stamp;
use crate::step;
use crate::workspace::Workspace;

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Write nothing; fail where what is committed is not what would be written.
    #[arg(long)]
    check: bool,
}

/// Something that is made from the sources and committed.
struct Generator {
    /// What it is, for people.
    name: &'static str,
    /// The committed directory, inside the repository; it holds generated files only.
    committed: &'static str,
    /// The files it is made from.
    inputs: fn(&Workspace) -> anyhow::Result<Vec<PathBuf>>,
    /// Fills an empty directory.
    generate: fn(&Workspace, &Path) -> anyhow::Result<()>,
}

const GENERATORS: &[Generator] = &[
    Generator {
        name: "checked queries",
        committed: "crates/connect-store/.sqlx",
        inputs: queries::inputs,
        generate: queries::generate,
    },
    Generator {
        name: "TypeScript of the control surface",
        committed: "ui/src/rpc/generated",
        inputs: typescript::inputs,
        generate: typescript::generate,
    },
    Generator {
        name: "JSON Schema of connect.toml",
        committed: "examples/schema",
        inputs: schema::inputs,
        generate: schema::generate,
    },
];

pub(crate) fn execute(workspace: &Workspace, arguments: &Arguments) -> anyhow::Result<()> {
    for generator in GENERATORS {
        let fresh = generator.make(workspace)?;
        let committed = workspace.path(generator.committed);
        let differences = tree::differences(&committed, &fresh)?;
        if differences.is_empty() {
            step::say(format!("{}: up to date", generator.name));
        } else if arguments.check {
            anyhow::bail!(
                "the {} in {} are not what the sources give; run `cargo xtask codegen` and commit:\n  {}",
                generator.name,
                generator.committed,
                differences.join("\n  ")
            );
        } else {
            tree::replace(&committed, &fresh)?;
            step::say(format!(
                "{}: {} files changed",
                generator.name,
                differences.len()
            ));
        }
    }
    Ok(())
}

/// Fails where what is committed is not what the sources give.
///
/// # Errors
/// The files that differ, or why they could not be generated.
pub(crate) fn check(workspace: &Workspace) -> anyhow::Result<()> {
    execute(workspace, &Arguments { check: true })
}

impl Generator {
    /// The directory with what the sources give now; made anew only when an input has changed.
    fn make(&self, workspace: &Workspace) -> anyhow::Result<PathBuf> {
        let name = self.name.replace(' ', "-");
        let fresh = workspace.target(&format!("codegen/{name}"));
        let stamp = Stamp::at(workspace.target(&format!("codegen/{name}.stamp")));
        let inputs = (self.inputs)(workspace)?;
        if fresh.is_dir() && stamp.is_current(&inputs)? {
            return Ok(fresh);
        }
        if fresh.exists() {
            fs::remove_dir_all(&fresh)
                .with_context(|| format!("cannot empty {}", fresh.display()))?;
        }
        fs::create_dir_all(&fresh)?;
        (self.generate)(workspace, &fresh)
            .with_context(|| format!("cannot generate the {}", self.name))?;
        stamp.set(&inputs)?;
        Ok(fresh)
    }
}
