//! Marks that say "this was made from exactly these files".

use std::fs;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::PathBuf;

use anyhow::Context as _;

/// A small file beside something that was made, holding a fingerprint of what it was made from.
pub(crate) struct Stamp {
    path: PathBuf,
}

impl Stamp {
    /// A stamp kept in this file.
    pub(crate) fn at(path: PathBuf) -> Self {
        Self { path }
    }

    /// Whether the stamp was set for these files as they are now.
    ///
    /// # Errors
    /// When an input cannot be read.
    pub(crate) fn is_current(&self, inputs: &[PathBuf]) -> anyhow::Result<bool> {
        let now = fingerprint(inputs)?;
        Ok(fs::read_to_string(&self.path).is_ok_and(|written| written == now))
    }

    /// Says that the thing is now made from these files.
    ///
    /// # Errors
    /// When an input cannot be read or the stamp cannot be written.
    pub(crate) fn set(&self, inputs: &[PathBuf]) -> anyhow::Result<()> {
        let now = fingerprint(inputs)?;
        if let Some(directory) = self.path.parent() {
            fs::create_dir_all(directory)?;
        }
        fs::write(&self.path, now).with_context(|| format!("cannot write {}", self.path.display()))
    }
}

/// Changes when a file's path or content does. Good for "is this still what we made it from", for nothing else.
fn fingerprint(files: &[PathBuf]) -> anyhow::Result<String> {
    let mut hasher = DefaultHasher::new();
    for file in files {
        file.hash(&mut hasher);
        fs::read(file)
            .with_context(|| format!("cannot read {}", file.display()))?
            .hash(&mut hasher);
    }
    Ok(format!("{:016x}", hasher.finish()))
}

#[cfg(test)]
mod tests {
    use super::Stamp;

    #[test]
    fn a_stamp_is_current_until_an_input_changes() {
        let directory = tempfile::tempdir().expect("a temporary directory");
        let input = directory.path().join("lock");
        let stamp = Stamp::at(directory.path().join("deep").join("stamp"));
        std::fs::write(&input, "one").expect("written");
        let inputs = [input.clone()];
        assert!(!stamp.is_current(&inputs).expect("no stamp yet"));
        stamp.set(&inputs).expect("stamped");
        assert!(stamp.is_current(&inputs).expect("just stamped"));
        std::fs::write(&input, "two").expect("written");
        assert!(!stamp.is_current(&inputs).expect("changed"));
    }
}
