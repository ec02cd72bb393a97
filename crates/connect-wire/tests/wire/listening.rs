//! Binding ports, and the names a listener answers to.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::routing::get;
use connect_testkit::seeded_env;
use connect_wire::exchange::Discard;
use connect_wire::listener::BindError;
use connect_wire::{Addressed, HostPolicy, Listener, OpenExchanges, Recording, host};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio_util::sync::CancellationToken;

async fn ask(address: SocketAddr, host: &str) -> String {
    let mut client = TcpStream::connect(address).await.expect("a connection");
    let request = format!("GET / HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
    client.write_all(request.as_bytes()).await.expect("sends");
    let mut answer = String::new();
    client.read_to_string(&mut answer).await.expect("an answer");
    answer
}

#[tokio::test]
async fn one_port_serves_both_loopback_addresses_by_their_names_alone() {
    let listener = Listener::bind_loopback("platform", 0)
        .await
        .expect("a port");
    let bound = listener.addresses();
    let port = bound[0].port();
    assert!(
        bound
            .iter()
            .all(|address| address.port() == port && address.ip().is_loopback())
    );
    let policy = Arc::new(HostPolicy::loopback([port]));
    let router = Router::new()
        .route(
            "/",
            get(async |request: axum::extract::Request| {
                let addressed = request.extensions().get::<Addressed>().cloned();
                addressed.expect("behind the guard").authority().to_owned()
            }),
        )
        .layer(from_fn_with_state(policy, host::guard));
    let (env, _) = seeded_env();
    let recording = Recording {
        env,
        sink: Arc::new(Discard),
        open: OpenExchanges::new(),
    };
    let stop = CancellationToken::new();
    let serving = tokio::spawn(listener.serve(router, recording, stop.clone()));
    for address in bound {
        let name = format!("localhost:{port}");
        assert!(ask(address, &name).await.ends_with(&name));
        let refused = ask(address, "evil.example").await;
        assert!(refused.starts_with("HTTP/1.1 421 "), "{refused}");
        assert!(refused.contains(r#""error":"misdirected_request""#));
        assert!(
            refused.contains("Start it with --allow-host evil.example to allow it."),
            "the flag that would allow it is named: {refused}"
        );
    }
    stop.cancel();
    serving.await.expect("ends");
}

#[tokio::test]
async fn a_port_in_use_is_named() {
    let first = Listener::bind_loopback("platform", 0)
        .await
        .expect("a port");
    let port = first.addresses()[0].port();
    let error = Listener::bind_loopback("platform", port)
        .await
        .expect_err("in use");
    assert!(matches!(error, BindError::InUse { address } if address.port() == port));
    assert_eq!(
        error.to_string(),
        format!("127.0.0.1:{port} is in use by another program")
    );
}
