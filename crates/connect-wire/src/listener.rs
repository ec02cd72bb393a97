//! Listening: binds the ports, accepts connections up to a limit, serves each, stops within its grace.

use std::convert::Infallible;
use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, HttpBody};
use axum::response::Response;
use bytes::Bytes;
use connect_core::Env;
use futures_util::future::join_all;
use http::Request;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::Service;

use crate::connection;
use crate::exchange::ExchangeSink;
use crate::line::Line;
use crate::open::OpenExchanges;
use crate::recorder::{End, Recorder};
use crate::socket::Socket;
use crate::tap::{Tap, Throttle};

/// How long to wait after the system refused to accept, for example for want of file descriptors.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);
/// How often two equal free ports are looked for.
const PORT_TRIES: u32 = 16;

/// What a listener bears with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of a request's head; above: 431. (100 header lines: 431. A target above 65,534 bytes: 414.)
    pub head: usize,
    /// Bytes of a request's body; above: 413.
    pub body: usize,
    /// Bytes of each body that are recorded; what comes after is counted.
    pub kept_body: usize,
    /// From a head's first byte to its last.
    pub head_time: Duration,
    /// From a body's first byte to its last.
    pub body_time: Duration,
    /// Without a byte between requests.
    pub idle: Duration,
    /// Without the client's taking a byte of its answer.
    pub write_time: Duration,
    /// Connections served at once; further ones wait.
    pub connections: usize,
    /// How long what is being answered may take when the listener stops.
    pub grace: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            head: 64 * 1024,
            body: 1024 * 1024,
            kept_body: crate::framing::KEPT_BODY,
            head_time: Duration::from_secs(10),
            body_time: Duration::from_secs(30),
            idle: Duration::from_secs(75),
            write_time: Duration::from_mins(1),
            connections: 1024,
            grace: Duration::from_secs(2),
        }
    }
}

/// Where exchanges come from and go to; shared by all listeners.
#[derive(Debug)]
pub struct Recording<K> {
    /// Time, randomness, ids.
    pub env: Arc<Env>,
    /// Takes in the exchanges.
    pub sink: Arc<K>,
    /// Counts those answered but not yet recorded.
    pub open: OpenExchanges,
}

impl<K> Clone for Recording<K> {
    fn clone(&self) -> Self {
        Self {
            env: self.env.clone(),
            sink: self.sink.clone(),
            open: self.open.clone(),
        }
    }
}

/// A port could not be bound.
#[derive(Debug, thiserror::Error)]
pub enum BindError {
    /// Another program listens there.
    #[error("{address} is in use by another program")]
    InUse {
        /// Where.
        address: SocketAddr,
    },
    /// The system refused for another reason.
    #[error("cannot listen on {address}: {source}")]
    Refused {
        /// Where.
        address: SocketAddr,
        /// Why.
        source: io::Error,
    },
}

/// Makes the [`Throttle`] of a new connection from its peer.
pub type ThrottleSource = Arc<dyn Fn(SocketAddr) -> Option<Box<dyn Throttle>> + Send + Sync>;

/// Bound ports that speak plain HTTP/1.1.
pub struct Listener {
    name: &'static str,
    sockets: Vec<TcpListener>,
    limits: Limits,
    throttle: Option<ThrottleSource>,
}

impl std::fmt::Debug for Listener {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Listener")
            .field("name", &self.name)
            .field("sockets", &self.sockets)
            .finish_non_exhaustive()
    }
}

impl Listener {
    /// Binds every one of `addresses`.
    ///
    /// # Errors
    /// When one of them cannot be bound.
    pub async fn bind(
        name: &'static str,
        addresses: impl IntoIterator<Item = SocketAddr>,
    ) -> Result<Self, BindError> {
        let mut sockets = Vec::new();
        for address in addresses {
            sockets.push(bind(address).await?);
        }
        Ok(Self {
            name,
            sockets,
            limits: Limits::default(),
            throttle: None,
        })
    }

    /// Binds `127.0.0.1:port` and, where there is IPv6, `[::1]:port`. Port 0 finds one that is free on both.
    ///
    /// # Errors
    /// When the port is in use on either, or cannot be bound on IPv4.
    pub async fn bind_loopback(name: &'static str, port: u16) -> Result<Self, BindError> {
        let mut tries = 0;
        loop {
            tries += 1;
            let four = bind(SocketAddr::from((Ipv4Addr::LOCALHOST, port))).await?;
            let chosen = local_address(&four)?.port();
            let mut listener = Self {
                name,
                sockets: vec![four],
                limits: Limits::default(),
                throttle: None,
            };
            match bind(SocketAddr::from((Ipv6Addr::LOCALHOST, chosen))).await {
                Ok(six) => listener.sockets.push(six),
                Err(BindError::InUse { .. }) if port == 0 && tries < PORT_TRIES => continue,
                Err(error @ BindError::InUse { .. }) => return Err(error),
                Err(BindError::Refused { source, .. }) => {
                    tracing::debug!(%source, "no IPv6 loopback here");
                }
            }
            return Ok(listener);
        }
    }

