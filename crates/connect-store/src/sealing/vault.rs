//! The vault of one data directory: fetches the sealing key when it is first needed, keeps it, and knows its state.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use tokio::sync::{oneshot, watch};

use super::key::{KeyId, SealingKey};
use super::key_file;
use super::platform::Keychain;
use super::record::{KeyPlace, Record};
use super::seal::Sealer;
use super::state::{KeyError, KeyState, KeyStatus};

mod jobs;

/// How long a keychain that did not answer is left alone, so that whoever needs the key often does not wait for it each
/// time.
const PAUSE: Duration = Duration::from_secs(10);

/// Where a new key should live.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum KeyPreference {
    /// The system keychain; an owner-only file if that cannot keep it, which [`KeyStatus::notice`] then says.
    Keychain,
    /// An owner-only file in the data directory.
    File,
}

/// The word of a person, asked in so many words, that everything sealed so far may be lost.
#[derive(Debug, Clone, Copy)]
pub struct Confirmed;

/// Why no new key was made.
#[derive(Debug, thiserror::Error)]
pub enum RemakeError {
    /// The key is there.
    #[error("The sealing key is available: there is no need for a new one.")]
    StillAvailable,
    /// The key may come back, and a new one would lose what it sealed.
    #[error("No new key is made while the present one may come back. {0}")]
    MayComeBack(KeyError),
    /// The new key could not be kept; all is as it was.
    #[error("The new sealing key could not be stored: {0}.")]
    NotStored(#[from] io::Error),
}

/// The sealing key of one data directory. Cheap to clone; all clones are one vault.
#[derive(Clone)]
pub struct Vault {
    inner: Arc<Inner>,
}

struct Inner {
    /// `None` when the key lives in memory only.
    home: Option<Home>,
    known: Mutex<Known>,
    /// Held while a new key is made, so that two confirmations make one key.
    remaking: tokio::sync::Mutex<()>,
}

struct Home {
    directory: PathBuf,
    keychain: Keychain,
}

struct Known {
    /// The record as last seen; `None` when it was missing or damaged.
    record: Option<Record>,
    key: Key,
    /// The attempt under way: at most one, whoever asks.
    attempt: Option<Attempt>,
    /// When the keychain last failed to answer in time.
    unanswered: Option<Instant>,
}

enum Key {
    NotRead,
    Available(Arc<Sealer>),
    Unavailable(KeyError),
}

type Outcome = Result<Arc<Sealer>, KeyError>;

#[derive(Clone)]
struct Attempt {
    /// Holds the outcome once there is one; closed without one if the attempt's thread died.
    outcome: watch::Receiver<Option<Outcome>>,
    /// A person is being asked: this may take long, and meanwhile the key counts as locked.
    asking: bool,
}

impl Vault {
    /// Makes the key of a new workspace and records where it lives. The keychain is given 2 s.
    ///
    /// Only for a directory in which nothing was sealed yet. One that already has a record is opened as it is: a key is
    /// never overwritten. `random` is called before this returns, for 48 bytes.
    ///
    /// # Errors
    /// When neither keychain nor directory can keep the key, or the record cannot be written.
    pub fn create(
        directory: &Path,
        keychain: Keychain,
        preference: KeyPreference,
        random: &mut dyn FnMut(&mut [u8]),
    ) -> impl Future<Output = io::Result<Self>> + Send + use<> {
        let (id, key) = (KeyId::random(random), SealingKey::random(random));
        let directory = directory.to_owned();
        on_own_thread(move || {
            if Record::path(&directory).try_exists()? {
                return Ok(Self::open(&directory, keychain));
            }
            let made = jobs::make(&directory, &keychain, preference, id, key)?;
            let home = Home {
                directory,
                keychain,
            };
            let sealer = Arc::new(Sealer::new(made.key));
            Ok(Self::new(
                Some(home),
                Some(made.record),
                Key::Available(sealer),
            ))
        })
    }

    /// Opens the vault of an existing workspace. Reads the record, never the key, and never fails: a record that is
    /// missing or damaged is a state like others, in which the rest of the workspace works.
    #[must_use]
    pub fn open(directory: &Path, keychain: Keychain) -> Self {
        let (record, key) = match jobs::record(directory) {
            Ok(record) => (Some(record), Key::NotRead),
            Err(error) => (None, Key::Unavailable(error)),
        };
        let home = Home {
            directory: directory.to_owned(),
            keychain,
        };
        Self::new(Some(home), record, key)
    }

