//! A batch of exchanges on its way into the file: rows for the list, and the bytes with every credential cut out.

use connect_core::domain::exchange::Notes;
use connect_core::domain::redaction::scrub;
use connect_core::id::{ClientId, ExchangeId, GrantId, TraceId, TypedId as _, UserId};
use serde::Serialize;
use serde_json::json;
use sha2::{Digest, Sha256};
use sqlx::SqliteConnection;

use super::cut::{Found, Stored};
use super::{NewExchange, or_rolled_back};
use crate::error::StoreError;
use crate::sealing::Vault;

/// Bytes an exchange takes while it waits.
pub(super) fn size(exchange: &NewExchange) -> usize {
    exchange.request.len() + exchange.response.len() + exchange.target.len() + 1024
}

/// Writes the batch in one transaction and one round trip; the first of it gets the place `first`. When it fails,
/// nothing of it is kept.
pub(super) async fn insert(
    connection: &mut SqliteConnection,
    vault: &Vault,
    branch: i64,
    first: i64,
    batch: &[NewExchange],
) -> Result<(), StoreError> {
    let found: Vec<Found<'_>> = batch.iter().map(Found::new).collect();
    let sealer = if found.iter().any(Found::needs_key) {
        match vault.sealer().await {
            Ok(sealer) => Some(sealer),
            Err(error) => {
                tracing::warn!(%error, "credentials in recorded bytes are dropped: there is no key to seal them with");
                None
            }
        }
    } else {
        None
    };
    let mut blob = Vec::with_capacity(batch.iter().map(size).sum());
    let mut summaries = Rows::with_capacity(batch.len() * 512);
    let mut bytes = Rows::with_capacity(batch.len() * 1024);
    for ((exchange, found), seq) in batch.iter().zip(&found).zip(first..) {
        let mut counter = 0_u64;
        let mut nonces = || {
            counter += 1;
            nonce(exchange.id.as_str(), counter)
        };
        let stored = found.cut_into(&mut blob, sealer.as_deref(), &mut nonces);
        summary(summaries.next(), exchange, seq, branch);
        kept(bytes.next(), exchange, seq, &stored);
    }
    let (summaries, bytes) = (summaries.end(), bytes.end());
    let written = sqlx::query!(
        "BEGIN IMMEDIATE;
         INSERT INTO exchanges (seq, status, method, service, operation, refused_by, error, findings, pinned, at, wall,
             done_us, request_len, response_len, branch, client_id, user_id, grant_id, trace, cause, id, listener, host,
             ended, target)
         SELECT value->>0, value->>1, value->>2, value->>3, value->>4, value->>5, value->>6, value->>7, 0, value->>8,
             value->>9, value->>10, value->>11, value->>12, value->>13, value->>14, value->>15, value->>16, value->>17,
             value->>18, value->>19, value->>20, value->>21, value->>22, value->>23
         FROM jsonb_each($1);
         INSERT INTO exchange_bytes (seq, peer, notes, head_us, body_us, answered_us, request_kept, response_kept, cuts,
             request, response, sealed)
         SELECT value->>0, value->>1, value->>2, value->>3, value->>4, value->>5, value->>6, value->>7, value->>8,
             substr($2, value->>9, value->>10), substr($2, value->>11, value->>12),
             substr($2, value->>13, value->>14)
         FROM jsonb_each($3);
         COMMIT",
        summaries,
        blob,
        bytes
    )
    .execute(&mut *connection)
    .await;
    or_rolled_back(connection, written).await
}

