//! One HTTP request and its answer: the handle that handlers hold while it is open, and the record made of it.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use axum::extract::FromRequestParts;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use connect_core::domain::exchange::Notes;
use connect_core::id::ExchangeId;
use connect_core::{Env, Moment};
use http::request::Parts;
use http::{Method, StatusCode};
use tokio::time::Instant;

use crate::framing::Message;
use crate::open::Ticket;

/// The exchange a handler is answering. Cheap to clone; found in the request's extensions, and an axum extractor.
///
/// It outlives the exchange, but what is noted after the answer's last byte was sent is lost.
#[derive(Clone)]
pub struct ExchangeHandle(Arc<Open>);

struct Open {
    id: ExchangeId,
    started: Moment,
    listener: &'static str,
    peer: SocketAddr,
    local: SocketAddr,
    progress: Mutex<Progress>,
}

/// What is known so far.
#[derive(Default)]
pub(crate) struct Progress {
    pub(crate) notes: Notes,
    /// When the service had answered.
    pub(crate) answered: Option<Instant>,
    /// Held from the moment all of the answer is in hyper's hands until it is recorded.
    pub(crate) ticket: Option<Ticket>,
}

impl std::fmt::Debug for ExchangeHandle {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("ExchangeHandle").field(&self.0.id).finish()
    }
}

impl ExchangeHandle {
    /// A handle for a new exchange. Listeners make one per request; tests of handlers make their own and put it into
    /// the request's extensions.
    #[must_use]
    pub fn new(env: &Env, listener: &'static str, peer: SocketAddr, local: SocketAddr) -> Self {
        Self(Arc::new(Open {
            id: env.id(),
            started: env.moment(),
            listener,
            peer,
            local,
            progress: Mutex::default(),
        }))
    }

    /// Its id.
    #[must_use]
    pub fn id(&self) -> &ExchangeId {
        &self.0.id
    }

    /// Sandbox and wall time when the request's head had been read: the one reading its checks are decided by.
    #[must_use]
    pub fn started(&self) -> Moment {
        self.0.started
    }

    /// The listener it came to: `platform`, `capture`…
    #[must_use]
    pub fn listener(&self) -> &'static str {
        self.0.listener
    }

    /// Where it came from.
    #[must_use]
    pub fn peer(&self) -> SocketAddr {
        self.0.peer
    }

    /// The address and port it came to.
    #[must_use]
    pub fn local(&self) -> SocketAddr {
        self.0.local
    }

    /// Reads or writes the notes; answers what `write` answers. Never await or note again within it: the lock is held.
    pub fn note<R>(&self, write: impl FnOnce(&mut Notes) -> R) -> R {
        self.progress(|progress| write(&mut progress.notes))
    }

    pub(crate) fn progress<R>(&self, with: impl FnOnce(&mut Progress) -> R) -> R {
        with(
            &mut self
                .0
                .progress
                .lock()
                .unwrap_or_else(PoisonError::into_inner),
        )
    }
}

/// The request did not come through a listener of this crate and carries no [`ExchangeHandle`].
#[derive(Debug, thiserror::Error)]
#[error("the request carries no exchange: it did not come through a connect-wire listener")]
pub struct NoExchange;

impl IntoResponse for NoExchange {
    fn into_response(self) -> Response {
        (StatusCode::INTERNAL_SERVER_ERROR, self.to_string()).into_response()
    }
}

impl<S: Sync> FromRequestParts<S> for ExchangeHandle {
    type Rejection = NoExchange;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, NoExchange> {
        parts.extensions.get().cloned().ok_or(NoExchange)
    }
}

/// A finished exchange, as it is stored.
#[derive(Debug)]
pub struct Exchange {
    /// Its id.
    pub id: ExchangeId,
    /// The listener it came to.
    pub listener: &'static str,
    /// Where it came from.
    pub peer: SocketAddr,
    /// The address and port it came to.
    pub local: SocketAddr,
    /// When its request's head had been read.
    pub started: Moment,
    /// The request's method.
    pub method: Method,
    /// The request's target, as sent.
    pub target: String,
    /// The first `Host` line, as sent; bytes that are not ASCII are lost in it.
    pub host: Option<String>,
    /// The answer's status; absent when none was sent.
    pub status: Option<u16>,
    /// The request.
    pub request: Recorded,
    /// The answer, with any `100 Continue` that went before it.
    pub response: Recorded,
    /// How long each part took.
    pub timing: Timing,
    /// How it ended.
    pub ended: Ended,
    /// What was noted while it was answered.
    pub notes: Notes,
}

/// One side's bytes as they passed over the wire, transfer coding included.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Recorded {
    /// Head and body; no more than the head and 1 MiB (see [`Limits`](crate::listener::Limits)).
    pub bytes: Bytes,
    /// Where the body begins in `bytes`.
    pub head_len: usize,
    /// How many bytes passed.
    pub len: u64,
    /// Whether more passed than are kept.
    pub truncated: bool,
    /// Whether the message's end was seen.
    pub complete: bool,
}

