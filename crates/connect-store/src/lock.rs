//! The lock on a data directory: one process at a time, and the second is told which one has it.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Seek, Write};
use std::path::{Path, PathBuf};

/// An exclusive hold on a data directory, released when dropped or when the process ends in any way.
#[derive(Debug)]
pub struct DirectoryLock {
    file: File,
}

/// Why a data directory could not be taken.
#[derive(Debug, thiserror::Error)]
pub enum LockError {
    /// Another process has it.
    #[error(
        "{directory} is in use by process {pid}; use that one, stop it, or choose another --data-dir"
    )]
    InUse {
        /// The directory.
        directory: PathBuf,
        /// The process, as far as it said.
        pid: String,
    },
    /// The directory or its lock file can't be written.
    #[error("{directory} can't be used as a data directory: {source}")]
    Io {
        /// The directory.
        directory: PathBuf,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
}

impl DirectoryLock {
    /// Takes `directory`, creating it (for its owner only) when missing.
    pub fn take(directory: &Path) -> Result<Self, LockError> {
        let io = |source| LockError::Io {
            directory: directory.to_owned(),
            source,
        };
        create_private(directory).map_err(io)?;
        let path = directory.join("lock");
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path)
            .map_err(io)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let mut pid = String::new();
                let _ = file.read_to_string(&mut pid);
                let pid = pid.trim();
                let pid = if pid.is_empty() {
                    String::from("(unknown)")
                } else {
                    pid.to_owned()
                };
                return Err(LockError::InUse {
                    directory: directory.to_owned(),
                    pid,
                });
            }
            Err(TryLockError::Error(source)) => return Err(io(source)),
        }
        file.set_len(0).map_err(io)?;
        file.rewind().map_err(io)?;
        write!(file, "{}", std::process::id()).map_err(io)?;
        Ok(Self { file })
    }
}

impl Drop for DirectoryLock {
    fn drop(&mut self) {
        let _ = self.file.set_len(0);
        let _ = self.file.unlock();
    }
}

/// Creates a directory that only its owner can enter.
fn create_private(directory: &Path) -> std::io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt as _;
        builder.mode(0o700);
    }
    builder.create(directory)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_hold_is_refused_and_names_the_first() {
        let directory = tempfile::tempdir().expect("a folder");
        let first = DirectoryLock::take(directory.path()).expect("free");
        let second = DirectoryLock::take(directory.path()).expect_err("taken");
        assert!(
            second.to_string().contains(&std::process::id().to_string()),
            "{second}"
        );
        drop(first);
        DirectoryLock::take(directory.path()).expect("free again");
    }
}
