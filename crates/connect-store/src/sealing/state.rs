//! What is known of the key, and what to tell a person about it: what is wrong, and what to do.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use super::key::KeyId;
use super::record::KeyPlace;

/// What is known of a workspace's sealing key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeyState {
    /// Nobody has needed the key yet.
    NotRead,
    /// The key was read, and stays readable until the program ends.
    Available,
    /// The last attempt to read the key failed. A later use of the key tries again.
    Unavailable(KeyError),
}

impl KeyState {
    /// The state in one stable word: `not_read`, `available`, or that of [`KeyError::as_str`].
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::NotRead => "not_read",
            Self::Available => "available",
            Self::Unavailable(error) => error.as_str(),
        }
    }
}

impl fmt::Display for KeyState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotRead => f.write_str("The sealing key has not been needed yet."),
            Self::Available => f.write_str("The sealing key is available."),
            Self::Unavailable(error) => error.fmt(f),
        }
    }
}

/// Why there is no key. Each message says what is wrong and what to do, and holds no secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// The keychain has the key, or may have it, but is locked; or it wants to ask its owner first.
    #[error(
        "The system keychain is locked, so the sealing key cannot be read. Unlock the keychain and try again."
    )]
    Locked,

    /// The keychain, or the data directory, answers that there is no such key.
    #[error("{}", absent(*place, key_id, path.as_ref()))]
    Absent {
        /// Where the record says the key is.
        place: KeyPlace,
        /// Under which name.
        key_id: KeyId,
        /// Which file, when the place is a file.
        path: Option<PathBuf>,
    },

    /// There is something under the key's name, but not the key this workspace was made with.
    #[error(
        "What {place} holds for this workspace is not the sealing key it was made with ({why}). Put the original key \
         back, or confirm that a new key is made: everything sealed so far is then lost."
    )]
    Changed {
        /// Where the record says the key is.
        place: KeyPlace,
        /// How it differs.
        why: String,
    },

    /// There is no keychain to ask, or it failed to answer the question.
    #[error(
        "The sealing key is in {place}, which cannot be reached ({why}). Start the program where it can be reached and \
         try again. If it never will be, confirm that a new key is made: everything sealed so far is then lost."
    )]
    Unreachable {
        /// Where the record says the key is.
        place: KeyPlace,
        /// What the platform said.
        why: String,
    },

    /// The keychain was asked and did not answer.
    #[error(
        "The system keychain did not answer within {} s, so the sealing key could not be read. It is asked again \
         after 10 s; if this stays so, restart the keychain.",
        limit.as_secs()
    )]
    TimedOut {
        /// How long it was waited for.
        limit: Duration,
    },

    /// The key file can be read by others than its owner.
    #[error(
        "The key file {} can be read by others (its permissions are {mode:03o}), so it is not used. Run `chmod 600 {0}` \
         and try again; if others may have read it, make a new workspace.",
        path.display()
    )]
    Exposed {
        /// The key file.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },

    /// The record of where the key lives is missing.
    #[error(
        "The file {}, which records where the sealing key is, is missing. Put it back, or confirm that a new key is \
         made: everything sealed so far is then lost.",
        path.display()
    )]
    RecordMissing {
        /// Where the record should be.
        path: PathBuf,
    },

    /// The record of where the key lives cannot be read.
    #[error(
        "The file {}, which records where the sealing key is, cannot be used ({why}). Put it back, or confirm that a new \
         key is made: everything sealed so far is then lost.",
        path.display()
    )]
    RecordDamaged {
        /// The record.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
}

impl KeyError {
    /// The error in one stable word: `locked`, `absent`, `changed`, `unreachable`, `timed_out`, `exposed`, `lost`.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Locked => "locked",
            Self::Absent { .. } => "absent",
            Self::Changed { .. } => "changed",
            Self::Unreachable { .. } => "unreachable",
            Self::TimedOut { .. } => "timed_out",
            Self::Exposed { .. } => "exposed",
            Self::RecordMissing { .. } | Self::RecordDamaged { .. } => "lost",
        }
    }

    /// Whether a new key may be made on confirmation: the old one is gone, or nothing here can bring it back. Not so
    /// while unlocking, waiting or `chmod` may.
    pub fn permits_remake(&self) -> bool {
        match self {
            Self::Absent { .. }
            | Self::Changed { .. }
            | Self::Unreachable { .. }
            | Self::RecordMissing { .. }
            | Self::RecordDamaged { .. } => true,
            Self::Locked | Self::TimedOut { .. } | Self::Exposed { .. } => false,
        }
    }
}

fn absent(place: KeyPlace, key_id: &KeyId, path: Option<&PathBuf>) -> String {
    let (what, origin) = match path {
        Some(path) => (
            format!("The key file {} is missing.", path.display()),
            "Put it back",
        ),
        None => (
            format!(
                "{} has no sealing key for this workspace (service {}, user {key_id}): it was deleted, or this data \
                 directory came from another machine or user.",
                capitalised(place),
                super::platform::SERVICE_NAME,
            ),
            "Restore the entry",
        ),
    };
    format!(
        "{what} {origin}, or confirm that a new key is made: everything sealed so far is then lost."
    )
}

