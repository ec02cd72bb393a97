//! The authorization server: every identity endpoint of the platform, its pages, its keys.
//!
//! Owns sign-in, consent, codes, tokens, introspection, revocation, discovery, connected apps and OAuth client
//! administration. Must never know: SQL, the resource services, the control surface, how it is listened for.
//!
//! One file per endpoint: its checks in order, an enum of what can be wrong whose exhaustive match gives the refusal,
//! and a handler named by its method. To add an endpoint: such a file, one line in [`router`], one row in [`ROUTES`].

mod account;
mod admin;
mod authorize;
mod call;
mod client_auth;
mod discovery;
mod front;
mod interaction;
mod introspect;
mod issue;
mod keys;
mod machine_token;
pub mod pages;
pub mod registration;
mod revoke;
mod routes;
mod session;
mod token;
mod userinfo;

use std::sync::Arc;

use connect_core::Env;
use connect_core::domain::rate::Limiter;
use connect_core::domain::settings::LiveSettings;
use connect_core::id::ClientId;
use connect_store::World;
use connect_store::sealing::Vault;

pub use keys::{KeyError, KeyRing};
pub use routes::{ROUTES, Route, router};

/// What every endpoint works with.
pub struct Identity {
    /// Time, randomness, ids.
    pub env: Arc<Env>,
    /// State.
    pub world: World,
    /// The sealing key.
    pub vault: Arc<Vault>,
    /// Settings in force.
    pub settings: Arc<LiveSettings>,
    /// Signing keys.
    pub keys: Arc<KeyRing>,
    /// Name of the session cookie: cookies are not separated by port, so it includes the workspace.
    pub cookie: Arc<str>,
    /// Counts the requests of each app, while the rate limit is on.
    pub limiter: Limiter<ClientId>,
}
