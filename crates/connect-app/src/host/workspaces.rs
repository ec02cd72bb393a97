//! The workspaces of this person: directories side by side, each one sandbox's data.
//!
//! A copy shares the sealing key of what it was copied from, since the key's place is written in the directory; deleting
//! one of them leaves the key.

use std::ffi::OsStr;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use connect_rpc::host::WorkspaceInfo;
use connect_store::lock::{DirectoryLock, LockError};

use crate::control::RUNTIME_FILE;

/// Characters of a name, at most.
const LONGEST_NAME: usize = 60;
/// What makes a directory a workspace.
const WORLD: &str = "world.db";
/// Files that belong to the process that runs, not to the workspace.
const OF_THE_PROCESS: &[&str] = &["lock", RUNTIME_FILE, "control.sock"];

/// Where the workspaces are.
#[derive(Debug, Clone)]
pub struct Workspaces(PathBuf);

/// Why something could not be done with a workspace.
#[derive(Debug, thiserror::Error)]
pub enum WorkspaceError {
    /// The name is none.
    #[error(
        "`{0}` is not a name for a workspace: 1 to {LONGEST_NAME} letters, digits, spaces, `-`, `_` and `.`, beginning with a letter or digit and not ending with a space or `.`"
    )]
    Name(String),
    /// There is none of this name.
    #[error("there is no workspace `{0}`")]
    Missing(String),
    /// There is one of this name.
    #[error("there is a workspace `{0}` already")]
    Exists(String),
    /// A process has it.
    #[error(transparent)]
    Taken(#[from] LockError),
    /// The system failed us.
    #[error("{path}: {source}")]
    Io {
        /// Which file or directory.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
}

impl Workspaces {
    /// Those in a directory, which need not be there yet.
    #[must_use]
    pub const fn at(root: PathBuf) -> Self {
        Self(root)
    }

    /// Where they are.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.0
    }

    /// The directory of a workspace, whether it is there or not.
    ///
    /// # Errors
    /// [`WorkspaceError::Name`], for a name that would be none on some system, or would lead elsewhere.
    pub fn directory(&self, name: &str) -> Result<PathBuf, WorkspaceError> {
        let wrong = || WorkspaceError::Name(name.chars().filter(|c| !c.is_control()).collect());
        let begins = name.starts_with(|c: char| c.is_alphanumeric());
        let plain = |c: char| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_' | '.');
        let length = name.chars().count();
        if !begins || !name.chars().all(plain) || name.ends_with([' ', '.']) {
            return Err(wrong());
        }
        if length > LONGEST_NAME || is_a_device(name) {
            return Err(wrong());
        }
        Ok(self.0.join(name))
    }

    /// The directory of a workspace that is there.
    ///
    /// # Errors
    /// When the name is none, or there is none of this name.
    pub fn existing(&self, name: &str) -> Result<PathBuf, WorkspaceError> {
        let directory = self.directory(name)?;
        if directory.join(WORLD).is_file() {
            Ok(directory)
        } else {
            Err(WorkspaceError::Missing(name.to_owned()))
        }
    }

    /// The directory for a workspace that is not there yet.
    ///
    /// # Errors
    /// When the name is none, or there is one of this name.
    pub fn fresh(&self, name: &str) -> Result<PathBuf, WorkspaceError> {
        let directory = self.directory(name)?;
        if directory.exists() {
            return Err(WorkspaceError::Exists(name.to_owned()));
        }
        Ok(directory)
    }

    /// The name of the workspace in a directory, if it is one of these.
    #[must_use]
    pub fn name_of(&self, directory: &Path) -> Option<String> {
        let name = directory.file_name().and_then(OsStr::to_str)?;
        (self.directory(name).ok()? == directory).then(|| name.to_owned())
    }

    /// Every workspace, by name.
    ///
    /// # Errors
    /// When the directory can't be read.
    pub fn list(&self) -> Result<Vec<WorkspaceInfo>, WorkspaceError> {
        let entries = match fs::read_dir(&self.0) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(source) => return Err(failed(&self.0)(source)),
        };
        let mut found = Vec::new();
        for entry in entries {
            let path = entry.map_err(failed(&self.0))?.path();
            if let Some(name) = self.name_of(&path)
                && path.join(WORLD).is_file()
            {
                found.push(WorkspaceInfo {
                    name,
                    bytes: size(&path),
                    path: path.display().to_string(),
                });
            }
        }
        found.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(found)
    }

    /// Copies a workspace that no process has, whole or not at all.
    ///
    /// # Errors
    /// When a name is none or taken, a process has the workspace, or a file can't be copied.
    pub fn duplicate(&self, name: &str, copy: &str) -> Result<(), WorkspaceError> {
        let from = self.existing(name)?;
        let to = self.fresh(copy)?;
        let held = DirectoryLock::take(&from)?;
        let half = tempfile::Builder::new()
            .prefix(".copying-")
            .tempdir_in(&self.0)
            .map_err(failed(&self.0))?;
        copy_files(&from, half.path())?;
        drop(held);
        fs::rename(half.keep(), &to).map_err(failed(&to))
    }

    /// Deletes a workspace that no process has.
    ///
    /// # Errors
    /// When there is none of this name, a process has it, or a file can't be removed.
    pub fn delete(&self, name: &str) -> Result<(), WorkspaceError> {
        let directory = self.existing(name)?;
        let held = DirectoryLock::take(&directory)?;
        // Gone from the list at once, even where something in it resists.
        let going = self.0.join(format!(".deleting-{name}"));
        fs::rename(&directory, &going).map_err(failed(&directory))?;
        drop(held);
        fs::remove_dir_all(&going).map_err(failed(&going))
    }
}

