//! The sandbox clock's owner: moves it through every due moment, pauses it, keeps it in the world.

use std::sync::PoisonError;
use std::time::Duration;

use connect_core::domain::actor::Actor;
use connect_core::domain::journal::{Kind, Origin};
use connect_core::env::ClockState;
use connect_core::{Env, Timestamp};
use connect_rpc::clock::Due;
use connect_store::{StoreError, World, meta};
use serde_json::json;
use tokio::sync::Mutex;
use tokio_util::sync::CancellationToken;

use crate::App;

/// Most due moments that an answer lists.
const LISTED: usize = 1000;

/// What guards the clock while it moves.
#[derive(Default)]
pub(crate) struct SandboxClock {
    /// Held while due moments are visited, by an advance or by time passing.
    pub(crate) visiting: Mutex<()>,
    /// What stops the advance under way, and no other.
    under_way: std::sync::Mutex<Option<CancellationToken>>,
}

/// What an advance did.
pub(crate) struct Advanced {
    pub(crate) from: Timestamp,
    pub(crate) to: Timestamp,
    pub(crate) due: Vec<Due>,
    pub(crate) due_count: usize,
    pub(crate) cancelled: bool,
}

/// Reads the stored clock into `env`.
pub(crate) async fn load(env: &Env, world: &World) -> Result<(), StoreError> {
    if let Some(state) = meta::get::<ClockState>(&mut *world.read().await?, "clock").await? {
        env.set_clock_state(state);
    }
    Ok(())
}

