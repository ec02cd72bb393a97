//! Which exchanges are answered but not yet recorded, so that a reader can wait for what was answered before it asked.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;

/// Counts exchanges between answer and record, in generations. Cheap to clone; shared by all listeners.
#[derive(Debug, Clone, Default)]
pub struct OpenExchanges(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    generations: Mutex<Generations>,
    /// A generation has become empty while somebody waited.
    settled: Notify,
}

/// How many exchanges of each generation are open. A call of `settled` begins a new generation and waits for all
/// before it, so that exchanges answered later cannot hold it up.
#[derive(Debug, Default)]
struct Generations {
    oldest: u64,
    counts: VecDeque<usize>,
    waiting: usize,
}

/// Some exchanges that were answered before the call are still not recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{open} exchanges are answered but not yet recorded")]
pub struct Unsettled {
    /// How many.
    pub open: usize,
}

/// One answered exchange. Dropping it says that it is recorded.
#[derive(Debug)]
pub(crate) struct Ticket {
    shared: Arc<Shared>,
    generation: u64,
}

impl OpenExchanges {
    /// None open.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// How many exchanges are answered but not yet recorded.
    #[must_use]
    pub fn count(&self) -> usize {
        self.0.lock().counts.iter().sum()
    }

    /// Waits until every exchange whose answer was handed over before this call has been recorded.
    ///
    /// An answer counts as handed over when its length is known, or when the stream of its body has ended; one that
    /// streams without end is never waited for.
    ///
    /// # Errors
    /// When that takes longer than `within`: a client does not read its answer, or the sink is slow.
    pub async fn settled(&self, within: Duration) -> Result<(), Unsettled> {
        let target = {
            let mut generations = self.0.lock();
            generations.drop_empty(true);
            if generations.counts.is_empty() {
                return Ok(());
            }
            generations.counts.push_back(0);
            generations.waiting += 1;
            generations.oldest + generations.counts.len() as u64 - 1
        };
        let waiting = Waiting(&self.0);
        let wait = async {
            loop {
                let notified = self.0.settled.notified();
                tokio::pin!(notified);
                // Registered before looking, so that nothing is missed in between.
                notified.as_mut().enable();
                if waiting.0.lock().oldest >= target {
                    return;
                }
                notified.await;
            }
        };
        tokio::time::timeout(within, wait)
            .await
            .map_err(|_| Unsettled {
                open: self.0.lock().open_before(target),
            })
    }

    /// An exchange has been answered.
    pub(crate) fn ticket(&self) -> Ticket {
        let mut generations = self.0.lock();
        if generations.counts.is_empty() {
            generations.counts.push_back(0);
        }
        let generation = generations.oldest + generations.counts.len() as u64 - 1;
        if let Some(count) = generations.counts.back_mut() {
            *count += 1;
        }
        Ticket {
            shared: self.0.clone(),
            generation,
        }
    }
}

/// Somebody waits; dropped with the wait, however that ends.
struct Waiting<'a>(&'a Shared);

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.lock().waiting -= 1;
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Generations> {
        self.generations
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl Generations {
    /// Drops the oldest generations that are empty; the youngest only if `all`, since new exchanges join it.
    fn drop_empty(&mut self, all: bool) {
        let keep = usize::from(!all);
        while self.counts.len() > keep && self.counts.front() == Some(&0) {
            self.counts.pop_front();
            self.oldest += 1;
        }
    }

    fn open_before(&self, target: u64) -> usize {
        let generations = usize::try_from(target.saturating_sub(self.oldest)).unwrap_or(usize::MAX);
        self.counts.iter().take(generations).sum()
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        let mut generations = self.shared.lock();
        let index = usize::try_from(self.generation - generations.oldest).unwrap_or(usize::MAX);
        if let Some(count) = generations.counts.get_mut(index) {
            *count -= 1;
        }
        let before = generations.oldest;
        generations.drop_empty(false);
        let moved = generations.oldest != before && generations.waiting > 0;
        drop(generations);
        if moved {
            self.shared.settled.notify_waiters();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOON: Duration = Duration::from_secs(5);

    #[tokio::test(start_paused = true)]
    async fn settled_waits_for_what_was_answered_before_and_for_nothing_else() {
        let open = OpenExchanges::new();
        assert_eq!(open.settled(SOON).await, Ok(()));
        let earlier = open.ticket();
        let reader = tokio::spawn({
            let open = open.clone();
            async move { open.settled(SOON).await }
        });
        tokio::task::yield_now().await;
        let later = open.ticket();
        assert!(!reader.is_finished());
        drop(earlier);
        assert_eq!(reader.await.expect("a result"), Ok(()));
        assert_eq!(open.count(), 1);
        drop(later);
        assert_eq!(open.count(), 0);
    }

    #[tokio::test(start_paused = true)]
    async fn settled_says_how_many_are_open_when_its_time_is_up() {
        let open = OpenExchanges::new();
        let _first = open.ticket();
        let _second = open.ticket();
        assert_eq!(open.settled(SOON).await, Err(Unsettled { open: 2 }));
    }

    #[test]
    fn any_order_of_opening_waiting_and_recording_ends_at_none_open() {
        arbtest::arbtest(|u| {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_time()
                .start_paused(true)
                .build()
                .expect("a runtime");
            runtime.block_on(async {
                let open = OpenExchanges::new();
                let mut tickets = Vec::new();
                for _ in 0..u.int_in_range(0..=40)? {
                    match u.int_in_range(0..=2)? {
                        0 => tickets.push(open.ticket()),
                        1 if !tickets.is_empty() => {
                            let index = u.choose_index(tickets.len())?;
                            tickets.swap_remove(index);
                        }
                        _ => {
                            let wanted = match tickets.len() {
                                0 => Ok(()),
                                open => Err(Unsettled { open }),
                            };
                            assert_eq!(open.settled(Duration::from_millis(1)).await, wanted);
                        }
                    }
                    assert_eq!(open.count(), tickets.len());
                }
                tickets.clear();
                assert_eq!(open.settled(Duration::from_millis(1)).await, Ok(()));
                Ok(())
            })
        });
    }
}