fn summary(row: Row<'_>, exchange: &NewExchange, seq: i64, branch: i64) {
    let notes = &exchange.notes;
    let own;
    let trace = if let Some(trace) = &notes.trace {
        trace.as_str()
    } else {
        own = own_trace(exchange);
        &own
    };
    row.number(seq)
        .value(&exchange.status)
        .value(&exchange.method)
        .value(&notes.service)
        .value(&notes.operation)
        .value(&notes.refusal.as_ref().map(|refusal| refusal.check))
        .value(&notes.refusal.as_ref().map(|refusal| refusal.code.as_str()))
        .value(&notes.findings.len())
        .number(exchange.at.sandbox.as_millis())
        .number(exchange.at.wall.as_millis())
        .value(&exchange.timing.done_us)
        .value(&exchange.request_len)
        .value(&exchange.response_len)
        .number(branch)
        .value(&notes.client.as_ref().map(ClientId::as_str))
        .value(&notes.user.as_ref().map(UserId::as_str))
        .value(&notes.grant.as_ref().map(GrantId::as_str))
        .value(trace)
        .value(&notes.cause.map(|cause| cause.0))
        .value(exchange.id.as_str())
        .value(exchange.listener)
        .value(&exchange.host)
        .value(&exchange.ended)
        .value(&scrub(&exchange.target))
        .end();
}

fn kept(row: Row<'_>, exchange: &NewExchange, seq: i64, stored: &Stored) {
    row.number(seq)
        .value(&exchange.peer)
        .value(&scrub(&notes_json(&exchange.notes)))
        .value(&exchange.timing.head_us)
        .value(&exchange.timing.body_us)
        .value(&exchange.timing.answered_us)
        .value(&exchange.request.len())
        .value(&exchange.response.len())
        .value(&stored.cuts)
        .value(&stored.request.0)
        .value(&stored.request.1)
        .value(&stored.response.0)
        .value(&stored.response.1)
        .value(&stored.sealed.0)
        .value(&stored.sealed.1)
        .end();
}

/// Rows on their way into SQLite: a JSON array of arrays, as it is written.
struct Rows(Vec<u8>);

/// One of them, its members so far.
struct Row<'r>(&'r mut Vec<u8>);

impl Rows {
    fn with_capacity(bytes: usize) -> Self {
        Self(Vec::with_capacity(bytes))
    }

    fn next(&mut self) -> Row<'_> {
        let before: &[u8] = if self.0.is_empty() { b"[[" } else { b",[" };
        self.0.extend_from_slice(before);
        Row(&mut self.0)
    }

    fn end(mut self) -> String {
        self.0
            .extend_from_slice(if self.0.is_empty() { b"[]" } else { b"]" });
        // What serde_json writes is UTF-8.
        String::from_utf8(self.0).unwrap_or_default()
    }
}

impl Row<'_> {
    fn value(self, value: &(impl Serialize + ?Sized)) -> Self {
        // Writing texts and numbers to memory does not fail; null keeps the others in their places if it does.
        let at = self.0.len();
        if serde_json::to_writer(&mut *self.0, value).is_err() {
            self.0.truncate(at);
            self.0.extend_from_slice(b"null");
        }
        self.0.push(b',');
        self
    }

    fn number(self, number: i64) -> Self {
        self.value(&number)
    }

    fn end(self) {
        self.0.pop();
        self.0.push(b']');
    }
}

/// The trace of an exchange that belongs to nothing yet: its own, made from its id.
fn own_trace(exchange: &NewExchange) -> String {
    let id = exchange.id.as_str();
    let ulid = id.strip_prefix(ExchangeId::PREFIX).unwrap_or(id);
    format!("{}{ulid}", TraceId::PREFIX)
}

fn notes_json(notes: &Notes) -> String {
    let credentials: Vec<String> = notes
        .credentials
        .iter()
        .map(|hash| hash.to_hex()[..16].to_owned())
        .collect();
    json!({
        "checks": notes.checks,
        "refusal": notes.refusal,
        "findings": notes.findings,
        "facts": notes.facts,
        "credentials": credentials,
    })
    .to_string()
}

/// A nonce that is never used twice under a key: the exchange's id is unique, and so is the count within it.
fn nonce(id: &str, counter: u64) -> [u8; 24] {
    let digest = Sha256::new()
        .chain_update(id.as_bytes())
        .chain_update(counter.to_le_bytes())
        .finalize();
    let mut nonce = [0; 24];
    nonce.copy_from_slice(&digest[..24]);
    nonce
}
