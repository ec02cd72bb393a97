//! macOS: a generic password in the user's default keychain.
//!
//! Reading is done with user interaction switched off, so that a locked keychain, or one that wants to ask whether this
//! program may have the key, says so at once; only [`Keychain::read`] with patience lets it ask.

use std::time::Duration;

use security_framework::base::Error;
use security_framework::os::macos::keychain::SecKeychain;
use zeroize::Zeroizing;

use super::{Found, KeychainError, LIMIT, SERVICE_NAME, bounded};
use crate::sealing::key::KeyId;

/// `errSecUserCanceled`, `errSecAuthFailed`, `errSecInteractionNotAllowed`, `errSecInteractionRequired`
const LOCKED: [i32; 4] = [-128, -25293, -25308, -25315];
/// `errSecItemNotFound`
const NOT_FOUND: i32 = -25300;

/// The user's default keychain.
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

    /// What is kept under `key_id`. With `patience`, the owner may be asked to unlock the keychain, and has so long to
    /// answer; without, nobody is asked anything.
    pub(in crate::sealing) fn read(
        &self,
        key_id: &KeyId,
        patience: Option<Duration>,
    ) -> Result<Found, KeychainError> {
        let user = key_id.as_str().to_owned();
        bounded::within(LIMIT + patience.unwrap_or_default(), move || {
            let _quiet = quiet(patience.is_none())?;
            let keychain = SecKeychain::default().map_err(said)?;
            let (content, _) = keychain
                .find_generic_password(SERVICE_NAME, &user)
                .map_err(said)?;
            Ok(Found {
                contents: vec![Zeroizing::new(content.to_owned())],
                some_locked: false,
            })
        })
        .map_err(|error| match (error, patience) {
            // It was a person who did not answer.
            (KeychainError::TimedOut(_), Some(_)) => KeychainError::Locked,
            (error, _) => error,
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
            let _quiet = quiet(true)?;
            let keychain = SecKeychain::default().map_err(said)?;
            keychain
                .set_generic_password(SERVICE_NAME, &user, &content)
                .map_err(said)
        })
    }

    /// Removes what is kept under `key_id`.
    pub(in crate::sealing) fn delete(&self, key_id: &KeyId) -> Result<(), KeychainError> {
        let user = key_id.as_str().to_owned();
        bounded::within(LIMIT, move || {
            let _quiet = quiet(true)?;
            let keychain = SecKeychain::default().map_err(said)?;
            let (_, item) = keychain
                .find_generic_password(SERVICE_NAME, &user)
                .map_err(said)?;
            item.delete();
            Ok(())
        })
    }
}

/// Switches user interaction off until dropped, if so asked.
fn quiet(
    quiet: bool,
) -> Result<
    Option<security_framework::os::macos::keychain::KeychainUserInteractionLock>,
    KeychainError,
> {
    if quiet {
        SecKeychain::disable_user_interaction()
            .map(Some)
            .map_err(said)
    } else {
        Ok(None)
    }
}

fn said(error: Error) -> KeychainError {
    match error.code() {
        code if LOCKED.contains(&code) => KeychainError::Locked,
        NOT_FOUND => KeychainError::NotFound,
        _ => KeychainError::Unreachable(error.to_string()),
    }
}
