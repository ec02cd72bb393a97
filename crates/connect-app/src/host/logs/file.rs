//! The log file: a few files of limited size, the oldest dropped when the newest is full.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use tracing_subscriber::fmt::MakeWriter;

/// The file that is written now; older ones are `log.1.jsonl` and so on.
const NEWEST: &str = "log.jsonl";
/// Files that are kept, the newest among them.
const FILES: usize = 4;
/// Bytes of a full file.
const FULL: u64 = 1024 * 1024;
/// Bytes that are kept until there is a file.
const MOST_WAITING: usize = 64 * 1024;

/// Where log records go. Cheap to clone; every clone writes to the same place.
#[derive(Clone)]
pub struct LogFile(Arc<Mutex<Place>>);

enum Place {
    /// There is no workspace yet; what was said so far.
    Waiting(Vec<u8>),
    Open(Open),
}

struct Open {
    directory: PathBuf,
    file: File,
    length: u64,
}

impl Default for LogFile {
    fn default() -> Self {
        Self(Arc::new(Mutex::new(Place::Waiting(Vec::new()))))
    }
}

/// The paths of a workspace's log files, newest first, whether they are there or not.
pub(super) fn paths(directory: &Path) -> impl Iterator<Item = PathBuf> {
    (0..FILES).map(move |age| path(directory, age))
}

fn path(directory: &Path, age: usize) -> PathBuf {
    match age {
        0 => directory.join(NEWEST),
        age => directory.join(format!("log.{age}.jsonl")),
    }
}

impl LogFile {
    /// Writes to `directory` from now on, and what has been waiting too; creates it where it is missing. A file that was
    /// written before, for another workspace, is closed.
    ///
    /// # Errors
    /// When the directory or the file can't be made; everything is as before then.
    pub fn keep_in(&self, directory: &Path) -> io::Result<()> {
        fs::create_dir_all(directory)?;
        let mut open = Open::at(directory)?;
        let mut place = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Place::Waiting(said) = &*place {
            open.write(said)?;
        }
        *place = Place::Open(open);
        Ok(())
    }

    /// Closes the file; what is said from now on waits for the next one. For a workspace that is about to be moved or
    /// removed.
    pub fn let_go(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Place::Waiting(Vec::new());
    }

    fn record(&self, bytes: &[u8]) -> io::Result<()> {
        let mut place = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match &mut *place {
            Place::Waiting(said) if said.len() + bytes.len() <= MOST_WAITING => {
                said.extend_from_slice(bytes);
                Ok(())
            }
            Place::Waiting(_) => Ok(()),
            Place::Open(open) => open.write(bytes),
        }
    }
}

impl Open {
    fn at(directory: &Path) -> io::Result<Self> {
        let file = OpenOptions::new()
            .create(true)
            .append(true)
            .open(path(directory, 0))?;
        Ok(Self {
            directory: directory.to_owned(),
            length: file.metadata()?.len(),
            file,
        })
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        if self.length > 0 && self.length + bytes.len() as u64 > FULL {
            self.rotate()?;
        }
        self.file.write_all(bytes)?;
        self.length += bytes.len() as u64;
        Ok(())
    }

    fn rotate(&mut self) -> io::Result<()> {
        for age in (1..FILES).rev() {
            let (younger, older) = (path(&self.directory, age - 1), path(&self.directory, age));
            if younger.exists() {
                fs::rename(younger, older)?;
            }
        }
        *self = Self::at(&self.directory.clone())?;
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for LogFile {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

impl Write for LogFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.record(bytes)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_said_before_there_was_a_file_is_in_it() {
        let directory = tempfile::tempdir().expect("a folder");
        let logs = LogFile::default();
        logs.record(b"early\n").expect("kept");
        let place = directory.path().join("logs");
        logs.keep_in(&place).expect("made");
        logs.record(b"late\n").expect("written");
        assert_eq!(fs::read(path(&place, 0)).expect("there"), b"early\nlate\n");
        // Another workspace's file gets what is said from then on, and nothing twice.
        let other = directory.path().join("other");
        logs.keep_in(&other).expect("made");
        logs.record(b"there\n").expect("written");
        assert_eq!(fs::read(path(&other, 0)).expect("there"), b"there\n");
    }

    #[test]
    fn a_full_file_makes_room_and_the_oldest_goes() {
        let directory = tempfile::tempdir().expect("a folder");
        let logs = LogFile::default();
        logs.keep_in(directory.path()).expect("made");
        let line = vec![b'x'; 400 * 1024];
        for _ in 0..2 * (FILES + 2) {
            logs.record(&line).expect("written");
        }
        let sizes: Vec<_> = paths(directory.path())
            .map(|path| fs::metadata(path).expect("there").len())
            .collect();
        assert_eq!(sizes.len(), FILES);
        assert!(sizes.iter().all(|size| *size <= FULL), "{sizes:?}");
        assert_eq!(
            fs::read_dir(directory.path()).expect("there").count(),
            FILES
        );
    }
}
