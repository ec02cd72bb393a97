//! The community service.

pub(crate) mod text;
