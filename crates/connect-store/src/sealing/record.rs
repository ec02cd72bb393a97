//! `sealing.json`: where the key of this data directory lives, and how to recognise it. Holds no secret.

use std::fmt;
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::key::{KeyCheck, KeyId};
use super::{RECORD_FILE, owner_only};

/// Where a sealing key lives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KeyPlace {
    /// The operating system's keychain: Secret Service, Keychain, Credential Manager.
    Keychain,
    /// An owner-only file in the data directory.
    File,
    /// This process's memory: gone when it ends. For `--ephemeral`; never recorded.
    #[serde(skip)]
    Memory,
}

impl KeyPlace {
    /// The place's name in the record and on the wire: `keychain`, `file`, `memory`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Keychain => "keychain",
            Self::File => "file",
            Self::Memory => "memory",
        }
    }
}

impl fmt::Display for KeyPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Keychain => "the system keychain",
            Self::File => "the key file",
            Self::Memory => "memory",
        })
    }
}

const VERSION: u32 = 1;

/// The record's content.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Record {
    version: u32,
    pub(super) place: KeyPlace,
    pub(super) key_id: KeyId,
    pub(super) check: KeyCheck,
    /// Why the key is in a file although the keychain was asked for: said whenever the place is shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) no_keychain: Option<String>,
}

/// Why there is no record.
#[derive(Debug)]
pub(super) enum NoRecord {
    /// There is no such file.
    Missing,
    /// There is a file, but it cannot be read or is not a record; the text says what is wrong.
    Damaged(String),
}

impl Record {
    pub(super) fn new(
        place: KeyPlace,
        key_id: KeyId,
        check: KeyCheck,
        no_keychain: Option<String>,
    ) -> Self {
        Self {
            version: VERSION,
            place,
            key_id,
            check,
            no_keychain,
        }
    }

    /// Where the record of `directory` is.
    pub(super) fn path(directory: &Path) -> PathBuf {
        directory.join(RECORD_FILE)
    }

    /// Reads the record of `directory`.
    pub(super) fn load(directory: &Path) -> Result<Self, NoRecord> {
        /// Read before the rest, whose shape depends on it.
        #[derive(Deserialize)]
        struct Versioned {
            version: u32,
        }
        let damaged = |error: serde_json::Error| NoRecord::Damaged(error.to_string());

        let text = fs::read(Self::path(directory)).map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => NoRecord::Missing,
            _ => NoRecord::Damaged(error.to_string()),
        })?;
        let Versioned { version } = serde_json::from_slice(&text).map_err(damaged)?;
        if version != VERSION {
            return Err(NoRecord::Damaged(format!(
                "it has version {version}, and this version of Connect Console reads version {VERSION}"
            )));
        }
        serde_json::from_slice(&text).map_err(damaged)
    }

    /// Writes the record: complete or not at all, and after a power cut still there. A record already there is first
    /// copied to `sealing.json.before-<id of the new key>`.
    pub(super) fn store(&self, directory: &Path) -> io::Result<()> {
        let path = Self::path(directory);
        let fresh = path.with_extension("json.new");
        match fs::remove_file(&fresh) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let mut file = owner_only::create_new(&fresh)?;
        serde_json::to_writer_pretty(&mut file, self)?;
        file.write_all(b"\n")?;
        file.sync_all()?;
        drop(file);
        if path.try_exists()? {
            fs::copy(&path, before(&path, &self.key_id))?;
        }
        fs::rename(&fresh, &path)?;
        owner_only::sync_directory(directory)
    }
}

/// The name under which `path` is kept when the key `id` takes its place: nothing that could lead back to an old key is
/// ever deleted.
pub(super) fn before(path: &Path, id: &KeyId) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".before-");
    name.push(id.as_str());
    PathBuf::from(name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sealing::key::SealingKey;

    fn record(byte: u8) -> Record {
        let id = KeyId::random(&mut |bytes| bytes.fill(byte));
        let check = SealingKey::random(&mut |bytes| bytes.fill(byte)).check(&id);
        Record::new(KeyPlace::Keychain, id, check, None)
    }

    fn damage(text: &str) -> String {
        let dir = tempfile::tempdir().unwrap();
        fs::write(Record::path(dir.path()), text).unwrap();
        match Record::load(dir.path()) {
            Err(NoRecord::Damaged(why)) => why,
            other => panic!("expected damage, got {other:?}"),
        }
    }

    #[test]
    fn a_record_reads_back_as_written() {
        let dir = tempfile::tempdir().unwrap();
        record(1).store(dir.path()).unwrap();
        assert_eq!(Record::load(dir.path()).unwrap(), record(1));
        insta::assert_snapshot!(fs::read_to_string(Record::path(dir.path())).unwrap(), @r#"
        {
          "version": 1,
          "place": "keychain",
          "key_id": "01010101010101010101010101010101",
          "check": "8135856889ce018a97bdefb070d12df5"
        }
        "#);
    }

    #[test]
    fn an_earlier_record_is_kept_beside_the_new_one() {
        let dir = tempfile::tempdir().unwrap();
        record(1).store(dir.path()).unwrap();
        record(2).store(dir.path()).unwrap();
        assert_eq!(Record::load(dir.path()).unwrap(), record(2));
        let kept = before(&Record::path(dir.path()), &record(2).key_id);
        let kept: Record = serde_json::from_slice(&fs::read(kept).unwrap()).unwrap();
        assert_eq!(kept, record(1));
    }

    #[test]
    fn a_missing_record_is_told_from_a_damaged_one() {
        let dir = tempfile::tempdir().unwrap();
        assert!(matches!(Record::load(dir.path()), Err(NoRecord::Missing)));
    }

    #[test]
    fn damage_says_what_is_wrong() {
        let good = serde_json::to_string(&record(1)).unwrap();
        insta::assert_snapshot!(damage(""), @"EOF while parsing a value at line 1 column 0");
        insta::assert_snapshot!(damage(&good[..good.len() / 2]), @"EOF while parsing a string at line 1 column 59");
        insta::assert_snapshot!(damage(&good.replace("\"version\":1", "\"version\":2")), @"it has version 2, and this version of Connect Console reads version 1");
        insta::assert_snapshot!(damage(&good.replace("keychain", "memory")), @"unknown variant `memory`, expected `keychain` or `file` at line 1 column 29");
        insta::assert_snapshot!(damage(&good.replace("01010101", "0101")), @"expected 32 lower-case hexadecimal digits at line 1 column 59");
        insta::assert_snapshot!(damage(&good.replace("\"place\"", "\"plaice\"")), @"unknown field `plaice`, expected one of `version`, `place`, `key_id`, `check`, `no_keychain` at line 1 column 21");
    }

    #[test]
    fn a_half_written_record_of_an_earlier_run_is_in_nobodys_way() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("sealing.json.new"), "{\"ver").unwrap();
        record(1).store(dir.path()).unwrap();
        assert_eq!(Record::load(dir.path()).unwrap(), record(1));
    }
}
