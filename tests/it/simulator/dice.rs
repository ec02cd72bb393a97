//! A repeatable source of choices.

/// What the choices begin with, unless `CONNECT_SEED` says something else.
const SEED: u64 = 0x9E37_79B9_7F4A_7C15;

/// Xorshift: the same seed makes the same choices.
pub(super) struct Dice(u64);

impl Dice {
    pub(super) fn thrown() -> Self {
        Self(told("CONNECT_SEED").unwrap_or(SEED).max(1))
    }

    pub(super) fn below(&mut self, most: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).unwrap_or(0) % most.max(1)
    }

    pub(super) fn one<'a>(&mut self, of: &[&'a str]) -> &'a str {
        of[self.below(of.len())]
    }
}

/// A number from the environment.
pub(super) fn told(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}
