//! Repeatable numbers and ids: a generator seeded by what it is for.

use connect_core::Timestamp;
use connect_core::id::TypedId;
use rand_chacha::ChaCha8Rng;
use rand_core::{Rng, SeedableRng};
use sha2::{Digest, Sha256};

/// Changing this changes everybody.
const SEED: &[u8] = b"connect console people, first edition";

/// A stream of numbers.
pub(super) struct Stream(ChaCha8Rng);

impl Stream {
    /// The stream for a purpose: the same words give the same numbers.
    pub(super) fn new(purpose: &[&str]) -> Self {
        let mut hash = Sha256::new();
        hash.update(SEED);
        for word in purpose {
            hash.update([0]);
            hash.update(word.as_bytes());
        }
        Self(ChaCha8Rng::from_seed(hash.finalize().into()))
    }

    /// At least 0, below 1.
    pub(super) fn unit(&mut self) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "53 bits fit a double exactly")]
        let numerator = (self.0.next_u64() >> 11) as f64;
        numerator / 9_007_199_254_740_992.0
    }

    /// Between -1 and 1, mostly near 0.
    pub(super) fn swing(&mut self) -> f64 {
        (self.unit() + self.unit() + self.unit()) * 2.0 / 3.0 - 1.0
    }

    /// From `low` to `high`, both included.
    pub(super) fn whole(&mut self, low: i64, high: i64) -> i64 {
        let span = u64::try_from(high - low + 1).expect("high is not below low");
        low + i64::try_from(self.0.next_u64() % span).expect("a remainder of a small span")
    }

    /// One of `choices`.
    pub(super) fn pick<'c, T>(&mut self, choices: &'c [T]) -> &'c T {
        let last = i64::try_from(choices.len()).expect("short list") - 1;
        &choices[usize::try_from(self.whole(0, last)).expect("within the list")]
    }

    /// An id whose time is `at`.
    pub(super) fn id<T: TypedId>(&mut self, at: Timestamp) -> T {
        T::from_ulid(self.ulid(at))
    }

    /// A ULID whose time is `at`.
    pub(super) fn ulid(&mut self, at: Timestamp) -> ulid::Ulid {
        let random = (u128::from(self.0.next_u64()) << 64) | u128::from(self.0.next_u64());
        ulid::Ulid::from_parts(u64::try_from(at.as_millis()).unwrap_or(0), random)
    }

    /// `length` letters and digits.
    pub(super) fn letters(&mut self, length: usize) -> String {
        const ALPHABET: &[u8] = b"abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789";
        (0..length)
            .map(|_| char::from(*self.pick(ALPHABET)))
            .collect()
    }
}
