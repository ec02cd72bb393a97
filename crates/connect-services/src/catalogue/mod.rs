//! The route catalogue: every operation of every service, once. Routing, access checks, OpenAPI documents, the console's
//! endpoint list and the tests all read it from here.
//!
//! To add an operation: a constant beside its handler, and its name in [`CATALOGUE`].

pub mod absent;
pub mod openapi;
mod operation;
mod resolve;

pub use absent::{ABSENT, Absent};
pub use operation::{
    Gate, Handler, Keyed, Operation, Parameter, Place, SchemaOf, Shape, Tier, Verb,
};
pub use resolve::{Resolution, resolve};

use crate::{clinical, comms, community, follows, membership, patient_graph, payments};

/// Every operation, by service, in the order a reader wants them.
pub static CATALOGUE: &[Operation] = &[
    clinical::biomarkers::ME,
    clinical::biomarkers::LIST,
    clinical::parse::PARSE,
    clinical::vendor::PARSE_VENDOR,
    clinical::protocols::GET,
    clinical::matching::MATCH,
    clinical::evaluate::EVALUATE,
    clinical::enrollments::CREATE,
    clinical::check_ins::LIST,
    clinical::check_ins::CREATE,
    clinical::check_ins::NEXT,
    clinical::recommendations::GENERATE,
    clinical::red_flags::LIST,
    clinical::red_flags::EVALUATE,
    clinical::score::SCORE,
    clinical::lab_catalog::MARKERS,
    clinical::wearables::CONNECTIONS,
    clinical::wearables::DISCONNECT,
    clinical::wearables::LINK,
    clinical::wearable_metrics::LIST,
    clinical::wearable_metrics::UPDATE,
    patient_graph::patients::SAFE,
    patient_graph::metrics::LIST,
    patient_graph::metrics::SERIES,
    patient_graph::timeline::LIST,
    patient_graph::protocols::GET,
    membership::memberships::GET,
    membership::memberships::CREATE,
    membership::history::LIST,
    membership::conversion::ELIGIBILITY,
    payments::payments::GET,
    payments::subscriptions::GET,
    payments::subscriptions::PAUSE,
    payments::billing::PAUSE,
    payments::billing::SUMMARY,
    payments::billing::PORTAL,
    community::posts::CREATE,
    community::posts::UPDATE,
    community::reactions::TOGGLE,
    community::communities::CREATE,
    community::reports::CREATE,
    community::feed::PUT_CHANNEL,
    follows::follows::CREATE,
    comms::messages::SEND,
    comms::messages::SCHEDULE,
    comms::inbox::RECENT,
    comms::inbox::SCHEDULED,
    comms::preferences::LIST,
    comms::preferences::PUT,
];

/// The operation with this name.
#[must_use]
pub fn find(id: &str) -> Option<&'static Operation> {
    CATALOGUE.iter().find(|operation| operation.id == id)
}
