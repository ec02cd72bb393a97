//! The rate limit, when it is switched on (ruling 29): so many requests in each minute of sandbox time. No number is
//! documented.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use super::refusal::Refusal;
use super::standing::Clause;
use super::time::Timestamp;
use crate::protocol::error::ErrorCode;

/// One minute, in milliseconds.
const MINUTE: i64 = 60_000;

/// Requests of the running minute, by whatever `K` tells callers apart.
#[derive(Debug)]
pub struct Limiter<K>(Mutex<HashMap<K, (i64, u32)>>);

/// One request too many.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exceeded {
    /// For the answer and the console.
    pub refusal: Refusal,
    /// Until the next minute, for `Retry-After`.
    pub wait: Duration,
}

impl<K> Default for Limiter<K> {
    fn default() -> Self {
        Self(Mutex::new(HashMap::new()))
    }
}

impl<K: Hash + Eq> Limiter<K> {
    /// Counts a request of `caller` at `now`; refuses it when `most` of this minute were counted before.
    pub fn count(&self, caller: K, most: u32, now: Timestamp) -> Result<(), Box<Exceeded>> {
        let minute = now.as_millis().div_euclid(MINUTE);
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        counts.retain(|_, (at, _)| *at == minute);
        let (_, count) = counts.entry(caller).or_insert((minute, 0));
        if *count < most {
            *count += 1;
            return Ok(());
        }
        let wait = u64::try_from((minute + 1) * MINUTE - now.as_millis()).unwrap_or(1);
        Err(Box::new(Exceeded {
            refusal: refusal(most),
            wait: Duration::from_millis(wait.max(1)),
        }))
    }

    /// How many requests of `caller` were counted in the minute of `now`. Nothing is counted by asking.
    pub fn counted(&self, caller: &K, now: Timestamp) -> u32 {
        let minute = now.as_millis().div_euclid(MINUTE);
        let counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = counts.get(caller).filter(|(at, _)| *at == minute);
        count.map_or(0, |(_, count)| *count)
    }
}

fn refusal(most: u32) -> Refusal {
    Refusal::new(
        "rate_within_limit",
        ErrorCode::RateLimited,
        "Too many requests",
        Clause::documented("partner app guide, step 5: honor Retry-After"),
    )
    .expected(format!("at most {most} requests a minute from an app to a service (this sandbox's setting)"))
    .received("one more")
    .fix("Wait as long as Retry-After says, with jitter. The limit is the setting `rate_limit_per_minute`.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_minute_takes_so_many_and_the_next_one_begins_anew() {
        let limiter = Limiter::default();
        let at = |millis| Timestamp::from_millis(millis);
        assert!(limiter.count("a", 2, at(0)).is_ok());
        assert!(limiter.count("a", 2, at(1_000)).is_ok());
        let exceeded = limiter
            .count("a", 2, at(59_000))
            .expect_err("two were counted");
        assert_eq!(exceeded.wait, Duration::from_secs(1));
        assert_eq!(limiter.counted(&"a", at(59_000)), 2);
        assert_eq!(limiter.counted(&"b", at(59_000)), 0);
        assert_eq!(limiter.counted(&"a", at(60_000)), 0);
        assert!(limiter.count("b", 2, at(59_000)).is_ok());
        assert!(limiter.count("a", 2, at(60_000)).is_ok());
    }
}
