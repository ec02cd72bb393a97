//! The ways back: how the authorization server's answer reaches an app that has no server of its own.
//!
//! With the person's own browser a [`CallbackListener`] takes it on loopback, as an app's server would. A port that is
//! taken is said with what holds it ([`BindProblem`]). The other two ways, a window of the console and pasting, need
//! nothing here: what comes back is a URL.

mod desk;
mod holder;
mod listener;
mod page;
mod ports;
mod problem;

pub use holder::Holder;
pub use listener::{Callback, CallbackListener, NoCallback, PATIENCE};
pub use ports::CallbackPorts;
pub use problem::BindProblem;
