//! The resource services.

pub mod clinical;
mod comms;
mod community;
mod patient_graph;
pub mod seed;
