//! What went over the wire.

use connect_core::Timestamp;
use connect_core::domain::walk::Party;
use serde::{Deserialize, Serialize};

use super::run::{Answered, Prediction};

/// An exchange as the app's side saw it; its bytes are in [`Bytes`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exchange {
    /// Its number in the session, from 1.
    pub number: u32,
    /// The run it belongs to.
    pub run: u32,
    /// What it is for.
    pub label: String,
    /// Who asked.
    pub from: Party,
    /// Who was asked.
    pub to: Party,
    /// When it began, by the wall clock.
    pub at: Timestamp,
    /// Method.
    pub method: String,
    /// The URL, credentials among it: it is masked when it is shown.
    pub url: String,
    /// Status of the answer.
    pub status: Option<u16>,
    /// The error code in the answer.
    pub error: Option<String>,
    /// Why there was no answer.
    pub failed: Option<String>,
    /// What to do about that.
    #[serde(default)]
    pub fix: Option<String>,
    /// Microseconds to each part.
    pub timing: Timing,
    /// Whether the walk needed it only to get on.
    pub hidden: bool,
    /// The exchange as the sandbox of this process saw it.
    pub server: Option<String>,
    /// Whether the bytes are those inside of TLS.
    pub tls: bool,
    /// What was foreseen for it.
    pub prediction: Option<Prediction>,
    /// What came.
    pub answered: Option<Answered>,
}

/// Microseconds since the exchange began.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Timing {
    /// The connection stood.
    pub connected_us: u64,
    /// The request was out.
    pub sent_us: u64,
    /// The answer's first byte was there.
    pub first_byte_us: u64,
    /// Its last.
    pub done_us: u64,
}

/// The bytes of an exchange, as they were.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Bytes {
    /// Sent.
    pub request: Vec<u8>,
    /// Received; empty when nothing came.
    pub response: Vec<u8>,
}