fn capitalised(place: KeyPlace) -> &'static str {
    match place {
        KeyPlace::Keychain => "The system keychain",
        KeyPlace::File => "The key file",
        KeyPlace::Memory => "Memory",
    }
}

/// The key's place and state, for whoever asks how the sandbox is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyStatus {
    /// Where the key lives; `None` when the record is missing or damaged.
    pub place: Option<KeyPlace>,
    /// The key's public id; `None` when the record is missing or damaged, or the key is in memory.
    pub key_id: Option<KeyId>,
    /// What is known of it.
    pub state: KeyState,
    /// What has to be said aloud about the place: that it is a file for want of a keychain, where, and why.
    pub notice: Option<String>,
}

impl fmt::Display for KeyStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.state)?;
        if let (Some(place), KeyState::NotRead | KeyState::Available) = (self.place, &self.state) {
            write!(f, " It is in {place}.")?;
        }
        match &self.notice {
            Some(notice) => write!(f, " {notice}"),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn every_error() -> Vec<KeyError> {
        let key_id = KeyId::random(&mut |bytes| bytes.fill(0xab));
        let path = PathBuf::from("/data/sealing.key");
        vec![
            KeyError::Locked,
            KeyError::Absent {
                place: KeyPlace::Keychain,
                key_id: key_id.clone(),
                path: None,
            },
            KeyError::Absent {
                place: KeyPlace::File,
                key_id,
                path: Some(path.clone()),
            },
            KeyError::Changed {
                place: KeyPlace::Keychain,
                why: "its fingerprint is another".to_owned(),
            },
            KeyError::Unreachable {
                place: KeyPlace::Keychain,
                why: "there is no bus".to_owned(),
            },
            KeyError::TimedOut {
                limit: Duration::from_secs(2),
            },
            KeyError::Exposed { path, mode: 0o644 },
            KeyError::RecordMissing {
                path: PathBuf::from("/data/sealing.json"),
            },
            KeyError::RecordDamaged {
                path: PathBuf::from("/data/sealing.json"),
                why: "EOF".to_owned(),
            },
        ]
    }

    #[test]
    fn every_state_says_what_is_wrong_and_what_to_do() {
        let mut said = Vec::new();
        for error in every_error() {
            let remake = if error.permits_remake() {
                "may be made anew"
            } else {
                "is waited for"
            };
            said.push(format!("[{}, {remake}] {error}", error.as_str()));
        }
        insta::assert_snapshot!(said.join("\n"), @r"
        [locked, is waited for] The system keychain is locked, so the sealing key cannot be read. Unlock the keychain and try again.
        [absent, may be made anew] The system keychain has no sealing key for this workspace (service connect-console, user abababababababababababababababab): it was deleted, or this data directory came from another machine or user. Restore the entry, or confirm that a new key is made: everything sealed so far is then lost.
        [absent, may be made anew] The key file /data/sealing.key is missing. Put it back, or confirm that a new key is made: everything sealed so far is then lost.
        [changed, may be made anew] What the system keychain holds for this workspace is not the sealing key it was made with (its fingerprint is another). Put the original key back, or confirm that a new key is made: everything sealed so far is then lost.
        [unreachable, may be made anew] The sealing key is in the system keychain, which cannot be reached (there is no bus). Start the program where it can be reached and try again. If it never will be, confirm that a new key is made: everything sealed so far is then lost.
        [timed_out, is waited for] The system keychain did not answer within 2 s, so the sealing key could not be read. It is asked again after 10 s; if this stays so, restart the keychain.
        [exposed, is waited for] The key file /data/sealing.key can be read by others (its permissions are 644), so it is not used. Run `chmod 600 /data/sealing.key` and try again; if others may have read it, make a new workspace.
        [lost, may be made anew] The file /data/sealing.json, which records where the sealing key is, is missing. Put it back, or confirm that a new key is made: everything sealed so far is then lost.
        [lost, may be made anew] The file /data/sealing.json, which records where the sealing key is, cannot be used (EOF). Put it back, or confirm that a new key is made: everything sealed so far is then lost.
        ");
    }

    #[test]
    fn a_status_is_one_readable_line() {
        let mut status = KeyStatus {
            place: Some(KeyPlace::File),
            key_id: None,
            state: KeyState::NotRead,
            notice: Some("No keychain.".to_owned()),
        };
        assert_eq!(
            status.to_string(),
            "The sealing key has not been needed yet. It is in the key file. No keychain."
        );
        status.state = KeyState::Unavailable(KeyError::Locked);
        status.notice = None;
        assert_eq!(status.to_string(), KeyError::Locked.to_string());
    }
}
