//! The patient-graph service.

pub(crate) mod entries;