impl SandboxClock {
    fn under_way(&self) -> std::sync::MutexGuard<'_, Option<CancellationToken>> {
        self.under_way
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl App {
    /// Whether an advance is under way.
    pub(crate) fn is_advancing(&self) -> bool {
        self.0.clock.under_way().is_some()
    }

    /// Stops the advance under way at the moment it has reached; `false` when there is none. One that waits for its turn
    /// is not stopped.
    pub(crate) fn cancel_advance(&self) -> bool {
        let under_way = self.0.clock.under_way();
        if let Some(advance) = &*under_way {
            advance.cancel();
        }
        under_way.is_some()
    }

    /// Moves the clock forward, visiting each due moment in order, until `cancelled`: before its turn, nothing is done then.
    pub(crate) async fn advance(
        &self,
        span: Duration,
        cancelled: CancellationToken,
    ) -> Result<Advanced, StoreError> {
        // Runs to its end on a task of its own, whether or not the caller stays.
        let app = self.clone();
        let task = self
            .0
            .tasks
            .spawn(async move { app.advance_now(span, &cancelled).await });
        task.await
            .map_err(|error| StoreError::Commit(error.to_string()))?
    }

    async fn advance_now(
        &self,
        span: Duration,
        cancelled: &CancellationToken,
    ) -> Result<Advanced, StoreError> {
        let _visiting = tokio::select! {
            biased;
            () = cancelled.cancelled() => {
                let now = self.0.env.now();
                return Ok(Advanced { from: now, to: now, due: Vec::new(), due_count: 0, cancelled: true });
            }
            visiting = self.0.clock.visiting.lock() => visiting,
        };
        // Whoever stops the clock stops this advance, not what else its caller does.
        let cancelled = cancelled.child_token();
        *self.0.clock.under_way() = Some(cancelled.clone());
        let outcome = self.visit_until(span, &cancelled).await;
        *self.0.clock.under_way() = None;
        outcome
    }

    async fn visit_until(
        &self,
        span: Duration,
        cancelled: &CancellationToken,
    ) -> Result<Advanced, StoreError> {
        let from = self.0.env.now();
        let target = from.plus(span);
        let origin = self.origin(Actor::Console);
        let mut done = Advanced {
            from,
            to: target,
            due: Vec::new(),
            due_count: 0,
            cancelled: false,
        };
        loop {
            if cancelled.is_cancelled() || self.0.stop.is_cancelled() {
                done.cancelled = true;
                done.to = self.0.env.now();
                break;
            }
            let visited = self.visit_due(target, Some(&origin)).await?;
            if visited.is_empty() {
                break;
            }
            done.due_count += visited.len();
            let room = LISTED.saturating_sub(done.due.len());
            done.due.extend(visited.into_iter().take(room));
        }
        // Time has passed meanwhile, perhaps more than was asked for: it never goes back.
        done.to = done.to.max(self.0.env.now());
        let to = done.to;
        let detail = json!({ "from": done.from, "to": to, "due": done.due_count, "cancelled": done.cancelled });
        self.set_clock(origin, Kind::ClockAdvanced, &detail, move |state, wall| {
            state.moved_to(to.max(state.at(wall)), wall)
        })
        .await?;
        self.forget_interactions().await?;
        Ok(done)
    }

    /// Stops the clock where it is.
    pub(crate) async fn pause(&self) -> Result<(), StoreError> {
        let _visiting = self.0.clock.visiting.lock().await;
        if matches!(self.0.env.clock_state(), ClockState::Paused { .. }) {
            return Ok(());
        }
        let origin = self.origin(Actor::Console);
        let at = origin.at.sandbox;
        self.set_clock(
            origin,
            Kind::ClockPaused,
            &json!({ "at": at }),
            move |_, _| ClockState::Paused { at },
        )
        .await
    }

    /// Lets the clock run on from where it stands.
    pub(crate) async fn resume(&self) -> Result<(), StoreError> {
        let _visiting = self.0.clock.visiting.lock().await;
        let ClockState::Paused { at } = self.0.env.clock_state() else {
            return Ok(());
        };
        let origin = self.origin(Actor::Console);
        self.set_clock(
            origin,
            Kind::ClockResumed,
            &json!({ "at": at }),
            move |_, wall| ClockState::Running {
                offset_ms: at.millis_since(wall),
            },
        )
        .await
    }

    /// Stores a new state of the clock with its journal entry, then puts it in force.
    async fn set_clock(
        &self,
        origin: Origin,
        kind: Kind,
        detail: &serde_json::Value,
        next: impl FnOnce(ClockState, Timestamp) -> ClockState,
    ) -> Result<(), StoreError> {
        let state = next(self.0.env.clock_state(), self.0.env.wall_now());
        let (workspace, detail) = (self.0.workspace.clone(), detail.clone());
        self.0
            .world
            .write(move |tx| {
                Box::pin(async move {
                    let sandbox = state.at(origin.at.wall);
                    let origin = Origin {
                        at: connect_core::Moment {
                            sandbox,
                            ..origin.at
                        },
                        ..origin
                    };
                    tx.journal(&origin, kind, workspace.as_str(), &detail);
                    meta::put(tx, "clock", &state).await
                })
            })
            .await?;
        self.0.env.set_clock_state(state);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Config;

    /// The walk's advance waits behind somebody else's, which goes on.
    async fn behind(app: &App, cancelled: &CancellationToken, act: impl FnOnce()) -> Advanced {
        let visiting = app.0.clock.visiting.lock().await;
        let other = CancellationToken::new();
        *app.0.clock.under_way() = Some(other.clone());
        let waits = tokio::spawn({
            let (app, cancelled) = (app.clone(), cancelled.clone());
            async move {
                app.advance(Duration::from_mins(1), cancelled)
                    .await
                    .expect("it works")
            }
        });
        // It gets as far as it can.
        tokio::task::yield_now().await;
        tokio::task::yield_now().await;
        tokio::task::yield_now().await;
        act();
        let told = other.is_cancelled();
        assert_eq!(told, !cancelled.is_cancelled(), "the one that was meant");
        *app.0.clock.under_way() = None;
        drop(visiting);
        waits.await.expect("it ends")
    }

    #[tokio::test]
    async fn an_advance_is_cancelled_itself_and_no_other_although_it_waits_for_its_turn() {
        let (env, _) = connect_testkit::seeded_env();
        let app = App::start(Config::ephemeral(), env)
            .await
            .expect("a sandbox");
        app.pause().await.expect("it stands still");
        let cancelled = CancellationToken::new();
        let token = cancelled.clone();
        let done = behind(&app, &cancelled, || token.cancel()).await;
        assert!(done.cancelled && done.from == done.to && done.to == app.0.env.now());
        // The one under way is stopped: the one behind it is not.
        let done = behind(&app, &CancellationToken::new(), || {
            assert!(app.cancel_advance());
        })
        .await;
        assert!(!done.cancelled);
        assert_eq!(done.to, done.from.plus(Duration::from_mins(1)));
        // Cancelled before it began, it does not begin.
        let done = app.advance(Duration::from_mins(1), cancelled).await;
        assert!(done.expect("it works").cancelled);
        assert!(!app.is_advancing() && !app.cancel_advance());
        app.stop().await;
    }
}
