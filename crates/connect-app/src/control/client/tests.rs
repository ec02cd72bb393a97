//! Against a socket that answers what the test tells it to.

use connect_rpc::{ErrorCode, Topic};
use interprocess::local_socket::ListenerOptions;
use interprocess::local_socket::tokio::Listener;
use serde_json::json;
use tempfile::TempDir;

use super::*;

/// A data directory whose `runtime.json` names a socket that is listened on.
fn listening() -> (TempDir, Listener) {
    let dir = tempfile::tempdir().unwrap();
    let address = dir
        .path()
        .join("control.sock")
        .to_string_lossy()
        .into_owned();
    let listener = ListenerOptions::new()
        .name(socket::name(&address).unwrap())
        .create_tokio()
        .unwrap();
    announce(dir.path(), &address);
    (dir, listener)
}

fn announce(dir: &Path, socket: &str) {
    let runtime = Runtime {
        pid: 4711,
        socket: socket.to_owned(),
        platform: "http://127.0.0.1:9400".to_owned(),
        control: None,
    };
    std::fs::write(
        dir.join(RUNTIME_FILE),
        serde_json::to_string(&runtime).unwrap(),
    )
    .unwrap();
}

/// Takes one connection, answers its first line with `answer` and hands that line over.
async fn answer(listener: Listener, answer: &'static str) -> String {
    let mut lines = Lines::of(listener.accept().await.unwrap());
    let line = lines.next().await.unwrap().unwrap();
    lines.from.write_all(answer.as_bytes()).await.unwrap();
    String::from_utf8(line).unwrap()
}

#[tokio::test]
async fn a_call_is_one_line_and_so_is_its_answer() {
    let (dir, listener) = listening();
    let server = tokio::spawn(answer(listener, "{\"id\":1,\"ok\":{\"apps\":[]}}\n"));
    let mut client = Client::connect(dir.path()).await.unwrap();
    assert_eq!(client.runtime().pid, 4711);
    assert_eq!(
        client.call("apps_list", json!({})).await.unwrap(),
        json!({"apps": []})
    );
    assert_eq!(
        server.await.unwrap(),
        "{\"id\":1,\"cmd\":\"apps_list\",\"payload\":{}}\n"
    );
}

