//! An exchange as read back.

use connect_core::Timestamp;
use connect_core::domain::journal::Seq;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::cut::StoredCut;
use crate::error::StoreError;

/// Microseconds from the connection's first byte of this request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Timing {
    /// The head was complete.
    pub head_us: u64,
    /// The body was complete.
    pub body_us: u64,
    /// The answer was decided.
    pub answered_us: u64,
    /// The answer's last byte was written.
    pub done_us: u64,
}

/// One line of the list.
#[derive(Debug, Clone, PartialEq)]
pub struct ExchangeSummary {
    /// Its place; later exchanges have higher ones.
    pub seq: i64,
    /// Its id.
    pub id: String,
    /// Which listener.
    pub listener: String,
    /// When (sandbox time).
    pub at: Timestamp,
    /// When (wall time).
    pub wall: Timestamp,
    /// Request method.
    pub method: String,
    /// Request target, credentials replaced by their kind.
    pub target: String,
    /// `Host`.
    pub host: String,
    /// Status of the answer.
    pub status: Option<u16>,
    /// The service that answered.
    pub service: Option<String>,
    /// The operation.
    pub operation: Option<String>,
    /// The app.
    pub client_id: Option<String>,
    /// The persona.
    pub user_id: Option<String>,
    /// The grant.
    pub grant_id: Option<String>,
    /// The trace.
    pub trace: String,
    /// The journal entry that led to it.
    pub cause: Option<Seq>,
    /// The check that failed.
    pub refused_by: Option<String>,
    /// Its code on the wire.
    pub error: Option<String>,
    /// How it ended.
    pub ended: String,
    /// From the first byte of the request to the last of the answer, in microseconds.
    pub duration_us: u64,
    /// Bytes received.
    pub request_len: u64,
    /// Bytes sent.
    pub response_len: u64,
    /// How many findings there are on it.
    pub findings: u32,
    /// Whether retention keeps it until it is unpinned.
    pub pinned: bool,
}

/// The whole of it. Bytes have a marker such as `[access_token 1a2b3c4d]` wherever a credential stood.
#[derive(Debug, Clone, PartialEq)]
pub struct Exchange {
    /// What the list shows.
    pub summary: ExchangeSummary,
    /// The other end.
    pub peer: String,
    /// The line of world history it belongs to.
    pub branch: String,
    /// Checks, refusal, findings, facts; an object.
    pub notes: Value,
    /// When each part was there.
    pub timing: Timing,
    /// Bytes received.
    pub request: Vec<u8>,
    /// Bytes sent.
    pub response: Vec<u8>,
    /// How many of the bytes received were kept, before credentials were cut out.
    pub request_kept: u64,
    /// How many of the bytes sent were kept, before credentials were cut out.
    pub response_kept: u64,
    /// Where credentials stood.
    pub(crate) cuts: Vec<StoredCut>,
    /// Sealed values of credentials without a row of their own.
    pub(crate) sealed: Vec<u8>,
}

#[derive(sqlx::FromRow)]
pub(super) struct SummaryRow {
    seq: i64,
    id: String,
    listener: String,
    at: i64,
    wall: i64,
    method: String,
    target: String,
    host: String,
    status: Option<i64>,
    service: Option<String>,
    operation: Option<String>,
    client_id: Option<String>,
    user_id: Option<String>,
    grant_id: Option<String>,
    trace: String,
    cause: Option<i64>,
    refused_by: Option<String>,
    error: Option<String>,
    ended: String,
    done_us: i64,
    request_len: i64,
    response_len: i64,
    findings: i64,
    pinned: bool,
}

pub(super) const SUMMARY_COLUMNS: &str = "seq, id, listener, at, wall, method, target, host, status, service, operation, \
     client_id, user_id, grant_id, trace, cause, refused_by, error, ended, done_us, request_len, response_len, findings, pinned";

fn unsigned(value: i64) -> u64 {
    u64::try_from(value).unwrap_or(0)
}

impl From<SummaryRow> for ExchangeSummary {
    fn from(row: SummaryRow) -> Self {
        Self {
            seq: row.seq,
            id: row.id,
            listener: row.listener,
            at: Timestamp::from_millis(row.at),
            wall: Timestamp::from_millis(row.wall),
            method: row.method,
            target: row.target,
            host: row.host,
            status: row.status.and_then(|status| u16::try_from(status).ok()),
            service: row.service,
            operation: row.operation,
            client_id: row.client_id,
            user_id: row.user_id,
            grant_id: row.grant_id,
            trace: row.trace,
            cause: row.cause.map(Seq),
            refused_by: row.refused_by,
            error: row.error,
            ended: row.ended,
            duration_us: unsigned(row.done_us),
            request_len: unsigned(row.request_len),
            response_len: unsigned(row.response_len),
            findings: u32::try_from(row.findings).unwrap_or(0),
            pinned: row.pinned,
        }
    }
}

#[derive(sqlx::FromRow)]
pub(super) struct FullRow {
    #[sqlx(flatten)]
    summary: SummaryRow,
    peer: String,
    branch: String,
    notes: String,
    head_us: i64,
    body_us: i64,
    answered_us: i64,
    request: Vec<u8>,
    response: Vec<u8>,
    request_kept: i64,
    response_kept: i64,
    cuts: String,
    sealed: Vec<u8>,
}

pub(super) const FULL_COLUMNS: &str = ", peer, (SELECT name FROM branches WHERE branches.id = exchanges.branch) AS branch, notes, head_us, body_us, \
     answered_us, request, response, request_kept, response_kept, cuts, sealed";

impl FullRow {
    pub(super) fn into_exchange(self) -> Result<Exchange, StoreError> {
        let wrong = |column| StoreError::Inconsistent {
            table: "exchange_bytes",
            column,
            row: self.summary.id.clone(),
        };
        Ok(Exchange {
            notes: serde_json::from_str(&self.notes).map_err(|_| wrong("notes"))?,
            cuts: serde_json::from_str(&self.cuts).map_err(|_| wrong("cuts"))?,
            timing: Timing {
                head_us: unsigned(self.head_us),
                body_us: unsigned(self.body_us),
                answered_us: unsigned(self.answered_us),
                done_us: unsigned(self.summary.done_us),
            },
            summary: self.summary.into(),
            peer: self.peer,
            branch: self.branch,
            request: self.request,
            response: self.response,
            request_kept: unsigned(self.request_kept),
            response_kept: unsigned(self.response_kept),
            sealed: self.sealed,
        })
    }
}
