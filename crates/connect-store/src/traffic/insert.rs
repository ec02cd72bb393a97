//! A batch of exchanges on its way into the file: rows for the list, and the bytes with every credential cut out.

use connect_core::domain::exchange::Notes;
use connect_core::domain::redaction::scrub;
use connect_core::id::{ClientId, ExchangeId, GrantId, TraceId, TypedId as _, UserId};
use serde_json::{Value, json};
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
    let mut summaries = Vec::with_capacity(batch.len());
    let mut bytes = Vec::with_capacity(batch.len());
    for ((exchange, found), seq) in batch.iter().zip(&found).zip(first..) {
        let mut counter = 0_u64;
        let mut nonces = || {
            counter += 1;
            nonce(exchange.id.as_str(), counter)
        };
        let stored = found.cut_into(&mut blob, sealer.as_deref(), &mut nonces);
        summaries.push(summary(exchange, seq, branch));
        bytes.push(kept(exchange, seq, &stored));
    }
    let summaries = Value::Array(summaries).to_string();
    let bytes = Value::Array(bytes).to_string();
    let written = sqlx::query!(
        "BEGIN IMMEDIATE;
         INSERT INTO exchanges (seq, status, method, service, operation, refused_by, error, findings, pinned, at, wall,
             done_us, request_len, response_len, branch, client_id, user_id, grant_id, trace, cause, id, listener, host,
             ended, target)
         SELECT value->>0, value->>1, value->>2, value->>3, value->>4, value->>5, value->>6, value->>7, 0, value->>8,
             value->>9, value->>10, value->>11, value->>12, value->>13, value->>14, value->>15, value->>16, value->>17,
             value->>18, value->>19, value->>20, value->>21, value->>22, value->>23
         FROM jsonb_each(?);
         INSERT INTO exchange_bytes (seq, peer, notes, head_us, body_us, answered_us, request_kept, response_kept, cuts,
             request, response, sealed)
         SELECT value->>0, value->>1, value->>2, value->>3, value->>4, value->>5, value->>6, value->>7, value->>8,
             substr(kept.bytes, value->>9, value->>10), substr(kept.bytes, value->>11, value->>12),
             substr(kept.bytes, value->>13, value->>14)
         FROM (SELECT ? AS bytes) AS kept, jsonb_each(?);
         COMMIT",
        summaries,
        blob,
        bytes
    )
    .execute(&mut *connection)
    .await;
    or_rolled_back(connection, written).await
}

fn summary(exchange: &NewExchange, seq: i64, branch: i64) -> Value {
    let notes = &exchange.notes;
    json!([
        seq,
        exchange.status,
        exchange.method,
        notes.service,
        notes.operation,
        notes.refusal.as_ref().map(|refusal| refusal.check),
        notes.refusal.as_ref().map(|refusal| refusal.code.as_str()),
        notes.findings.len(),
        exchange.at.sandbox.as_millis(),
        exchange.at.wall.as_millis(),
        exchange.timing.done_us,
        exchange.request_len,
        exchange.response_len,
        branch,
        notes.client.as_ref().map(ClientId::as_str),
        notes.user.as_ref().map(UserId::as_str),
        notes.grant.as_ref().map(GrantId::as_str),
        notes
            .trace
            .as_ref()
            .map_or_else(|| own_trace(exchange), |trace| trace.as_str().to_owned()),
        notes.cause.map(|cause| cause.0),
        exchange.id.as_str(),
        exchange.listener,
        exchange.host,
        exchange.ended,
        scrub(&exchange.target),
    ])
}

fn kept(exchange: &NewExchange, seq: i64, stored: &Stored) -> Value {
    json!([
        seq,
        exchange.peer,
        scrub(&notes_json(&exchange.notes)),
        exchange.timing.head_us,
        exchange.timing.body_us,
        exchange.timing.answered_us,
        exchange.request.len(),
        exchange.response.len(),
        stored.cuts,
        stored.request.0,
        stored.request.1,
        stored.response.0,
        stored.response.1,
        stored.sealed.0,
        stored.sealed.1,
    ])
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
