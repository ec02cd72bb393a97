//! Exchanges that end otherwise than with a complete answer.

use std::time::Duration;

use connect_wire::{Ended, Limits};

use crate::support::{Record, server, server_with, text};

const WAIT: &str = "GET /wait HTTP/1.1\r\nHost: a\r\n\r\n";
const LAST: &str = "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";

#[tokio::test]
async fn a_client_that_only_ends_its_sending_side_is_answered() {
    let mut server = server().await;
    let mut client = server.client().await;
    client.send(WAIT).await;
    client.half_close().await;
    server.begun.acquire().await.expect("open").forget();
    server.gate.add_permits(1);
    let received = client.rest().await;
    assert!(text(&received).ends_with("waited"));
    assert_eq!(server.exchange().await.ended, Ended::Completed);
}

#[tokio::test]
async fn a_client_that_hangs_up_during_the_answer_is_recorded_so() {
    for reset in [false, true] {
        let mut server = server().await;
        let mut client = server.client().await;
        client.send(WAIT).await;
        server.begun.acquire().await.expect("open").forget();
        if reset {
            client.reset();
        } else {
            drop(client);
        }
        server.gate.add_permits(1);
        let exchange = server.exchange().await;
        assert_eq!(exchange.ended, Ended::ClientHungUp, "reset: {reset}");
        assert_eq!(text(&exchange.request.bytes), WAIT);
        assert!(exchange.request.complete);
    }
}

#[tokio::test]
async fn a_client_that_resets_within_the_answer_leaves_the_part_that_was_sent() {
    let mut server = server().await;
    let mut client = server.client().await;
    client.send("GET /flood HTTP/1.1\r\nHost: a\r\n\r\n").await;
    let received = client.until(b"\r\n\r\n").await;
    client.reset();
    let exchange = server.exchange().await;
    assert_eq!(
        (exchange.ended, exchange.status),
        (Ended::ClientHungUp, Some(200))
    );
    assert!(!exchange.response.complete);
    assert_eq!(exchange.response.bytes[..received.len()], received);
}

#[tokio::test]
async fn a_client_that_hangs_up_within_its_body_leaves_the_part_that_came() {
    let mut server = server().await;
    let mut client = server.client().await;
    let sent = "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nhalf";
    client.send(sent).await;
    drop(client);
    let exchange = server.exchange().await;
    assert_eq!(
        (exchange.ended, exchange.status),
        (Ended::ClientHungUp, None)
    );
    assert_eq!(text(&exchange.request.bytes), sent);
    assert!(!exchange.request.complete);
    assert_eq!(exchange.response.len, 0);
}

#[tokio::test]
async fn a_malformed_chunk_is_refused() {
    let mut server = server().await;
    let mut client = server.client().await;
    let sent = "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabcX";
    client.send(sent).await;
    let received = client.rest().await;
    assert!(text(&received).starts_with("HTTP/1.1 400 "));
    let exchange = server.exchange().await;
    assert_eq!(text(&exchange.request.bytes), sent);
    assert_eq!(text(&exchange.response.bytes), text(&received));
    assert_eq!(
        exchange.notes.refusal.expect("a refusal").check,
        "request_body_framing"
    );
}

#[tokio::test]
async fn a_handler_that_panics_is_answered_500_and_the_connection_lives_on() {
    let mut server = server().await;
    let mut client = server.client().await;
    client.send("GET /panic HTTP/1.1\r\nHost: a\r\n\r\n").await;
    client.send(LAST).await;
    let received = client.rest().await;
    assert!(text(&received).starts_with("HTTP/1.1 500 "));
    assert!(text(&received).ends_with("hello"));
    let exchange = server.exchange().await;
    assert_eq!(
        exchange.notes.refusal.expect("a refusal").check,
        "handler_completed"
    );
    assert_eq!(server.exchange().await.status, Some(200));
}

#[tokio::test]
async fn an_answer_whose_stream_breaks_is_recorded_so() {
    let mut server = server().await;
    let mut client = server.client().await;
    client.send("GET /broken HTTP/1.1\r\nHost: a\r\n\r\n").await;
    let received = client.rest().await;
    let exchange = server.exchange().await;
    assert_eq!(exchange.ended, Ended::AnswerFailed);
    assert_eq!(text(&exchange.response.bytes), text(&received));
}

#[tokio::test]
async fn stopping_finishes_what_is_being_answered_and_closes_what_is_idle() {
    let mut server = server().await;
    let mut idle = server.client().await;
    idle.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n").await;
    idle.until(b"hello").await;
    server.exchange().await;
    let mut busy = server.client().await;
    busy.send(WAIT).await;
    server.begun.acquire().await.expect("open").forget();
    server.stop.cancel();
    assert_eq!(idle.rest().await, b"");
    server.gate.add_permits(1);
    let received = busy.rest().await;
    assert!(text(&received).ends_with("waited"));
    assert!(text(&received).contains("connection: close"));
    let exchange = server.exchange().await;
    assert_eq!(exchange.ended, Ended::Completed);
    assert!(server.stopped().await.is_empty());
}

#[tokio::test]
async fn stopping_waits_no_longer_than_its_grace() {
    let limits = Limits {
        grace: Duration::from_millis(50),
        ..Limits::default()
    };
    let server = server_with(limits, None).await;
    let mut client = server.client().await;
    client.send(WAIT).await;
    server.begun.acquire().await.expect("open").forget();
    let records = server.stopped().await;
    let [Record::Exchange(exchange)] = &records[..] else {
        panic!("one exchange");
    };
    assert_eq!(exchange.ended, Ended::ServerStopped);
    assert_eq!(client.rest().await, b"");
}

#[tokio::test]
async fn a_sink_without_room_holds_the_next_request_back() {
    let mut server = server().await;
    server.room.forget_permits(1_000_000);
    let mut client = server.client().await;
    client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n").await;
    client.until(b"hello").await;
    assert_eq!(server.open.count(), 1);
    let soon = Duration::from_millis(20);
    assert!(server.open.settled(soon).await.is_err());
    client.send(WAIT).await;
    assert_eq!(
        server.begun.available_permits(),
        0,
        "not read before the first is recorded"
    );
    server.room.add_permits(1);
    server.begun.acquire().await.expect("open").forget();
    server
        .open
        .settled(soon)
        .await
        .expect("the first is recorded");
    assert_eq!(server.exchange().await.target, "/");
}

#[tokio::test]
async fn what_a_client_has_been_answered_is_recorded_once_settled() {
    let mut server = server().await;
    let mut client = server.client().await;
    for _ in 0..100 {
        client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n").await;
        client.until(b"hello").await;
        server
            .open
            .settled(Duration::from_secs(5))
            .await
            .expect("settles");
        assert!(server.has_record());
        server.exchange().await;
    }
}
