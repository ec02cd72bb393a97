//! Windows: a generic credential of the user in the Credential Manager, kept on this machine only. It is never locked
//! while its user is signed in, and asks nobody anything.

use std::collections::HashMap;
use std::time::Duration;

use keyring_core::api::CredentialStoreApi as _;
use keyring_core::{Entry, Error};
use windows_native_keyring_store::Store;
use zeroize::Zeroizing;

use super::{Found, KeychainError, LIMIT, SERVICE_NAME, bounded, label};
use crate::sealing::key::KeyId;

/// The Credential Manager of the signed-in user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Keychain(());

#[expect(
    clippy::unused_self,
    reason = "the one shape that every platform gives"
)]
impl Keychain {
    /// The keychain of the user this process runs as.
    #[must_use]
    pub fn of_this_session() -> Self {
        Self(())
    }

    /// What is kept under `key_id`. There is never anything to be patient for.
    pub(in crate::sealing) fn read(
        &self,
        key_id: &KeyId,
        _patience: Option<Duration>,
    ) -> Result<Found, KeychainError> {
        let user = key_id.as_str().to_owned();
        bounded::within(LIMIT, move || {
            let content = entry(&user)?.get_secret().map_err(said)?;
            Ok(Found {
                contents: vec![Zeroizing::new(content)],
                some_locked: false,
            })
        })
    }

    /// Keeps `content` under `key_id`.
    pub(in crate::sealing) fn write(
        &self,
        key_id: &KeyId,
        content: &[u8],
    ) -> Result<(), KeychainError> {
        let user = key_id.as_str().to_owned();
        let content = Zeroizing::new(content.to_vec());
        bounded::within(LIMIT, move || {
            let entry = entry(&user)?;
            entry.set_secret(&content).map_err(said)?;
            let comment = label(&user);
            entry
                .update_attributes(&HashMap::from([("comment", comment.as_str())]))
                .map_err(said)
        })
    }

    /// Removes what is kept under `key_id`.
    pub(in crate::sealing) fn delete(&self, key_id: &KeyId) -> Result<(), KeychainError> {
        let user = key_id.as_str().to_owned();
        bounded::within(LIMIT, move || {
            entry(&user)?.delete_credential().map_err(said)
        })
    }
}

fn entry(user: &str) -> Result<Entry, KeychainError> {
    let modifiers = HashMap::from([("persistence", "Local")]);
    Store::new()
        .and_then(|store| store.build(SERVICE_NAME, user, Some(&modifiers)))
        .map_err(said)
}

fn said(error: Error) -> KeychainError {
    match error {
        Error::NoEntry => KeychainError::NotFound,
        // These carry the secret itself, or entries: never print them.
        Error::BadEncoding(_) | Error::BadDataFormat(..) | Error::Ambiguous(_) => {
            KeychainError::Unreachable("the Credential Manager's entry is malformed".to_owned())
        }
        error => KeychainError::Unreachable(error.to_string()),
    }
}
