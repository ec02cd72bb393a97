//! Opening a SQLite file the way we want it: WAL, checked migrations, small caches.

use std::path::Path;
use std::time::Duration;

use sqlx::migrate::Migrator;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{ConnectOptions, Connection, SqliteConnection, SqlitePool};

use crate::error::StoreError;

/// What a committed change survives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Durability {
    /// The end of the process by any means, kill -9 included (`synchronous=NORMAL`).
    #[default]
    Process,
    /// A power cut as well (`synchronous=FULL`): one fsync for each group of changes.
    Power,
}

/// Connection options for `path`, which is created when missing.
pub(crate) fn options(path: &Path, durability: Durability) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(match durability {
            Durability::Process => SqliteSynchronous::Normal,
            Durability::Power => SqliteSynchronous::Full,
        })
        .busy_timeout(Duration::from_secs(5))
        .foreign_keys(false)
        .pragma("cache_size", "-1024")
        .pragma("temp_store", "MEMORY")
        .pragma("wal_autocheckpoint", "16000")
        .statement_cache_capacity(128)
        .row_buffer_size(512)
        .disable_statement_logging()
}

/// Opens the writer's connection and brings the schema up to date.
pub(crate) async fn open_writer(
    path: &Path,
    durability: Durability,
    migrator: &Migrator,
) -> Result<SqliteConnection, StoreError> {
    let mut connection = SqliteConnection::connect_with(&options(path, durability))
        .await
        .map_err(|source| StoreError::Open {
            path: path.to_owned(),
            source,
        })?;
    // Looking costs one statement; running the migrator costs a dozen on every start.
    if !is_current(&mut connection, migrator).await {
        migrator
            .run(&mut connection)
            .await
            .map_err(|source| StoreError::Migrate {
                path: path.to_owned(),
                source,
            })?;
    }
    Ok(connection)
}

async fn is_current(connection: &mut SqliteConnection, migrator: &Migrator) -> bool {
    let applied: Result<Vec<(i64, Vec<u8>, bool)>, _> =
        sqlx::query_as("SELECT version, checksum, success FROM _sqlx_migrations ORDER BY version")
            .fetch_all(connection)
            .await;
    applied.is_ok_and(|rows| {
        rows.len() == migrator.iter().count()
            && rows
                .iter()
                .zip(migrator.iter())
                .all(|((version, checksum, success), migration)| {
                    *success
                        && *version == migration.version
                        && checksum.as_slice() == migration.checksum.as_ref()
                })
    })
}

/// A pool of read-only connections, opened when first needed.
pub(crate) fn readers(path: &Path, most: u32) -> SqlitePool {
    SqlitePoolOptions::new()
        .max_connections(most)
        .min_connections(0)
        .idle_timeout(Some(Duration::from_mins(1)))
        .test_before_acquire(false)
        .connect_lazy_with(
            options(path, Durability::Process)
                .read_only(true)
                .create_if_missing(false),
        )
}
