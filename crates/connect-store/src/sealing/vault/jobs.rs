//! The work that may block: reading a key from its place, and making one. Runs on a thread of its own, never on the
//! runtime.

use std::io;
use std::path::Path;
use std::time::Duration;

use super::KeyPreference;
use crate::sealing::key::{KeyId, SealingKey};
use crate::sealing::key_file::{self, KeyFileError};
use crate::sealing::platform::{Found, KeychainError};
use crate::sealing::record::{KeyPlace, NoRecord, Record};
use crate::sealing::{KeyError, Keychain};

/// The record of `directory`, or the error that says what is wrong with it.
pub(super) fn record(directory: &Path) -> Result<Record, KeyError> {
    let path = Record::path(directory);
    Record::load(directory).map_err(|reason| match reason {
        NoRecord::Missing => KeyError::RecordMissing { path },
        NoRecord::Damaged(why) => KeyError::RecordDamaged { path, why },
    })
}

/// Reads the key from where the record says it is, and nowhere else; and takes it only if it is the one recorded.
pub(super) fn read(
    directory: &Path,
    keychain: &Keychain,
    patience: Option<Duration>,
) -> Result<SealingKey, KeyError> {
    let record = record(directory)?;
    match record.place {
        KeyPlace::Keychain => {
            let found = keychain
                .read(&record.key_id, patience)
                .map_err(|error| from_keychain(error, &record))?;
            recorded_one_of(&found, &record)
        }
        KeyPlace::File => {
            let key =
                key_file::read(directory).map_err(|error| from_file(error, directory, &record))?;
            if key.check(&record.key_id) == record.check {
                Ok(key)
            } else {
                Err(another_key(&record))
            }
        }
        KeyPlace::Memory => {
            unreachable!("a record never names memory: its deserialisation refuses the word")
        }
    }
}

/// A key that was made and is kept, and its record.
pub(super) struct Made {
    pub(super) key: SealingKey,
    pub(super) record: Record,
}

/// Keeps a new key where it is preferred, or in a file if the keychain cannot keep it; then records that. The record
/// comes last: until it is there, nothing has changed.
pub(super) fn make(
    directory: &Path,
    keychain: &Keychain,
    preference: KeyPreference,
    id: KeyId,
    key: SealingKey,
) -> io::Result<Made> {
    let check = key.check(&id);
    let in_file = |why: Option<String>| -> io::Result<(KeyPlace, Option<String>)> {
        key_file::write(directory, &id, &key)?;
        Ok((KeyPlace::File, why))
    };
    let (place, no_keychain) = match preference {
        KeyPreference::File => in_file(None)?,
        KeyPreference::Keychain => match keychain.write(&id, key.to_text().as_bytes()) {
            Ok(()) => (KeyPlace::Keychain, None),
            Err(error) => in_file(Some(error.to_string()))?,
        },
    };
    let record = Record::new(place, id, check, no_keychain);
    if let Err(error) = record.store(directory) {
        if place == KeyPlace::Keychain {
            // Nobody will ever ask for it; failing to remove it harms nothing either.
            let _ = keychain.delete(&record.key_id);
        }
        return Err(error);
    }
    Ok(Made { key, record })
}

fn recorded_one_of(found: &Found, record: &Record) -> Result<SealingKey, KeyError> {
    let mut unlike = None;
    for content in &found.contents {
        match SealingKey::from_text(content) {
            Ok(key) if key.check(&record.key_id) == record.check => return Ok(key),
            Ok(_) => {}
            Err(why) => unlike = Some(why),
        }
    }
    if found.some_locked {
        return Err(KeyError::Locked);
    }
    Err(match unlike {
        Some(why) => KeyError::Changed {
            place: record.place,
            why: why.to_string(),
        },
        None => another_key(record),
    })
}

fn another_key(record: &Record) -> KeyError {
    KeyError::Changed {
        place: record.place,
        why: "its fingerprint is another".to_owned(),
    }
}

fn from_keychain(error: KeychainError, record: &Record) -> KeyError {
    match error {
        KeychainError::Locked => KeyError::Locked,
        KeychainError::NotFound => KeyError::Absent {
            place: record.place,
            key_id: record.key_id.clone(),
            path: None,
        },
        KeychainError::Unreachable(why) => KeyError::Unreachable {
            place: record.place,
            why,
        },
        KeychainError::TimedOut(limit) => KeyError::TimedOut { limit },
    }
}

fn from_file(error: KeyFileError, directory: &Path, record: &Record) -> KeyError {
    let path = key_file::path(directory);
    match error {
        KeyFileError::Missing => KeyError::Absent {
            place: record.place,
            key_id: record.key_id.clone(),
            path: Some(path),
        },
        KeyFileError::Exposed(mode) => KeyError::Exposed { path, mode },
        KeyFileError::NotAKey(why) => KeyError::Changed {
            place: record.place,
            why: why.to_string(),
        },
        KeyFileError::Io(error) => KeyError::Unreachable {
            place: record.place,
            why: format!("{}: {error}", path.display()),
        },
    }
}
