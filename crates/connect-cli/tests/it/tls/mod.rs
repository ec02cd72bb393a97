//! `walk` to another target over TLS: the certificate is looked at before anything is said, and what is wrong with it is
//! told in words.

mod front;

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpListener};
use std::sync::mpsc;

use serde_json::{Value, json};

use self::front::{Authority, Front, Shown};
use crate::sandbox::{Home, Said, Sandbox};

/// A walk to another target with the app that its owner's environment names.
fn walk(here: &Sandbox<'_>, there: &Sandbox<'_>, target: &str) -> Said {
    let env = there.run(&["env", "--format", "json"]).json();
    let mut walk = here.program(&[
        "walk",
        "--target",
        target,
        "--persona",
        "maya@example.com",
        "--scope",
        "read:biomarkers",
        "--json",
    ]);
    for name in ["LOOP_CLIENT_ID", "LOOP_CLIENT_SECRET", "LOOP_REDIRECT_URI"] {
        walk.env(name, env[name].as_str().unwrap());
    }
    Said::of(walk.output().unwrap())
}

/// The walk ended at its first step, for the reasons given, and says what to do.
#[track_caller]
fn assert_refused(said: &Said, host: &str, words: &[&str]) {
    assert_eq!(said.code, 12, "{}\n{}", said.out, said.err);
    for part in [&[host, "Nothing was sent. "], words].concat() {
        assert!(said.err.contains(part), "{part} is not in {}", said.err);
    }
    let session: Value = serde_json::from_str(&said.out).unwrap();
    assert_eq!(session["summary"]["step"], "configure");
    assert_eq!(session["exchanges"].as_array().unwrap().len(), 1);
}

#[test]
fn a_walk_goes_over_tls_by_the_authority_that_the_sandbox_was_told_to_trust() {
    let home = Home::new();
    let authority = Authority::new(home.path(), "authority");
    let there = home.serve_on("there", &[]);
    let here = home.serve_trusting("here", authority.file());
    let front = Front::of(there.platform(), &authority);
    let said = walk(&here, &there, &front.base_url());
    let session: Value = said.json();
    assert_eq!(session["summary"]["step"], Value::Null, "{session}");
    assert_eq!(session["summary"]["disagreements"], 0, "{session}");
    assert_eq!(
        session["summary"]["target"],
        json!({ "base_url": front.base_url(), "own": false })
    );
    let exchanges = session["exchanges"].as_array().unwrap();
    let over_tls = exchanges.iter().filter(|it| it["tls"] == true).count();
    assert_eq!(over_tls, front.seen().len(), "all of it went through TLS");
    assert!(over_tls > 8, "{session}");

    // A certificate that changes half way is looked at before the code and the secret go out.
    let id = &here.rpc("simulator_list", &json!({}))["sessions"][0]["session"];
    let walk = json!({ "session": id, "until": "callback" });
    here.rpc("simulator_restart", &json!({ "session": id }));
    here.rpc("simulator_run_all", &walk);
    for shown in [Shown::Expired, Shown::OtherName] {
        front.show(&authority, shown);
        let before = front.seen();
        let session = here.rpc("simulator_run", &json!({ "session": id, "step": "token" }));
        let run = session["runs"].as_array().unwrap().last().unwrap().clone();
        assert_eq!(run["outcome"]["state"], "failed", "{run}");
        assert_eq!(front.seen(), before, "nothing was said in it");
        let number = session["exchanges"].as_array().unwrap().last().unwrap()["exchange"].clone();
        let bytes = json!({ "session": id, "exchange": number });
        let bytes = here.rpc("simulator_reveal", &bytes);
        assert_eq!(bytes["request_base64"], "", "{shown:?}");
    }
    front.show(&authority, Shown::Good);
    let session = here.rpc("simulator_run", &json!({ "session": id, "step": "token" }));
    assert_eq!(session["summary"]["step"], "api", "the code was not spent");
}

/// A platform that answers otherwise than the contract says is told from one that refuses.
#[test]
fn an_answer_that_was_not_foreseen_has_an_exit_code_of_its_own() {
    let home = Home::new();
    let authority = Authority::new(home.path(), "authority");
    let there = home.serve_on("there", &[]);
    let here = home.serve_trusting("here", authority.file());
    let front = Front::of(there.platform(), &authority);
    front.breaks("/v1/oauth/introspect");
    let said = walk(&here, &there, &front.base_url());
    assert_eq!(said.code, 11, "{}\n{}", said.out, said.err);
    let wanted = "1 of the answers was not as foreseen";
    assert!(said.err.contains(wanted), "{}", said.err);
    let session: Value = serde_json::from_str(&said.out).unwrap();
    assert_eq!(session["summary"]["disagreements"], 1);
    assert_eq!(session["summary"]["ended"]["step"], "introspect");
}

