//! Deadlines, under a clock that runs only when nothing else can.

use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use axum::routing::{get, post};
use connect_testkit::seeded_env;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, DuplexStream};
use tokio::sync::mpsc;

use super::*;
use crate::exchange::{Ended, Exchange, Stray, StrayReason};
use crate::listener::Limits;
use crate::open::OpenExchanges;
use crate::recorder::{End, Recorder};

struct Seen(mpsc::UnboundedSender<String>);

impl ExchangeSink for Seen {
    async fn record(&self, exchange: Exchange) {
        let line = format!("{} {:?}", exchange.target, exchange.ended);
        self.0.send(line).expect("a test listens");
    }
    async fn stray(&self, stray: Stray) {
        self.0
            .send(format!("{:?}", stray.reason))
            .expect("a test listens");
    }
}

/// A client's end of a connection in memory, and what is recorded of it.
fn connection() -> (DuplexStream, mpsc::UnboundedReceiver<String>) {
    let (client, server) = tokio::io::duplex(1024);
    let (sender, seen) = mpsc::unbounded_channel();
    let (env, _) = seeded_env();
    let address = SocketAddr::from(([127, 0, 0, 1], 9400));
    let limits = Limits::default();
    let recorder = Arc::new(Recorder::new(End::Server, limits.kept_body));
    let line = Line {
        listener: "platform",
        peer: address,
        local: address,
        env,
        open: OpenExchanges::new(),
        limits,
        recorder: recorder.clone(),
        served: std::sync::Mutex::default(),
    };
    let router = Router::new()
        .route("/", get(async || "hello"))
        .route("/echo", post(async |body: Bytes| body))
        .route(
            "/slow",
            get(async || {
                tokio::time::sleep(Duration::from_hours(1)).await;
                "at last"
            }),
        )
        .route("/large", get(async || "x".repeat(100_000)));
    tokio::spawn(async move {
        let stop = CancellationToken::new();
        drive(
            Tap::new(server, recorder),
            Arc::new(line),
            router,
            &Seen(sender),
            &stop,
        )
        .await;
    });
    (client, seen)
}

/// How long the server keeps the connection open from now on.
async fn kept_open(client: &mut DuplexStream) -> Duration {
    let from = Instant::now();
    let mut rest = Vec::new();
    client.read_to_end(&mut rest).await.expect("an end");
    from.elapsed()
}

fn assert_about(kept: Duration, wanted: u64) {
    let wanted = Duration::from_secs(wanted);
    assert!(
        kept >= wanted && kept < wanted + Duration::from_millis(10),
        "{kept:?}"
    );
}

async fn next(seen: &mut mpsc::UnboundedReceiver<String>) -> String {
    seen.recv().await.expect("a record")
}

#[tokio::test(start_paused = true)]
async fn an_idle_connection_is_closed_after_75_seconds_and_leaves_nothing() {
    let (mut client, mut seen) = connection();
    assert_about(kept_open(&mut client).await, 75);
    assert_eq!(seen.recv().await, None);
}

#[tokio::test(start_paused = true)]
async fn a_head_has_10_seconds_from_its_first_byte_however_steadily_it_comes() {
    let (mut client, mut seen) = connection();
    tokio::time::sleep(Duration::from_mins(1)).await;
    let from = Instant::now();
    for byte in b"GET / HTTP/1.1\r\nX-Slow: "
        .iter()
        .chain(std::iter::repeat(&b'.'))
    {
        if client.write_all(&[*byte]).await.is_err() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(900)).await;
    }
    assert!(
        from.elapsed() < Duration::from_secs(12),
        "{:?}",
        from.elapsed()
    );
    assert_eq!(
        next(&mut seen).await,
        format!("{:?}", StrayReason::HeadTimedOut)
    );
}

#[tokio::test(start_paused = true)]
async fn a_body_has_30_seconds() {
    let (mut client, mut seen) = connection();
    let part = b"POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nhalf";
    client.write_all(part).await.expect("sends");
    assert_about(kept_open(&mut client).await, 30);
    assert_eq!(
        next(&mut seen).await,
        format!("/echo {:?}", Ended::RequestTimedOut)
    );
}

#[tokio::test(start_paused = true)]
async fn an_answer_has_all_the_time_it_needs_and_the_next_request_its_own() {
    let (mut client, mut seen) = connection();
    client
        .write_all(b"GET /slow HTTP/1.1\r\nHost: a\r\n\r\nGET / HTTP/1.1\r\nHos")
        .await
        .expect("sends");
    assert_about(kept_open(&mut client).await, 3_610);
    assert_eq!(
        next(&mut seen).await,
        format!("/slow {:?}", Ended::Completed)
    );
    assert_eq!(
        next(&mut seen).await,
        format!("{:?}", StrayReason::HeadTimedOut)
    );
}

#[tokio::test(start_paused = true)]
async fn a_client_that_takes_nothing_of_its_answer_has_a_minute() {
    let (mut client, mut seen) = connection();
    client
        .write_all(b"GET /large HTTP/1.1\r\nHost: a\r\n\r\n")
        .await
        .expect("sends");
    let from = Instant::now();
    assert_eq!(
        next(&mut seen).await,
        format!("/large {:?}", Ended::AnswerTimedOut)
    );
    assert_about(from.elapsed(), 60);
}

#[tokio::test(start_paused = true)]
async fn each_request_begins_the_idle_time_anew() {
    let (mut client, mut seen) = connection();
    for _ in 0..4 {
        tokio::time::sleep(Duration::from_secs(70)).await;
        client
            .write_all(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            .await
            .expect("sends");
        assert_eq!(next(&mut seen).await, "/ Completed");
    }
    assert_about(kept_open(&mut client).await, 75);
}
