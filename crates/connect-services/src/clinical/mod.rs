//! The clinical service.

pub mod markers;
pub(crate) mod rules;