#[tokio::test]
async fn a_refused_command_keeps_its_code_and_detail() {
    let (dir, listener) = listening();
    let error = r#"{"id":1,"error":{"code":"invalid","message":"no","detail":{"flaws":[]}}}"#;
    tokio::spawn(answer(
        listener,
        Box::leak(format!("{error}\n").into_boxed_str()),
    ));
    match Client::connect(dir.path())
        .await
        .unwrap()
        .call("apps_create", json!({}))
        .await
    {
        Err(ClientError::Command(error)) => {
            assert_eq!(
                (error.code, error.detail),
                (ErrorCode::Invalid, json!({"flaws": []}))
            );
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_line_that_could_not_be_read_is_refused_without_a_number() {
    let (dir, listener) = listening();
    tokio::spawn(answer(
        listener,
        "{\"id\":null,\"error\":{\"code\":\"bad_request\",\"message\":\"no\"}}\n",
    ));
    let refused = Client::connect(dir.path())
        .await
        .unwrap()
        .call("x", Value::Null)
        .await
        .unwrap_err();
    assert!(matches!(refused, ClientError::Command(error) if error.code == ErrorCode::BadRequest));
}

#[tokio::test]
async fn an_answer_to_another_call_is_passed_over() {
    let (dir, listener) = listening();
    tokio::spawn(answer(
        listener,
        "{\"id\":9,\"ok\":9}\n{\"id\":1,\"ok\":1}\n",
    ));
    assert_eq!(
        Client::connect(dir.path())
            .await
            .unwrap()
            .call("x", Value::Null)
            .await
            .unwrap(),
        json!(1)
    );
}

#[tokio::test]
async fn a_connection_that_ends_too_early_is_an_error() {
    for cut in ["", "{\"id\":1,\"ok\":"] {
        let (dir, listener) = listening();
        tokio::spawn(answer(listener, cut));
        let error = Client::connect(dir.path())
            .await
            .unwrap()
            .call("x", Value::Null)
            .await
            .unwrap_err();
        assert!(matches!(error, ClientError::Ended(_)), "{cut:?}: {error}");
    }
    let (dir, listener) = listening();
    tokio::spawn(answer(listener, "hello\n"));
    let error = Client::connect(dir.path())
        .await
        .unwrap()
        .call("x", Value::Null)
        .await
        .unwrap_err();
    assert!(matches!(error, ClientError::NotAnAnswer(_)), "{error}");
}

#[tokio::test]
async fn changes_come_until_the_sandbox_stops() {
    let (dir, listener) = listening();
    let server = tokio::spawn(answer(
        listener,
        "{\"topics\":[]}\n{\"topics\":[\"apps\",\"journal\"],\"journal\":7}\n{\"topics\":[],\"missed\":true}\n",
    ));
    let mut changes = Client::connect(dir.path())
        .await
        .unwrap()
        .subscribe()
        .await
        .unwrap();
    let first = changes.next().await.unwrap().unwrap();
    assert_eq!(
        (first.topics, first.journal, first.missed),
        (vec![Topic::Apps, Topic::Journal], Some(7), false)
    );
    assert!(changes.next().await.unwrap().unwrap().missed);
    assert_eq!(server.await.unwrap(), "{\"subscribe\":true}\n");
    assert!(changes.next().await.unwrap().is_none());
}

#[tokio::test]
async fn a_subscription_that_is_not_acknowledged_is_none() {
    for (said, ended) in [
        ("", true),
        (
            "{\"id\":null,\"error\":{\"code\":\"bad_request\",\"message\":\"no\"}}\n",
            false,
        ),
    ] {
        let (dir, listener) = listening();
        tokio::spawn(answer(listener, said));
        let client = Client::connect(dir.path()).await.unwrap();
        let error = client.subscribe().await.err().unwrap();
        assert_eq!(
            (
                matches!(error, ClientError::Ended(_)),
                matches!(error, ClientError::Command(_))
            ),
            (ended, !ended),
            "{error}"
        );
    }
}

#[tokio::test]
async fn a_data_directory_without_a_sandbox_says_so() {
    let dir = tempfile::tempdir().unwrap();
    let error = Client::connect(dir.path()).await.err().unwrap();
    assert!(
        matches!(error, ClientError::NotRunning { ended: None, .. }),
        "{error}"
    );
    assert_eq!(
        error.to_string(),
        format!("no sandbox is running on {}", dir.path().display())
    );
}

#[tokio::test]
async fn a_sandbox_that_was_killed_is_not_running_either() {
    #[track_caller]
    fn assert_ended(connected: Result<Client, ClientError>) {
        let error = connected.err().expect("nobody listens");
        let ended = Some(4711);
        assert!(
            matches!(error, ClientError::NotRunning { ended: of, .. } if of == ended),
            "{error}"
        );
    }
    let dir = tempfile::tempdir().unwrap();
    let socket = dir.path().join("control.sock");
    announce(dir.path(), &socket.to_string_lossy());
    assert_ended(Client::connect(dir.path()).await);
    // A socket that nobody listens on any more.
    #[cfg(unix)]
    {
        drop(std::os::unix::net::UnixListener::bind(&socket).unwrap());
        assert_ended(Client::connect(dir.path()).await);
    }
}

#[tokio::test]
async fn a_runtime_file_that_is_none_is_named() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join(RUNTIME_FILE), "{").unwrap();
    let error = Client::connect(dir.path()).await.err().unwrap();
    assert!(
        error.to_string().contains("runtime.json can't be read: "),
        "{error}"
    );
}
