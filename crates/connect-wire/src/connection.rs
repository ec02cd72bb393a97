//! One connection: drives HTTP on it, keeps its deadlines, and hands each exchange to the sink before the next request
//! is read.

use std::convert::Infallible;
use std::panic::AssertUnwindSafe;
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;

use axum::body::{Body, HttpBody};
use axum::response::Response;
use bytes::Bytes;
use futures_util::FutureExt as _;
use http::Request;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tower::Service;

use crate::exchange::ExchangeSink;
use crate::line::{Line, Over};
use crate::service;
use crate::tap::{Resettable, Tap};

/// What the loop of a connection does next.
enum Step {
    Over(Over),
    Record,
    Stop,
}

/// Serves `io` to its end and records all of it.
pub(crate) async fn drive<IO, S, B, K>(
    io: Tap<IO>,
    line: Arc<Line>,
    service: S,
    sink: &K,
    stop: &CancellationToken,
) where
    IO: AsyncRead + AsyncWrite + Resettable + Unpin + Send + 'static,
    S: Service<Request<Body>, Response = Response<B>, Error = Infallible> + Clone,
    B: HttpBody<Data = Bytes> + Send + 'static,
    B::Error: Into<axum::BoxError>,
    K: ExchangeSink,
{
    let serving = serve(io, &line, service, sink, stop);
    let over = AssertUnwindSafe(serving)
        .catch_unwind()
        .await
        .unwrap_or(Over::Panicked);
    line.finish(&over, sink).await;
}

async fn serve<IO, S, B, K>(
    io: Tap<IO>,
    line: &Arc<Line>,
    service: S,
    sink: &K,
    stop: &CancellationToken,
) -> Over
where
    IO: AsyncRead + AsyncWrite + Resettable + Unpin + Send + 'static,
    S: Service<Request<Body>, Response = Response<B>, Error = Infallible> + Clone,
    B: HttpBody<Data = Bytes> + Send + 'static,
    B::Error: Into<axum::BoxError>,
    K: ExchangeSink,
{
    let answer = service_fn(|request| service::answer(line.clone(), service.clone(), request));
    let mut connection = pin!(
        http1::Builder::new()
            // A client may end its sending side and still wait for its answer.
            .half_close(true)
            .max_header_size(line.limits.head)
            // Our own deadlines tell an idle connection from a slow head.
            .header_read_timeout(None)
            .serve_connection(TokioIo::new(io), answer)
    );
    let mut cancelled = pin!(stop.cancelled());
    let mut stop_by = None;
    let mut timer = pin!(tokio::time::sleep(line.limits.idle));
    loop {
        let what = std::future::poll_fn(|cx| {
            if let Poll::Ready(result) = connection.as_mut().poll(cx) {
                return Poll::Ready(Step::Over(Over::Closed(result)));
            }
            if line.has_answer() {
                return Poll::Ready(Step::Record);
            }
            if stop_by.is_none() && cancelled.as_mut().poll(cx).is_ready() {
                return Poll::Ready(Step::Stop);
            }
            let due = [line.due(), stop_by]
                .into_iter()
                .flatten()
                .min_by_key(|(at, _)| *at);
            let Some((at, over)) = due else {
                return Poll::Pending;
            };
            // The timer is moved only when it would ring too late; when it rings too early it is set anew.
            if at < timer.deadline() {
                timer.as_mut().reset(at);
            }
            while timer.as_mut().poll(cx).is_ready() {
                if Instant::now() >= at {
                    return Poll::Ready(Step::Over(match over {
                        Some(overdue) => Over::TimedOut(overdue),
                        None => Over::Stopped,
                    }));
                }
                timer.as_mut().reset(at);
            }
            Poll::Pending
        })
        .await;
        match what {
            Step::Over(over) => return over,
            Step::Record => line.record_answered(sink).await,
            Step::Stop => {
                stop_by = Some((Instant::now() + line.limits.grace, None));
                connection.as_mut().graceful_shutdown();
            }
        }
    }
}

#[cfg(test)]
mod tests;
