//! Rows on their way into the world: collected while units decide, written together.
//!
//! Each is a JSON array already. Whatever a group of units brings goes to the file in one round trip to SQLite's thread,
//! with one statement for each table, whose order matters: what ends makes room for what is issued.

use sqlx::SqliteConnection;

use crate::error::StoreError;
use crate::journal::PendingEntry;

/// Rows for each statement.
#[derive(Default)]
pub(crate) struct Rows {
    /// Credentials that ended: id, state, when.
    pub(crate) ended: Vec<String>,
    /// Grants, new or with a new scope.
    pub(crate) granted: Vec<String>,
    /// Grants that were used: id, when.
    pub(crate) used: Vec<String>,
    /// New credentials.
    pub(crate) issued: Vec<String>,
    /// Journal entries.
    pub(crate) entries: Vec<PendingEntry>,
}

/// The statements, between two others or alone.
macro_rules! statements {
    ($before:literal, $after:literal, $rows:expr) => {{
        let rows = $rows;
        let ended = array(rows.ended.iter().map(String::as_str));
        let granted = array(rows.granted.iter().map(String::as_str));
        let used = array(rows.used.iter().map(String::as_str));
        let issued = array(rows.issued.iter().map(String::as_str));
        let entries = array(rows.entries.iter().map(PendingEntry::row));
        sqlx::query!(
            $before + "
             UPDATE credentials SET state = ended.value->>1, ended_at = ended.value->>2
             FROM jsonb_each(?) AS ended WHERE credentials.id = ended.value->>0;

             INSERT INTO grants (id, client_id, user_id, scope, created_at, updated_at, trace, issued_by)
             SELECT value->>0, value->>1, value->>2, value->>3, value->>4, value->>5, value->>6, value->>7
             FROM jsonb_each(?) WHERE true
             ON CONFLICT (id) DO UPDATE SET scope = excluded.scope, updated_at = excluded.updated_at,
                                            trace = excluded.trace, issued_by = excluded.issued_by;

             UPDATE grants SET last_used_at = used.value->>1
             FROM jsonb_each(?) AS used WHERE grants.id = used.value->>0;

             INSERT INTO credentials (id, hash, kind, state, client_id, user_id, grant_id, parent, root, scope,
                                      issued_at, expires_at, ended_at, trace, issued_by, detail, sealed)
             SELECT value->>0, unhex(value->>1), value->>2, value->>3, value->>4, value->>5, value->>6, value->>7,
                    value->>8, value->>9, value->>10, value->>11, value->>12, value->>13, value->>14, value->>15,
                    unhex(value->>16)
             FROM jsonb_each(?);

             INSERT INTO journal (seq, at, wall, kind, subject, trace, cause, exchange, actor_type, actor_id, detail)
             SELECT value->>0, value->>1, value->>2, value->>3, value->>4, value->>5, value->>6, value->>7, value->>8,
                    value->>9, value->>10
             FROM jsonb_each(?);
             " + $after,
            ended, granted, used, issued, entries
        )
    }};
}

impl Rows {
    pub(crate) const fn is_empty(&self) -> bool {
        self.ended.is_empty()
            && self.granted.is_empty()
            && self.used.is_empty()
            && self.issued.is_empty()
            && self.entries.is_empty()
    }

    /// Writes them within the open transaction.
    pub(crate) async fn write(&self, connection: &mut SqliteConnection) -> Result<(), StoreError> {
        statements!("", "", self).execute(connection).await?;
        Ok(())
    }

    /// Writes them in a transaction of their own. When it fails, that transaction is still open.
    pub(crate) async fn write_and_commit(
        &self,
        connection: &mut SqliteConnection,
    ) -> Result<(), StoreError> {
        statements!("BEGIN IMMEDIATE;", "COMMIT", self)
            .execute(connection)
            .await?;
        Ok(())
    }
}

/// Joins rows into one JSON array.
fn array<'r>(rows: impl Iterator<Item = &'r str>) -> String {
    let mut all = String::from("[");
    for (index, row) in rows.enumerate() {
        if index > 0 {
            all.push(',');
        }
        all.push_str(row);
    }
    all.push(']');
    all
}
