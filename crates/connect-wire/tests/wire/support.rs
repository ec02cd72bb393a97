//! A listener with a few handlers, a sink that hands its records to the test, a client that speaks bytes.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::StatusCode;
use axum::routing::{get, post};
use bytes::Bytes;
use connect_testkit::seeded_env;
use connect_wire::listener::ThrottleSource;
use connect_wire::{
    Exchange, ExchangeHandle, ExchangeSink, Limits, Listener, OpenExchanges, Recording, Stray,
};
use futures_util::StreamExt as _;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::{Semaphore, mpsc};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// Long enough for anything that is going to happen.
const PATIENCE: Duration = Duration::from_secs(20);

pub(crate) enum Record {
    Exchange(Box<Exchange>),
    Stray(Box<Stray>),
}

pub(crate) struct Channel {
    records: mpsc::UnboundedSender<Record>,
    /// One permit per record the sink may take in.
    room: Arc<Semaphore>,
}

impl Channel {
    async fn put(&self, record: Record) {
        self.room.acquire().await.expect("never closed").forget();
        // A test that has seen enough has dropped the other end.
        let _ = self.records.send(record);
    }
}

impl ExchangeSink for Channel {
    async fn record(&self, exchange: Exchange) {
        self.put(Record::Exchange(Box::new(exchange))).await;
    }
    async fn stray(&self, stray: Stray) {
        self.put(Record::Stray(Box::new(stray))).await;
    }
}

pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    pub(crate) stop: CancellationToken,
    pub(crate) open: OpenExchanges,
    /// The sink's room; take permits away to make it slow.
    pub(crate) room: Arc<Semaphore>,
    /// `/wait` answers when it gets a permit.
    pub(crate) gate: Arc<Semaphore>,
    /// `/wait` gives a permit when it has begun.
    pub(crate) begun: Arc<Semaphore>,
    records: mpsc::UnboundedReceiver<Record>,
    serving: JoinHandle<()>,
}

pub(crate) async fn server() -> Server {
    server_with(Limits::default(), None).await
}

pub(crate) async fn server_with(limits: Limits, throttle: Option<ThrottleSource>) -> Server {
    let (env, _) = seeded_env();
    let (sender, records) = mpsc::unbounded_channel();
    let room = Arc::new(Semaphore::new(1_000_000));
    let sink = Arc::new(Channel {
        records: sender,
        room: room.clone(),
    });
    let open = OpenExchanges::new();
    let recording = Recording {
        env,
        sink,
        open: open.clone(),
    };
    let stop = CancellationToken::new();
    let gate = Arc::new(Semaphore::new(0));
    let begun = Arc::new(Semaphore::new(0));
    let mut listener = Listener::bind("platform", [SocketAddr::from(([127, 0, 0, 1], 0))])
        .await
        .expect("a port")
        .with_limits(limits);
    if let Some(throttle) = throttle {
        listener = listener.with_throttle(throttle);
    }
    let address = listener.addresses()[0];
    let router = router(gate.clone(), begun.clone());
    let serving = tokio::spawn(listener.serve(router, recording, stop.clone()));
    Server {
        address,
        stop,
        open,
        room,
        gate,
        begun,
        records,
        serving,
    }
}

fn router(gate: Arc<Semaphore>, begun: Arc<Semaphore>) -> Router {
    Router::new()
        .route("/", get(async || "hello"))
        .route("/echo", post(async |body: Bytes| body))
        .route("/none", get(async || StatusCode::NO_CONTENT))
        .route(
            "/same",
            get(async || (StatusCode::NOT_MODIFIED, [("etag", "\"1\"")])),
        )
        .route("/large", get(async || vec![b'x'; 3 * 1024 * 1024]))
        .route("/stream", get(async || chunks(3, 5)))
        .route("/flood", get(async || chunks(4096, 64 * 1024)))
        .route("/broken", get(async || broken_stream()))
        .route("/panic", get(panics))
        .route(
            "/note",
            get(async |exchange: ExchangeHandle| {
                exchange.note(|notes| notes.passed("noted"));
                exchange.id().to_string()
            }),
        )
        .route(
            "/wait",
            get(async move || {
                begun.add_permits(1);
                gate.acquire().await.expect("never closed").forget();
                "waited"
            }),
        )
}

async fn panics() -> &'static str {
    panic!("a handler fails in this test")
}

fn chunks(count: usize, size: usize) -> Body {
    let chunk = Bytes::from(vec![b'.'; size]);
    let stream =
        futures_util::stream::iter(0..count).map(move |_| Ok::<_, std::io::Error>(chunk.clone()));
    Body::from_stream(stream)
}

fn broken_stream() -> Body {
    let pieces = [
        Ok("first"),
        Err(std::io::Error::other("the stream breaks in this test")),
    ];
    Body::from_stream(futures_util::stream::iter(pieces))
}

impl Server {
    pub(crate) async fn client(&self) -> Client {
        Client(
            TcpStream::connect(self.address)
                .await
                .expect("a connection"),
        )
    }

    pub(crate) async fn record(&mut self) -> Record {
        tokio::time::timeout(PATIENCE, self.records.recv())
            .await
            .expect("a record in time")
            .expect("a record")
    }

    pub(crate) async fn exchange(&mut self) -> Exchange {
        match self.record().await {
            Record::Exchange(exchange) => *exchange,
            Record::Stray(stray) => panic!("an exchange, not {stray:?}"),
        }
    }

    pub(crate) async fn stray(&mut self) -> Stray {
        match self.record().await {
            Record::Stray(stray) => *stray,
            Record::Exchange(exchange) => panic!("a stray, not {exchange:?}"),
        }
    }

    pub(crate) fn has_record(&self) -> bool {
        !self.records.is_empty()
    }

    /// Stops, waits for the end, and gives what was recorded until then.
    pub(crate) async fn stopped(mut self) -> Vec<Record> {
        self.stop.cancel();
        tokio::time::timeout(PATIENCE, self.serving)
            .await
            .expect("stops in time")
            .expect("no panic");
        let mut rest = Vec::new();
        while let Ok(record) = self.records.try_recv() {
            rest.push(record);
        }
        rest
    }
}

pub(crate) struct Client(pub(crate) TcpStream);

impl Client {
    pub(crate) async fn send(&mut self, bytes: impl AsRef<[u8]>) {
        self.0.write_all(bytes.as_ref()).await.expect("sends");
    }

    /// Everything until the server closes.
    pub(crate) async fn rest(&mut self) -> Vec<u8> {
        let mut all = Vec::new();
        tokio::time::timeout(PATIENCE, self.0.read_to_end(&mut all))
            .await
            .expect("an end in time")
            .expect("an end of stream, not a reset");
        all
    }

    /// Everything until what was received ends with `end`.
    pub(crate) async fn until(&mut self, end: &[u8]) -> Vec<u8> {
        let mut all = Vec::new();
        while !all.ends_with(end) {
            let byte = tokio::time::timeout(PATIENCE, self.0.read_u8()).await;
            all.push(byte.expect("a byte in time").expect("a byte"));
        }
        all
    }

    /// Ends the sending side.
    pub(crate) async fn half_close(&mut self) {
        self.0.shutdown().await.expect("a half-closed connection");
    }

    /// Resets the connection.
    pub(crate) fn reset(self) {
        self.0.set_zero_linger().expect("an option");
    }
}

pub(crate) fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).expect("text")
}
