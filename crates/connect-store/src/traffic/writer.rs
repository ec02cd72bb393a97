//! The traffic writer: exchanges in batches, one statement each, behind a bounded queue.

use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use connect_core::domain::exchange::Notes;
use connect_core::domain::redaction::scrub;
use connect_core::id::{ClientId, GrantId, TraceId, UserId};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use sqlx::{Connection, SqliteConnection};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, broadcast, mpsc, oneshot};

use super::NewExchange;
use super::cut::{Found, Stored};
use super::retention::{self, Retention};
use crate::error::StoreError;
use crate::folding::Folding;
use crate::sealing::Vault;

/// Exchanges that may wait; beyond that, connections wait.
const QUEUE: usize = 2048;
/// Bytes that may wait, in KiB; beyond that, connections wait.
const QUEUE_KIB: u32 = 8 * 1024;
/// How long an exchange waits for others to be written with.
const GATHER: Duration = Duration::from_millis(10);
/// Most exchanges in one statement.
const BATCH: usize = 256;
/// About as many bytes in one statement.
const BATCH_BYTES: usize = 1024 * 1024;
/// Retention is looked at after this many rows.
const RETENTION_EVERY: usize = 1000;

pub(super) struct Writer {
    queue: mpsc::Sender<Job>,
    room: Arc<Semaphore>,
}

enum Job {
    Record(Box<NewExchange>, OwnedSemaphorePermit),
    Flush(oneshot::Sender<()>),
    Clear(oneshot::Sender<Result<(), StoreError>>),
    Close(oneshot::Sender<()>),
}

struct State {
    connection: SqliteConnection,
    branch: String,
    vault: Arc<Vault>,
    retention: Arc<RwLock<Retention>>,
    recorded: broadcast::Sender<i64>,
    next_seq: i64,
    since_retention: usize,
    last_wall_ms: i64,
}

impl Writer {
    pub(super) async fn start(
        mut connection: SqliteConnection,
        folding: Folding,
        branch: String,
        vault: Arc<Vault>,
        retention: Arc<RwLock<Retention>>,
        recorded: broadcast::Sender<i64>,
    ) -> Result<Self, StoreError> {
        let last =
            sqlx::query_scalar!(r#"SELECT COALESCE(MAX(seq), 0) AS "last!: i64" FROM exchanges"#)
                .fetch_one(&mut connection)
                .await?;
        let state = State {
            connection,
            branch,
            vault,
            retention,
            recorded,
            next_seq: last + 1,
            since_retention: 0,
            last_wall_ms: 0,
        };
        let (sender, queue) = mpsc::channel(QUEUE);
        tokio::spawn(run(state, folding, queue));
        Ok(Self {
            queue: sender,
            room: Arc::new(Semaphore::new(QUEUE_KIB as usize)),
        })
    }

    pub(super) async fn record(&self, exchange: NewExchange) {
        let kib = u32::try_from(size(&exchange) / 1024 + 1)
            .unwrap_or(QUEUE_KIB)
            .min(QUEUE_KIB);
        // The semaphore is never closed.
        let Ok(room) = Arc::clone(&self.room).acquire_many_owned(kib).await else {
            return;
        };
        let _ = self.queue.send(Job::Record(Box::new(exchange), room)).await;
    }

    pub(super) async fn flush(&self) -> Result<(), StoreError> {
        let (done, flushed) = oneshot::channel();
        self.queue
            .send(Job::Flush(done))
            .await
            .map_err(|_| StoreError::Closing)?;
        flushed.await.map_err(|_| StoreError::Closing)
    }

    pub(super) async fn clear(&self) -> Result<(), StoreError> {
        let (done, cleared) = oneshot::channel();
        self.queue
            .send(Job::Clear(done))
            .await
            .map_err(|_| StoreError::Closing)?;
        cleared.await.map_err(|_| StoreError::Closing)?
    }

    pub(super) async fn close(&self) {
        let (done, closed) = oneshot::channel();
        if self.queue.send(Job::Close(done)).await.is_ok() {
            let _ = closed.await;
        }
    }
}

/// Bytes an exchange takes while it waits.
fn size(exchange: &NewExchange) -> usize {
    exchange.request.len() + exchange.response.len() + exchange.target.len() + 1024
}

/// Exchanges for one statement, and the room they take in the queue.
#[derive(Default)]
struct Batch {
    exchanges: Vec<NewExchange>,
    room: Vec<OwnedSemaphorePermit>,
    bytes: usize,
}

async fn run(mut state: State, folding: Folding, mut queue: mpsc::Receiver<Job>) {
    let mut jobs = Vec::with_capacity(BATCH);
    while queue.recv_many(&mut jobs, BATCH).await > 0 {
        gather(&mut queue, &mut jobs).await;
        let mut batch = Batch::default();
        for job in jobs.drain(..) {
            match job {
                Job::Record(exchange, room) => {
                    batch.bytes += size(&exchange);
                    batch.exchanges.push(*exchange);
                    batch.room.push(room);
                    if batch.bytes >= BATCH_BYTES {
                        state.write(&mut batch).await;
                    }
                }
                Job::Flush(done) => {
                    state.write(&mut batch).await;
                    let _ = done.send(());
                }
                Job::Clear(done) => {
                    state.write(&mut batch).await;
                    let _ = done.send(state.clear().await);
                }
                Job::Close(done) => {
                    state.write(&mut batch).await;
                    folding.stop().await;
                    let _ = state.connection.close().await;
                    let _ = done.send(());
                    return;
                }
            }
        }
        state.write(&mut batch).await;
        folding.written();
    }
}

/// Waits a little for more, so that a busy moment costs a few statements and not one for each exchange. Whoever asks
/// for something else than recording is not kept waiting.
async fn gather(queue: &mut mpsc::Receiver<Job>, jobs: &mut Vec<Job>) {
    let over = tokio::time::sleep(GATHER);
    tokio::pin!(over);
    let mut seen = 0;
    while jobs.len() < BATCH
        && jobs[seen..]
            .iter()
            .all(|job| matches!(job, Job::Record(..)))
    {
        seen = jobs.len();
        tokio::select! {
            taken = queue.recv_many(jobs, BATCH) => {
                if taken == 0 {
                    return;
                }
            }
            () = &mut over => return,
        }
    }
}

impl State {
    async fn write(&mut self, batch: &mut Batch) {
        let Batch {
            exchanges, room, ..
        } = std::mem::take(batch);
        if exchanges.is_empty() {
            return;
        }
        let rows = exchanges.len();
        self.last_wall_ms = exchanges
            .iter()
            .map(|exchange| exchange.at.wall.as_millis())
            .max()
            .unwrap_or(0);
        if let Err(error) = self.insert(&exchanges).await {
            tracing::error!(%error, rows, "exchanges could not be recorded");
            return;
        }
        drop(room);
        let _ = self.recorded.send(self.next_seq - 1);
        self.since_retention += rows;
        if self.since_retention >= RETENTION_EVERY {
            self.since_retention = 0;
            let limits = *self
                .retention
                .read()
                .unwrap_or_else(PoisonError::into_inner);
            match retention::enforce(&mut self.connection, limits, self.last_wall_ms).await {
                Ok(true) => self.since_retention = RETENTION_EVERY,
                Ok(false) => {}
                Err(error) => tracing::error!(%error, "old exchanges could not be removed"),
            }
        }
    }

