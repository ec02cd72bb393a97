//! What is recorded of complete exchanges, byte for byte.

use connect_wire::Ended;

use crate::support::{server, text};

const GET: &str = "GET / HTTP/1.1\r\nHost: localhost\r\nX-Odd:   Spaces\t\r\n\r\n";
const LAST: &str = "GET /?last#not-sent HTTP/1.1\r\nhost: LOCALHOST\r\nConnection: close\r\n\r\n";

#[tokio::test]
async fn a_request_sent_byte_by_byte_is_recorded_as_sent() {
    let mut server = server().await;
    let mut client = server.client().await;
    for byte in LAST.as_bytes() {
        client.send([*byte]).await;
    }
    let received = client.rest().await;
    let exchange = server.exchange().await;
    assert_eq!(text(&exchange.request.bytes), LAST);
    assert_eq!(text(&exchange.response.bytes), text(&received));
    assert!(text(&received).ends_with("\r\n\r\nhello"));
    assert_eq!(exchange.target, "/?last#not-sent");
    assert_eq!(exchange.host.as_deref(), Some("LOCALHOST"));
    assert_eq!(
        (exchange.method.as_str(), exchange.status),
        ("GET", Some(200))
    );
    assert_eq!(
        (exchange.ended, exchange.listener),
        (Ended::Completed, "platform")
    );
    assert_eq!(exchange.local, server.address);
    assert_eq!(exchange.started.wall, connect_testkit::START);
    let timing = exchange.timing;
    assert!(timing.head_us <= timing.body_us.expect("complete"));
    assert!(timing.body_us <= timing.answered_us);
    assert!(timing.answered_us <= Some(timing.done_us));
    assert_eq!(&exchange.request.bytes[exchange.request.head_len..], b"");
    assert_eq!(
        &exchange.response.bytes[exchange.response.head_len..],
        b"hello"
    );
}

#[tokio::test]
async fn pipelined_requests_are_told_apart() {
    let mut server = server().await;
    let mut client = server.client().await;
    let requests = [
        GET.to_owned(),
        "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 17\r\n\r\nGET / HTTP/1.1\r\n\r"
            .to_owned(),
        "\r\nHEAD / HTTP/1.1\r\nHost: a\r\n\r\n".to_owned(),
        "GET /stream HTTP/1.1\r\nHost: a\r\n\r\n".to_owned(),
        LAST.to_owned(),
    ];
    client.send(requests.concat()).await;
    let received = client.rest().await;
    let mut responses = Vec::new();
    for request in &requests {
        let exchange = server.exchange().await;
        assert_eq!(text(&exchange.request.bytes), request);
        assert!(exchange.response.complete);
        assert_eq!(exchange.request.len, request.len() as u64);
        responses.extend_from_slice(&exchange.response.bytes);
    }
    assert_eq!(text(&responses), text(&received));
}

#[tokio::test]
async fn an_exchange_is_recorded_before_the_connection_ends() {
    let mut server = server().await;
    let mut client = server.client().await;
    for _ in 0..3 {
        client.send(GET).await;
        let received = client.until(b"hello").await;
        assert_eq!(
            text(&server.exchange().await.response.bytes),
            text(&received)
        );
    }
}

#[tokio::test]
async fn answers_without_a_body_end_with_their_head() {
    let mut server = server().await;
    let mut client = server.client().await;
    for (request, status) in [
        ("HEAD /large HTTP/1.1\r\nHost: a\r\n\r\n", 200),
        ("GET /none HTTP/1.1\r\nHost: a\r\n\r\n", 204),
        ("GET /same HTTP/1.1\r\nHost: a\r\n\r\n", 304),
    ] {
        client.send(request).await;
        let received = client.until(b"\r\n\r\n").await;
        let exchange = server.exchange().await;
        assert_eq!(exchange.status, Some(status));
        assert_eq!(text(&exchange.response.bytes), text(&received));
    }
}

#[tokio::test]
async fn a_chunked_request_is_recorded_in_its_chunks() {
    let mut server = server().await;
    let mut client = server.client().await;
    let request = "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n\
        5;name=value\r\nhello\r\n00A \r\n, chunks!!\r\n0\r\nTrailer: yes\r\n\r\n";
    client.send(request).await;
    let received = client.rest().await;
    assert!(text(&received).ends_with("\r\n\r\nhello, chunks!!"));
    let exchange = server.exchange().await;
    assert_eq!(text(&exchange.request.bytes), request);
    assert_eq!(text(&exchange.response.bytes), text(&received));
}

#[tokio::test]
async fn a_client_that_waits_for_100_continue_gets_it_and_it_is_recorded() {
    let mut server = server().await;
    let mut client = server.client().await;
    let head = "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\
        Connection: close\r\n\r\n";
    client.send(head).await;
    let mut received = client.until(b"\r\n\r\n").await;
    assert_eq!(text(&received), "HTTP/1.1 100 Continue\r\n\r\n");
    client.send("body").await;
    received.extend(client.rest().await);
    let exchange = server.exchange().await;
    assert_eq!(text(&exchange.request.bytes), format!("{head}body"));
    assert_eq!(text(&exchange.response.bytes), text(&received));
    assert_eq!(exchange.status, Some(200));
    assert_eq!(
        &exchange.response.bytes[exchange.response.head_len..],
        b"body"
    );
}

#[tokio::test]
async fn a_streamed_answer_is_recorded_in_its_chunks() {
    let mut server = server().await;
    let mut client = server.client().await;
    client
        .send("GET /stream HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        .await;
    let received = client.rest().await;
    let exchange = server.exchange().await;
    assert_eq!(text(&exchange.response.bytes), text(&received));
    let body = text(&exchange.response.bytes[exchange.response.head_len..]);
    assert_eq!(body, "5\r\n.....\r\n5\r\n.....\r\n5\r\n.....\r\n0\r\n\r\n");
}

#[tokio::test]
async fn an_answer_that_ends_with_the_connection_is_complete() {
    let mut server = server().await;
    let mut client = server.client().await;
    client.send("GET /stream HTTP/1.0\r\nHost: a\r\n\r\n").await;
    let received = client.rest().await;
    let exchange = server.exchange().await;
    assert_eq!(text(&exchange.response.bytes), text(&received));
    assert_eq!(
        &exchange.response.bytes[exchange.response.head_len..],
        b"..............."
    );
    assert_eq!(
        (exchange.ended, exchange.response.complete),
        (Ended::Completed, true)
    );
}

#[tokio::test]
async fn of_a_large_answer_the_first_mebibyte_is_kept_and_all_is_counted() {
    let mut server = server().await;
    let mut client = server.client().await;
    client
        .send("GET /large HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        .await;
    let received = client.rest().await;
    let response = server.exchange().await.response;
    assert!(response.truncated && response.complete);
    assert_eq!(response.len, received.len() as u64);
    assert_eq!(response.bytes.len(), response.head_len + 1024 * 1024);
    assert_eq!(response.bytes[..], received[..response.bytes.len()]);
}

#[tokio::test]
async fn what_a_handler_notes_is_recorded_under_the_id_it_saw() {
    let mut server = server().await;
    let mut client = server.client().await;
    client
        .send("GET /note HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        .await;
    let received = client.rest().await;
    let exchange = server.exchange().await;
    assert_eq!(exchange.notes.checks, ["noted"]);
    assert!(text(&received).ends_with(exchange.id.as_str()));
}
