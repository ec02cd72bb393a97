//! Walks of the client simulator in this sandbox: one at a time for each session, listeners for callbacks, and what the
//! simulator may know of whom it talks to.

mod known;
mod meanwhile;

use std::collections::HashMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use connect_core::domain::app::AppType;
use connect_simulator::callback::{CallbackListener, CallbackPorts, PATIENCE};
use connect_simulator::known::Known;
use connect_simulator::session::Session;
use connect_simulator::walk::{Listening, Surroundings, Taken};
use tokio::sync::broadcast;
use tokio::task::AbortHandle;
use tokio_util::sync::CancellationToken;
use url::Url;

use crate::App;
use crate::commands::simulator;

pub(crate) use meanwhile::meanwhile;

/// The walks under way. Cheap to share.
pub(crate) struct Walks {
    locks: Mutex<HashMap<String, Arc<tokio::sync::Mutex<()>>>>,
    listeners: Mutex<HashMap<String, Waiting>>,
    under_way: Mutex<HashMap<String, Weak<CancellationToken>>>,
    ports: CallbackPorts,
    changed: broadcast::Sender<()>,
}

/// Somebody waits for a session's callback.
struct Waiting {
    /// Ends the waiting alone: what is done with a callback that has come goes on to its end.
    stop: CancellationToken,
    task: AbortHandle,
}

impl Default for Walks {
    fn default() -> Self {
        Self {
            locks: Mutex::default(),
            listeners: Mutex::default(),
            under_way: Mutex::default(),
            ports: CallbackPorts::new(),
            changed: broadcast::channel(16).0,
        }
    }
}

impl Walks {
    /// Each time a session has changed.
    pub(crate) fn changes(&self) -> broadcast::Receiver<()> {
        self.changed.subscribe()
    }

    /// Says that a session has changed. Nobody may be listening.
    pub(crate) fn tell(&self) {
        let _ = self.changed.send(());
    }

    /// Held while something is done in a session: steps of it are taken one after the other.
    pub(crate) async fn hold(&self, session: &str) -> tokio::sync::OwnedMutexGuard<()> {
        let lock = {
            let mut locks = self.locks.lock().unwrap_or_else(PoisonError::into_inner);
            // What nobody holds and nobody waits for is not needed.
            locks.retain(|_, lock| Arc::strong_count(lock) > 1);
            Arc::clone(locks.entry(session.to_owned()).or_default())
        };
        lock.lock_owned().await
    }

    /// Something is done in a session, until what is answered here is cancelled or `stop` is.
    pub(crate) fn begin(&self, session: &str, stop: &CancellationToken) -> Arc<CancellationToken> {
        let mut under_way = self
            .under_way
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        under_way.retain(|_, token| token.strong_count() > 0);
        let known = under_way.get(session).and_then(Weak::upgrade);
        known.unwrap_or_else(|| {
            let token = Arc::new(stop.child_token());
            under_way.insert(session.to_owned(), Arc::downgrade(&token));
            token
        })
    }

    /// Cancels everything that is being done in a session, and what waits for its turn there.
    pub(crate) fn cancel(&self, session: &str) {
        let mut under_way = self
            .under_way
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let token = under_way.remove(session).and_then(|it| it.upgrade());
        if let Some(token) = token {
            token.cancel();
        }
    }

    /// Stops waiting for a session's callback.
    pub(crate) fn stop_listening(&self, session: &str) {
        let mut listeners = self
            .listeners
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(listener) = listeners.remove(session) {
            listener.stop.cancel();
        }
    }

    /// Stops waiting for any callback: the ports are free again.
    pub(crate) fn stop_all_listening(&self) {
        let mut listeners = self
            .listeners
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        for (_, listener) in listeners.drain() {
            listener.stop.cancel();
        }
    }

    /// Whether somebody waits for a session's callback.
    pub(crate) fn is_listening(&self, session: &str) -> bool {
        let listeners = self
            .listeners
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let listener = listeners.get(session);
        listener.is_some_and(|listener| !listener.task.is_finished())
    }

    fn listens(&self, session: &str, listener: Waiting) {
        let mut listeners = self
            .listeners
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(before) = listeners.insert(session.to_owned(), listener) {
            before.stop.cancel();
        }
    }
}

/// What surrounds one session.
pub(crate) struct Around {
    app: App,
    /// Whether its target is this sandbox.
    own: bool,
    /// Ends an advance of the clock.
    cancelled: CancellationToken,
}

