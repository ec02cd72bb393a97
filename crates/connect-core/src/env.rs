//! `Env`: the only source of time, randomness and ids.
//!
//! Two clocks live here. The *wall clock* is the machine's. The *sandbox clock* is what every lifetime runs on
//! (ruling 30): it runs with the wall clock at an offset, or stands still while paused.
//! The same seed and the same calls give the same ids, so a test can write literal ids down.

use std::sync::{Mutex, PoisonError, RwLock};

use rand_chacha::ChaCha20Rng;
use rand_core::{Rng, SeedableRng};
use serde::{Deserialize, Serialize};

use crate::domain::id::TypedId;
use crate::domain::secret::SecretText;
use crate::domain::time::{Moment, Timestamp};

/// Where the wall clock's time comes from.
pub trait WallClock: Send + Sync {
    /// The present moment.
    fn now(&self) -> Timestamp;
}

/// The machine's own clock.
struct SystemClock;

impl WallClock for SystemClock {
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place where real time enters"
    )]
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(jiff::Timestamp::now().as_millisecond())
    }
}

/// How sandbox time follows from wall time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "mode", rename_all = "snake_case")]
pub enum ClockState {
    /// Sandbox time = wall time + `offset_ms`.
    Running {
        /// Milliseconds ahead of the wall clock (never negative in practice: time is only advanced).
        offset_ms: i64,
    },
    /// Sandbox time stands at `at`.
    Paused {
        /// Where it stands.
        at: Timestamp,
    },
}

impl ClockState {
    /// Sandbox time when the wall clock shows `wall`.
    #[must_use]
    pub fn at(self, wall: Timestamp) -> Timestamp {
        match self {
            Self::Running { offset_ms } => wall.plus_millis(offset_ms),
            Self::Paused { at } => at,
        }
    }

    /// The state in which sandbox time is `target` when the wall clock shows `wall`; running stays running.
    #[must_use]
    pub fn moved_to(self, target: Timestamp, wall: Timestamp) -> Self {
        match self {
            Self::Running { .. } => Self::Running {
                offset_ms: target.as_millis() - wall.as_millis(),
            },
            Self::Paused { .. } => Self::Paused { at: target },
        }
    }
}

/// Time, randomness and ids, passed to everything that needs them.
pub struct Env {
    wall: Box<dyn WallClock>,
    rng: Mutex<ChaCha20Rng>,
    clock: RwLock<ClockState>,
}

impl std::fmt::Debug for Env {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Env")
            .field("clock", &self.clock_state())
            .finish_non_exhaustive()
    }
}

impl Env {
    /// The real clock and a generator seeded by the operating system.
    ///
    /// # Panics
    /// When the operating system has no randomness to give, which nothing here could work without.
    #[must_use]
    pub fn system() -> Self {
        let mut seed = [0_u8; 32];
        getrandom::fill(&mut seed).expect("the operating system provides randomness");
        Self::with(Box::new(SystemClock), seed)
    }

    /// A repeatable environment: the given clock, and a generator with a fixed seed.
    #[must_use]
    pub fn seeded(wall: Box<dyn WallClock>, seed: u64) -> Self {
        let mut bytes = [0_u8; 32];
        bytes[..8].copy_from_slice(&seed.to_le_bytes());
        Self::with(wall, bytes)
    }

    fn with(wall: Box<dyn WallClock>, seed: [u8; 32]) -> Self {
        Self {
            wall,
            rng: Mutex::new(ChaCha20Rng::from_seed(seed)),
            clock: RwLock::new(ClockState::Running { offset_ms: 0 }),
        }
    }

    /// The wall clock.
    #[must_use]
    pub fn wall_now(&self) -> Timestamp {
        self.wall.now()
    }

    /// Sandbox time and wall time of one reading. Read it once per decision.
    #[must_use]
    pub fn moment(&self) -> Moment {
        let wall = self.wall.now();
        Moment {
            sandbox: self.clock_state().at(wall),
            wall,
        }
    }

    /// Sandbox time.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.moment().sandbox
    }

    /// The sandbox clock's state.
    #[must_use]
    pub fn clock_state(&self) -> ClockState {
        *self.clock.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sets the sandbox clock. Only the owner of the clock (`connect-app`) does this, after it is stored.
    pub fn set_clock_state(&self, state: ClockState) {
        *self.clock.write().unwrap_or_else(PoisonError::into_inner) = state;
    }

    /// Fills `bytes` with randomness.
    pub fn fill(&self, bytes: &mut [u8]) {
        self.rng
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .fill_bytes(bytes);
    }

    /// `N` random bytes.
    #[must_use]
    pub fn random<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0_u8; N];
        self.fill(&mut bytes);
        bytes
    }

    /// A new id: the kind's prefix and a ULID of wall time and randomness.
    #[must_use]
    pub fn id<T: TypedId>(&self) -> T {
        T::from_ulid(self.ulid())
    }

    /// A ULID of wall time and 80 random bits.
    #[must_use]
    pub fn ulid(&self) -> ulid::Ulid {
        let random = u128::from_be_bytes(self.random::<16>());
        let millis = u64::try_from(self.wall_now().as_millis()).unwrap_or(0);
        ulid::Ulid::from_parts(millis, random)
    }

    /// A new credential: `prefix` and 256 random bits in base64url (ruling 31).
    #[must_use]
    pub fn secret(&self, prefix: &str) -> SecretText {
        use base64::Engine as _;
        let mut text = String::with_capacity(prefix.len() + 43);
        text.push_str(prefix);
        base64::engine::general_purpose::URL_SAFE_NO_PAD
            .encode_string(self.random::<32>(), &mut text);
        SecretText::new(text)
    }
}
