//! The control surface: every command answers what is right and refuses what is wrong; over TCP it opens to one token
//! and no other origin or host; over the local socket to its owner; and changes are told as they happen.

mod rows;

use std::collections::BTreeSet;

use connect_rpc::ErrorCode::{
    BadRequest, Conflict, Invalid, NotConfirmed, NotFound, UnknownCommand,
};
use connect_rpc::{COMMANDS, ErrorCode};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader, Lines};
use tokio::net::TcpStream;

use self::rows::ground;
use crate::support::http::{Answer, send};
use crate::support::{MAYA, Request, Sandbox, text};

#[test]
fn codes_and_statuses_are_one_to_one_where_programs_need_it() {
    for (code, status) in [
        (BadRequest, 400),
        (Invalid, 400),
        (NotFound, 404),
        (UnknownCommand, 404),
        (Conflict, 409),
        (NotConfirmed, 409),
    ] {
        assert_eq!(code.status(), status);
    }
}

#[tokio::test]
async fn every_command_has_a_row_and_works_and_refuses_what_is_wrong() {
    let (sandbox, rows) = ground().await;
    let listed: BTreeSet<&str> = COMMANDS.iter().map(|command| command.name).collect();
    let with_row: BTreeSet<&str> = rows.iter().map(|row| row.command).collect();
    assert_eq!(with_row.len(), rows.len(), "a command stands twice");
    assert_eq!(listed, with_row);
    for row in rows {
        let error = sandbox.rpc_fails(row.command, row.bad, row.code).await;
        assert!(!error.message.is_empty(), "{}", row.command);
        if let Some(good) = row.good {
            sandbox.rpc(row.command, good).await;
        }
    }
    let error = sandbox
        .rpc_fails("apps_explode", json!({}), UnknownCommand)
        .await;
    assert!(
        error.message.contains("apps_list"),
        "what is near is named: {error}"
    );
}

#[tokio::test]
async fn a_payload_that_is_not_right_is_told_where_it_is_not() {
    let sandbox = Sandbox::start().await;
    let app = json!({ "name": "A", "app_type": "web", "redirect_uris": [], "scopes": ["openid"] });
    let mut said = Vec::new();
    for (member, value) in [
        ("redirect_uris", json!(["http://localhost:3000/cb", 7])),
        ("app_type", json!("website")),
        ("scopes", json!("openid")),
        ("redirect_url", json!("http://localhost:3000/cb")),
    ] {
        let mut wrong = app.clone();
        wrong[member] = value;
        let error = sandbox.rpc_fails("apps_create", wrong, BadRequest).await;
        let (_, why) = error.message.split_once("payload: ").expect("the reason");
        said.push(why.split_once(',').expect("what was expected").0.to_owned());
    }
    let none = sandbox
        .rpc_fails("apps_create", json!({}), BadRequest)
        .await;
    assert!(none.message.contains("missing field `name`"), "{none}");
    assert_eq!(
        said,
        [
            "`redirect_uris[1]`: invalid type: integer `7`",
            "`app_type`: unknown variant `website`",
            "`scopes`: invalid type: string \"openid\"",
            "unknown field `redirect_url`",
        ]
    );
}

#[tokio::test]
async fn settings_can_be_changed_when_the_persona_of_auto_approve_is_gone() {
    let sandbox = Sandbox::approving().await;
    sandbox
        .rpc("people_delete", json!({ "user_id": MAYA }))
        .await;
    let changed = sandbox
        .rpc("settings_update", json!({ "keep_days": 3 }))
        .await;
    assert_eq!(changed["settings"]["keep_days"], 3);
    let again = json!({ "auto_approve": MAYA });
    sandbox.rpc_fails("settings_update", again, Invalid).await;
}

/// A persona found by email a moment ago is not remembered under an email that has moved to somebody else.
#[tokio::test]
async fn whoever_is_approved_automatically_is_looked_up_by_the_email_they_have_now() {
    let sandbox = Sandbox::approving().await;
    let web = sandbox.web().await;
    let hinted = |email: &str| {
        let request = web.authorize(&sandbox, "openid");
        request.set("login_hint", email)
    };
    let as_whom = async |email: &str| {
        let request = hinted(email);
        let answer = sandbox.send(&request.request()).await;
        let tokens = sandbox.exchange(&web, &request.code_of(&answer)).await;
        let grants = sandbox
            .rpc("grants_list", json!({ "client_id": web.client_id }))
            .await;
        assert_eq!(tokens.status, 200);
        grants["grants"]
            .as_array()
            .expect("a list")
            .iter()
            .map(|grant| grant["user_id"].clone())
            .collect::<Vec<_>>()
    };
    let first = as_whom("MAYA@example.com").await;
    assert_eq!(first.len(), 1);
    let moved = json!({ "user_id": MAYA, "email": "maya@elsewhere.example" });
    sandbox.rpc("people_update", moved).await;
    let refused = hinted(MAYA);
    let answer = sandbox.send(&refused.request()).await;
    answer.is_redirect_error(&sandbox, &refused, "access_denied");
    assert_eq!(as_whom("maya@elsewhere.example").await, first);
    let taken = json!({ "user_id": "jonas@example.com", "email": MAYA });
    sandbox.rpc("people_update", taken).await;
    assert_eq!(as_whom(MAYA).await.len(), 2, "somebody else");
}

