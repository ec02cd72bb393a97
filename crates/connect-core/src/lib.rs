//! The vocabulary and the rules of Connect with Loop: pure, synchronous, no IO.
//!
//! Owns every word that crosses a crate boundary (scopes, error codes, ids, journal kinds, events) and every decision
//! that needs no database (PKCE, redirect comparison, form parsing, state machines, refusals).
//! Must never know: SQL, HTTP servers, Tauri, the file system, the real clock (only [`env::Env::system`] touches it).
//!
//! To add a scope: one row in [`protocol::scope::CATALOGUE`]. To add an error code: one variant in
//! [`protocol::error::ErrorCode`]; the compiler then names every place that must treat it.
//! To add a kind of id: one line in [`domain::id`].

pub mod domain;
pub mod env;
pub mod protocol;
pub mod shell;

pub use domain::id;
pub use domain::time::{Moment, Timestamp};
pub use env::Env;
