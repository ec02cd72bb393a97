//! Traffic: every exchange with its bytes, without its credentials.
//!
//! A second file with a writer of its own: recording never waits for the world, and the world never waits for it.
//!
//! Small rows for the list and its filters, the bytes apart from them, and a full-text index over the bytes that is
//! filled when nothing is recorded. To add a column that is filtered by: a migration, `insert`, `row` and `condition`.

mod condition;
mod cut;
mod insert;
mod known;
mod query;
mod retention;
mod row;
mod text;
mod walks;
mod words;
mod writer;

#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use bytes::Bytes;
use connect_core::domain::exchange::Notes;
use connect_core::id::ExchangeId;
use connect_core::{Env, Moment};
use sqlx::{SqliteConnection, SqlitePool};
use tokio::sync::{broadcast, watch};

pub use condition::Meaning;
pub use cut::{Reveal, RevealError};
pub use known::Known;
pub use query::{Extent, Part, Tally, TrafficPage, TrafficQuery};
pub use retention::Retention;
pub use row::{Exchange, ExchangeSummary, Timing};
pub use walks::{Walk, WalkBytes, WalkReadError, WalkTarget};

use crate::database::{self, Durability};
use crate::error::StoreError;
use crate::folding::Folding;
use crate::sealing::Vault;

static MIGRATOR: sqlx::migrate::Migrator = sqlx::migrate!("migrations/traffic");

/// An exchange to be recorded.
#[derive(Debug)]
pub struct NewExchange {
    /// Its id.
    pub id: ExchangeId,
    /// Which listener it came in on: `platform`, `capture`, `control`.
    pub listener: &'static str,
    /// When it began.
    pub at: Moment,
    /// The other end.
    pub peer: String,
    /// Request method; empty when no request was understood.
    pub method: String,
    /// Request target as sent.
    pub target: String,
    /// `Host` as sent.
    pub host: String,
    /// Status of the answer; none when nothing was answered.
    pub status: Option<u16>,
    /// How it ended, in words; [`COMPLETED`](connect_core::domain::exchange::COMPLETED) when all was sent.
    pub ended: String,
    /// When each part was there.
    pub timing: Timing,
    /// Bytes received, as far as kept.
    pub request: Bytes,
    /// Bytes sent, as far as kept.
    pub response: Bytes,
    /// Bytes received in all.
    pub request_len: u64,
    /// Bytes sent in all.
    pub response_len: u64,
    /// What was noted while it was answered.
    pub notes: Notes,
}

/// The traffic of one workspace. Cheap to clone.
#[derive(Clone)]
pub struct Traffic(Arc<Inner>);

struct Inner {
    writer: writer::Writer,
    readers: SqlitePool,
    path: PathBuf,
    retention: watch::Sender<Retention>,
    recorded: broadcast::Sender<i64>,
}

impl Traffic {
    /// Opens the file, brings its schema up to date and starts the writer. `branch` marks new rows (see `Snapshots`).
    pub async fn open(
        path: &Path,
        branch: String,
        vault: Arc<Vault>,
        retention: Retention,
        env: Arc<Env>,
    ) -> Result<Self, StoreError> {
        let connection = database::open_writer(path, Durability::Process, &MIGRATOR).await?;
        let (retention, limits) = watch::channel(retention);
        let (recorded, _) = broadcast::channel(64);
        let writer = writer::Writer::start(
            connection,
            Folding::start(path.to_owned()),
            branch,
            vault,
            env,
            limits,
            recorded.clone(),
        )
        .await?;
        Ok(Self(Arc::new(Inner {
            writer,
            readers: database::readers(path, 2),
            path: path.to_owned(),
            retention,
            recorded,
        })))
    }

    /// Hands an exchange to the writer. Waits when the queue is full, so that nothing is dropped under load.
    pub async fn record(&self, exchange: NewExchange) {
        self.0.writer.record(exchange).await;
    }

    /// Comes back when everything handed over so far can be read.
    pub async fn flush(&self) -> Result<(), StoreError> {
        self.0.writer.flush().await
    }

    /// The place of the newest row, each time some were written.
    #[must_use]
    pub fn recorded(&self) -> broadcast::Receiver<i64> {
        self.0.recorded.subscribe()
    }

    /// Changes what is kept; what is over the new limits goes at once.
    pub fn set_retention(&self, retention: Retention) {
        self.0.retention.send_replace(retention);
    }

    /// Pins an exchange, so that retention keeps it, or lets it go; `false` when there is none with this id.
    pub async fn pin(&self, id: ExchangeId, pinned: bool) -> Result<bool, StoreError> {
        self.0.writer.pin(id, pinned).await
    }

    /// Removes every exchange, what is pinned too.
    pub async fn clear(&self) -> Result<(), StoreError> {
        self.0.writer.clear().await
    }

    /// The file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.0.path
    }

    pub(crate) fn readers(&self) -> &SqlitePool {
        &self.0.readers
    }

    /// Writes what is queued and closes the file.
    pub async fn close(&self) {
        self.0.readers.close().await;
        self.0.writer.close().await;
    }
}

/// What became of several statements in one round trip, the first of which begins a transaction and the last commits it.
async fn or_rolled_back<T>(
    connection: &mut SqliteConnection,
    outcome: Result<T, sqlx::Error>,
) -> Result<(), StoreError> {
    if let Err(error) = outcome {
        let _ = sqlx::query("ROLLBACK").execute(connection).await;
        return Err(error.into());
    }
    Ok(())
}
