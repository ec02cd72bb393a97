//! The one writer: takes whatever is queued, runs it in one transaction, commits, and only then answers.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use connect_core::Env;
use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use tokio::sync::{broadcast, mpsc, oneshot};

use super::cache::Caches;
use super::ledger::{self, ErasedUnit, LedgerUnit, PendingUnit};
use super::tx::{Changes, WorldTx};
use crate::error::StoreError;
use crate::folding::Folding;

/// Most units in one transaction.
const GROUP: usize = 128;

pub(super) struct Writer(mpsc::Sender<Job>);

enum Job {
    Unit(Box<dyn Unit>),
    Ledger(Box<dyn ErasedUnit>),
    Close(oneshot::Sender<()>),
}

/// What a unit leaves behind until the group is committed: its answer, waiting for the verdict.
type Verdict = Box<dyn FnOnce(Result<(), String>) + Send>;

trait Unit: Send {
    /// Runs it. `None`: it failed, has answered already, and must be rolled back.
    fn run(self: Box<Self>, tx: &mut WorldTx) -> BoxFuture<'_, Option<Verdict>>;
    /// Answers that there is no writer any more.
    fn refuse(self: Box<Self>, why: String);
}

struct Closure<T, E, W> {
    work: W,
    reply: oneshot::Sender<Result<T, E>>,
}

impl<T, E, W> Unit for Closure<T, E, W>
where
    T: Send + 'static,
    E: From<StoreError> + Send + 'static,
    W: for<'tx> FnOnce(&'tx mut WorldTx) -> BoxFuture<'tx, Result<T, E>> + Send + 'static,
{
    fn run(self: Box<Self>, tx: &mut WorldTx) -> BoxFuture<'_, Option<Verdict>> {
        let Self { work, reply } = *self;
        Box::pin(async move {
            let outcome = AssertUnwindSafe(async { work(tx).await })
                .catch_unwind()
                .await;
            match outcome {
                Ok(Ok(value)) => {
                    let verdict: Verdict = Box::new(move |committed| {
                        let _ = reply.send(
                            committed
                                .map(|()| value)
                                .map_err(|why| StoreError::Commit(why).into()),
                        );
                    });
                    Some(verdict)
                }
                Ok(Err(error)) => {
                    let _ = reply.send(Err(error));
                    None
                }
                Err(_) => {
                    let _ = reply.send(Err(
                        StoreError::Commit("the unit of work panicked".into()).into()
                    ));
                    None
                }
            }
        })
    }

    fn refuse(self: Box<Self>, why: String) {
        let _ = self.reply.send(Err(StoreError::Commit(why).into()));
    }
}

impl Writer {
    pub(super) fn start(
        tx: WorldTx,
        folding: Folding,
        env: Arc<Env>,
        caches: Arc<Caches>,
        changes: broadcast::Sender<Arc<Changes>>,
    ) -> Self {
        let (sender, queue) = mpsc::channel(GROUP * 8);
        tokio::spawn(run(tx, folding, env, caches, changes, queue));
        Self(sender)
    }

    pub(super) async fn write<T, E, W>(&self, work: W) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
        W: for<'tx> FnOnce(&'tx mut WorldTx) -> BoxFuture<'tx, Result<T, E>> + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        let job = Job::Unit(Box::new(Closure { work, reply }));
        self.0.send(job).await.map_err(|_| StoreError::Closing)?;
        answer.await.map_err(|_| StoreError::Closing)?
    }

    pub(super) async fn ledger<U: LedgerUnit>(&self, unit: U) -> Result<U::Output, StoreError> {
        let (reply, answer) = oneshot::channel();
        let job = Job::Ledger(Box::new(PendingUnit::new(unit, reply)));
        self.0.send(job).await.map_err(|_| StoreError::Closing)?;
        answer.await.map_err(|_| StoreError::Closing)?
    }

    pub(super) async fn close(&self) {
        let (done, closed) = oneshot::channel();
        if self.0.send(Job::Close(done)).await.is_ok() {
            let _ = closed.await;
        }
    }
}