/// Says how much there is, never what: it may hold credentials.
impl std::fmt::Debug for Recorded {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Recorded")
            .field("len", &self.len)
            .field("truncated", &self.truncated)
            .field("complete", &self.complete)
            .finish_non_exhaustive()
    }
}

impl From<Message> for Recorded {
    fn from(message: Message) -> Self {
        Self {
            bytes: message.bytes,
            head_len: message.head_len,
            len: message.len,
            truncated: message.truncated,
            complete: message.complete,
        }
    }
}

/// Microseconds since the request's first byte was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Timing {
    /// Until its head was read.
    pub head_us: u64,
    /// Until its last byte was read; absent when that never came.
    pub body_us: Option<u64>,
    /// Until the service had answered (its head; a streamed body may still come); absent when it did not.
    pub answered_us: Option<u64>,
    /// Until the answer's last byte was written, or the connection ended.
    pub done_us: u64,
}

/// How an exchange ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Ended {
    /// The whole answer was sent.
    Completed,
    /// The client closed or reset the connection first.
    ClientHungUp,
    /// The request's body did not come in time.
    RequestTimedOut,
    /// The client stopped taking the answer.
    AnswerTimedOut,
    /// The answer's body failed while it was being sent.
    AnswerFailed,
    /// The sandbox stopped.
    ServerStopped,
    /// A fault closed the connection.
    Cut,
    /// A fault reset the connection.
    Reset,
}

impl Ended {
    /// In words.
    #[must_use]
    pub const fn text(self) -> &'static str {
        match self {
            Self::Completed => "answered completely",
            Self::ClientHungUp => "the client hung up before the answer was complete",
            Self::RequestTimedOut => "the request's body did not arrive in time",
            Self::AnswerTimedOut => "the client stopped reading the answer",
            Self::AnswerFailed => "the answer failed while it was being sent",
            Self::ServerStopped => "the sandbox stopped before the answer was complete",
            Self::Cut => "a fault closed the connection",
            Self::Reset => "a fault reset the connection",
        }
    }
}

/// A connection, or the end of one, that never became a request.
#[derive(Debug)]
pub struct Stray {
    /// An id of the same kind as an exchange's: both stand in one list.
    pub id: ExchangeId,
    /// The listener it came to.
    pub listener: &'static str,
    /// Where it came from.
    pub peer: SocketAddr,
    /// The address and port it came to.
    pub local: SocketAddr,
    /// When it ended.
    pub ended: Moment,
    /// What was received.
    pub received: Recorded,
    /// What was sent back, if anything: a bare 400, 414 or 431.
    pub sent: Recorded,
    /// Why it is no request.
    pub reason: StrayReason,
}

/// Why bytes never became a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum StrayReason {
    /// A TLS handshake.
    TlsOnPlainPort,
    /// The HTTP/2 preface, without TLS.
    Http2,
    /// Not HTTP/1.1 (answered with a bare 400).
    NotHttp,
    /// The head is too large (answered with a bare 431, or 414 for the target).
    HeadTooLarge,
    /// The head did not come in time.
    HeadTimedOut,
    /// The connection was closed within the head.
    ClosedEarly,
    /// It came after the request whose answer closed the connection.
    AfterClose,
    /// The sandbox stopped within the head.
    ServerStopped,
    /// A fault ended the connection within the head.
    Fault,
}

impl StrayReason {
    /// In words, with what to do about it.
    #[must_use]
    pub const fn text(self) -> &'static str {
        match self {
            Self::TlsOnPlainPort => "TLS was spoken to a plain-text port: use http://",
            Self::Http2 => "HTTP/2 was spoken without being negotiated: this port speaks HTTP/1.1",
            Self::NotHttp => "the bytes are not an HTTP/1.1 request",
            Self::HeadTooLarge => {
                "the head of the request is too large: at most 100 header lines and 64 KiB are read"
            }
            Self::HeadTimedOut => "the head of the request did not arrive in time",
            Self::ClosedEarly => {
                "the connection was closed before the head of a request was complete"
            }
            Self::AfterClose => {
                "more was sent after the request whose answer closed the connection"
            }
            Self::ServerStopped => {
                "the sandbox stopped before the head of the request was complete"
            }
            Self::Fault => {
                "a fault ended the connection before the head of the request was complete"
            }
        }
    }
}

/// Where finished exchanges go.
///
/// A connection awaits each call before it reads its next request: a sink with a bounded queue thereby slows clients
/// down instead of losing records. What has been handed over counts as recorded for
/// [`OpenExchanges::settled`](crate::open::OpenExchanges::settled); a sink that batches has its own queue to flush.
/// A listener that stops waits for these calls too: they must come to an end.
pub trait ExchangeSink: Send + Sync + 'static {
    /// Takes in an exchange.
    fn record(&self, exchange: Exchange) -> impl Future<Output = ()> + Send;
    /// Takes in a connection that never became a request.
    fn stray(&self, stray: Stray) -> impl Future<Output = ()> + Send;
}

/// A sink that keeps nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct Discard;

impl ExchangeSink for Discard {
    async fn record(&self, _: Exchange) {}
    async fn stray(&self, _: Stray) {}
}
