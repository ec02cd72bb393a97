//! Over the local socket: to its owner, every command.

use std::collections::BTreeSet;
use std::os::unix::fs::PermissionsExt as _;

use connect_app::control::client::Client;
use connect_rpc::Topic;
use connect_rpc::wire::Runtime;
use serde_json::json;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::UnixStream;
use tokio::net::unix::{OwnedReadHalf, OwnedWriteHalf};

use super::events::Stream;
use super::rows::ground;
use crate::support::Sandbox;

async fn open(sandbox: &Sandbox) -> (Stream<OwnedReadHalf>, OwnedWriteHalf) {
    let (reading, writing) = UnixStream::connect(runtime(sandbox).socket)
        .await
        .expect("a socket")
        .into_split();
    (Stream(BufReader::new(reading).lines()), writing)
}

fn runtime(sandbox: &Sandbox) -> Runtime {
    let bytes = std::fs::read(sandbox.app.data_dir().join("runtime.json"))
        .expect("it is there while it runs");
    serde_json::from_slice(&bytes).expect("it is one")
}

#[tokio::test]
async fn the_local_socket_is_its_owners_alone_and_carries_every_command() {
    let (sandbox, rows) = ground().await;
    let runtime = runtime(&sandbox);
    assert_eq!(
        (runtime.pid, runtime.platform.as_str()),
        (std::process::id(), sandbox.app.platform())
    );
    let mode = std::fs::metadata(&runtime.socket)
        .expect("it is there")
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o600);
    let directory = std::fs::metadata(sandbox.app.data_dir())
        .expect("it is there")
        .permissions()
        .mode();
    assert_eq!(directory & 0o077, 0, "the data directory is its owner's");
    let (mut lines, mut writing) = open(&sandbox).await;
    for (index, row) in rows.into_iter().enumerate() {
        for (id, payload) in [(2 * index, Some(row.bad)), (2 * index + 1, row.good)] {
            let Some(payload) = payload else { continue };
            let call = json!({ "id": id, "cmd": row.command, "payload": payload });
            writing
                .write_all(format!("{call}\n").as_bytes())
                .await
                .expect("sent");
            let answer = lines.next().await;
            assert_eq!(answer["id"], json!(id), "{}: {answer}", row.command);
            let failed = answer["error"]["code"].clone();
            if id % 2 == 0 {
                assert_eq!(
                    failed,
                    serde_json::to_value(row.code).expect("a word"),
                    "{}: {answer}",
                    row.command
                );
            } else {
                assert!(answer["ok"].is_object(), "{}: {answer}", row.command);
            }
        }
    }
    let path = sandbox.app.data_dir().join("runtime.json");
    sandbox.app.stop().await;
    assert!(!path.exists(), "it says where a running sandbox is");
}

#[tokio::test]
async fn calls_on_one_connection_are_carried_out_side_by_side_and_bad_lines_harm_nobody() {
    let (sandbox, _) = ground().await;
    let (mut lines, mut writing) = open(&sandbox).await;
    let mut text = String::new();
    for id in 0..200 {
        text.push_str(&json!({ "id": id, "cmd": "sandbox_status" }).to_string());
        text.push('\n');
    }
    text.push_str("this is no call\n{\"id\": 1}\n\n[1,2]\n");
    text.push_str(&json!({ "id": 1000, "cmd": "clock_get", "payload": {} }).to_string());
    text.push('\n');
    writing.write_all(text.as_bytes()).await.expect("sent");
    let (mut answered, mut unreadable, mut last) = (BTreeSet::new(), 0, false);
    while answered.len() < 200 || unreadable < 3 || !last {
        let answer = lines.next().await;
        match answer["id"].as_u64() {
            Some(1000) => last = answer["ok"].is_object(),
            Some(id) => assert!(answered.insert(id) && answer["ok"].is_object(), "{answer}"),
            None => {
                assert_eq!(answer["error"]["code"], "bad_request", "{answer}");
                unreadable += 1;
            }
        }
    }
    assert_eq!(answered, (0..200).collect());
}

#[tokio::test]
async fn a_subscriber_hears_changes() {
    let (sandbox, _) = ground().await;
    let (mut lines, mut writing) = open(&sandbox).await;
    writing
        .write_all(b"{\"subscribe\": true}\n")
        .await
        .expect("sent");
    lines.begins().await;
    sandbox.register_web("Watched").await;
    assert!(lines.until("apps").await["journal"].is_i64());
}

#[tokio::test]
async fn a_client_that_has_subscribed_misses_nothing() {
    let sandbox = Sandbox::start().await;
    for name in ["First", "Second", "Third"] {
        let client = Client::connect(sandbox.app.data_dir())
            .await
            .expect("it runs");
        let mut changes = client.subscribe().await.expect("it is taken");
        let app = sandbox.register_web(name).await;
        let journal = sandbox.journal("app.created").await;
        let entry = journal
            .iter()
            .find(|entry| entry["subject"] == app.client_id.as_str());
        let place = entry.expect("it is journalled")["seq"].as_i64();
        let mut heard = changes.next().await.expect("readable").expect("a change");
        while heard.journal < place {
            heard = changes.next().await.expect("readable").expect("a change");
        }
        assert!(heard.topics.contains(&Topic::Apps), "{heard:?}");
    }
}
