//! Changes, told as they happen.

use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader, Lines};
use tokio::net::TcpStream;

use super::Tcp;
use super::rows::ground;
use crate::support::Request;

/// The lines of a stream, each JSON.
pub(super) struct Stream<R>(pub(super) Lines<BufReader<R>>);

impl<R: tokio::io::AsyncRead + Unpin> Stream<R> {
    pub(super) async fn next(&mut self) -> Value {
        let line =
            tokio::time::timeout(std::time::Duration::from_secs(30), self.0.next_line()).await;
        let line = line
            .expect("a line within half a minute")
            .expect("readable")
            .expect("the stream goes on");
        serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line}"))
    }

    /// The first line of a stream of changes, which says that everything from now on is told.
    pub(super) async fn begins(&mut self) {
        assert_eq!(self.next().await, json!({ "topics": [] }));
    }

    /// The first line in which a topic stands.
    pub(super) async fn until(&mut self, topic: &str) -> Value {
        loop {
            let changed = self.next().await;
            if changed["topics"]
                .as_array()
                .is_some_and(|topics| topics.contains(&json!(topic)))
            {
                return changed;
            }
        }
    }
}

/// Opens `/events`; what comes back are the lines of its chunks.
pub(super) async fn events(tcp: &Tcp<'_>) -> Stream<tokio::io::DuplexStream> {
    let mut stream = TcpStream::connect(&tcp.authority)
        .await
        .expect("a connection");
    let request = Request::get("/events")
        .bearer(&tcp.token)
        .bytes(&tcp.authority);
    stream.write_all(&request).await.expect("sent");
    let (mut inside, outside) = tokio::io::duplex(64 * 1024);
    let mut lines = BufReader::new(stream).lines();
    let status = lines
        .next_line()
        .await
        .expect("readable")
        .expect("an answer");
    assert!(status.starts_with("HTTP/1.1 200"), "{status}");
    let mut kind = String::new();
    loop {
        let line = lines.next_line().await.expect("readable").expect("a head");
        if line.is_empty() {
            break;
        }
        if line.to_ascii_lowercase().starts_with("content-type:") {
            kind = line;
        }
    }
    assert!(kind.contains("application/x-ndjson"), "{kind}");
    tokio::spawn(async move {
        // Sizes of chunks stand between the lines; every line of ours is an object.
        while let Ok(Some(line)) = lines.next_line().await {
            if line.starts_with('{')
                && inside
                    .write_all(format!("{line}\n").as_bytes())
                    .await
                    .is_err()
            {
                return;
            }
        }
    });
    let mut stream = Stream(BufReader::new(outside).lines());
    stream.begins().await;
    stream
}

#[tokio::test]
async fn events_tell_what_changed_as_it_happens() {
    let (sandbox, _) = ground().await;
    let tcp = Tcp::of(&sandbox);
    let mut stream = events(&tcp).await;
    let made = sandbox.register_web("Watched").await;
    let changed = stream.until("apps").await;
    let place = changed["journal"].as_i64().expect("the last entry's place");
    let entry = sandbox
        .rpc(
            "journal_list",
            json!({ "after": place - 1, "limit": 1, "oldest_first": true }),
        )
        .await;
    assert_eq!(entry["entries"][0]["subject"], json!(made.client_id));
    assert!(
        changed["topics"]
            .as_array()
            .expect("a list")
            .contains(&json!("journal"))
    );
    sandbox.tokens(&made, "openid").await;
    stream.until("grants").await;
    sandbox
        .send(&Request::get("/.well-known/jwks.json"))
        .await
        .expect(200);
    let changed = stream.until("traffic").await;
    assert!(changed["traffic"].is_i64(), "{changed}");
    sandbox.advance(60).await;
    stream.until("clock").await;
    sandbox
        .rpc("settings_update", json!({ "userinfo": true }))
        .await;
    stream.until("settings").await;
    sandbox
        .rpc(
            "people_create",
            json!({ "email": "w@example.com", "name": "W", "without_data": true }),
        )
        .await;
    stream.until("people").await;
    sandbox.rpc("keys_rotate", json!({})).await;
    stream.until("keys").await;
}
