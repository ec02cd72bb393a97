//! The seam to the operating system's keychain.
//!
//! Each platform's file gives the same three functions, `read`, `write` and `delete`, on a `Keychain`. All are
//! synchronous, are called on a thread of their own, and return within their limit whatever the keychain does, so that
//! one thread per call is all there ever is.

use std::time::Duration;

use zeroize::Zeroizing;

#[cfg(target_os = "macos")]
#[path = "platform/macos.rs"]
mod system;
#[cfg(all(unix, not(target_os = "macos")))]
#[path = "platform/secret_service.rs"]
mod system;
#[cfg(windows)]
#[path = "platform/windows.rs"]
mod system;

#[cfg(not(all(unix, not(target_os = "macos"))))]
mod bounded;

pub use system::Keychain;

/// The name under which all our keys are kept; the key's id is the user.
pub(super) const SERVICE_NAME: &str = "connect-console";

/// How long a keychain is waited for, unless a person is being asked.
pub(super) const LIMIT: Duration = Duration::from_secs(2);

/// What the keychain holds under a key's id.
pub(super) struct Found {
    /// Every entry's content. More than one only when somebody copied entries about.
    pub(super) contents: Vec<Zeroizing<Vec<u8>>>,
    /// Whether there may be a further entry in a part that is locked.
    pub(super) some_locked: bool,
}

/// Why the keychain did not do as asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum KeychainError {
    /// It is locked, or wants to ask its owner, and must not now.
    #[error("the keychain is locked")]
    #[cfg_attr(
        windows,
        expect(
            dead_code,
            reason = "Credential Manager is open while its user is signed in"
        )
    )]
    Locked,
    /// It answers, and has no such entry.
    #[error("the keychain has no such entry")]
    NotFound,
    /// There is none, or it refused; the text is the platform's.
    #[error("{0}")]
    Unreachable(String),
    /// It did not answer in time.
    #[error("the keychain did not answer within {} s", .0.as_secs())]
    TimedOut(Duration),
}

#[cfg(not(target_os = "macos"))]
/// What a person sees of the entry in their keychain program.
fn label(key_id: &str) -> String {
    format!("Connect Console sealing key ({key_id})")
}
