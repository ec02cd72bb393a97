//! From hyper's request to the application's answer: reads the whole body within its limit, hands out the exchange's
//! handle, turns a panic into an answer.

use std::convert::Infallible;
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use axum::body::{Body, HttpBody};
use axum::response::Response;
use bytes::{Bytes, BytesMut};
use connect_core::domain::refusal::Refusal;
use connect_core::domain::standing::Clause;
use connect_core::protocol::error::ErrorCode;
use futures_util::FutureExt as _;
use http::{HeaderName, HeaderValue, Request};
use http_body_util::BodyExt as _;
use hyper::body::{Frame, Incoming, SizeHint};
use tokio::time::Instant;
use tower::{Service, ServiceExt as _};

use crate::answer;
use crate::exchange::ExchangeHandle;
use crate::line::Line;
use crate::open::OpenExchanges;

/// The client hung up within the request's body: there is nobody to answer.
#[derive(Debug, thiserror::Error)]
#[error("the client hung up within the body of its request")]
pub(crate) struct Gone;

/// Carries the exchange's id, so that whoever asked can name the exchange to somebody who looks at it here.
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Why a body could not be read.
enum BodyError {
    TooLarge { received: String },
    Malformed,
    Gone,
}

/// Answers one request.
pub(crate) async fn answer<S, B>(
    line: Arc<Line>,
    service: S,
    request: Request<Incoming>,
) -> Result<Response<Sent>, Gone>
where
    S: Service<Request<Body>, Response = Response<B>, Error = Infallible>,
    B: HttpBody<Data = Bytes> + Send + 'static,
    B::Error: Into<axum::BoxError>,
{
    let (mut parts, incoming) = request.into_parts();
    let exchange = line.begin(&parts);
    let mut response = match read(incoming, line.limits.body).await {
        Ok(bytes) => {
            parts.extensions.insert(exchange.clone());
            let request = Request::from_parts(parts, Body::from(bytes));
            let answering = AssertUnwindSafe(service.oneshot(request)).catch_unwind();
            match answering.await {
                Ok(Ok(response)) => response.map(Body::new),
                Ok(Err(never)) => match never {},
                Err(_) => answer::refuse(&exchange, answer::internal_error()),
            }
        }
        Err(BodyError::TooLarge { received }) => {
            answer::refuse_and_close(&exchange, too_large(line.limits.body, received))
        }
        Err(BodyError::Malformed) if !line.client_is_gone() => {
            answer::refuse_and_close(&exchange, malformed())
        }
        Err(BodyError::Malformed | BodyError::Gone) => return Err(Gone),
    };
    exchange.progress(|progress| progress.answered = Some(Instant::now()));
    if let Ok(id) = HeaderValue::from_str(exchange.id().as_str()) {
        response.headers_mut().insert(REQUEST_ID, id);
    }
    Ok(response.map(|body| Sent::new(body, exchange, line.open.clone())))
}

/// The whole body, if it is no longer than `limit` bytes. One that says beforehand that it is longer is not read at
/// all, so that a client which waits for `100 Continue` need not send it.
async fn read(mut incoming: Incoming, limit: usize) -> Result<Bytes, BodyError> {
    if HttpBody::is_end_stream(&incoming) {
        return Ok(Bytes::new());
    }
    let announced = HttpBody::size_hint(&incoming).exact();
    if let Some(len) = announced
        && usize::try_from(len).map_or(true, |len| len > limit)
    {
        return Err(BodyError::TooLarge {
            received: format!("Content-Length: {len}"),
        });
    }
    let mut first = Bytes::new();
    let mut all = BytesMut::new();
    while let Some(frame) = incoming.frame().await {
        let frame = frame.map_err(|error| body_error(&error))?;
        // Trailers carry nothing that any of our endpoints reads.
        let Ok(data) = frame.into_data() else {
            continue;
        };
        if first.len() + all.len() + data.len() > limit {
            return Err(BodyError::TooLarge {
                received: format!("more than {limit} bytes"),
            });
        }
        // Most bodies come in one piece, which is then not copied.
        if first.is_empty() && all.is_empty() {
            first = data;
            continue;
        }
        if all.is_empty() {
            let wanted = announced.and_then(|len| usize::try_from(len).ok());
            all.reserve(wanted.unwrap_or(first.len() + data.len()));
            all.extend_from_slice(&std::mem::take(&mut first));
        }
        all.extend_from_slice(&data);
    }
    Ok(if all.is_empty() { first } else { all.freeze() })
}

fn body_error(error: &hyper::Error) -> BodyError {
    let cause = std::error::Error::source(error).and_then(|cause| cause.downcast_ref());
    match cause.map(std::io::Error::kind) {
        Some(std::io::ErrorKind::InvalidInput | std::io::ErrorKind::InvalidData) => {
            BodyError::Malformed
        }
        _ => BodyError::Gone,
    }
}

fn too_large(limit: usize, received: String) -> Refusal {
    Refusal::new(
        "request_body_size",
        ErrorCode::PayloadTooLarge,
        "The request body is too large.",
        Clause::standard("RFC 9110 §15.5.14"),
    )
    .expected(format!("at most {limit} bytes"))
    .received(received)
    .fix("Send less in one request.")
}

fn malformed() -> Refusal {
    Refusal::new(
        "request_body_framing",
        ErrorCode::MalformedRequest,
        "The chunked request body is malformed.",
        Clause::standard("RFC 9112 §7.1"),
    )
    .expected("chunks, each its size in hexadecimal, CRLF, that many bytes, CRLF")
    .received("something else")
    .fix("Let the HTTP client frame the body, or send it with Content-Length.")
}

/// An answer's body on its way. When all of it is in hyper's hands the exchange counts as answered, from when on
/// [`OpenExchanges::settled`] waits for its record.
pub(crate) struct Sent {
    body: Body,
    streaming: Option<(ExchangeHandle, OpenExchanges)>,
}

impl Sent {
    fn new(body: Body, exchange: ExchangeHandle, open: OpenExchanges) -> Self {
        let mut sent = Self {
            body,
            streaming: Some((exchange, open)),
        };
        if sent.body.size_hint().exact().is_some() {
            sent.handed_over();
        }
        sent
    }

    fn handed_over(&mut self) {
        if let Some((exchange, open)) = self.streaming.take() {
            let ticket = open.ticket();
            exchange.progress(|progress| progress.ticket = Some(ticket));
        }
    }
}

impl HttpBody for Sent {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let frame = std::task::ready!(Pin::new(&mut self.body).poll_frame(cx));
        if frame.is_none() || self.body.is_end_stream() {
            self.handed_over();
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
