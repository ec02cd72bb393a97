//! The traffic writer: exchanges in batches, one round trip each, behind a bounded queue. When nothing has come for a
//! moment it fills the full-text index, a piece at a time.

use std::sync::Arc;
use std::time::Duration;

use connect_core::Env;
use connect_core::id::ExchangeId;
use sqlx::{Connection, SqliteConnection};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, broadcast, mpsc, oneshot, watch};
use tokio::time::Instant;

use super::insert::{self, size};
use super::retention::{self, Retention};
use super::walks::{self, WalkChange};
use super::{NewExchange, text};
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
/// How long nothing must have been recorded before the full-text index is filled.
const QUIET: Duration = Duration::from_millis(200);
/// How long it is left alone after that has failed.
const PAUSE: Duration = Duration::from_secs(10);
/// The limits of what is kept are looked at soon after the start,
const FIRST_LOOK: Duration = Duration::from_secs(10);
/// as time passes,
const LOOK_EVERY: Duration = Duration::from_mins(1);
/// after this many rows,
const LOOK_AFTER_ROWS: usize = 1000;
/// and after this many bytes.
const LOOK_AFTER_BYTES: usize = 4 * 1024 * 1024;

pub(super) struct Writer {
    queue: mpsc::Sender<Job>,
    room: Arc<Semaphore>,
}

pub(super) enum Job {
    Record(Box<NewExchange>, OwnedSemaphorePermit),
    Flush(oneshot::Sender<()>),
    Pin(ExchangeId, bool, oneshot::Sender<Result<bool, StoreError>>),
    Clear(oneshot::Sender<Result<(), StoreError>>),
    Walks(WalkChange, oneshot::Sender<Result<bool, StoreError>>),
    Close(oneshot::Sender<()>),
}

struct State {
    connection: SqliteConnection,
    branch: i64,
    vault: Arc<Vault>,
    env: Arc<Env>,
    limits: watch::Receiver<Retention>,
    recorded: broadcast::Sender<i64>,
    next_seq: i64,
    /// Rows and bytes written since the limits were looked at.
    unlooked: (usize, usize),
    /// When they are looked at next.
    look: Instant,
    /// The last place in the full-text index.
    indexed: i64,
    /// When there will have been quiet for long enough to fill it.
    quiet: Instant,
}

