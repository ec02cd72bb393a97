//! The offline data of the store's checked queries, made without sqlx-cli.
//!
//! Both databases' migrations go into one scratch database, since a crate can name only one and the table names do
//! not collide; then the store is compiled once more against it. The compiler is given one flag that nothing reads,
//! so that cargo keeps that compilation apart from the ordinary one and never thinks it up to date.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context as _;

use super::example::example;
use super::tree;
use crate::step;
use crate::workspace::Workspace;

/// The directories whose `.sql` files make up the schema, each applied in name order.
const MIGRATIONS: &[&str] = &[
    "crates/connect-store/migrations/world",
    "crates/connect-store/migrations/traffic",
];

/// Everything the offline data is made from: the store's sources and migrations, and the locked dependencies.
///
/// # Errors
/// When a directory cannot be read.
pub(super) fn inputs(workspace: &Workspace) -> anyhow::Result<Vec<PathBuf>> {
    let mut found = vec![workspace.path("Cargo.lock")];
    for directory in [
        "crates/connect-store/src",
        "crates/connect-store/migrations",
    ] {
        let directory = workspace.path(directory);
        if directory.is_dir() {
            found.extend(tree::walk(&directory)?);
        }
    }
    Ok(found)
}

/// Writes one `query-<hash>.json` per checked query of `connect-store`.
///
/// # Errors
/// When a migration does not apply, or a query does not fit the schema.
pub(super) fn generate(workspace: &Workspace, into: &Path) -> anyhow::Result<()> {
    let mut migrations = Vec::new();
    for directory in MIGRATIONS {
        migrations.extend(sql_files(&workspace.path(directory))?);
    }
    if migrations.is_empty() {
        return Ok(());
    }
    let scratch = tempfile::tempdir()?;
    let database = scratch.path().join("scratch.db");
    step::run(
        example(workspace, "scratch_db")?
            .arg(&database)
            .args(&migrations),
    )?;
    let nonce = scratch
        .path()
        .file_name()
        .context("a temporary directory has a name")?;
    let flag = format!("connect_codegen={:?}", nonce.to_string_lossy());
    step::run(
        step::cargo(workspace)
            .args([
                "rustc",
                "--quiet",
                "--package",
                "connect-store",
                "--lib",
                "--profile",
                "check",
            ])
            .args(["--", "--cfg", &flag])
            .env("DATABASE_URL", format!("sqlite://{}", database.display()))
            .env("SQLX_OFFLINE", "false")
            .env("SQLX_OFFLINE_DIR", into),
    )
}

/// The `.sql` files of a directory in name order; none when it does not exist.
fn sql_files(directory: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    if directory.is_dir() {
        for entry in fs::read_dir(directory)? {
            let path = entry?.path();
            if path.extension().is_some_and(|extension| extension == "sql") {
                found.push(path);
            }
        }
    }
    found.sort();
    Ok(found)
}
