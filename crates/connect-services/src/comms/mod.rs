//! The comms service.

pub(crate) mod categories;
