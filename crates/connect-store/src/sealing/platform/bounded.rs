//! A limit for platform calls that know none.
//!
//! The call runs on a further thread. A call that does not come back in time is left to itself, and until it does come
//! back no further one is begun: a stuck keychain costs one thread, however often it is asked.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;
use std::time::Duration;

use super::KeychainError;

static BUSY: AtomicBool = AtomicBool::new(false);

/// Frees the one place when the call is over, even by a panic.
struct Place;

impl Drop for Place {
    fn drop(&mut self) {
        BUSY.store(false, Ordering::Release);
    }
}

pub(super) fn within<T: Send + 'static>(
    limit: Duration,
    call: impl FnOnce() -> Result<T, KeychainError> + Send + 'static,
) -> Result<T, KeychainError> {
    if BUSY.swap(true, Ordering::Acquire) {
        return Err(KeychainError::TimedOut(limit));
    }
    let place = Place;
    let (answer, answered) = mpsc::sync_channel(1);
    std::thread::Builder::new()
        .name("keychain".to_owned())
        .spawn(move || {
            let result = call();
            drop(place);
            // Nobody may be waiting any more.
            let _ = answer.send(result);
        })
        .map_err(|error| KeychainError::Unreachable(error.to_string()))?;
    match answered.recv_timeout(limit) {
        Ok(result) => result,
        Err(mpsc::RecvTimeoutError::Timeout) => Err(KeychainError::TimedOut(limit)),
        Err(mpsc::RecvTimeoutError::Disconnected) => Err(KeychainError::Unreachable(
            "the keychain's thread ended without an answer".to_owned(),
        )),
    }
}
