//! The membership service.

pub(crate) mod conversion;
pub(crate) mod history;
pub(crate) mod memberships;