#[tokio::test]
async fn a_change_of_a_persona_is_journalled_by_what_differs_and_none_is_not() {
    let sandbox = Sandbox::start().await;
    let maya = |name: &str| json!({ "user_id": MAYA, "name": name, "locale": "sv-SE" });
    let first = sandbox.rpc("people_update", maya("Maya L")).await;
    let again = sandbox.rpc("people_update", maya("Maya L")).await;
    assert_eq!(first, again);
    let journal = sandbox.journal("person.updated").await;
    assert_eq!(journal.len(), 1);
    assert_eq!(
        journal[0]["detail"],
        json!({
            "name": { "from": "Maya Lindqvist", "to": "Maya L" },
            "locale": { "from": "en-US", "to": "sv-SE" },
        })
    );
}

/// What every `/rpc` call over TCP shares.
struct Tcp<'s> {
    authority: String,
    token: String,
    sandbox: &'s Sandbox,
}

impl<'s> Tcp<'s> {
    fn of(sandbox: &'s Sandbox) -> Self {
        let control = sandbox
            .app
            .control()
            .expect("a control listener was asked for");
        let authority = control
            .url
            .strip_prefix("http://")
            .expect("a plain listener")
            .to_owned();
        Self {
            authority,
            token: control.token,
            sandbox,
        }
    }

    fn call(command: &str, payload: &Value) -> Request {
        Request::post("/rpc").json(&json!({ "cmd": command, "payload": payload }))
    }

    async fn send(&self, request: &Request) -> Answer {
        send(&self.authority, request).await
    }

    async fn rpc(&self, command: &str, payload: Value) -> Answer {
        self.send(&Self::call(command, &payload).bearer(&self.token))
            .await
    }
}

fn is_error(answer: &Answer, code: ErrorCode) {
    assert_eq!(answer.status, code.status(), "{answer}");
    let body = answer.json();
    assert_eq!(
        body["code"],
        serde_json::to_value(code).expect("a word"),
        "{answer}"
    );
    let mut members: Vec<&String> = body.as_object().expect("an object").keys().collect();
    members.sort();
    assert_eq!(members, ["code", "detail", "message"], "{answer}");
    assert!(!text(&body["message"]).is_empty());
}

#[tokio::test]
async fn over_tcp_every_command_answers_the_same() {
    let (sandbox, rows) = ground().await;
    let tcp = Tcp::of(&sandbox);
    for row in rows {
        is_error(&tcp.rpc(row.command, row.bad).await, row.code);
        let Some(good) = row.good else { continue };
        let answer = tcp.rpc(row.command, good).await;
        assert_eq!(answer.status, 200, "{}: {answer}", row.command);
        assert_eq!(answer.header("content-type"), Some("application/json"));
        assert_eq!(answer.header("cache-control"), Some("no-store"));
        assert!(answer.json().is_object(), "{answer}");
    }
    is_error(&tcp.rpc("apps_explode", json!({})).await, UnknownCommand);
    for body in [
        "",
        "{",
        "[]",
        "{\"payload\":{}}",
        "{\"cmd\":7}",
        "{\"cmd\":\"apps_list\",\"surprise\":1}",
    ] {
        let request = Request::post("/rpc")
            .header("Content-Type", "application/json")
            .body(body)
            .bearer(&tcp.token);
        is_error(&tcp.send(&request).await, BadRequest);
    }
    // The payload may be left out when a command takes none.
    let request = Request::post("/rpc")
        .json(&json!({ "cmd": "apps_list" }))
        .bearer(&tcp.token);
    tcp.send(&request).await.expect(200);
    assert_eq!(
        tcp.send(&Request::get("/rpc").bearer(&tcp.token))
            .await
            .status,
        405
    );
    assert_eq!(
        tcp.send(&Request::get("/nothing").bearer(&tcp.token))
            .await
            .status,
        404
    );
    // None of this is the platform's traffic.
    let list = tcp
        .sandbox
        .rpc("traffic_list", json!({ "target": "/rpc" }))
        .await;
    assert_eq!(list["exchanges"], json!([]));
}

