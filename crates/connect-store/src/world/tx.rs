//! `WorldTx`: what a unit of work holds while it runs on the writer's task.

use std::collections::BTreeSet;

use connect_core::Moment;
use connect_core::domain::journal::{Kind, Origin, Seq};
use connect_core::id::{ClientId, UserId};
use serde_json::Value;
use sqlx::{Connection as _, SqliteConnection};

use crate::error::StoreError;
use crate::journal::PendingEntry;
use crate::world::rows::Rows;

/// What a commit changed: for caches to drop and for the console to refetch.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Changes {
    /// Kinds of journal entry that were written.
    pub kinds: BTreeSet<&'static str>,
    /// Apps whose cached copy is out of date.
    pub clients: BTreeSet<ClientId>,
    /// Personas whose cached copy is out of date.
    pub people: BTreeSet<UserId>,
    /// The last journal entry.
    pub last: Option<Seq>,
    /// Everything may have changed.
    pub all: bool,
}

/// The writer's connection, with the rows not yet written.
///
/// A transaction is begun when something has to be written before the rest is known. Nobody else writes to the file, so
/// what was read before a transaction is what that transaction finds.
pub struct WorldTx {
    connection: SqliteConnection,
    /// A transaction is open.
    open: bool,
    next_seq: i64,
    pub(crate) pending: Rows,
    pub(crate) changes: Changes,
}

/// Where a failed unit of work is rolled back to.
pub(crate) struct Mark {
    next_seq: i64,
    entries: usize,
}

impl WorldTx {
    /// Nothing begun, nothing pending.
    pub(crate) fn new(connection: SqliteConnection, next_seq: i64) -> Self {
        Self {
            connection,
            open: false,
            next_seq,
            pending: Rows::default(),
            changes: Changes::default(),
        }
    }

    /// Writes a journal entry with this unit of work. What looks like a credential in `detail` is replaced by its kind
    /// in brackets: names and addresses are other people's, and may hold anything.
    pub fn journal(&mut self, origin: &Origin, kind: Kind, subject: &str, detail: &Value) -> Seq {
        self.journal_at(origin.at, origin, kind, subject, detail)
    }

    /// The same, at a moment of the caller's.
    pub(crate) fn journal_at(
        &mut self,
        at: Moment,
        origin: &Origin,
        kind: Kind,
        subject: &str,
        detail: &Value,
    ) -> Seq {
        let seq = Seq(self.next_seq);
        self.next_seq += 1;
        let entry = PendingEntry::new(seq, at, origin, kind, subject, detail);
        self.pending.entries.push(entry);
        seq
    }

    /// Says that the cached copy of an app is out of date.
    pub fn client_changed(&mut self, id: &ClientId) {
        self.changes.clients.insert(id.clone());
    }

    /// Says that the cached copy of a persona is out of date.
    pub fn person_changed(&mut self, id: &UserId) {
        self.changes.people.insert(id.clone());
    }

    /// Says that every cached copy is out of date.
    pub fn everything_changed(&mut self) {
        self.changes.all = true;
    }

    /// The connection, for this crate's modules.
    pub(crate) fn connection(&mut self) -> &mut SqliteConnection {
        &mut self.connection
    }

    pub(crate) fn mark(&self) -> Mark {
        Mark {
            next_seq: self.next_seq,
            entries: self.pending.entries.len(),
        }
    }

    /// Forgets the entries since `mark`. Rows of the ledger are never pending while a unit runs that may be undone.
    pub(crate) fn back_to(&mut self, mark: &Mark) {
        self.next_seq = mark.next_seq;
        self.pending.entries.truncate(mark.entries);
    }

    /// Begins the transaction, unless it has begun.
    pub(crate) async fn begin(&mut self) -> Result<(), StoreError> {
        if !self.open {
            self.execute("BEGIN IMMEDIATE").await?;
            self.open = true;
        }
        Ok(())
    }

    /// Writes what is pending into the transaction: what follows may read it.
    pub(crate) async fn flush(&mut self) -> Result<(), StoreError> {
        self.begin().await?;
        if !self.pending.is_empty() {
            let rows = self.take_pending();
            rows.write(&mut self.connection).await?;
        }
        Ok(())
    }

    /// Writes what is pending and commits, most often in one go.
    pub(crate) async fn commit(&mut self) -> Result<(), StoreError> {
        if self.open {
            self.flush().await?;
            self.execute("COMMIT").await?;
            self.open = false;
        } else if !self.pending.is_empty() {
            let rows = self.take_pending();
            self.open = true;
            rows.write_and_commit(&mut self.connection).await?;
            self.open = false;
        }
        Ok(())
    }

    fn take_pending(&mut self) -> Rows {
        let rows = std::mem::take(&mut self.pending);
        let kinds = rows.entries.iter().map(|entry| entry.kind.as_str());
        self.changes.kinds.extend(kinds);
        if let Some(last) = rows.entries.last() {
            self.changes.last = Some(last.seq);
        }
        rows
    }

    /// Undoes everything since `start`, where nothing was pending.
    pub(crate) async fn roll_back(&mut self, start: &Mark) {
        self.pending = Rows::default();
        self.changes = Changes::default();
        self.next_seq = start.next_seq;
        if std::mem::take(&mut self.open)
            && let Err(error) = self.execute("ROLLBACK").await
        {
            // SQLite rolls back by itself after some errors.
            tracing::debug!(%error, "nothing was left to roll back");
        }
    }

    pub(crate) async fn execute(&mut self, statement: &'static str) -> Result<(), StoreError> {
        sqlx::query(statement).execute(&mut self.connection).await?;
        Ok(())
    }

    pub(crate) async fn close(self) {
        let _ = self.connection.close().await;
    }
}
