//! What the console records about a persona: the very same code path as the API's writes, in a unit of work of the
//! caller's own, with the caller's origin.

pub use crate::clinical::check_ins::{CheckInRequest as NewCheckIn, record as add_check_in};
pub use crate::clinical::enrollments::start as start_protocol;
pub use crate::clinical::parse::{
    LabResult, LabUpload, flaws as lab_result_flaws, ingest as add_lab_results,
};
