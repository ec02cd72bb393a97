//! The comms service: messages to the person, and by which channels they come.

pub(crate) mod categories;
pub mod due;
pub(crate) mod inbox;
pub(crate) mod messages;
pub(crate) mod preferences;
