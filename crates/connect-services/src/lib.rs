//! The resource services of the platform: clinical, patient-graph, membership, payments, community, follows, comms.
//!
//! Owns the route catalogue, every check around a call, the operations and their wire types, the OpenAPI documents and
//! the seeded people. Must never know: SQL, OAuth endpoints, the control surface, how it is listened for.
//!
//! To add an operation: a constant beside its handler in the module of its resource, its name in
//! [`catalogue::CATALOGUE`], and a row for it in `src/tests/rows`; a test fails until the row is there.

mod access;
mod answer;
mod body;
mod call;
pub mod catalogue;
pub mod clinical;
pub mod comms;
mod community;
pub mod event;
mod failure;
mod follows;
mod membership;
mod patient_graph;
mod payments;
mod query;
pub mod record;
mod router;
mod schema;
pub mod seed;
mod service;
mod shown;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use connect_core::domain::rate::Limiter;
use connect_core::domain::settings::LiveSettings;
use connect_core::id::ClientId;
use connect_core::{Env, Timestamp};
use connect_store::World;

pub use answer::Answer;
pub use call::{Call, Caller, Subject};
pub use failure::Failure;
pub use router::router;
pub use schema::Violation;
pub use service::Service;

/// What every operation works with.
pub struct Services {
    pub(crate) env: Arc<Env>,
    pub(crate) world: World,
    pub(crate) settings: Arc<LiveSettings>,
    pub(crate) limiter: Limiter<(ClientId, Service)>,
    pub(crate) pages: clinical::pages::Pages,
}

impl Services {
    /// The services over a world.
    #[must_use]
    pub fn new(env: Arc<Env>, world: World, settings: Arc<LiveSettings>) -> Self {
        Self {
            env,
            world,
            settings,
            limiter: Limiter::default(),
            pages: clinical::pages::Pages::default(),
        }
    }

    /// How many requests of an app to a service the rate limit has counted in the minute of `now` (sandbox time).
    #[must_use]
    pub fn counted(&self, app: &ClientId, service: Service, now: Timestamp) -> u32 {
        self.limiter.counted(&(app.clone(), service), now)
    }
}