    /// With other limits than the usual.
    #[must_use]
    pub fn with_limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// With a source of faults.
    #[must_use]
    pub fn with_throttle(mut self, source: ThrottleSource) -> Self {
        self.throttle = Some(source);
        self
    }

    /// The addresses bound, in the order asked for.
    #[must_use]
    pub fn addresses(&self) -> Vec<SocketAddr> {
        self.sockets
            .iter()
            .filter_map(|socket| socket.local_addr().ok())
            .collect()
    }

    /// Serves until `stop` is cancelled and what was being answered is answered, or its grace is over.
    ///
    /// `service` is called with the whole body in hand and an [`ExchangeHandle`](crate::ExchangeHandle) among the
    /// request's extensions; an axum `Router` is one.
    pub async fn serve<S, B, K>(self, service: S, recording: Recording<K>, stop: CancellationToken)
    where
        S: Service<Request<Body>, Response = Response<B>, Error = Infallible>,
        S: Clone + Send + Sync + 'static,
        S::Future: Send,
        B: HttpBody<Data = Bytes> + Send + 'static,
        B::Error: Into<axum::BoxError>,
        K: ExchangeSink,
    {
        let connections = TaskTracker::new();
        let slots = Arc::new(Semaphore::new(self.limits.connections));
        join_all(self.sockets.iter().map(|socket| async {
            while let Some((stream, peer)) = accept(socket, &stop).await {
                // With all slots taken, clients wait here and in the system's queue.
                let slot = tokio::select! {
                    biased;
                    () = stop.cancelled() => break,
                    slot = slots.clone().acquire_owned() => slot,
                };
                let Some((io, line)) = self.open(stream, peer, &recording) else {
                    continue;
                };
                let (service, sink) = (service.clone(), recording.sink.clone());
                // One of its own, since it is asked at every turn of the connection.
                let stop = stop.child_token();
                connections.spawn(async move {
                    connection::drive(io, line, service, &*sink, &stop).await;
                    drop(slot);
                });
            }
        }))
        .await;
        drop(self.sockets);
        connections.close();
        connections.wait().await;
    }

    fn open<K>(
        &self,
        stream: TcpStream,
        peer: SocketAddr,
        recording: &Recording<K>,
    ) -> Option<(Tap<Socket>, Arc<Line>)> {
        // Fails only when the client has gone already.
        let local = stream.local_addr().ok()?;
        stream.set_nodelay(true).ok()?;
        let recorder = Arc::new(Recorder::new(End::Server, self.limits.kept_body));
        let throttle = self.throttle.as_ref().and_then(|source| source(peer));
        let io =
            Tap::new(Socket::new(stream, recorder.clone()), recorder.clone()).throttled(throttle);
        let line = Line {
            listener: self.name,
            peer,
            local,
            env: recording.env.clone(),
            open: recording.open.clone(),
            limits: self.limits.clone(),
            recorder,
            served: std::sync::Mutex::default(),
        };
        Some((io, Arc::new(line)))
    }
}

async fn bind(address: SocketAddr) -> Result<TcpListener, BindError> {
    TcpListener::bind(address)
        .await
        .map_err(|source| match source.kind() {
            io::ErrorKind::AddrInUse => BindError::InUse { address },
            _ => BindError::Refused { address, source },
        })
}

fn local_address(socket: &TcpListener) -> Result<SocketAddr, BindError> {
    socket.local_addr().map_err(|source| BindError::Refused {
        address: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
        source,
    })
}

/// The next connection; nothing when it is time to stop.
async fn accept(socket: &TcpListener, stop: &CancellationToken) -> Option<(TcpStream, SocketAddr)> {
    loop {
        let accepted = tokio::select! {
            biased;
            () = stop.cancelled() => return None,
            accepted = socket.accept() => accepted,
        };
        match accepted {
            Ok(connection) => return Some(connection),
            Err(error) if is_the_clients(&error) => {}
            Err(error) => {
                tracing::warn!(%error, "cannot accept connections at the moment");
                tokio::select! {
                    biased;
                    () = stop.cancelled() => return None,
                    () = tokio::time::sleep(ACCEPT_PAUSE) => {}
                }
            }
        }
    }
}

/// Whether the client left before it was accepted.
fn is_the_clients(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(
        error.kind(),
        ConnectionAborted | ConnectionRefused | ConnectionReset
    )
}
