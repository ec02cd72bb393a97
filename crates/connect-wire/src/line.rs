//! What is known of one connection: pairs each request's bytes with its answer's, says what is due next, and makes the
//! records.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use connect_core::Env;
use http::header::HOST;
use http::request::Parts;
use http::{Method, Uri};
use tokio::time::Instant;

use crate::exchange::{
    Ended, Exchange, ExchangeHandle, ExchangeSink, Progress, Stray, StrayReason, Timing,
};
use crate::framing::{Message, StartLine};
use crate::listener::Limits;
use crate::open::{OpenExchanges, Ticket};
use crate::recorder::{Broken, Recorder};
use crate::service;

/// What a connection is and what has been asked on it.
pub(crate) struct Line {
    pub(crate) listener: &'static str,
    pub(crate) peer: SocketAddr,
    pub(crate) local: SocketAddr,
    pub(crate) env: Arc<Env>,
    pub(crate) open: OpenExchanges,
    pub(crate) limits: Limits,
    pub(crate) recorder: Arc<Recorder>,
    /// Requests given to the service whose answers have not been recorded, oldest first.
    pub(crate) served: Mutex<VecDeque<Served>>,
}

/// A request given to the service.
pub(crate) struct Served {
    exchange: ExchangeHandle,
    method: Method,
    uri: Uri,
    host: Option<String>,
}

/// How a connection ended.
pub(crate) enum Over {
    Closed(hyper::Result<()>),
    TimedOut(Overdue),
    Stopped,
    /// An answer's body panicked while it was being sent.
    Panicked,
}

/// What did not happen in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Overdue {
    /// A further request.
    Idle,
    /// The rest of a head.
    Head,
    /// The rest of a body.
    Body,
    /// The client's reading of an answer.
    Write,
}

impl Line {
    /// Begins an exchange.
    pub(crate) fn begin(&self, parts: &Parts) -> ExchangeHandle {
        let exchange = ExchangeHandle::new(&self.env, self.listener, self.peer, self.local);
        let host = parts.headers.get(HOST);
        self.served().push_back(Served {
            exchange: exchange.clone(),
            method: parts.method.clone(),
            uri: parts.uri.clone(),
            host: host.and_then(|host| host.to_str().ok()).map(str::to_owned),
        });
        exchange
    }

    /// Whether the client has ended or broken its side of the connection.
    pub(crate) fn client_is_gone(&self) -> bool {
        let wire = self.recorder.wire();
        wire.read_ended || wire.failed.is_some()
    }

    fn served(&self) -> MutexGuard<'_, VecDeque<Served>> {
        self.served.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether an answer has been sent to its end and waits to be recorded.
    pub(crate) fn has_answer(&self) -> bool {
        self.recorder.wire().responses.has_complete() && !self.served().is_empty()
    }

    /// What is due next on the connection, and when; nothing while the service is at work.
    pub(crate) fn due(&self) -> Option<(Instant, Option<Overdue>)> {
        let serving = !self.served().is_empty();
        let wire = self.recorder.wire();
        let limits = &self.limits;
        let (since, limit, overdue) = if let Some(since) = wire.write_blocked_since {
            (since, limits.write_time, Overdue::Write)
        } else if serving {
            if wire.requests.has_complete() {
                return None;
            }
            (
                wire.requests.in_body_since()?,
                limits.body_time,
                Overdue::Body,
            )
        } else if let Some(since) = wire.requests.in_head_since() {
            // A head that was pipelined has its time from the end of the answer before it.
            (
                since.max(wire.last_write_at),
                limits.head_time,
                Overdue::Head,
            )
        } else {
            (
                wire.last_read_at.max(wire.last_write_at),
                limits.idle,
                Overdue::Idle,
            )
        };
        Some((since + limit, Some(overdue)))
    }

    /// Records every exchange whose answer has been sent to its end.
    pub(crate) async fn record_answered<K: ExchangeSink>(&self, sink: &K) {
        while let Some((exchange, ticket)) = self.next_answered() {
            sink.record(exchange).await;
            drop(ticket);
        }
    }

    fn next_answered(&self) -> Option<(Exchange, Option<Ticket>)> {
        let served = self.served().pop_front()?;
        let (request, response, gone) = {
            let mut wire = self.recorder.wire();
            let Some(response) = wire.responses.take_complete() else {
                drop(wire);
                self.served().push_front(served);
                return None;
            };
            // An answer may be complete before its request is: the rest of that is never read.
            let request = wire
                .requests
                .take_complete()
                .or_else(|| wire.requests.take_unfinished());
            (
                request,
                response,
                wire.failed.is_some() && !wire.responses.has_complete(),
            )
        };
        // The connection broke as the last byte went out: nobody has read it.
        let ended = if gone {
            Ended::ClientHungUp
        } else {
            Ended::Completed
        };
        Some(self.exchange(served, request, Some(response), ended))
    }

