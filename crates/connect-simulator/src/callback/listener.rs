//! Takes the callback that the person's own browser brings, on loopback, as the app's own server would.
//!
//! It stands on the same transport as the sandbox's listeners: bytes as they were, connections that a browser opens for
//! nothing, a check of `Host`. It answers at exactly the redirect URI's path, and ends when it is dropped, when its time
//! is up, or when another walk wants its port.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use connect_core::{Env, Timestamp};
use connect_wire::listener::BindError;
use connect_wire::{Limits, Listener, OpenExchanges, Recording};
use tokio::sync::oneshot;
use tokio_util::sync::{CancellationToken, DropGuard};
use url::{Host, Url};

use super::desk::{Counter, Desk, News};
use super::ports::{CallbackPorts, Waiting};
use super::problem::BindProblem;
use crate::session::{Bytes, Timing};

/// How long a person may take, unless told.
pub const PATIENCE: Duration = Duration::from_mins(30);
/// How long the answer may still take when the listener ends.
const GRACE: Duration = Duration::from_millis(500);
/// Connections at once: browsers open some for nothing.
const CONNECTIONS: usize = 64;

/// Waits at a redirect URI. Dropping it lets go of the port.
#[derive(Debug)]
pub struct CallbackListener {
    redirect_uri: Url,
    addresses: Vec<SocketAddr>,
    /// None once it has been heard.
    news: Option<oneshot::Receiver<News>>,
    _stop: DropGuard,
}

/// What the browser brought.
#[derive(Clone)]
pub struct Callback {
    /// The whole URL that the browser was sent to.
    pub url: String,
    /// The browser's request and our answer, as they were.
    pub bytes: Bytes,
    /// The status of our answer.
    pub status: Option<u16>,
    /// When the request had come, by the wall clock.
    pub at: Timestamp,
    /// How long each part took, since the request's first byte.
    pub timing: Timing,
}

/// Says that there is one, never what: its URL holds the code.
impl std::fmt::Debug for Callback {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Callback").finish_non_exhaustive()
    }
}

/// Nobody came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoCallback {
    /// For too long.
    #[error("Nobody came back in {} minutes, so the console listens no more. Take the step again.", .0.as_secs() / 60)]
    TimedOut(Duration),
    /// Another walk waits at the port now.
    #[error(
        "Another walk of this console listens at that port now. Take the step again to have it back."
    )]
    TakenOver,
    /// The callback was given out already.
    #[error("The callback has come already.")]
    Over,
}

impl CallbackListener {
    /// Listens at the port of `redirect_uri`, or, with `any_port`, at any free one (RFC 8252 §7.3, ruling 8: public
    /// native and mobile apps), for as long as `within`. Another walk that waits there gives way.
    ///
    /// `localhost` is listened at on `127.0.0.1` and, where there is IPv6, on `[::1]`.
    ///
    /// # Errors
    /// When nobody can listen there; its text is for people.
    pub async fn bind(
        ports: &CallbackPorts,
        redirect_uri: &Url,
        any_port: bool,
        within: Duration,
        env: Arc<Env>,
    ) -> Result<Self, BindProblem> {
        let (host, port) = place(redirect_uri).ok_or_else(|| BindProblem::LeadsElsewhere {
            redirect_uri: redirect_uri.to_string(),
        })?;
        let wanted = if any_port { 0 } else { port };
        let mut ports = ports.lock().await;
        ports.free(wanted).await;
        let listener = match listen(host, wanted).await {
            Ok(listener) => listener.with_limits(limits()),
            Err(error) => return Err(BindProblem::of(error).await),
        };
        let addresses = listener.addresses();
        let bound = addresses.first().map_or(port, SocketAddr::port);
        let mut redirect_uri = redirect_uri.clone();
        // Fails only for URIs without a host, of which this is none.
        let _ = redirect_uri.set_port(Some(bound));
        let (desk, news) = Desk::at(&redirect_uri);
        let stop = CancellationToken::new();
        let waiting = ports.take(bound);
        let recording = Recording {
            env,
            sink: desk.clone(),
            open: OpenExchanges::new(),
        };
        let serving = listener.serve(Counter(desk.clone()), recording, stop.clone());
        tokio::spawn(until_over(serving, desk, stop.clone(), waiting, within));
        Ok(Self {
            redirect_uri,
            addresses,
            news: Some(news),
            _stop: stop.drop_guard(),
        })
    }

    /// The redirect URI with the port that is listened at.
    #[must_use]
    pub const fn redirect_uri(&self) -> &Url {
        &self.redirect_uri
    }

    /// The addresses listened at.
    #[must_use]
    pub fn addresses(&self) -> &[SocketAddr] {
        &self.addresses
    }

    /// As people read it: `127.0.0.1:3000 and [::1]:3000`.
    #[must_use]
    pub fn address(&self) -> String {
        let addresses: Vec<_> = self.addresses.iter().map(ToString::to_string).collect();
        addresses.join(" and ")
    }

    /// The callback, once it has come and was answered. May be dropped and asked again.
    ///
    /// # Errors
    /// When none came, or it was given out already.
    pub async fn callback(&mut self) -> Result<Callback, NoCallback> {
        let Some(news) = &mut self.news else {
            return Err(NoCallback::Over);
        };
        let heard = news.await.unwrap_or(Err(NoCallback::Over));
        self.news = None;
        heard
    }
}

/// Where on this machine a redirect URI leads to by http.
fn place(redirect_uri: &Url) -> Option<(Host<&str>, u16)> {
    let host = redirect_uri.host()?;
    let here = match host {
        Host::Domain(name) => name == "localhost",
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => address.is_loopback(),
    };
    let port = redirect_uri.port_or_known_default().filter(|it| *it != 0)?;
    (here && redirect_uri.scheme() == "http").then_some((host, port))
}

async fn listen(host: Host<&str>, port: u16) -> Result<Listener, BindError> {
    const NAME: &str = "callback";
    match host {
        Host::Domain(_) => Listener::bind_loopback(NAME, port).await,
        Host::Ipv4(address) => Listener::bind(NAME, [SocketAddr::from((address, port))]).await,
        Host::Ipv6(address) => Listener::bind(NAME, [SocketAddr::from((address, port))]).await,
    }
}

fn limits() -> Limits {
    Limits {
        body: 0,
        connections: CONNECTIONS,
        grace: GRACE,
        ..Limits::default()
    }
}

/// Serves until it is dropped, its time is up or its port is wanted; then lets go of the port.
async fn until_over(
    serving: impl Future<Output = ()>,
    desk: Arc<Desk>,
    stop: CancellationToken,
    waiting: Waiting,
    within: Duration,
) {
    let _let_go = waiting.over.drop_guard();
    let mut serving = std::pin::pin!(serving);
    let why = tokio::select! {
        () = &mut serving => return,
        () = waiting.wanted.cancelled() => NoCallback::TakenOver,
        () = tokio::time::sleep(within) => NoCallback::TimedOut(within),
    };
    stop.cancel();
    serving.await;
    desk.tell(Err(why));
}

#[cfg(test)]
mod tests;
