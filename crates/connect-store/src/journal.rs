//! The journal: append-only, read by trace, by cause, by subject and by place.

pub mod ending;

use connect_core::domain::journal::{Kind, Origin, Seq};
use connect_core::domain::redaction;
use connect_core::{Moment, Timestamp};
use serde_json::Value;
use sqlx::SqliteConnection;

use crate::error::StoreError;

/// One entry, as read back.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// Its place.
    pub seq: Seq,
    /// When, on the sandbox clock.
    pub at: Timestamp,
    /// When, on the wall clock.
    pub wall: Timestamp,
    /// What happened; one of [`Kind`]'s texts.
    pub kind: String,
    /// The id of what it happened to.
    pub subject: String,
    /// The trace it belongs to.
    pub trace: String,
    /// The entry that led to it.
    pub cause: Option<Seq>,
    /// The exchange that brought it.
    pub exchange: Option<String>,
    /// `user`, `client`, `console` or `system`.
    pub actor_type: String,
    /// The user's or client's id.
    pub actor_id: Option<String>,
    /// What else is known; an object.
    pub detail: Value,
}

/// An entry on its way in.
pub(crate) struct PendingEntry {
    pub(crate) seq: Seq,
    pub(crate) kind: Kind,
    row: String,
}

impl PendingEntry {
    pub(crate) fn new(
        seq: Seq,
        at: Moment,
        origin: &Origin,
        kind: Kind,
        subject: &str,
        detail: &Value,
    ) -> Self {
        let (actor_type, actor_id) = origin.actor.to_columns();
        let detail = clean(detail);
        let row = serde_json::json!([
            seq.0,
            at.sandbox.as_millis(),
            at.wall.as_millis(),
            kind.as_str(),
            subject,
            origin.trace.as_str(),
            origin.cause.map(|cause| cause.0),
            origin
                .exchange
                .as_ref()
                .map(connect_core::id::ExchangeId::as_str),
            actor_type,
            actor_id,
            &detail,
        ])
        .to_string();
        Self { seq, kind, row }
    }

    /// As a row of the journal.
    pub(crate) fn row(&self) -> &str {
        &self.row
    }
}

/// `detail` as JSON, every credential in its texts replaced by its kind in brackets.
fn clean(detail: &Value) -> String {
    let text = detail.to_string();
    if redaction::is_clean(&text) {
        text
    } else {
        scrubbed(detail).to_string()
    }
}

fn scrubbed(value: &Value) -> Value {
    match value {
        Value::String(text) => Value::String(redaction::scrub(text)),
        Value::Array(all) => all.iter().map(scrubbed).collect(),
        Value::Object(members) => members
            .iter()
            .map(|(name, value)| (redaction::scrub(name), scrubbed(value)))
            .collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) => value.clone(),
    }
}