    fn exchange(
        &self,
        served: Served,
        request: Option<Message>,
        response: Option<Message>,
        ended: Ended,
    ) -> (Exchange, Option<Ticket>) {
        let Served {
            exchange,
            method,
            uri,
            host,
        } = served;
        let Progress {
            notes,
            answered,
            ticket,
        } = exchange.progress(std::mem::take);
        let now = Instant::now();
        let began = request
            .as_ref()
            .map(|request| request.began)
            .or(answered)
            .unwrap_or(now);
        let since = |at: Instant| {
            u64::try_from(at.saturating_duration_since(began).as_micros()).unwrap_or(u64::MAX)
        };
        let timing = Timing {
            head_us: since(
                request
                    .as_ref()
                    .and_then(|request| request.head_at)
                    .unwrap_or(began),
            ),
            body_us: request
                .as_ref()
                .filter(|request| request.complete)
                .map(|request| since(request.last_at)),
            answered_us: answered.map(since),
            done_us: since(match (&response, ended) {
                (Some(response), Ended::Completed) => response.last_at,
                _ => now,
            }),
        };
        let (mut request, mut response) = (request, response);
        let target = match request.as_mut().and_then(|request| request.head.take()) {
            Some(head) => match head.start {
                StartLine::Request { target, .. } => target,
                StartLine::Response { .. } => uri.to_string(),
            },
            None => uri.to_string(),
        };
        let status = match response.as_mut().and_then(|response| response.head.take()) {
            Some(head) => match head.start {
                StartLine::Response { status } => Some(status),
                StartLine::Request { .. } => None,
            },
            None => None,
        };
        let exchange = Exchange {
            id: exchange.id().clone(),
            listener: self.listener,
            peer: self.peer,
            local: self.local,
            started: exchange.started(),
            method,
            target,
            host,
            status,
            request: request.map(Into::into).unwrap_or_default(),
            response: response.map(Into::into).unwrap_or_default(),
            timing,
            ended,
            notes,
        };
        (exchange, ticket)
    }

    /// Records what the end of the connection left: answers sent, one cut short, bytes that became no request.
    pub(crate) async fn finish<K: ExchangeSink>(&self, over: &Over, sink: &K) {
        self.record_answered(sink).await;
        let (mut requests, mut response, broken, tls) = {
            let mut wire = self.recorder.wire();
            let mut requests = VecDeque::new();
            while let Some(request) = wire.requests.take_complete() {
                requests.push_back(request);
            }
            requests.extend(wire.requests.take_unfinished());
            // One that no request led to is hyper's own word on bytes it could not read.
            let response = wire
                .responses
                .take_complete()
                .or_else(|| wire.responses.take_unfinished());
            (requests, response, wire.broken, wire.tls)
        };
        loop {
            // A statement of its own, so that the lock is not held across the await.
            let Some(served) = self.served().pop_front() else {
                break;
            };
            let ended = ended(over, broken);
            let (exchange, ticket) =
                self.exchange(served, requests.pop_front(), response.take(), ended);
            sink.record(exchange).await;
            drop(ticket);
        }
        for request in requests {
            // Empty lines between requests are nobody's (RFC 9112 §2.2).
            if request
                .bytes
                .iter()
                .all(|byte| matches!(byte, b'\r' | b'\n'))
            {
                continue;
            }
            let reason = if tls {
                StrayReason::TlsOnPlainPort
            } else if request.complete && response.is_none() {
                StrayReason::AfterClose
            } else {
                // What hyper answered by itself it could not read, however complete it looks to us.
                stray_reason(over, broken)
            };
            sink.stray(Stray {
                id: self.env.id(),
                listener: self.listener,
                peer: self.peer,
                local: self.local,
                ended: self.env.moment(),
                received: request.into(),
                sent: response.take().map(Into::into).unwrap_or_default(),
                reason,
            })
            .await;
        }
    }
}

/// How an exchange ended whose answer was cut short.
fn ended(over: &Over, broken: Option<Broken>) -> Ended {
    match (broken, over) {
        (Some(Broken::Cut), _) => Ended::Cut,
        (Some(Broken::Reset), _) => Ended::Reset,
        (None, Over::TimedOut(Overdue::Write)) => Ended::AnswerTimedOut,
        (None, Over::TimedOut(_)) => Ended::RequestTimedOut,
        (None, Over::Stopped) => Ended::ServerStopped,
        (None, Over::Panicked) => Ended::AnswerFailed,
        (None, Over::Closed(Err(error))) if error.is_user() && !is_gone(error) => {
            Ended::AnswerFailed
        }
        (None, Over::Closed(_)) => Ended::ClientHungUp,
    }
}

/// Whether our own service gave up because the client had.
fn is_gone(error: &hyper::Error) -> bool {
    matches!(std::error::Error::source(error), Some(cause) if cause.is::<service::Gone>())
}

/// Why bytes at the end of a connection never became a request.
fn stray_reason(over: &Over, broken: Option<Broken>) -> StrayReason {
    match (broken, over) {
        (Some(_), _) => StrayReason::Fault,
        (None, Over::TimedOut(_)) => StrayReason::HeadTimedOut,
        (None, Over::Stopped) => StrayReason::ServerStopped,
        (None, Over::Closed(Err(error))) if error.is_parse_version_h2() => StrayReason::Http2,
        (None, Over::Closed(Err(error))) if error.is_parse_too_large() => StrayReason::HeadTooLarge,
        (None, Over::Closed(Err(error))) if error.is_parse() => StrayReason::NotHttp,
        (None, Over::Closed(_) | Over::Panicked) => StrayReason::ClosedEarly,
    }
}
