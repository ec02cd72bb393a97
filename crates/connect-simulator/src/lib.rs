//! Plays a partner's app over HTTP, step by step, and says beforehand what will be answered.
//!
//! Owns the walk: its sessions, the plan of each step, the recording client, what can go wrong on purpose, the
//! predictions, the app's own checks, the sequence diagram and what is handed over. Must never know: the authorization
//! server's code, SQL, the control surface, Tauri. It learns what it says about a server from the contract alone, so that
//! a prediction that comes true proves something.

pub mod callback;
pub mod client;
pub mod diagram;
pub mod hand_over;
pub mod id_token;
pub mod known;
pub mod mask;
pub mod pages;
pub mod plan;
pub mod predict;
#[cfg(test)]
mod samples;
pub mod session;
pub mod tamper;
pub mod walk;
