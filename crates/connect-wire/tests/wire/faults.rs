//! What a throttle does to a connection.

use std::sync::Arc;
use std::task::{Context, Poll};

use connect_wire::tap::{Flow, Throttle};
use connect_wire::{Ended, Limits, StrayReason};

use crate::support::{Server, server_with, text};

const LAST: &str = "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";

/// Lets one byte through at a time, and after some bytes written does something else.
struct Drip {
    left: usize,
    then: Option<Flow>,
}

impl Throttle for Drip {
    fn poll_read(&mut self, _: &mut Context<'_>) -> Poll<Flow> {
        Poll::Ready(Flow::Pass(1))
    }

    fn poll_write(&mut self, _: &mut Context<'_>, _: usize) -> Poll<Flow> {
        if let Some(then) = self.then {
            if self.left == 0 {
                return Poll::Ready(then);
            }
            self.left -= 1;
        }
        Poll::Ready(Flow::Pass(1))
    }
}

async fn dripping(left: usize, then: Option<Flow>) -> Server {
    let source = Arc::new(move |_| Some(Box::new(Drip { left, then }) as Box<dyn Throttle>));
    server_with(Limits::default(), Some(source)).await
}

#[tokio::test]
async fn a_slowed_connection_is_recorded_as_ever() {
    let mut server = dripping(0, None).await;
    let mut client = server.client().await;
    client.send(LAST).await;
    let received = client.rest().await;
    assert!(text(&received).ends_with("hello"));
    let exchange = server.exchange().await;
    assert_eq!(text(&exchange.request.bytes), LAST);
    assert_eq!(text(&exchange.response.bytes), text(&received));
}

#[tokio::test]
async fn a_cut_answer_ends_where_it_was_cut() {
    let mut server = dripping(20, Some(Flow::Cut)).await;
    let mut client = server.client().await;
    client.send(LAST).await;
    let received = client.rest().await;
    assert_eq!(received.len(), 20);
    let exchange = server.exchange().await;
    assert_eq!((exchange.ended, exchange.status), (Ended::Cut, None));
    assert_eq!(exchange.response.bytes[..], received);
}

#[tokio::test]
async fn a_reset_answer_is_an_error_to_the_client() {
    let mut server = dripping(3, Some(Flow::Reset)).await;
    let mut client = server.client().await;
    client.send(LAST).await;
    let mut received = Vec::new();
    let end = tokio::io::AsyncReadExt::read_to_end(&mut client.0, &mut received).await;
    let error = end.expect_err("a reset");
    assert_eq!(error.kind(), std::io::ErrorKind::ConnectionReset);
    assert_eq!(server.exchange().await.ended, Ended::Reset);
}

#[tokio::test]
async fn a_connection_cut_before_its_request_is_a_stray() {
    struct Shut(usize);
    impl Throttle for Shut {
        fn poll_read(&mut self, _: &mut Context<'_>) -> Poll<Flow> {
            match self.0.checked_sub(1) {
                Some(left) => {
                    self.0 = left;
                    Poll::Ready(Flow::Pass(1))
                }
                None => Poll::Ready(Flow::Cut),
            }
        }
    }
    let source = Arc::new(|_| Some(Box::new(Shut(4)) as Box<dyn Throttle>));
    let mut server = server_with(Limits::default(), Some(source)).await;
    let mut client = server.client().await;
    client.send(LAST).await;
    let stray = server.stray().await;
    assert_eq!(stray.reason, StrayReason::Fault);
    assert_eq!(text(&stray.received.bytes), "GET ");
}
