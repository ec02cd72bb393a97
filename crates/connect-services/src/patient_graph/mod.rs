//! The patient-graph service: the patient as a whole, without saying who it is.

pub(crate) mod entries;
pub(crate) mod metrics;
pub(crate) mod patients;
pub(crate) mod protocols;
pub(crate) mod timeline;