fn failed(path: &Path) -> impl FnOnce(io::Error) -> WorkspaceError {
    let path = path.to_owned();
    move |source| WorkspaceError::Io { path, source }
}

/// Names that Windows keeps for devices, with any extension.
fn is_a_device(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or(name).to_ascii_uppercase();
    matches!(stem.as_str(), "CON" | "PRN" | "AUX" | "NUL")
        || (stem.len() == 4
            && (stem.starts_with("COM") || stem.starts_with("LPT"))
            && stem.ends_with(|c: char| c.is_ascii_digit()))
}

fn copy_files(from: &Path, to: &Path) -> Result<(), WorkspaceError> {
    for entry in fs::read_dir(from).map_err(failed(from))? {
        let entry = entry.map_err(failed(from))?;
        let (path, kind) = (entry.path(), entry.file_type().map_err(failed(from))?);
        let target = to.join(entry.file_name());
        if kind.is_dir() {
            fs::create_dir(&target).map_err(failed(&target))?;
            copy_files(&path, &target)?;
        } else if kind.is_file() && !OF_THE_PROCESS.iter().any(|own| entry.file_name() == *own) {
            fs::copy(&path, &target).map_err(failed(&path))?;
        }
    }
    Ok(())
}

/// Bytes of everything in a directory, as far as it can be read.
fn size(directory: &Path) -> u64 {
    let entries = fs::read_dir(directory).into_iter().flatten().flatten();
    let sizes = entries.map(|entry| match entry.metadata() {
        Ok(about) if about.is_dir() => size(&entry.path()),
        Ok(about) => about.len(),
        Err(_) => 0,
    });
    sizes.sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ground() -> (tempfile::TempDir, Workspaces) {
        let root = tempfile::tempdir().expect("a folder");
        let workspaces = Workspaces::at(root.path().join("all"));
        (root, workspaces)
    }

    fn make(workspaces: &Workspaces, name: &str) -> PathBuf {
        let directory = workspaces.fresh(name).expect("free");
        drop(DirectoryLock::take(&directory).expect("free"));
        fs::write(directory.join(WORLD), "world").expect("written");
        fs::write(directory.join(RUNTIME_FILE), "{}").expect("written");
        fs::create_dir(directory.join("logs")).expect("made");
        fs::write(directory.join("logs/log.jsonl"), "line").expect("written");
        directory
    }

    fn names(workspaces: &Workspaces) -> Vec<String> {
        let list = workspaces.list().expect("readable");
        list.into_iter().map(|workspace| workspace.name).collect()
    }

    #[test]
    fn a_name_leads_nowhere_else() {
        let (_root, workspaces) = ground();
        for name in ["default", "Demo 2026-05", "a", "büro", "v1.2_b"] {
            assert!(workspaces.directory(name).is_ok(), "{name}");
        }
        for name in [
            "", " ", ".", "..", "../x", "a/b", "a\\b", "/x", ".hidden", "-x", "a ", "a.", "nul",
            "COM1.txt", "a\nb", "a:b", "~",
        ] {
            assert!(
                matches!(workspaces.directory(name), Err(WorkspaceError::Name(_))),
                "{name:?}"
            );
        }
        assert!(workspaces.directory(&"x".repeat(61)).is_err());
    }

    #[test]
    fn workspaces_are_listed_copied_and_deleted() {
        let (_root, workspaces) = ground();
        assert_eq!(names(&workspaces), Vec::<String>::new());
        make(&workspaces, "default");
        fs::create_dir(workspaces.root().join("no workspace")).expect("made");
        workspaces.duplicate("default", "copy").expect("copied");
        assert_eq!(names(&workspaces), ["copy", "default"]);
        let copy = workspaces.existing("copy").expect("there");
        assert_eq!(fs::read(copy.join(WORLD)).expect("copied"), b"world");
        assert!(copy.join("logs/log.jsonl").is_file());
        assert!(!copy.join(RUNTIME_FILE).exists() && !copy.join("lock").exists());
        assert_eq!(workspaces.name_of(&copy).as_deref(), Some("copy"));
        assert_eq!(workspaces.name_of(Path::new("/elsewhere/copy")), None);
        workspaces.delete("default").expect("deleted");
        assert_eq!(names(&workspaces), ["copy"]);
        let left: Vec<_> = fs::read_dir(workspaces.root()).expect("there").collect();
        assert_eq!(left.len(), 2, "{left:?}");
    }

    #[test]
    fn what_is_taken_or_missing_is_said() {
        let (_root, workspaces) = ground();
        let directory = make(&workspaces, "default");
        make(&workspaces, "other");
        let held = DirectoryLock::take(&directory).expect("free");
        assert!(matches!(
            workspaces.duplicate("default", "copy"),
            Err(WorkspaceError::Taken(_))
        ));
        assert!(matches!(
            workspaces.delete("default"),
            Err(WorkspaceError::Taken(_))
        ));
        drop(held);
        assert!(matches!(
            workspaces.duplicate("default", "other"),
            Err(WorkspaceError::Exists(_))
        ));
        assert!(matches!(
            workspaces.delete("none"),
            Err(WorkspaceError::Missing(_))
        ));
        assert_eq!(names(&workspaces), ["default", "other"]);
    }
}
