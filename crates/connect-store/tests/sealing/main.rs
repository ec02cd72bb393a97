//! The sealing key's whole life against real places: files, a real GNOME Keyring on a private session bus, and a
//! scripted Secret Service for what a real one does too rarely to be tested.

#[cfg(all(unix, not(target_os = "macos")))]
mod asking;
mod file_place;
#[cfg(all(unix, not(target_os = "macos")))]
mod keyring;
mod making_anew;
#[cfg(all(unix, not(target_os = "macos")))]
mod no_keychain;
#[cfg(all(unix, not(target_os = "macos")))]
mod scripted;
#[cfg(all(unix, not(target_os = "macos")))]
mod session_bus;
#[cfg(all(unix, not(target_os = "macos")))]
mod unanswered;

use std::path::Path;

use connect_store::sealing::{KeyError, KeyPreference, KeyState, Keychain, Vault};

/// "Random" bytes that differ by their seed only.
fn bytes_of(seed: u8) -> impl FnMut(&mut [u8]) {
    move |bytes| bytes.fill(seed)
}

/// A workspace whose key is in a file.
async fn in_file(directory: &Path, seed: u8) -> Vault {
    Vault::create(
        directory,
        Keychain::of_this_session(),
        KeyPreference::File,
        &mut bytes_of(seed),
    )
    .await
    .expect("the directory can keep a key")
}

/// The error of a vault that has no key to give; its state must tell the same.
async fn refused(vault: &Vault) -> KeyError {
    let error = vault.sealer().await.expect_err("there is no key to be had");
    assert_eq!(vault.state(), KeyState::Unavailable(error.clone()));
    assert!(vault.sealer_if_read().is_none());
    error
}