impl Writer {
    pub(super) async fn start(
        mut connection: SqliteConnection,
        folding: Folding,
        branch: String,
        vault: Arc<Vault>,
        env: Arc<Env>,
        limits: watch::Receiver<Retention>,
        recorded: broadcast::Sender<i64>,
    ) -> Result<Self, StoreError> {
        let (last, indexed) = places(&mut connection).await?;
        let state = State {
            branch: branch_number(&mut connection, &branch).await?,
            connection,
            vault,
            env,
            limits,
            recorded,
            next_seq: last + 1,
            unlooked: (0, 0),
            look: Instant::now() + FIRST_LOOK,
            indexed,
            quiet: Instant::now() + QUIET,
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

    /// Hands over anything else.
    pub(super) async fn send(&self, job: Job) -> Result<(), StoreError> {
        self.queue.send(job).await.map_err(|_| StoreError::Closing)
    }

    pub(super) async fn flush(&self) -> Result<(), StoreError> {
        let (done, flushed) = oneshot::channel();
        self.queue
            .send(Job::Flush(done))
            .await
            .map_err(|_| StoreError::Closing)?;
        flushed.await.map_err(|_| StoreError::Closing)
    }

    /// `false` when there is no such exchange.
    pub(super) async fn pin(&self, id: ExchangeId, pinned: bool) -> Result<bool, StoreError> {
        let (done, set) = oneshot::channel();
        self.queue
            .send(Job::Pin(id, pinned, done))
            .await
            .map_err(|_| StoreError::Closing)?;
        set.await.map_err(|_| StoreError::Closing)?
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

/// The last place that was given, and the last one in the full-text index. No place is given twice, even when what had
/// it is gone.
async fn places(connection: &mut SqliteConnection) -> Result<(i64, i64), StoreError> {
    let places = sqlx::query!(
        r#"SELECT (SELECT COALESCE(MAX(seq), 0) FROM exchanges) AS "last!: i64",
                  (SELECT up_to FROM text_index) AS "indexed!: i64""#
    )
    .fetch_one(connection)
    .await?;
    Ok((places.last.max(places.indexed), places.indexed))
}

/// What rows of this branch are marked with.
async fn branch_number(connection: &mut SqliteConnection, name: &str) -> Result<i64, StoreError> {
    let known = sqlx::query_scalar!("SELECT id FROM branches WHERE name = ?", name)
        .fetch_optional(&mut *connection)
        .await?;
    if let Some(number) = known {
        return Ok(number);
    }
    let made = sqlx::query!("INSERT INTO branches (name) VALUES (?)", name)
        .execute(connection)
        .await?;
    Ok(made.last_insert_rowid())
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
    loop {
        let taken = tokio::select! {
            biased;
            taken = queue.recv_many(&mut jobs, BATCH) => taken,
            Ok(()) = state.limits.changed() => {
                state.look = Instant::now();
                continue;
            }
            () = tokio::time::sleep_until(state.look) => {
                state.keep_within_limits().await;
                folding.written();
                continue;
            }
            () = tokio::time::sleep_until(state.quiet), if state.indexed + 1 < state.next_seq => {
                state.index().await;
                folding.written();
                continue;
            }
        };
        if taken == 0 {
            return;
        }
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
                Job::Pin(id, pinned, done) => {
                    state.write(&mut batch).await;
                    let _ = done.send(state.pin(&id, pinned).await);
                }
                Job::Clear(done) => {
                    state.write(&mut batch).await;
                    let _ = done.send(state.clear().await);
                }
                Job::Walks(change, done) => {
                    state.write(&mut batch).await;
                    let _ = done.send(walks::change(&mut state.connection, change).await);
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
        let (rows, bytes) = (exchanges.len(), exchanges.iter().map(size).sum::<usize>());
        let first = self.next_seq;
        let written = insert::insert(
            &mut self.connection,
            &self.vault,
            self.branch,
            first,
            &exchanges,
        );
        if let Err(error) = written.await {
            tracing::error!(%error, rows, "exchanges could not be recorded");
            return;
        }
        self.next_seq += i64::try_from(rows).unwrap_or(i64::MAX);
        self.quiet = Instant::now() + QUIET;
        drop(room);
        let _ = self.recorded.send(self.next_seq - 1);
        self.unlooked = (self.unlooked.0 + rows, self.unlooked.1 + bytes);
        if self.unlooked.0 >= LOOK_AFTER_ROWS || self.unlooked.1 >= LOOK_AFTER_BYTES {
            self.keep_within_limits().await;
        }
    }

    /// Removes a piece of what is over the limits, and comes back soon when there is more.
    async fn keep_within_limits(&mut self) {
        let limits = *self.limits.borrow_and_update();
        let now = self.env.moment().wall.as_millis();
        self.unlooked = (0, 0);
        self.look = Instant::now() + LOOK_EVERY;
        match walks::forget_due(&mut self.connection, now).await {
            Ok(0) => {}
            // Whoever looks at walks looks again.
            Ok(_) => drop(self.recorded.send(self.next_seq - 1)),
            Err(error) => tracing::error!(%error, "walks whose time is up could not be removed"),
        }
        match retention::enforce(&mut self.connection, limits, now).await {
            Ok(retention::Over { removed, more }) => {
                if removed {
                    let _ = self.recorded.send(self.next_seq - 1);
                }
                if more {
                    self.look = Instant::now();
                    self.unlooked = (LOOK_AFTER_ROWS, 0);
                }
            }
            Err(error) => tracing::error!(%error, "old exchanges could not be removed"),
        }
    }

    /// Fills the full-text index with a few exchanges.
    async fn index(&mut self) {
        let last = self.next_seq - 1;
        match text::index_piece(&mut self.connection, self.indexed, last).await {
            Ok(reached) => self.indexed = reached,
            Err(error) => {
                tracing::error!(%error, "the full-text index could not be filled");
                self.quiet = Instant::now() + PAUSE;
            }
        }
    }

    async fn pin(&mut self, id: &ExchangeId, pinned: bool) -> Result<bool, StoreError> {
        let id = id.as_str();
        let set = sqlx::query!("UPDATE exchanges SET pinned = ? WHERE id = ?", pinned, id)
            .execute(&mut self.connection)
            .await?;
        let _ = self.recorded.send(self.next_seq - 1);
        Ok(set.rows_affected() > 0)
    }

    async fn clear(&mut self) -> Result<(), StoreError> {
        retention::clear(&mut self.connection).await?;
        walks::forget_unkept(&mut self.connection).await?;
        self.indexed = self.next_seq - 1;
        let _ = self.recorded.send(0);
        Ok(())
    }
}
