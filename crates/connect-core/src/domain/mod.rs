//! The things of the sandbox and their rules: ids, time, credentials and their states, refusals, findings.

pub mod actor;
pub mod app;
pub mod credential;
pub mod exchange;
pub mod filter;
pub mod finding;
pub mod flaw;
pub mod headers;
pub mod id;
pub mod journal;
pub mod message;
pub mod rate;
pub mod redaction;
pub mod refusal;
pub mod secret;
pub mod settings;
pub mod standing;
pub mod time;
pub mod walk;
