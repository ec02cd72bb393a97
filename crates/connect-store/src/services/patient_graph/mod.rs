//! Rows of the patient-graph service. Its protocols are those of [`super::clinical::protocols`].

pub mod measurements;
pub mod patients;
pub mod timeline;