/// The place the next entry will take.
pub(crate) async fn next_seq(connection: &mut SqliteConnection) -> Result<i64, StoreError> {
    let last = sqlx::query_scalar!(r#"SELECT COALESCE(MAX(seq), 0) AS "last!: i64" FROM journal"#)
        .fetch_one(connection)
        .await?;
    Ok(last + 1)
}

/// Which entries to read. Everything that is set must hold.
#[derive(Debug, Clone, Default)]
pub struct JournalFilter {
    /// Only this trace.
    pub trace: Option<String>,
    /// Only entries about this id.
    pub subject: Option<String>,
    /// Only kinds that begin with this text (`code.` or `code.issued`).
    pub kind: Option<String>,
    /// Only entries led to by this one.
    pub cause: Option<Seq>,
    /// Only entries that this exchange brought.
    pub exchange: Option<String>,
    /// Only entries after this place.
    pub after: Option<Seq>,
    /// Only entries before this place.
    pub before: Option<Seq>,
}

/// Entries that fit `filter`, oldest first, or newest first when `newest_first`; at most `limit`.
pub async fn list(
    connection: &mut SqliteConnection,
    filter: &JournalFilter,
    newest_first: bool,
    limit: u32,
) -> Result<Vec<Entry>, StoreError> {
    let mut query = sqlx::QueryBuilder::<sqlx::Sqlite>::new(
        "SELECT seq, at, wall, kind, subject, trace, cause, exchange, actor_type, actor_id, detail FROM journal WHERE 1",
    );
    if let Some(trace) = &filter.trace {
        query.push(" AND trace = ").push_bind(trace.clone());
    }
    if let Some(subject) = &filter.subject {
        query.push(" AND subject = ").push_bind(subject.clone());
    }
    if let Some(kind) = &filter.kind {
        query
            .push(" AND substr(kind, 1, length(")
            .push_bind(kind.clone())
            .push(")) = ")
            .push_bind(kind.clone());
    }
    if let Some(cause) = filter.cause {
        query.push(" AND cause = ").push_bind(cause.0);
    }
    if let Some(exchange) = &filter.exchange {
        query.push(" AND exchange = ").push_bind(exchange.clone());
    }
    if let Some(after) = filter.after {
        query.push(" AND seq > ").push_bind(after.0);
    }
    if let Some(before) = filter.before {
        query.push(" AND seq < ").push_bind(before.0);
    }
    query.push(if newest_first {
        " ORDER BY seq DESC LIMIT "
    } else {
        " ORDER BY seq LIMIT "
    });
    query.push_bind(i64::from(limit));
    let rows: Vec<Row> = query.build_query_as().fetch_all(connection).await?;
    rows.into_iter().map(Row::into_entry).collect()
}

/// The newest entries of each of these traces, at most `each` of one, oldest first.
pub async fn newest_of_traces(
    connection: &mut SqliteConnection,
    traces: &[String],
    each: u32,
) -> Result<Vec<Entry>, StoreError> {
    let rows: Vec<Row> = sqlx::query_as(
        "SELECT seq, at, wall, kind, subject, trace, cause, exchange, actor_type, actor_id, detail
         FROM (SELECT value AS wanted FROM json_each(?)) CROSS JOIN journal WHERE seq IN
         (SELECT own.seq FROM journal AS own WHERE own.trace = wanted ORDER BY own.seq DESC LIMIT ?) ORDER BY seq",
    )
    .bind(serde_json::json!(traces).to_string())
    .bind(i64::from(each))
    .fetch_all(connection)
    .await?;
    rows.into_iter().map(Row::into_entry).collect()
}

/// The entry at a place.
pub async fn get(connection: &mut SqliteConnection, seq: Seq) -> Result<Option<Entry>, StoreError> {
    let row: Option<Row> = sqlx::query_as(
        "SELECT seq, at, wall, kind, subject, trace, cause, exchange, actor_type, actor_id, detail FROM journal WHERE seq = ?",
    )
    .bind(seq.0)
    .fetch_optional(connection)
    .await?;
    row.map(Row::into_entry).transpose()
}

/// Other traces that entries of this one led to.
pub async fn traces_led_to(
    connection: &mut SqliteConnection,
    trace: &str,
) -> Result<Vec<String>, StoreError> {
    let traces = sqlx::query_scalar!(
        r#"SELECT DISTINCT next.trace FROM journal AS own JOIN journal AS next ON next.cause = own.seq
           WHERE own.trace = ?1 AND next.trace <> ?1 ORDER BY next.trace LIMIT 1000"#,
        trace
    )
    .fetch_all(connection)
    .await?;
    Ok(traces)
}

/// How many entries there are.
pub async fn count(connection: &mut SqliteConnection) -> Result<i64, StoreError> {
    Ok(
        sqlx::query_scalar!(r#"SELECT COUNT(*) AS "count!: i64" FROM journal"#)
            .fetch_one(connection)
            .await?,
    )
}

#[derive(sqlx::FromRow)]
struct Row {
    seq: i64,
    at: i64,
    wall: i64,
    kind: String,
    subject: String,
    trace: String,
    cause: Option<i64>,
    exchange: Option<String>,
    actor_type: String,
    actor_id: Option<String>,
    detail: String,
}

impl Row {
    fn into_entry(self) -> Result<Entry, StoreError> {
        let detail = serde_json::from_str(&self.detail).map_err(|_| StoreError::Inconsistent {
            table: "journal",
            column: "detail",
            row: self.seq.to_string(),
        })?;
        Ok(Entry {
            seq: Seq(self.seq),
            at: Timestamp::from_millis(self.at),
            wall: Timestamp::from_millis(self.wall),
            kind: self.kind,
            subject: self.subject,
            trace: self.trace,
            cause: self.cause.map(Seq),
            exchange: self.exchange,
            actor_type: self.actor_type,
            actor_id: self.actor_id,
            detail,
        })
    }
}
