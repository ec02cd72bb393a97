//! What is under way in a session can be cancelled: a step, all of them, the wait for a person.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use connect_rpc::ErrorCode;
use serde_json::{Value, json};
use tokio::io::AsyncReadExt as _;
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;

use crate::support::{Sandbox, text};

/// What a whole test may take, however slow the machine is: less than a step may.
const SOON: Duration = Duration::from_secs(20);

/// Where the system gives no port to whoever asks for any.
const OWN_PORTS: std::ops::Range<u16> = 20_000..32_000;

/// A port that is free, and stays so when it is let go: those that bind to port 0 are given others.
pub(super) fn port_of_its_own() -> u16 {
    static TAKEN: AtomicU32 = AtomicU32::new(0);
    let count = u32::try_from(OWN_PORTS.len()).expect("a few");
    for _ in OWN_PORTS {
        // Each process begins elsewhere.
        let place = TAKEN.fetch_add(1, Ordering::Relaxed);
        let place = std::process::id().wrapping_mul(97).wrapping_add(place) % count;
        let port = OWN_PORTS.start + u16::try_from(place).expect("within them");
        if std::net::TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return port;
        }
    }
    panic!("no port is free");
}

/// Another target that takes every request and never answers.
struct Silent(TcpListener);

impl Silent {
    async fn listen() -> Self {
        Self(TcpListener::bind("127.0.0.1:0").await.expect("a port"))
    }

    fn base(&self) -> String {
        format!("http://{}", self.0.local_addr().expect("an address"))
    }

    /// The next connection, once a request has come in on it.
    async fn asked(&self) -> TcpStream {
        let (mut stream, _) = self.0.accept().await.expect("a connection");
        let read = stream.read(&mut [0; 64]).await.expect("a request");
        assert!(read > 0);
        stream
    }

    /// A walk with it.
    async fn walk(&self, sandbox: &Sandbox) -> Value {
        let start = json!({ "target": self.base(), "setup": { "app": "abc", "redirect_uri": "https://app.example.com/cb" } });
        let session = sandbox.rpc("simulator_start", start).await;
        json!({ "session": session["summary"]["session"] })
    }
}

fn newest(session: &Value) -> Value {
    let runs = session["runs"].as_array().expect("runs");
    runs.last().expect("a run").clone()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_step_and_all_of_them_are_cancelled_while_a_server_is_silent() {
    let sandbox = Sandbox::start().await;
    let silent = Silent::listen().await;
    let walk = silent.walk(&sandbox).await;
    for (number, command) in ["simulator_run", "simulator_run_all", "simulator_run"]
        .into_iter()
        .enumerate()
    {
        let (app, payload) = (sandbox.app.clone(), walk.clone());
        let taking = tokio::spawn(async move { app.rpc(command, payload).await });
        let connection = silent.asked().await;
        let cancelled = sandbox.rpc("simulator_cancel", walk.clone());
        let session = timeout(SOON, cancelled).await.expect("at once");
        drop(connection);
        let taken = timeout(SOON, taking).await.expect("at once");
        let taken = taken.expect("it ends").expect("with the session");
        assert_eq!(taken["runs"].as_array().map(Vec::len), Some(number + 1));
        let run = newest(&session);
        assert_eq!(run["step"], "configure");
        assert_eq!(run["outcome"]["cancelled"], true, "{run}");
        assert!(text(&run["outcome"]["words"]).contains("cancelled"));
        assert_eq!(session["summary"]["step"], "configure");
        assert_eq!(session["summary"]["disagreements"], 0);
        let exchange = session["exchanges"].as_array().expect("exchanges");
        let exchange = exchange.last().expect("what was sent");
        assert!(text(&exchange["failed"]).contains("cancelled"));
        let mut payload = walk.clone();
        payload["exchange"] = exchange["exchange"].clone();
        let bytes = sandbox.rpc("simulator_exchange", payload).await;
        assert!(text(&bytes["request"]).starts_with("GET /.well-known/"));
    }
    // Nothing is under way: nothing happens.
    let before = sandbox.rpc("simulator_get", walk.clone()).await;
    let after = sandbox.rpc("simulator_cancel", walk).await;
    assert_eq!(before, after);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_is_deleted_and_the_sandbox_stopped_although_a_server_is_silent() {
    let sandbox = Sandbox::start().await;
    let silent = Silent::listen().await;
    let walk = silent.walk(&sandbox).await;
    let (app, payload) = (sandbox.app.clone(), walk.clone());
    let taking = tokio::spawn(async move { app.rpc("simulator_run", payload).await });
    let connection = silent.asked().await;
    let deleted = sandbox.rpc("simulator_delete", walk.clone());
    timeout(SOON, deleted).await.expect("at once");
    let taken = timeout(SOON, taking).await.expect("at once");
    drop((taken, connection));
    sandbox
        .rpc_fails("simulator_get", walk, ErrorCode::NotFound)
        .await;
    let walk = silent.walk(&sandbox).await;
    let app = sandbox.app.clone();
    let taking = tokio::spawn(async move { app.rpc("simulator_run", walk).await });
    let connection = silent.asked().await;
    let stopped = sandbox.app.stop();
    timeout(SOON, stopped).await.expect("at once");
    let taken = timeout(SOON, taking).await.expect("at once");
    drop((taken, connection));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn waiting_for_a_person_is_cancelled_however_they_sign_in() {
    let sandbox = Sandbox::start().await;
    let port = port_of_its_own();
    let app = json!({ "name": "Listens", "app_type": "web", "scopes": ["openid"],
        "redirect_uris": [format!("http://127.0.0.1:{port}/callback")] });
    sandbox.rpc("apps_create", app).await;
    for consent in ["browser", "window", "paste"] {
        let setup = json!({ "app": "Listens", "consent": consent });
        let start = json!({ "setup": setup });
        let session = sandbox.rpc("simulator_start", start).await;
        let walk = json!({ "session": session["summary"]["session"] });
        let session = sandbox.rpc("simulator_run_all", walk.clone()).await;
        assert!(session["waiting"].is_object(), "{consent}");
        let session = sandbox.rpc("simulator_cancel", walk.clone()).await;
        assert_eq!(session["waiting"], Value::Null, "{consent}");
        let run = newest(&session);
        assert_eq!(run["step"], "sign_in");
        assert_eq!(run["outcome"]["cancelled"], true, "{run}");
        assert_eq!(session["summary"]["step"], "sign_in");
        Sandbox::wait_for("the port to be free", || async {
            std::net::TcpListener::bind(("127.0.0.1", port)).ok()
        })
        .await;
        // A callback that comes now is nobody's.
        let mut late = walk.clone();
        late["url"] = json!(format!("http://127.0.0.1:{port}/callback?code=1"));
        sandbox
            .rpc_fails("simulator_callback", late, ErrorCode::Conflict)
            .await;
        let session = sandbox.rpc("simulator_run", walk.clone()).await;
        assert!(session["waiting"].is_object(), "it waits once more");
        sandbox.rpc("simulator_cancel", walk).await;
    }
}