impl Around {
    pub(crate) fn of(app: &App, session: &Session) -> Self {
        Self {
            app: app.clone(),
            own: session.target.own,
            cancelled: app.0.stop.child_token(),
        }
    }

    /// The same for what is ended by this token.
    pub(crate) fn until_cancelled(self, cancelled: &CancellationToken) -> Self {
        Self {
            cancelled: cancelled.clone(),
            ..self
        }
    }

    /// What is known of the session's target now.
    pub(crate) async fn know(&self) -> Result<Known, String> {
        if self.own {
            known::of_this_sandbox(&self.app).await
        } else {
            Ok(known::of_another(&self.app))
        }
    }

    async fn bind(&self, session: &Session) -> Listening {
        let not = |problem: String| Listening {
            redirect_uri: None,
            problem: Some(problem),
        };
        let Ok(url) = Url::parse(&session.setup.redirect_uri) else {
            return not(format!(
                "{} is not a URL, so nobody can listen there; paste the address that the browser ends at",
                session.setup.redirect_uri
            ));
        };
        let any_port = matches!(session.setup.app_type, AppType::Native | AppType::Mobile);
        let env = Arc::clone(&self.app.0.env);
        let ports = &self.app.0.walks.ports;
        match CallbackListener::bind(ports, &url, any_port, PATIENCE, env).await {
            Ok(listener) => {
                let redirect_uri = if any_port {
                    listener.redirect_uri().to_string()
                } else {
                    session.setup.redirect_uri.clone()
                };
                self.wait_for(&session.id, listener);
                Listening {
                    redirect_uri: Some(redirect_uri),
                    problem: None,
                }
            }
            Err(problem) => not(problem.to_string()),
        }
    }

    /// Takes the callback when it comes, as if it had been pasted.
    fn wait_for(&self, session: &str, mut listener: CallbackListener) {
        let app = self.app.clone();
        let walk = session.to_owned();
        let stop = app.0.stop.child_token();
        let stopped = stop.clone();
        let waiting = self.app.0.tasks.spawn(async move {
            let heard = tokio::select! {
                () = stopped.cancelled() => return,
                heard = listener.callback() => heard,
            };
            drop(listener);
            match heard {
                Ok(callback) => {
                    let taken = Taken {
                        url: callback.url,
                        bytes: callback.bytes,
                        timing: callback.timing,
                        status: callback.status.unwrap_or(200),
                    };
                    if let Err(error) = simulator::callback_taken(&app, &walk, taken).await {
                        tracing::info!(%walk, message = error.message, "a callback came too late");
                    }
                }
                Err(why) => simulator::nobody_came(&app, &walk, &why.to_string()).await,
            }
        });
        let task = waiting.abort_handle();
        self.app.0.walks.listens(session, Waiting { stop, task });
    }
}

impl Surroundings for Around {
    fn known(&self) -> Pin<Box<dyn Future<Output = Result<Known, String>> + Send + '_>> {
        Box::pin(self.know())
    }

    fn advance(
        &self,
        span: Duration,
    ) -> Pin<Box<dyn Future<Output = Result<(), String>> + Send + '_>> {
        Box::pin(async move {
            if !self.own {
                return Err("the clock of another target can't be moved".to_owned());
            }
            let cancelled = self.cancelled.clone();
            let advanced = self.app.advance(span, cancelled).await;
            match advanced {
                Ok(done) if done.cancelled => Err("it was stopped on its way".to_owned()),
                Ok(_) => Ok(()),
                Err(error) => Err(error.to_string()),
            }
        })
    }

    fn listen<'s>(
        &'s self,
        session: &'s Session,
    ) -> Pin<Box<dyn Future<Output = Listening> + Send + 's>> {
        Box::pin(self.bind(session))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_under_way_and_what_waits_for_its_turn_is_cancelled_and_what_comes_later_is_not() {
        let (walks, stop) = (Walks::default(), CancellationToken::new());
        let (one, waiting) = (walks.begin("a", &stop), walks.begin("a", &stop));
        let other = walks.begin("b", &stop);
        walks.cancel("a");
        assert!(one.is_cancelled() && waiting.is_cancelled() && !other.is_cancelled());
        let later = walks.begin("a", &stop);
        assert!(!later.is_cancelled());
        // Nothing is under way, nothing happens.
        drop(later);
        walks.cancel("a");
        assert!(!walks.begin("a", &stop).is_cancelled());
        stop.cancel();
        assert!(other.is_cancelled() && walks.begin("c", &stop).is_cancelled());
    }
}
