//! `World`: the state of the emulated platform. One writer, a pool of readers, caches that are exact.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use connect_core::Env;
use futures_util::future::BoxFuture;
use sqlx::SqlitePool;
use sqlx::pool::PoolConnection;
use tokio::sync::broadcast;

use crate::database::{self, Durability};
use crate::error::StoreError;
use crate::folding::Folding;
use crate::grants::GrantsUsed;
use crate::journal;

pub(crate) mod cache;
pub(crate) mod ledger;
pub(crate) mod lookup;
pub(crate) mod rows;
pub(crate) mod tx;
mod writer;

use cache::Caches;
use ledger::LedgerUnit;
use tx::{Changes, WorldTx};

/// A read-only connection.
pub type ReadConnection = PoolConnection<sqlx::Sqlite>;

static MIGRATOR: sqlx::migrate::Migrator = sqlx::migrate!("migrations/world");

/// How to open a world.
#[derive(Debug, Clone)]
pub struct WorldOptions {
    /// The file, created when missing.
    pub path: PathBuf,
    /// What a committed change survives.
    pub durability: Durability,
}

/// State and journal of one workspace. Cheap to clone.
#[derive(Clone)]
pub struct World(Arc<Inner>);

struct Inner {
    writer: writer::Writer,
    readers: SqlitePool,
    lookup: lookup::Lookup,
    caches: Arc<Caches>,
    grants_used: GrantsUsed,
    changes: broadcast::Sender<Arc<Changes>>,
    path: PathBuf,
}

impl World {
    /// Opens the file, brings its schema up to date and starts the writer.
    pub async fn open(options: &WorldOptions, env: Arc<Env>) -> Result<Self, StoreError> {
        let mut connection =
            database::open_writer(&options.path, options.durability, &MIGRATOR).await?;
        let next_seq = journal::next_seq(&mut connection).await?;
        let (changes, _) = broadcast::channel(256);
        let caches = Arc::new(Caches::default());
        let tx = WorldTx::new(connection, next_seq);
        let readers = database::readers(&options.path, 3);
        Ok(Self(Arc::new(Inner {
            writer: writer::Writer::start(
                tx,
                Folding::start(options.path.clone()),
                env,
                Arc::clone(&caches),
                changes.clone(),
            ),
            lookup: lookup::Lookup::start(readers.clone()),
            readers,
            caches,
            grants_used: GrantsUsed::default(),
            changes,
            path: options.path.clone(),
        })))
    }

    /// Runs a unit of work on the writer's task and commits it, in a group with whatever else is waiting.
    ///
    /// The work runs to its end even when the caller goes away. When it returns an error, nothing of it is kept, and
    /// the rest of the group is not harmed.
    pub async fn write<T, E, W>(&self, work: W) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
        W: for<'tx> FnOnce(&'tx mut WorldTx) -> BoxFuture<'tx, Result<T, E>> + Send + 'static,
    {
        self.0.writer.write(work).await
    }

    /// Runs a unit of the token ledger: many of them share their statements.
    pub async fn ledger<U: LedgerUnit>(&self, unit: U) -> Result<U::Output, StoreError> {
        self.0.writer.ledger(unit).await
    }

    /// A connection to read from: everything acknowledged so far is visible.
    pub async fn read(&self) -> Result<ReadConnection, StoreError> {
        Ok(self.0.readers.acquire().await?)
    }

    /// What commits change, as they happen.
    #[must_use]
    pub fn changes(&self) -> broadcast::Receiver<Arc<Changes>> {
        self.0.changes.subscribe()
    }

    /// The file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.0.path
    }

    pub(crate) fn grants_used(&self) -> &GrantsUsed {
        &self.0.grants_used
    }

    pub(crate) fn caches(&self) -> &Caches {
        &self.0.caches
    }

    pub(crate) fn lookup(&self) -> &lookup::Lookup {
        &self.0.lookup
    }

    /// Finishes what is queued, folds the write-ahead log into the file and closes it.
    pub async fn close(&self) {
        // Readers first: only the last connection, and only one that may write, folds the log into the file.
        self.0.readers.close().await;
        self.0.writer.close().await;
    }
}
