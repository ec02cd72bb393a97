//! Storage: two SQLite files in a workspace, `world.db` (state and journal) and `traffic.db` (exchanges).
//!
//! Owns every line of SQL, the journal, the group-committing writers, the credentials' one home, and the sealing key.
//! Must never know: HTTP, endpoints, pages, the control surface.
//!
//! Every change goes through [`World::write`] or [`World::ledger`]: it runs on the writer's own task, never in the
//! future of the request that asked for it, and is committed before the caller hears of it.
//!
//! To add an aggregate: a migration in `migrations/world/` (never edit one that has shipped), and a module here with its
//! row struct, its reads (taking a connection of [`World::read`]) and its writes (taking a [`WorldTx`]). Checked queries
//! need `cargo xtask codegen` afterwards.

pub mod activity;
pub mod alerts;
pub mod clients;
pub mod credentials;
mod database;
pub mod error;
mod folding;
pub mod grants;
pub mod interactions;
pub mod journal;
pub mod lock;
pub mod meta;
pub mod people;
pub mod sealing;
pub mod services;
pub mod signing_keys;
pub mod traffic;
mod world;

pub use database::Durability;
pub use error::StoreError;
pub use world::ledger::{Cascade, Decision, GrantRow, Keys, Ledger, LedgerUnit, NewCredential};
pub use world::lookup::Bearer;
pub use world::tx::{Changes, WorldTx};
pub use world::{ReadConnection, World, WorldOptions};
