//! Limits of size and time.

use std::time::Duration;

use connect_wire::{Ended, Limits, StrayReason};

use crate::support::{server, server_with, text};

const MIB: usize = 1024 * 1024;

fn head(length: usize, more: &str) -> String {
    format!("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: {length}\r\n{more}\r\n")
}

fn assert_too_large(received: &[u8]) {
    assert!(
        text(received).starts_with("HTTP/1.1 413 "),
        "{}",
        text(received)
    );
    assert!(text(received).contains("\r\nconnection: close\r\n"));
    assert!(text(received).contains(r#"{"error":"payload_too_large","#));
}

#[tokio::test]
async fn a_body_of_one_mebibyte_is_read() {
    let mut server = server().await;
    let mut client = server.client().await;
    let body = vec![b'b'; MIB];
    client.send(head(MIB, "Connection: close\r\n")).await;
    let (mut read, mut write) = client.0.split();
    let mut received = Vec::new();
    let (sent, got) = tokio::join!(
        tokio::io::AsyncWriteExt::write_all(&mut write, &body),
        tokio::io::AsyncReadExt::read_to_end(&mut read, &mut received),
    );
    sent.expect("all sent");
    got.expect("all received");
    assert!(received.ends_with(&body));
    let exchange = server.exchange().await;
    assert_eq!(exchange.status, Some(200));
    assert!(!exchange.request.truncated);
    assert_eq!(exchange.request.bytes[exchange.request.head_len..], body);
    assert_eq!(exchange.response.bytes[..], received);
}

#[tokio::test]
async fn a_body_announced_larger_is_refused_unread() {
    let mut server = server().await;
    let mut client = server.client().await;
    let head = head(MIB + 1, "Expect: 100-continue\r\n");
    client.send(&head).await;
    let received = client.rest().await;
    assert_too_large(&received);
    let exchange = server.exchange().await;
    assert_eq!(exchange.status, Some(413));
    assert_eq!(exchange.response.bytes[..], received);
    assert_eq!(text(&exchange.request.bytes), head);
    assert!(!exchange.request.complete);
    let refusal = exchange.notes.refusal.expect("a refusal");
    assert_eq!(refusal.check, "request_body_size");
    assert_eq!(refusal.received, "Content-Length: 1048577");
}

#[tokio::test]
async fn a_client_that_sends_all_of_a_large_body_first_still_gets_its_refusal() {
    let mut server = server().await;
    let mut client = server.client().await;
    client.send(head(6 * MIB, "")).await;
    client.send(vec![b'b'; 6 * MIB]).await;
    assert_too_large(&client.rest().await);
    let exchange = server.exchange().await;
    assert_eq!(
        (exchange.status, exchange.ended),
        (Some(413), Ended::Completed)
    );
    drop(client);
    assert!(
        server.stopped().await.is_empty(),
        "nothing but the one exchange"
    );
}

#[tokio::test]
async fn chunks_beyond_the_limit_are_refused() {
    let mut server = server().await;
    let mut client = server.client().await;
    client
        .send("POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n")
        .await;
    let chunk = format!("10000\r\n{}\r\n", "c".repeat(0x10000));
    for _ in 0..17 {
        client.send(&chunk).await;
    }
    assert_too_large(&client.rest().await);
    assert_eq!(server.exchange().await.status, Some(413));
}

#[tokio::test]
async fn a_flood_of_headers_is_431() {
    let many = "X: y\r\n".repeat(101);
    let long = format!("X: {}\r\n", "y".repeat(64 * 1024));
    for flood in [many, long] {
        let mut server = server().await;
        let mut client = server.client().await;
        let sent = format!("GET / HTTP/1.1\r\nHost: a\r\n{flood}\r\n");
        client.send(&sent).await;
        let received = client.rest().await;
        assert!(
            text(&received).starts_with("HTTP/1.1 431 "),
            "{}",
            text(&received)
        );
        let stray = server.stray().await;
        assert_eq!(stray.reason, StrayReason::HeadTooLarge);
        assert!(sent.as_bytes().starts_with(&stray.received.bytes));
        assert_eq!(stray.sent.bytes[..], received);
    }
}

#[tokio::test]
async fn one_hundred_headers_and_a_target_of_eight_kilobytes_are_read() {
    let mut server = server().await;
    let mut client = server.client().await;
    let headers = "X: y\r\n".repeat(98);
    let scope = "s".repeat(8 * 1024);
    client
        .send(format!(
            "GET /?scope={scope} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n{headers}\r\n"
        ))
        .await;
    assert!(text(&client.rest().await).ends_with("hello"));
    assert_eq!(server.exchange().await.target.len(), scope.len() + 8);
}

#[tokio::test]
async fn a_body_that_does_not_come_is_not_waited_for() {
    let limits = Limits {
        body_time: Duration::from_millis(50),
        ..Limits::default()
    };
    let mut server = server_with(limits, None).await;
    let mut client = server.client().await;
    let sent = format!("{}par", head(10, ""));
    client.send(&sent).await;
    assert_eq!(client.rest().await, b"");
    let exchange = server.exchange().await;
    assert_eq!(
        (exchange.ended, exchange.status),
        (Ended::RequestTimedOut, None)
    );
    assert_eq!(text(&exchange.request.bytes), sent);
    assert_eq!(exchange.timing.body_us, None);
}

#[tokio::test]
async fn a_client_that_does_not_read_its_answer_is_not_waited_for() {
    let limits = Limits {
        write_time: Duration::from_millis(50),
        ..Limits::default()
    };
    let mut server = server_with(limits, None).await;
    let mut client = server.client().await;
    client.send("GET /flood HTTP/1.1\r\nHost: a\r\n\r\n").await;
    let exchange = server.exchange().await;
    assert_eq!(
        (exchange.ended, exchange.status),
        (Ended::AnswerTimedOut, Some(200))
    );
    assert!(!exchange.response.complete);
}

#[tokio::test]
async fn with_all_connections_taken_the_next_client_waits() {
    let limits = Limits {
        connections: 1,
        ..Limits::default()
    };
    let mut server = server_with(limits, None).await;
    let mut first = server.client().await;
    first.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n").await;
    first.until(b"hello").await;
    server.exchange().await;
    let mut second = server.client().await;
    second
        .send("GET /note HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        .await;
    first.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n").await;
    first.until(b"hello").await;
    assert_eq!(
        server.exchange().await.target,
        "/",
        "the second client is not served yet"
    );
    assert!(!server.has_record());
    drop(first);
    assert!(text(&second.rest().await).starts_with("HTTP/1.1 200 "));
    assert_eq!(server.exchange().await.target, "/note");
}