async fn run(
    mut tx: WorldTx,
    folding: Folding,
    env: Arc<Env>,
    caches: Arc<Caches>,
    changes: broadcast::Sender<Arc<Changes>>,
    mut queue: mpsc::Receiver<Job>,
) {
    let mut jobs = Vec::with_capacity(GROUP);
    while queue.recv_many(&mut jobs, GROUP).await > 0 {
        let mut units = Vec::new();
        let mut ledger = Vec::new();
        let mut close = None;
        for job in jobs.drain(..) {
            match job {
                Job::Unit(unit) => units.push(unit),
                Job::Ledger(unit) => ledger.push(unit),
                Job::Close(done) => close = Some(done),
            }
        }
        group(&mut tx, &env, &caches, &changes, units, ledger).await;
        folding.written();
        if let Some(done) = close {
            drop(queue);
            folding.stop().await;
            tx.close().await;
            let _ = done.send(());
            return;
        }
    }
}

/// One transaction. Ledger units go first: they share their statements, and nothing in them waits.
async fn group(
    tx: &mut WorldTx,
    env: &Env,
    caches: &Caches,
    changes: &broadcast::Sender<Arc<Changes>>,
    units: Vec<Box<dyn Unit>>,
    mut ledger: Vec<Box<dyn ErasedUnit>>,
) {
    let (start, only_ledger) = (tx.mark(), units.is_empty());
    let decided = async {
        ledger::run(tx, env, &mut ledger).await?;
        if only_ledger {
            tx.commit().await
        } else {
            tx.flush().await
        }
    }
    .await;
    if let Err(error) = decided {
        tx.roll_back(&start).await;
        if ledger.is_empty() {
            let why = error.to_string();
            for unit in units {
                unit.refuse(why.clone());
            }
            return;
        }
        tracing::warn!(%error, "a group of ledger units failed together; running them one by one");
        one_by_one(tx, env, caches, changes, ledger).await;
        if !units.is_empty() {
            Box::pin(group(tx, env, caches, changes, units, Vec::new())).await;
        }
        return;
    }
    let mut verdicts = Vec::with_capacity(units.len());
    for unit in units {
        let mark = tx.mark();
        if let Err(error) = tx.execute("SAVEPOINT unit").await {
            unit.refuse(error.to_string());
            continue;
        }
        let verdict = unit.run(tx).await;
        if verdict.is_none() {
            tx.back_to(&mark);
            let _ = tx.execute("ROLLBACK TO unit").await;
        }
        let _ = tx.execute("RELEASE unit").await;
        verdicts.extend(verdict);
    }
    let committed = commit(tx, caches, changes, &start).await;
    for verdict in verdicts {
        verdict(committed.clone());
    }
    for unit in ledger {
        unit.finish(committed.clone());
    }
}

async fn one_by_one(
    tx: &mut WorldTx,
    env: &Env,
    caches: &Caches,
    changes: &broadcast::Sender<Arc<Changes>>,
    ledger: Vec<Box<dyn ErasedUnit>>,
) {
    for unit in ledger {
        let mut alone = [unit];
        let start = tx.mark();
        let committed = match ledger::run(tx, env, &mut alone).await {
            Ok(()) => commit(tx, caches, changes, &start).await,
            Err(error) => {
                tx.roll_back(&start).await;
                Err(error.to_string())
            }
        };
        let [unit] = alone;
        unit.finish(committed);
    }
}

/// Commits what is not committed yet, drops what caches hold of the changed rows, and tells whoever listens; in this
/// order, before any answer.
async fn commit(
    tx: &mut WorldTx,
    caches: &Caches,
    changes: &broadcast::Sender<Arc<Changes>>,
    start: &super::tx::Mark,
) -> Result<(), String> {
    if let Err(error) = tx.commit().await {
        tracing::error!(%error, "a group could not be committed");
        tx.roll_back(start).await;
        return Err(error.to_string());
    }
    let made = std::mem::take(&mut tx.changes);
    made.clients.iter().for_each(|id| caches.clients.forget(id));
    made.people.iter().for_each(|id| caches.people.forget(id));
    if made.all {
        caches.clients.clear();
        caches.people.clear();
    }
    if made.all || !made.people.is_empty() {
        caches.people_by_email.clear();
    }
    if !made.kinds.is_empty() {
        let _ = changes.send(Arc::new(made));
    }
    Ok(())
}
