//! What tests share: a repeatable [`Env`] with a clock that is moved by hand. A dev-dependency only.
//!
//! Must never be depended on by anything that ships.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use connect_core::env::WallClock;
use connect_core::{Env, Timestamp};

/// A wall clock that stands still until it is moved.
#[derive(Debug, Clone)]
pub struct ManualClock(Arc<AtomicI64>);

impl ManualClock {
    /// A clock that shows `at`.
    #[must_use]
    pub fn at(at: Timestamp) -> Self {
        Self(Arc::new(AtomicI64::new(at.as_millis())))
    }

    /// Moves it forward.
    pub fn advance(&self, span: std::time::Duration) {
        let millis = i64::try_from(span.as_millis()).unwrap_or(i64::MAX);
        self.0.fetch_add(millis, Ordering::SeqCst);
    }
}

impl WallClock for ManualClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.0.load(Ordering::SeqCst))
    }
}

/// 2026-05-22T12:34:56Z, the moment of the documents' own examples.
pub const START: Timestamp = Timestamp::from_millis(1_779_453_296_000);

/// An environment whose ids, secrets and times are the same in every run, and the clock that moves it.
#[must_use]
pub fn seeded_env() -> (Arc<Env>, ManualClock) {
    let clock = ManualClock::at(START);
    (Arc::new(Env::seeded(Box::new(clock.clone()), 42)), clock)
}

#[cfg(test)]
mod tests {
    use super::*;
    use connect_core::id::ClientId;

    #[test]
    fn the_same_seed_gives_the_same_ids() {
        let (first, _) = seeded_env();
        let (second, _) = seeded_env();
        assert_eq!(first.id::<ClientId>(), second.id::<ClientId>());
        assert_eq!(first.now().to_string(), "2026-05-22T12:34:56Z");
    }
}
