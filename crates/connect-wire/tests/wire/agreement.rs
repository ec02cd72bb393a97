//! What hyper answers and what is recorded are the same requests, whatever is sent and however it arrives.

use connect_wire::Ended;

use crate::support::{Record, server};

/// Valid requests and some that are not.
const PARTS: [&str; 14] = [
    "GET / HTTP/1.1\r\nHost: a\r\n\r\n",
    "\r\nGET /none HTTP/1.1\nHost: a\n\n",
    "HEAD / HTTP/1.1\r\nHost: a\r\n\r\n",
    "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n12345",
    "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\n\r\n",
    "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3;x\r\nabc\r\n0\r\nA: b\r\n\r\n",
    "POST /echo HTTP/1.1\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
    "PUT /no-such-route HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nput",
    "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n",
    "CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n",
    "GET /stream HTTP/1.1\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n",
    "GET / HTTP/1.1\r\nfold: a\r\n b\r\n\r\n",
    "POST /echo HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabcd\r\n0\r\n\r\n",
    "GET / HTTP/1.0\r\n\r\n",
];

#[test]
fn every_byte_sent_is_recorded_once_and_every_byte_received_too() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    arbtest::arbtest(|u| {
        let mut sent = Vec::new();
        for _ in 0..u.int_in_range(1..=6)? {
            sent.extend_from_slice(u.choose(&PARTS)?.as_bytes());
        }
        if u.ratio(1, 8)? {
            let at = u.choose_index(sent.len())?;
            sent[at] = u.arbitrary()?;
        }
        if u.ratio(1, 8)? {
            sent.truncate(u.choose_index(sent.len())?);
        }
        let mut ends = Vec::new();
        for _ in 0..u.int_in_range(0..=6)? {
            ends.push(u.int_in_range(0..=sent.len())?);
        }
        ends.push(sent.len());
        ends.sort_unstable();
        runtime.block_on(exchange(&sent, &ends));
        Ok(())
    })
    .budget_ms(1_500);
}

async fn exchange(sent: &[u8], ends: &[usize]) {
    let server = server().await;
    let mut client = server.client().await;
    let mut from = 0;
    for end in ends {
        // The server may have closed already; what it did not read is then not recorded.
        if tokio::io::AsyncWriteExt::write_all(&mut client.0, &sent[from..*end])
            .await
            .is_err()
        {
            break;
        }
        tokio::task::yield_now().await;
        from = *end;
    }
    let _ = tokio::io::AsyncWriteExt::shutdown(&mut client.0).await;
    let mut received = Vec::new();
    let _ = tokio::io::AsyncReadExt::read_to_end(&mut client.0, &mut received).await;
    drop(client);
    let mut requests = Vec::new();
    let mut responses = Vec::new();
    for record in server.stopped().await {
        match record {
            Record::Exchange(exchange) => {
                if exchange.ended == Ended::Completed {
                    assert!(exchange.response.complete && exchange.status.is_some());
                }
                requests.extend_from_slice(&exchange.request.bytes);
                responses.extend_from_slice(&exchange.response.bytes);
            }
            Record::Stray(stray) => {
                requests.extend_from_slice(&stray.received.bytes);
                responses.extend_from_slice(&stray.sent.bytes);
            }
        }
    }
    let shown = String::from_utf8_lossy(sent);
    let requests = String::from_utf8_lossy(&requests);
    assert!(
        shown.starts_with(&*requests),
        "sent {shown:?}, recorded {requests:?}"
    );
    assert_eq!(
        String::from_utf8_lossy(&responses),
        String::from_utf8_lossy(&received),
        "sent {shown:?}"
    );
}
