//! Plays a partner's app over HTTP, step by step, and says beforehand what will be answered.
//!
//! Owns the walk: its sessions, the plan of each step, the recording client, what can go wrong on purpose, the
//! predictions, the app's own checks, the sequence diagram and what is handed over. Must never know: the authorization
//! server's code, SQL, the control surface, Tauri. It learns what it says about a server from the contract alone, so that
//! a prediction that comes true proves something.

pub mod client;
pub mod id_token;
pub mod known;
pub mod mask;
pub mod pages;
pub mod plan;
pub mod session;
#[cfg(test)]
mod samples;
