//! What happens at the redirect URI: the first request at exactly its path is the callback, and everything else is
//! answered and forgotten.

use std::convert::Infallible;
use std::future::{Ready, ready};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};

use connect_core::id::ExchangeId;
use connect_wire::HostPolicy;
use connect_wire::exchange::{Exchange, ExchangeHandle, ExchangeSink, Stray};
use http::request::Parts;
use http::{Method, Request, StatusCode, header};
use tokio::sync::oneshot;
use tower::Service;
use url::{Position, Url};

use super::listener::{Callback, NoCallback};
use super::page::{self, Answer};
use crate::session::{Bytes, Timing};

/// What a browser says of a page that it fetches before anybody wants it.
const PURPOSES: [&str; 2] = ["sec-purpose", "purpose"];

/// What is heard of a callback: it, or why there is none.
pub(super) type News = Result<Callback, NoCallback>;

/// What the answering and the recording share.
pub(super) struct Desk {
    hosts: HostPolicy,
    path: String,
    /// The redirect URI up to its path.
    base: String,
    state: Mutex<State>,
}

struct State {
    /// The first request at the redirect URI.
    taken: Option<ExchangeId>,
    tell: Option<oneshot::Sender<News>>,
}

impl Desk {
    /// One for this redirect URI, and where its news are heard.
    pub(super) fn at(redirect_uri: &Url) -> (Arc<Self>, oneshot::Receiver<News>) {
        let (tell, news) = oneshot::channel();
        let desk = Self {
            hosts: hosts(redirect_uri),
            path: redirect_uri.path().to_owned(),
            base: redirect_uri[..Position::BeforePath].to_owned(),
            state: Mutex::new(State {
                taken: None,
                tell: Some(tell),
            }),
        };
        (Arc::new(desk), news)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Says it once; what comes later is not heard.
    pub(super) fn tell(&self, news: News) {
        if let Some(tell) = self.state().tell.take() {
            // Nobody waits any more when the walk went another way.
            let _ = tell.send(news);
        }
    }

    fn answer(&self, parts: &Parts) -> Answer {
        if let Err(refusal) = self.hosts.judge(parts) {
            let status = StatusCode::from_u16(refusal.code.status());
            return page::text(
                status.unwrap_or(StatusCode::MISDIRECTED_REQUEST),
                "Connect Console waits for a callback here, under another name.\n",
            );
        }
        if parts.uri.path() != self.path {
            return match parts.uri.path() {
                "/favicon.ico" => page::nothing(),
                _ => page::text(
                    StatusCode::NOT_FOUND,
                    "Connect Console waits for a callback here, at another path.\n",
                ),
            };
        }
        if parts.method != Method::GET {
            let mut answer = page::text(
                StatusCode::METHOD_NOT_ALLOWED,
                "A callback is a GET request.\n",
            );
            let allowed = header::HeaderValue::from_static("GET");
            answer.headers_mut().insert(header::ALLOW, allowed);
            return answer;
        }
        if is_early(parts) {
            return page::text(
                StatusCode::SERVICE_UNAVAILABLE,
                "A callback is not fetched beforehand.\n",
            );
        }
        if !is_callback(parts) {
            return page::text(
                StatusCode::BAD_REQUEST,
                "A callback brings a code or an error, and a browser comes to it by going there.\n",
            );
        }
        if let Some(exchange) = parts.extensions.get::<ExchangeHandle>() {
            self.state()
                .taken
                .get_or_insert_with(|| exchange.id().clone());
        }
        page::arrived()
    }

    fn callback(&self, exchange: Exchange) -> Callback {
        let url = if exchange.target.starts_with('/') {
            format!("{}{}", self.base, exchange.target)
        } else {
            exchange.target
        };
        let timing = exchange.timing;
        Callback {
            url,
            bytes: Bytes {
                request: exchange.request.bytes.to_vec(),
                response: exchange.response.bytes.to_vec(),
            },
            status: exchange.status,
            at: exchange.started.wall,
            timing: Timing {
                connected_us: 0,
                sent_us: timing.body_us.unwrap_or(timing.head_us),
                first_byte_us: timing.answered_us.unwrap_or(timing.done_us),
                done_us: timing.done_us,
            },
        }
    }
}

impl ExchangeSink for Desk {
    async fn record(&self, exchange: Exchange) {
        if self.state().taken.as_ref() == Some(&exchange.id) {
            let callback = self.callback(exchange);
            self.tell(Ok(callback));
        }
    }

    /// A browser opens connections that it may need, and closes them unused.
    async fn stray(&self, _: Stray) {}
}

/// Exactly the redirect URI's own authority: a page of another site that made its name lead here is refused.
fn hosts(redirect_uri: &Url) -> HostPolicy {
    let authority = &redirect_uri[Position::BeforeHost..Position::AfterPort];
    HostPolicy::default().allow(authority).unwrap_or_default()
}

/// Whether this is what a server sends a browser with, and not something that a page asks for in passing.
fn is_callback(parts: &Parts) -> bool {
    let mut brought = form_urlencoded::parse(parts.uri.query().unwrap_or_default().as_bytes());
    let mode = parts.headers.get("sec-fetch-mode");
    brought.any(|(name, _)| name == "code" || name == "error")
        && mode.is_none_or(|mode| mode == "navigate")
}

/// Whether a browser fetches the page before anybody wants it.
fn is_early(parts: &Parts) -> bool {
    PURPOSES.iter().any(|name| {
        let values = parts.headers.get_all(*name).iter();
        let mut values = values.filter_map(|value| value.to_str().ok());
        values.any(|value| value.contains("prefetch") || value.contains("preview"))
    })
}

/// Answers requests, whatever their bodies are.
#[derive(Clone)]
pub(super) struct Counter(pub(super) Arc<Desk>);

impl<B> Service<Request<B>> for Counter {
    type Response = Answer;
    type Error = Infallible;
    type Future = Ready<Result<Answer, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        ready(Ok(self.0.answer(&request.into_parts().0)))
    }
}
