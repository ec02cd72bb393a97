//! A person's own view of their apps: connected apps and grants (facts.md §7).

pub(crate) mod bearer;
pub(crate) mod connected_apps;
pub(crate) mod grants;
