//! Rows of the clinical service.

pub mod biomarkers;
pub mod check_ins;
pub mod enrollments;
pub mod lab_markers;
pub mod protocols;
pub mod red_flags;
pub mod wearables;