#[tokio::test]
async fn over_tcp_nothing_opens_without_the_token() {
    let (sandbox, _) = ground().await;
    let tcp = Tcp::of(&sandbox);
    let call = Tcp::call("apps_list", &json!({}));
    let user = sandbox.tokens(&sandbox.web().await, "openid").await.access;
    for request in [
        call.clone(),
        call.clone().bearer(""),
        call.clone().bearer("ctl_wrong"),
        call.clone().bearer(&tcp.token[..tcp.token.len() - 1]),
        call.clone().bearer(&format!("{}x", tcp.token)),
        call.clone().bearer(&user),
        call.clone().basic("x", &tcp.token),
        Request::post(format!("/rpc?token={}", tcp.token)).json(&json!({ "cmd": "apps_list" })),
        Request::get("/events"),
        Request::get("/nothing"),
    ] {
        let answer = tcp.send(&request).await;
        is_error(&answer, ErrorCode::Unauthorized);
        assert!(!answer.text().contains("Demo Web App"), "{answer}");
    }
    tcp.send(&call.clone().bearer(&tcp.token)).await.expect(200);
    // It is no token of the platform, and each start has its own.
    sandbox
        .biomarkers(&tcp.token)
        .await
        .is_service_error(401, "invalid_token");
    let other = Sandbox::with(|config| config.control_port = Some(0)).await;
    let answer = Tcp::of(&other).send(&call.bearer(&tcp.token)).await;
    is_error(&answer, ErrorCode::Unauthorized);
    // Without being asked for there is no listener at all.
    assert_eq!(Sandbox::start().await.app.control(), None);
}

#[tokio::test]
async fn over_tcp_another_origin_gets_nothing_even_with_the_token() {
    let (sandbox, _) = ground().await;
    let tcp = Tcp::of(&sandbox);
    let call = Tcp::call("apps_list", &json!({})).bearer(&tcp.token);
    // Not even one that an app lists, nor the platform's own pages.
    for origin in [
        "https://evil.example",
        "null",
        "http://localhost:5173",
        &sandbox.issuer(),
        &format!("https://{}", tcp.authority),
    ] {
        for request in [call.clone(), Request::get("/events").bearer(&tcp.token)] {
            let answer = tcp.send(&request.header("Origin", origin)).await;
            is_error(&answer, ErrorCode::Forbidden);
            answer.has_no_cors();
        }
        let preflight = Request::new("OPTIONS", "/rpc")
            .header("Origin", origin)
            .header("Access-Control-Request-Method", "POST")
            .header(
                "Access-Control-Request-Headers",
                "authorization,content-type",
            );
        let answer = tcp.send(&preflight).await;
        answer.has_no_cors();
        assert!(answer.status >= 400, "{answer}");
    }
    tcp.send(
        &call
            .clone()
            .header("Origin", format!("http://{}", tcp.authority)),
    )
    .await
    .expect(200);
    for host in ["evil.example", "evil.example:80", "sandbox.test"] {
        let answer = tcp.send(&call.clone().host(host)).await;
        assert_eq!(answer.status, 421, "{answer}");
    }
}

/// The lines of a stream, each JSON.
struct Stream<R>(Lines<BufReader<R>>);

impl<R: tokio::io::AsyncRead + Unpin> Stream<R> {
    async fn next(&mut self) -> Value {
        let line =
            tokio::time::timeout(std::time::Duration::from_secs(30), self.0.next_line()).await;
        let line = line
            .expect("a line within half a minute")
            .expect("readable")
            .expect("the stream goes on");
        serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line}"))
    }

    /// The first line of a stream of changes, which says that everything from now on is told.
    async fn begins(&mut self) {
        assert_eq!(self.next().await, json!({ "topics": [] }));
    }

    /// The first line in which a topic stands.
    async fn until(&mut self, topic: &str) -> Value {
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
async fn events(tcp: &Tcp<'_>) -> Stream<tokio::io::DuplexStream> {
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

#[cfg(unix)]
mod socket {
    use std::os::unix::fs::PermissionsExt as _;

    use connect_app::control::client::Client;
    use connect_rpc::Topic;
    use connect_rpc::wire::Runtime;
    use tokio::net::UnixStream;
    use tokio::net::unix::{OwnedReadHalf, OwnedWriteHalf};

    use super::*;

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
}
