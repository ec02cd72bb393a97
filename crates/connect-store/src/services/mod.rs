//! The rows behind the resource APIs, one module per service.
//!
//! Every row has an owner (`user_id`) and a brand, and every read here takes at least the owner: what does not belong to
//! the caller can't be read by mistake. Row structs are plain; what goes over the wire is shaped in `connect-services`.
//!
//! To add a table: a migration, a row struct with its `insert` (one statement for any number of rows), its reads, and a
//! line in [`erase`].

pub mod clinical;
pub mod comms;
pub mod community;
pub mod erase;
pub mod events;
pub mod follows;
pub mod id;
pub mod idempotency;
pub mod membership;
pub mod patient_graph;
pub mod payments;
mod row;
pub mod word;

pub use sqlx::SqliteConnection as Connection;

use crate::world::tx::WorldTx;

/// The connection of a unit of work, for the reads of these modules: they see what the unit has written so far.
pub fn reading(tx: &mut WorldTx) -> &mut Connection {
    tx.connection()
}
