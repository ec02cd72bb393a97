//! What can go wrong in the store.

use std::path::PathBuf;

/// A failure of storage. The caller can't mend it; the user often can, so each says what to do.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// A file could not be opened.
    #[error(
        "{path} can't be opened as a workspace database; check that the folder is writable and the file is not damaged"
    )]
    Open {
        /// Which file.
        path: PathBuf,
        /// What SQLite said.
        #[source]
        source: sqlx::Error,
    },
    /// A file was made by a newer version, or its migrations were edited.
    #[error(
        "{path} was made by another version of the program; use that version, or start with a new --data-dir"
    )]
    Migrate {
        /// Which file.
        path: PathBuf,
        /// What is different.
        #[source]
        source: sqlx::migrate::MigrateError,
    },
    /// A statement failed.
    #[error("the database refused a statement")]
    Database(#[from] sqlx::Error),
    /// The group a unit of work was part of could not be committed; nothing of it was kept.
    #[error("the change could not be committed, and nothing of it was kept: {0}")]
    Commit(String),
    /// A row that can't be read back.
    #[error("row {row} of {table} holds a value that this version does not know: {column}")]
    Inconsistent {
        /// Table.
        table: &'static str,
        /// Column.
        column: &'static str,
        /// Key of the row.
        row: String,
    },
    /// The writer is gone: the workspace is closing.
    #[error("the workspace is closing")]
    Closing,
    /// A credential can't be sealed or unsealed.
    #[error(transparent)]
    Key(#[from] crate::sealing::KeyError),
}

impl StoreError {
    /// Whether a UNIQUE constraint refused the statement.
    #[must_use]
    pub fn is_unique_violation(&self) -> bool {
        matches!(self, Self::Database(error) if error.as_database_error().is_some_and(sqlx::error::DatabaseError::is_unique_violation))
    }
}