#[test]
fn what_is_wrong_with_a_certificate_is_said_with_the_host_and_what_to_do() {
    let home = Home::new();
    let authority = Authority::new(home.path(), "authority");
    let there = home.serve_on("there", &[]);
    let here = home.serve_trusting("here", authority.file());
    let front = Front::of(there.platform(), &authority);
    let host = front.host();
    for (shown, words) in [
        (
            Shown::OtherName,
            [
                "is not for this name: it is for staging.example.com",
                "subjectAltName",
            ],
        ),
        (Shown::Expired, ["has expired on 2020-02-29", "renewed"]),
        (
            Shown::NotYet,
            ["is not valid yet: it begins on 2090-01-31", "clock"],
        ),
        (
            Shown::Authority,
            ["is that of an authority (CA:TRUE)", "CA:FALSE"],
        ),
    ] {
        front.show(&authority, shown);
        let said = walk(&here, &there, &front.base_url());
        assert_refused(&said, &host, &words);
    }
    assert_eq!(front.seen(), [""; 0], "nothing was said to any of them");

    // One that somebody else signed, under the same name.
    let stranger = Authority::new(home.path(), "stranger");
    front.show(&stranger, Shown::Good);
    let said = walk(&here, &there, &front.base_url());
    let file = format!("whom SSL_CERT_FILE ({}) trusts", authority.file().display());
    assert_refused(&said, &host, &["signed by nobody", &file]);
    assert_eq!(front.seen(), [""; 0]);
    // What is trusted is read anew after that: no restart is needed.
    std::fs::copy(stranger.file(), authority.file()).unwrap();
    let said = walk(&here, &there, &front.base_url());
    assert_eq!(said.code, 0, "{}", said.err);
}

#[test]
fn without_a_word_about_the_authority_nobody_is_trusted() {
    let home = Home::new();
    let authority = Authority::new(home.path(), "authority");
    let there = home.serve_on("there", &[]);
    let front = Front::of(there.platform(), &authority);
    // A machine has authorities of its own, or none; neither knows this one.
    let here = home.serve(&[]);
    let said = walk(&here, &there, &front.base_url());
    assert_refused(&said, &front.host(), &["trust", "SSL_CERT_FILE"]);
    let nowhere = home.path().join("nowhere.pem");
    let lost = home.serve_trusting("lost", &nowhere);
    let said = walk(&lost, &there, &front.base_url());
    let words = [
        "no certificate authority is trusted",
        "nowhere.pem",
        "SSL_CERT_FILE",
    ];
    assert_refused(&said, &front.host(), &words);
    assert_eq!(front.seen(), [""; 0]);
}

#[test]
fn a_server_that_speaks_no_tls_is_told_from_one_that_does() {
    let home = Home::new();
    let authority = Authority::new(home.path(), "authority");
    let there = home.serve_on("there", &[]);
    let here = home.serve_trusting("here", authority.file());
    // A sandbox's own port, which speaks plain HTTP and takes this for none.
    let port = there.platform().rsplit(':').next().unwrap();
    let host = format!("localhost:{port}");
    let said = walk(&here, &there, &format!("https://{host}"));
    assert_refused(&said, &host, &["hung up before TLS was agreed on", "port"]);

    // One that answers in plain HTTP whatever comes, and one that hangs up: nothing but the beginning of TLS came to them.
    for (answer, words) in [
        (
            "HTTP/1.1 400 Bad Request\r\n\r\n",
            "answers, but not with TLS",
        ),
        ("", "hung up before TLS was agreed on"),
    ] {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let host = format!("localhost:{}", listener.local_addr().unwrap().port());
        let (heard, hears) = mpsc::channel();
        std::thread::spawn(move || {
            let (mut connection, _) = listener.accept().unwrap();
            let mut bytes = vec![0; 4096];
            let read = connection.read(&mut bytes).unwrap();
            bytes.truncate(read);
            connection.write_all(answer.as_bytes()).unwrap();
            connection.shutdown(Shutdown::Write).unwrap();
            // Whatever still comes until the other side lets go, however it does.
            let _ = connection.read_to_end(&mut bytes);
            heard.send(bytes).unwrap();
        });
        let said = walk(&here, &there, &format!("https://{host}"));
        assert_refused(&said, &host, &[words, "port"]);
        let bytes = hears.recv().unwrap();
        let name = b"localhost";
        let is_named = bytes.windows(name.len()).any(|it| it == name);
        assert!(is_named, "the name that was asked for is in it: {bytes:?}");
        let kinds = records(&bytes);
        assert_eq!(kinds.first(), Some(&HANDSHAKE), "{bytes:?}");
        let of_tls_alone = kinds.iter().all(|it| [HANDSHAKE, ALERT].contains(it));
        assert!(of_tls_alone, "{kinds:?}");
    }
}

/// Content types of records (RFC 8446 §5.1).
const ALERT: u8 = 21;
const HANDSHAKE: u8 = 22;

/// The content type of each record, which all that came is made of.
fn records(mut bytes: &[u8]) -> Vec<u8> {
    let mut kinds = Vec::new();
    while let [kind, 3, _, high, low, rest @ ..] = bytes {
        let length = usize::from(u16::from_be_bytes([*high, *low]));
        assert!(rest.len() >= length, "a whole record");
        kinds.push(*kind);
        bytes = &rest[length..];
    }
    assert_eq!(bytes, b"", "nothing but records");
    kinds
}