    /// A vault whose key is in this process's memory and nowhere else, for a workspace that ends with the process.
    #[must_use]
    pub fn in_memory(random: &mut dyn FnMut(&mut [u8])) -> Self {
        let sealer = Arc::new(Sealer::new(SealingKey::random(random)));
        Self::new(None, None, Key::Available(sealer))
    }

    fn new(home: Option<Home>, record: Option<Record>, key: Key) -> Self {
        Self {
            inner: Arc::new(Inner {
                home,
                known: Mutex::new(Known {
                    record,
                    key,
                    attempt: None,
                    unanswered: None,
                }),
                remaking: tokio::sync::Mutex::new(()),
            }),
        }
    }

    /// The sealer, if the key has been read. Takes a lock for some nanoseconds; starts nothing.
    #[must_use]
    pub fn sealer_if_read(&self) -> Option<Arc<Sealer>> {
        match &self.known().key {
            Key::Available(sealer) => Some(Arc::clone(sealer)),
            Key::NotRead | Key::Unavailable(_) => None,
        }
    }

    /// The sealer. The first call reads the key, on a thread of its own, within 2 s and without asking anybody
    /// anything; a later one answers at once, or, if reading failed, tries again (10 s later at the earliest if the
    /// keychain did not answer). Calls at the same time share one attempt. Needs no particular runtime.
    ///
    /// # Errors
    /// [`KeyError`], which [`Self::state`] then shows as well.
    pub async fn sealer(&self) -> Result<Arc<Sealer>, KeyError> {
        let attempt = {
            let mut known = self.known();
            if let Key::Available(sealer) = &known.key {
                return Ok(Arc::clone(sealer));
            }
            if let (Key::Unavailable(error), Some(at)) = (&known.key, known.unanswered)
                && is_paused(at, Instant::now())
            {
                return Err(error.clone());
            }
            match &known.attempt {
                Some(attempt) if attempt.asking => return Err(KeyError::Locked),
                Some(attempt) => attempt.clone(),
                None => self.begin(&mut known, None),
            }
        };
        attempt.outcome().await
    }

    /// As [`Self::sealer`], but without a pause, and a locked keychain may ask its owner, who has `patience` to answer.
    /// For a person's explicit "unlock" or "try again" only; meanwhile [`Self::sealer`] answers [`KeyError::Locked`].
    ///
    /// # Errors
    /// [`KeyError::Locked`] when the question is refused, not answered in time, or cannot be put to anybody (no
    /// desktop); otherwise as [`Self::sealer`].
    pub async fn unlock(&self, patience: Duration) -> Result<Arc<Sealer>, KeyError> {
        loop {
            let (attempt, ours) = {
                let mut known = self.known();
                if let Key::Available(sealer) = &known.key {
                    return Ok(Arc::clone(sealer));
                }
                match &known.attempt {
                    Some(attempt) => (attempt.clone(), attempt.asking),
                    None => (self.begin(&mut known, Some(patience)), true),
                }
            };
            let outcome = attempt.outcome().await;
            if ours || outcome.is_ok() {
                return outcome;
            }
        }
    }

    /// What is known of the key, without reading it.
    #[must_use]
    pub fn state(&self) -> KeyState {
        self.known().state()
    }

    /// The key's place and state, and what has to be said of them.
    #[must_use]
    pub fn status(&self) -> KeyStatus {
        let known = self.known();
        let state = known.state();
        let Some(home) = &self.inner.home else {
            return KeyStatus {
                place: Some(KeyPlace::Memory),
                key_id: None,
                state,
                notice: None,
            };
        };
        let record = known.record.as_ref();
        KeyStatus {
            place: record.map(|record| record.place),
            key_id: record.map(|record| record.key_id.clone()),
            state,
            notice: record
                .and_then(|record| record.no_keychain.as_ref())
                .map(|why| {
                    let why = why.split(": ").next().unwrap_or(why);
                    format!(
                        "The sealing key is in {}, for your user only: {why}.",
                        key_file::path(&home.directory).display()
                    )
                }),
        }
    }