    async fn insert(&mut self, batch: &[NewExchange]) -> Result<(), StoreError> {
        let found: Vec<Found<'_>> = batch.iter().map(Found::new).collect();
        let sealer = if found.iter().any(Found::needs_key) {
            match self.vault.sealer().await {
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
        let mut rows = Vec::with_capacity(batch.len());
        for (exchange, found) in batch.iter().zip(&found) {
            let mut counter = 0_u64;
            let mut nonces = || {
                counter += 1;
                nonce(exchange.id.as_str(), counter)
            };
            let stored = found.cut_into(&mut blob, sealer.as_deref(), &mut nonces);
            rows.push(self.row(exchange, &stored));
            self.next_seq += 1;
        }
        let rows = Value::Array(rows).to_string();
        sqlx::query!(
            "INSERT INTO exchanges (seq, id, branch, listener, at, wall, peer, method, target, host, status, service,
                 operation, client_id, user_id, grant_id, trace, cause, refused_by, error, notes, ended, head_us,
                 body_us, answered_us, done_us, request_len, response_len, cuts, request, response, sealed)
             SELECT value->>0, value->>1, value->>2, value->>3, value->>4, value->>5, value->>6, value->>7, value->>8,
                 value->>9, value->>10, value->>11, value->>12, value->>13, value->>14, value->>15, value->>16,
                 value->>17, value->>18, value->>19, value->>20, value->>21, value->>22, value->>23, value->>24,
                 value->>25, value->>26, value->>27, value->>28, substr(?2, value->>29, value->>30),
                 substr(?2, value->>31, value->>32), substr(?2, value->>33, value->>34)
             FROM jsonb_each(?1)",
            rows,
            blob
        )
        .execute(&mut self.connection)
        .await?;
        Ok(())
    }

    fn row(&self, exchange: &NewExchange, stored: &Stored) -> Value {
        let notes = &exchange.notes;
        json!([
            self.next_seq,
            exchange.id.as_str(),
            self.branch,
            exchange.listener,
            exchange.at.sandbox.as_millis(),
            exchange.at.wall.as_millis(),
            exchange.peer,
            exchange.method,
            scrub(&exchange.target),
            exchange.host,
            exchange.status,
            notes.service,
            notes.operation,
            notes.client.as_ref().map(ClientId::as_str),
            notes.user.as_ref().map(UserId::as_str),
            notes.grant.as_ref().map(GrantId::as_str),
            notes
                .trace
                .as_ref()
                .map_or_else(|| own_trace(exchange), |trace| trace.as_str().to_owned()),
            notes.cause.map(|cause| cause.0),
            notes.refusal.as_ref().map(|refusal| refusal.check),
            notes.refusal.as_ref().map(|refusal| refusal.code.as_str()),
            scrub(&notes_json(notes)),
            exchange.ended,
            exchange.timing.head_us,
            exchange.timing.body_us,
            exchange.timing.answered_us,
            exchange.timing.done_us,
            exchange.request_len,
            exchange.response_len,
            stored.cuts,
            stored.request.0,
            stored.request.1,
            stored.response.0,
            stored.response.1,
            stored.sealed.0,
            stored.sealed.1,
        ])
    }

    async fn clear(&mut self) -> Result<(), StoreError> {
        sqlx::query!("DELETE FROM exchanges")
            .execute(&mut self.connection)
            .await?;
        sqlx::query("PRAGMA incremental_vacuum")
            .execute(&mut self.connection)
            .await?;
        let _ = self.recorded.send(0);
        Ok(())
    }
}

/// The trace of an exchange that belongs to nothing yet: its own, made from its id.
fn own_trace(exchange: &NewExchange) -> String {
    use connect_core::id::TypedId as _;
    let id = exchange.id.as_str();
    let ulid = id
        .strip_prefix(connect_core::id::ExchangeId::PREFIX)
        .unwrap_or(id);
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
