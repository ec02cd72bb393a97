//! Connections that never became a request.

use std::time::Duration;

use connect_wire::{Limits, StrayReason};

use crate::support::{server, server_with, text};

#[tokio::test]
async fn tls_on_a_plain_port_is_answered_by_nothing_and_named() {
    let mut server = server().await;
    let mut client = server.client().await;
    let hello = b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03 and more";
    client.send(hello).await;
    assert_eq!(client.rest().await, b"");
    let stray = server.stray().await;
    assert_eq!(stray.reason, StrayReason::TlsOnPlainPort);
    assert_eq!(
        stray.reason.text(),
        "TLS was spoken to a plain-text port: use http://"
    );
    assert_eq!(stray.received.bytes[..], hello[..]);
    assert_eq!(stray.sent.len, 0);
}

#[tokio::test]
async fn http_2_without_negotiation_is_named() {
    let mut server = server().await;
    let mut client = server.client().await;
    let preface = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
    client.send(preface).await;
    client.rest().await;
    let stray = server.stray().await;
    assert_eq!(stray.reason, StrayReason::Http2);
    assert_eq!(stray.received.bytes[..], preface[..]);
}

#[tokio::test]
async fn bytes_that_are_no_http_are_answered_400_and_recorded() {
    for garbage in [
        &b"\x00\x01\x02garbage\r\n\r\n"[..],
        b"GET /\xff\xfe\x00 HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
        b"GET / HTTP/1.1\r\nno colon\r\n\r\n",
        b"POST / HTTP/1.1\r\nTransfer-Encoding: gzip\r\n\r\nab",
    ] {
        let mut server = server().await;
        let mut client = server.client().await;
        client.send(garbage).await;
        client.half_close().await;
        let received = client.rest().await;
        assert!(text(&received).starts_with("HTTP/1.1 400 "));
        let stray = server.stray().await;
        assert_eq!(stray.reason, StrayReason::NotHttp);
        assert_eq!(stray.received.bytes[..], garbage[..]);
        assert_eq!(stray.sent.bytes[..], received);
    }
}

#[tokio::test]
async fn a_head_that_is_cut_short_is_recorded() {
    let mut server = server().await;
    let mut client = server.client().await;
    client.send("GET / HTTP/1.1\r\nHost: loc").await;
    drop(client);
    let stray = server.stray().await;
    assert_eq!(stray.reason, StrayReason::ClosedEarly);
    assert_eq!(text(&stray.received.bytes), "GET / HTTP/1.1\r\nHost: loc");
}

#[tokio::test]
async fn a_slow_head_is_not_waited_for() {
    let limits = Limits {
        head_time: Duration::from_millis(50),
        ..Limits::default()
    };
    let mut server = server_with(limits, None).await;
    let mut client = server.client().await;
    client.send("GET / HTTP/1.1\r\nX-a: b\r\n").await;
    assert_eq!(client.rest().await, b"");
    let stray = server.stray().await;
    assert_eq!(stray.reason, StrayReason::HeadTimedOut);
    assert_eq!(text(&stray.received.bytes), "GET / HTTP/1.1\r\nX-a: b\r\n");
}

#[tokio::test]
async fn an_exchange_before_the_stray_bytes_is_recorded_as_ever() {
    let mut server = server().await;
    let mut client = server.client().await;
    let request = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    client.send(format!("{request}nonsense\r\n\r\n")).await;
    let received = client.rest().await;
    let exchange = server.exchange().await;
    let stray = server.stray().await;
    assert_eq!(text(&exchange.request.bytes), request);
    assert_eq!(text(&stray.received.bytes), "nonsense\r\n\r\n");
    let sent = [&exchange.response.bytes[..], &stray.sent.bytes[..]].concat();
    assert_eq!(text(&sent), text(&received));
}

#[tokio::test]
async fn what_comes_after_a_closing_request_is_recorded_as_such() {
    let mut server = server().await;
    let mut client = server.client().await;
    let closing = "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
    client
        .send(format!("{closing}GET /more HTTP/1.1\r\nHost: a\r\n\r\n"))
        .await;
    client.rest().await;
    assert_eq!(text(&server.exchange().await.request.bytes), closing);
    let stray = server.stray().await;
    assert_eq!(stray.reason, StrayReason::AfterClose);
    assert_eq!(
        text(&stray.received.bytes),
        "GET /more HTTP/1.1\r\nHost: a\r\n\r\n"
    );
}

#[tokio::test]
async fn connections_without_a_byte_or_with_empty_lines_leave_nothing() {
    let mut server = server().await;
    drop(server.client().await);
    let mut client = server.client().await;
    client.send("\r\n\r\n").await;
    drop(client);
    let mut client = server.client().await;
    client
        .send("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        .await;
    client.rest().await;
    server.exchange().await;
    assert!(server.stopped().await.is_empty());
}