    /// Makes a new key when the old one is gone, and records where it lives. Whatever the old one sealed stays lost
    /// ([`SealError::OtherKey`](super::SealError::OtherKey)) and must be made anew by whoever owns it. The old record
    /// and key file are kept beside the new ones. `random` is called before this returns, for 48 bytes.
    ///
    /// # Errors
    /// [`RemakeError`], in which case nothing has changed.
    pub fn remake(
        &self,
        _: Confirmed,
        preference: KeyPreference,
        random: &mut dyn FnMut(&mut [u8]),
    ) -> impl Future<Output = Result<Arc<Sealer>, RemakeError>> + Send + use<> {
        let (id, key) = (KeyId::random(random), SealingKey::random(random));
        let vault = self.clone();
        async move {
            let _one = vault.inner.remaking.lock().await;
            // The confirmation was given to what was seen then: look again.
            match vault.sealer().await {
                Ok(_) => return Err(RemakeError::StillAvailable),
                Err(error) if error.permits_remake() => {}
                Err(error) => return Err(RemakeError::MayComeBack(error)),
            }
            let inner = Arc::clone(&vault.inner);
            let made = on_own_thread(move || {
                let home = inner
                    .home
                    .as_ref()
                    .expect("a key in memory is always available");
                jobs::make(&home.directory, &home.keychain, preference, id, key)
            })
            .await?;
            let sealer = Arc::new(Sealer::new(made.key));
            let mut known = vault.known();
            known.record = Some(made.record);
            known.key = Key::Available(Arc::clone(&sealer));
            Ok(sealer)
        }
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.inner.known()
    }

    /// Begins an attempt to read the key.
    fn begin(&self, known: &mut Known, patience: Option<Duration>) -> Attempt {
        let (tell, outcome) = watch::channel(None);
        let attempt = Attempt {
            outcome,
            asking: patience.is_some(),
        };
        let inner = Arc::clone(&self.inner);
        let spawned = thread::Builder::new()
            .name("sealing-key".to_owned())
            .spawn(move || {
                let over = Over { inner };
                let outcome = over.inner.read(patience);
                drop(over);
                tell.send_replace(Some(outcome));
            });
        // Without a thread the sender is gone, which the attempt's own outcome reports.
        if spawned.is_ok() {
            known.attempt = Some(attempt.clone());
        }
        attempt
    }
}

impl Known {
    fn state(&self) -> KeyState {
        match &self.key {
            Key::NotRead => KeyState::NotRead,
            Key::Available(_) => KeyState::Available,
            Key::Unavailable(error) => KeyState::Unavailable(error.clone()),
        }
    }
}

impl Inner {
    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// One attempt to read the key. Blocks.
    fn read(&self, patience: Option<Duration>) -> Outcome {
        let home = self
            .home
            .as_ref()
            .expect("a key in memory is always available");
        let read = jobs::read(&home.directory, &home.keychain, patience);
        let record = jobs::record(&home.directory).ok();
        let mut known = self.known();
        if let Key::Available(sealer) = &known.key {
            // A new key was made meanwhile: what we read is the past.
            return Ok(Arc::clone(sealer));
        }
        known.record = record;
        known.unanswered = matches!(read, Err(KeyError::TimedOut { .. })).then(Instant::now);
        let outcome = read.map(|key| Arc::new(Sealer::new(key)));
        known.key = match &outcome {
            Ok(sealer) => Key::Available(Arc::clone(sealer)),
            Err(error) => Key::Unavailable(error.clone()),
        };
        outcome
    }
}

/// Ends an attempt, even by a panic.
struct Over {
    inner: Arc<Inner>,
}

impl Drop for Over {
    fn drop(&mut self) {
        self.inner.known().attempt = None;
    }
}

impl Attempt {
    async fn outcome(mut self) -> Outcome {
        match self.outcome.wait_for(Option::is_some).await {
            Ok(outcome) => outcome.clone().expect("waited for an outcome"),
            Err(_) => Err(KeyError::Unreachable {
                place: KeyPlace::Keychain,
                why: "the thread that reads the key ended without an answer".to_owned(),
            }),
        }
    }
}

impl fmt::Debug for Vault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Vault")
            .field("status", &self.status())
            .finish_non_exhaustive()
    }
}

/// Whether a keychain that failed to answer at `unanswered` is still left alone at `now`.
fn is_paused(unanswered: Instant, now: Instant) -> bool {
    now.saturating_duration_since(unanswered) < PAUSE
}

/// Runs `work`, which may block, on a new thread, and waits without blocking the caller's.
async fn on_own_thread<T: Send + 'static>(
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> io::Result<T> {
    let (tell, told) = oneshot::channel();
    thread::Builder::new()
        .name("sealing-key".to_owned())
        .spawn(move || {
            // Nobody may be waiting any more.
            let _ = tell.send(work());
        })?;
    told.await.unwrap_or_else(|_| {
        Err(io::Error::other(
            "the thread that stores the key ended without an answer",
        ))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_keychain_that_did_not_answer_is_left_alone_for_ten_seconds() {
        let then = Instant::now();
        assert!(is_paused(then, then));
        assert!(is_paused(then, then + Duration::from_millis(9_999)));
        assert!(!is_paused(then, then + Duration::from_secs(10)));
    }
}
