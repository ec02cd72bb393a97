//! `WorldTx`: what a unit of work holds while it runs on the writer's task.

use std::collections::BTreeSet;

use connect_core::Moment;
use connect_core::domain::journal::{Kind, Origin, Seq};
use connect_core::id::{ClientId, UserId};
use serde_json::Value;
use sqlx::SqliteConnection;

use crate::error::StoreError;
use crate::journal::{self, PendingEntry};

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

/// The writer's connection inside a transaction, with the journal entries not yet written.
pub struct WorldTx {
    pub(crate) connection: SqliteConnection,
    pub(crate) next_seq: i64,
    pub(crate) pending: Vec<PendingEntry>,
    pub(crate) changes: Changes,
}

/// Where a failed unit of work is rolled back to.
pub(crate) struct Mark {
    next_seq: i64,
    pending: usize,
}

impl WorldTx {
    /// Writes a journal entry with this unit of work. `detail` must hold no credential; it is checked in debug builds.
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
        debug_assert!(
            connect_core::domain::redaction::is_clean(&entry.detail),
            "a credential was about to enter the journal under {}",
            kind.as_str()
        );
        self.pending.push(entry);
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
            pending: self.pending.len(),
        }
    }

    pub(crate) fn back_to(&mut self, mark: &Mark) {
        self.next_seq = mark.next_seq;
        self.pending.truncate(mark.pending);
    }

    /// Writes the entries of the whole group in one statement.
    pub(crate) async fn flush_journal(&mut self) -> Result<(), StoreError> {
        if self.pending.is_empty() {
            return Ok(());
        }
        let entries = std::mem::take(&mut self.pending);
        self.changes.last = entries.last().map(|entry| entry.seq);
        self.changes
            .kinds
            .extend(entries.iter().map(|entry| entry.kind.as_str()));
        journal::insert_all(&mut self.connection, &entries).await
    }
}
