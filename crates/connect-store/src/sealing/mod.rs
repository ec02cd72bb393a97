//! The sealing key and what is done with it: credentials at rest are readable only with a key that is not in the
//! database.
//!
//! - [`Sealer`] seals and opens values. It is quick, synchronous, and knows nothing of where its key came from.
//! - [`Vault`] knows where the key of one data directory lives, fetches it when it is first needed, and says what is
//!   wrong and what to do when it cannot.
//! - `sealing.json` in the data directory records the place, a public id and a fingerprint of the key. No other place
//!   is ever tried: a key that is not where the record says is a stated error, never a silent second key.
//!
//! Nothing here knows of the database. A world whose key is gone still opens: whoever reads a sealed value gets a
//! [`KeyError`] (no key) or [`SealError::OtherKey`] (sealed with a key that was since replaced), shows the value as
//! lost, and goes on.
//!
//! A further place for a key is a variant of [`KeyPlace`], one arm in `vault/jobs.rs`, and its errors in [`KeyError`].
//! A further platform is one file behind `platform`.

mod key;
mod key_file;
mod owner_only;
mod platform;
mod record;
mod seal;
mod state;
mod vault;

pub use key::{KeyId, SealingKey};
pub use platform::Keychain;
pub use record::KeyPlace;
pub use seal::{SealError, Sealer};
pub use state::{KeyError, KeyState, KeyStatus};
pub use vault::{Confirmed, KeyPreference, RemakeError, Vault};

/// The record of where the key lives, in the data directory.
pub const RECORD_FILE: &str = "sealing.json";
/// The key itself, in the data directory, where there is no keychain.
pub const KEY_FILE: &str = "sealing.key";
