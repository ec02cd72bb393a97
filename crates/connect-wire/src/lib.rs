//! The transport all plain listeners stand on: HTTP/1.1 with its bytes as they were.
//!
//! Owns the accept loop, the limits and deadlines of a connection, the recording of bytes both ways and their cutting
//! into messages, the [`ExchangeHandle`] that handlers note things on, the check of `Host`, and how a refusal becomes
//! bytes. Every request leads to exactly one [`Exchange`] handed to the [`ExchangeSink`], whatever became of the
//! client; bytes that never became a request lead to a [`Stray`].
//! Must never know: SQL, endpoints of OAuth or of services, Tauri, what a sink does with an exchange.
//!
//! To add a listener: [`Listener::bind`] it and [`Listener::serve`] an axum router behind [`host::guard`].
//! To add an outcome: a variant of [`Ended`] or [`StrayReason`]; the compiler names the texts that are missing.
//! To add a fault: implement [`tap::Throttle`].

pub mod answer;
mod connection;
pub mod exchange;
pub mod framing;
pub mod host;
mod line;
pub mod listener;
pub mod open;
pub mod recorder;
mod service;
mod socket;
pub mod tap;

pub use answer::Refused;
pub use exchange::{Ended, Exchange, ExchangeHandle, ExchangeSink, Stray, StrayReason};
pub use host::{Addressed, HostPolicy};
pub use listener::{Limits, Listener, Recording};
pub use open::OpenExchanges;
