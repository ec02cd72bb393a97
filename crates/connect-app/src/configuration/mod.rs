//! `connect.toml`: a world written down.
//!
//! A file says which apps, personas and settings a sandbox has. It is applied each time the sandbox starts, by the rules
//! of the developer portal, and applying it again changes nothing and journals nothing:
//!
//! - An app is found by `client_id` when the file gives one, else by `name`; a persona by `email`.
//! - What the file leaves out stays as it is; a new app or persona gets the defaults. `""` removes what can be removed.
//! - Secrets may be given or left out. A secret that the app does not have becomes its newest, and the one before works
//!   24 hours more, as after a rotation. A secret that was rotated away since stays rotated away.
//! - An app with a `client_id` that is not there takes the place of the seeded app of the same name, so that an exported
//!   world can be applied to a new workspace.
//! - Nothing is removed because a file does not mention it.
//! - A flag of the command line (`--profile`, `--auto-approve`) wins over the file while that process runs.
//!
//! A file is applied whole or not at all: it is checked in itself, against the world and by the rules of the portal before
//! anything is changed. What is wrong is said with line, column and what to do, everything at once as far as it can be
//! known. `examples/connect.toml` shows every key.
//!
//! To add a key: its field in [`file`], and where it is applied and exported; the tests then ask for it in the example.

mod apps;
mod error;
mod export;
pub mod file;
mod personas;
mod position;
mod read;
mod secrets;
mod settings;
#[cfg(test)]
mod tests;

use std::fmt;
use std::path::PathBuf;

use connect_core::domain::flaw::Flaw;
use connect_core::domain::journal::{Kind, Origin};
use connect_store::StoreError;
use serde_json::json;

use crate::App;

pub use error::{ConfigurationError, Problem};
pub use export::export;
pub use file::{File, schema};
pub use position::Position;
pub use read::{parse, read};

/// A `connect.toml` as read: its text is kept to say where in it something stands.
#[derive(Clone)]
pub struct Configuration {
    path: PathBuf,
    text: String,
    file: File,
}

/// Without the text, which may hold secrets.
impl fmt::Debug for Configuration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Configuration")
            .field("path", &self.path)
            .field("file", &self.file)
            .finish_non_exhaustive()
    }
}

impl Configuration {
    /// What it says.
    #[must_use]
    pub const fn file(&self) -> &File {
        &self.file
    }

    /// The flaws, each with its place; none is well.
    fn complain(&self, flaws: Vec<Flaw>) -> Result<(), ConfigurationError> {
        if flaws.is_empty() {
            return Ok(());
        }
        let mut problems: Vec<Problem> = flaws
            .into_iter()
            .map(|Flaw { field, message }| Problem {
                position: Position::of(&self.text, &field),
                field,
                message,
            })
            .collect();
        problems.sort_by_key(|problem| problem.position);
        Err(ConfigurationError::Wrong {
            path: self.path.clone(),
            problems,
        })
    }
}

/// What applying a file did. Nothing, when it had been applied before.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Applied {
    /// Apps and personas that are new, by name and email.
    pub created: Vec<String>,
    /// Apps and personas that changed, and `settings` when those did.
    pub changed: Vec<String>,
    /// What was left as it is although the file says otherwise, and why.
    pub notes: Vec<String>,
}

impl Applied {
    /// Whether the world is as it was.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.created.is_empty() && self.changed.is_empty()
    }
}

/// Makes the world what the file says. Everything it brings is in the trace of `origin`.
///
/// # Errors
/// [`ConfigurationError::Wrong`] with everything that is wrong, and [`ConfigurationError::Key`] when secrets can't be
/// kept; nothing has been changed then.
pub async fn apply(
    app: &App,
    wanted: &Configuration,
    origin: Origin,
) -> Result<Applied, ConfigurationError> {
    let mut flaws = Vec::new();
    let people = personas::plan(app, wanted, &mut flaws).await?;
    let settings = settings::plan(app, wanted, &mut flaws).await?;
    let apps = apps::plan(app, wanted, settings.profile, &mut flaws).await?;
    wanted.complain(flaws)?;
    if apps.iter().any(apps::Step::needs_key) {
        app.0.vault.sealer().await?;
    }

    let mut applied = Applied::default();
    personas::apply(app, people, &origin, &mut applied).await?;
    settings::apply(app, settings, &mut applied).await?;
    apps::apply(app, apps, &origin, &mut applied).await?;
    for note in &applied.notes {
        tracing::warn!("{}: {note}", wanted.path.display());
    }
    if !applied.is_empty() {
        journal(app, wanted, &applied, origin).await?;
    }
    Ok(applied)
}

/// Says in the journal that a file was applied.
async fn journal(
    app: &App,
    wanted: &Configuration,
    applied: &Applied,
    origin: Origin,
) -> Result<(), StoreError> {
    let workspace = app.0.workspace.clone();
    let name = wanted
        .path
        .file_name()
        .map(|name| name.to_string_lossy().into_owned());
    let detail = json!({ "file": name, "created": applied.created, "changed": applied.changed });
    app.0
        .world
        .write(move |tx| {
            Box::pin(async move {
                tx.journal(&origin, Kind::WorkspaceSeeded, workspace.as_str(), &detail);
                Ok(())
            })
        })
        .await
}
