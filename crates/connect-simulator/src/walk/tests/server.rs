//! A server that does not do what it should, on a port of its own.

use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

/// How a server answers.
#[derive(Clone, Copy)]
pub(super) enum Manner {
    /// It takes the request and says nothing.
    Silent,
    /// A byte now and then, for ever.
    Trickling,
    /// It closes in the midst of its answer.
    BreakingOff,
    /// It sends the browser round in circles, and takes its time.
    Circling,
    /// It gives new tokens, and says nothing to anything else.
    Refreshing,
    /// This, at once.
    Saying(&'static str),
}

/// A server on a port of its own.
pub(super) struct Server {
    pub(super) base: String,
    /// The first line of each request, as it comes in.
    pub(super) heard: mpsc::UnboundedReceiver<String>,
    serving: JoinHandle<()>,
}

impl Drop for Server {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

pub(super) async fn server(manner: Manner) -> Server {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let (tell, heard) = mpsc::unbounded_channel();
    let serving = tokio::spawn(async move {
        let mut connections = tokio::task::JoinSet::new();
        while let Ok((stream, _)) = listener.accept().await {
            connections.spawn(serve(stream, manner, tell.clone()));
        }
    });
    Server {
        base: format!("http://{address}"),
        heard,
        serving,
    }
}

async fn serve(mut stream: TcpStream, manner: Manner, tell: mpsc::UnboundedSender<String>) {
    let mut bytes = [0; 8192];
    let read = stream.read(&mut bytes).await.unwrap_or(0);
    let request = String::from_utf8_lossy(&bytes[..read]).into_owned();
    let _ = tell.send(request.lines().next().unwrap_or_default().to_owned());
    let mut pace = tokio::time::interval(Duration::from_millis(40));
    match manner {
        Manner::Refreshing if request.starts_with("POST /v1/oauth/token") => {
            let body = r#"{"access_token":"lph_at_new","refresh_token":"lph_rt_new","token_type":"Bearer","expires_in":3600,"scope":"openid"}"#;
            let length = body.len();
            let answer = format!(
                "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}"
            );
            let _ = stream.write_all(answer.as_bytes()).await;
        }
        Manner::Silent | Manner::Refreshing => {
            // Until the other side has had enough.
            let _ = stream.read(&mut bytes).await;
        }
        Manner::Trickling => {
            let head = "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n".bytes();
            for byte in head.chain(std::iter::repeat(b'x')) {
                pace.tick().await;
                if stream.write_all(&[byte]).await.is_err() {
                    return;
                }
            }
        }
        Manner::BreakingOff => {
            let part = b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{\"active\"";
            let _ = stream.write_all(part).await;
        }
        Manner::Circling => {
            for _ in 0..8 {
                pace.tick().await;
            }
            let answer = b"HTTP/1.1 303 See Other\r\nLocation: /again\r\nContent-Length: 0\r\n\r\n";
            let _ = stream.write_all(answer).await;
        }
        Manner::Saying(answer) => {
            let _ = stream.write_all(answer.as_bytes()).await;
        }
    }
}
