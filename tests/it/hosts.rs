//! Who is let in at all: names on a list, one process on a data directory, one program on a port.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use connect_app::{App, Config};
use connect_core::Env;
use serde_json::json;

use crate::support::http::{Wire, send};
use crate::support::{Request, Sandbox};

#[tokio::test]
async fn a_foreign_host_is_421_on_every_listener_and_told_the_flag_that_would_allow_it() {
    let sandbox = Sandbox::with(|config| config.control_port = Some(0)).await;
    let control = sandbox.app.control().expect("asked for");
    let control_authority = control
        .url
        .strip_prefix("http://")
        .expect("a plain listener")
        .to_owned();
    let names = [
        "evil.example",
        "evil.example:9400",
        "sandbox.test",
        "127.0.0.1.nip.io",
        "localhost.evil.example",
    ];
    for name in names {
        let bare = name.split(':').next().expect("a name");
        for request in [
            Request::get("/.well-known/openid-configuration"),
            Request::post("/v1/oauth/token"),
        ] {
            let answer = sandbox.send(&request.host(name)).await;
            answer.is_service_error(421, "misdirected_request");
            assert!(
                answer.text().contains(&format!("--allow-host {bare}")),
                "{answer}"
            );
        }
        // The control listener is for this machine alone, and says so.
        for request in [
            Request::post("/rpc").json(&json!({ "cmd": "apps_list" })),
            Request::get("/events"),
        ] {
            let answer = send(
                &control_authority,
                &request.host(name).bearer(&control.token),
            )
            .await;
            assert_eq!(answer.status, 421, "{answer}");
            assert!(
                !answer.text().contains("--allow-host") && answer.text().contains("no flag"),
                "{answer}"
            );
        }
    }
    // A Host with the port of another listener is as foreign.
    let control_port = control_authority.rsplit(':').next().expect("a port");
    let answer = sandbox
        .send(&Request::get("/").host(format!("127.0.0.1:{control_port}")))
        .await;
    assert_eq!(answer.status, 421, "{answer}");
    let why = sandbox
        .rpc(
            "traffic_list",
            json!({ "refused_by": "host_known", "limit": 1 }),
        )
        .await;
    let why = sandbox
        .rpc(
            "traffic_explain",
            json!({ "exchange": why["exchanges"][0]["id"] }),
        )
        .await;
    assert!(
        why["refusal"]["fix"]
            .as_str()
            .is_some_and(|fix| fix.contains("--allow-host")),
        "{why}"
    );
}

#[tokio::test]
async fn a_request_has_exactly_one_host() {
    let sandbox = Sandbox::start().await;
    let authority = sandbox.authority.clone();
    for head in [
        "GET / HTTP/1.1\r\n\r\n".to_owned(),
        format!("GET / HTTP/1.1\r\nHost: {authority}\r\nHost: {authority}\r\n\r\n"),
        format!("GET / HTTP/1.1\r\nHost: {authority}\r\nHost: evil.example\r\n\r\n"),
        "GET / HTTP/1.1\r\nHost:\r\n\r\n".to_owned(),
        format!("GET / HTTP/1.1\r\nHost: user@{authority}\r\n\r\n"),
    ] {
        let answer = crate::support::http::send_bytes(&authority, head.as_bytes())
            .await
            .expect("an answer");
        assert_eq!(answer.status, 400, "{head:?}: {answer}");
    }
    // A target in absolute form is judged as well.
    let absolute = format!("GET http://evil.example/ HTTP/1.1\r\nHost: {authority}\r\n\r\n");
    let answer = crate::support::http::send_bytes(&authority, absolute.as_bytes())
        .await
        .expect("an answer");
    assert_eq!(answer.status, 421, "{answer}");
}

#[tokio::test]
async fn an_allowed_host_is_let_in_and_shown() {
    let sandbox = Sandbox::with(|config| {
        config.allow_hosts = vec!["sandbox.test".to_owned(), "box.test:8080".to_owned()];
        config.auto_approve = Some(crate::support::MAYA.to_owned());
    })
    .await;
    for (host, status) in [
        ("sandbox.test", 200),
        ("sandbox.test:9999", 200),
        ("SANDBOX.test", 200),
        ("box.test:8080", 200),
        ("box.test", 421),
        ("sub.sandbox.test", 421),
        ("sandbox.test.evil.example", 421),
    ] {
        let answer = sandbox
            .send(&Request::get("/.well-known/openid-configuration").host(host))
            .await
            .expect(status);
        if status == 200 {
            assert_eq!(
                answer.json()["issuer"],
                format!("http://{}", host.to_ascii_lowercase())
            );
        }
    }
    let status = sandbox.rpc("sandbox_status", json!({})).await;
    assert_eq!(
        status["allowed_hosts"],
        json!(["sandbox.test", "box.test:8080"])
    );
    assert!(
        status["notices"].to_string().contains("sandbox.test"),
        "{status}"
    );
    let wrong = App::start(
        Config {
            allow_hosts: vec!["http://x".to_owned()],
            ..Config::ephemeral()
        },
        Arc::new(Env::system()),
    );
    let error = wrong.await.err().expect("no host").to_string();
    assert!(
        error.contains("--allow-host") && error.contains("http://x"),
        "{error}"
    );
}

#[tokio::test]
async fn the_platform_answers_on_both_loopbacks_at_the_same_port() {
    let sandbox = Sandbox::start().await;
    let port = sandbox.port();
    let Ok(stream) = tokio::net::TcpStream::connect(("::1", port)).await else {
        // This machine has no IPv6; then there is nothing to answer on.
        assert!(
            tokio::net::TcpListener::bind(("::1", 0)).await.is_err(),
            "[::1] is there, and nobody answers"
        );
        return;
    };
    drop(stream);
    let answer = Wire::open(&format!("[::1]:{port}"))
        .await
        .send(&Request::get("/.well-known/openid-configuration"))
        .await;
    assert_eq!(
        answer.expect(200).json()["issuer"],
        format!("http://[::1]:{port}")
    );
}

#[tokio::test]
async fn listening_for_others_is_said_aloud() {
    let sandbox =
        Sandbox::with(|config| config.listen = Some(IpAddr::V4(Ipv4Addr::UNSPECIFIED))).await;
    let local = format!("127.0.0.1:{}", sandbox.port());
    send(&local, &Request::get("/.well-known/openid-configuration"))
        .await
        .expect(200);
    // Open is not without a list: others must come by a name that was allowed.
    let answer = send(
        &local,
        &Request::get("/").host(format!("192.168.1.7:{}", sandbox.port())),
    )
    .await;
    assert_eq!(answer.status, 421, "{answer}");
    let status = sandbox.rpc("sandbox_status", json!({})).await;
    assert_eq!(status["open_to_others"], true);
    assert!(
        status["notices"].to_string().contains("--listen"),
        "{status}"
    );
}

#[tokio::test]
async fn a_second_sandbox_on_the_same_data_directory_is_turned_away_naming_the_first() {
    let directory = tempfile::tempdir().expect("a folder");
    let first = Sandbox::of(Config::at(directory.path()), Arc::new(Env::system())).await;
    let second = App::start(Config::at(directory.path()), Arc::new(Env::system())).await;
    let error = second.err().expect("the directory is taken").to_string();
    assert!(error.contains(&std::process::id().to_string()), "{error}");
    assert!(
        error.contains(&directory.path().display().to_string()) && error.contains("--data-dir"),
        "{error}"
    );
    // The first is none the worse for it, and when it has stopped the next is let in.
    first
        .send(&Request::get("/.well-known/jwks.json"))
        .await
        .expect(200);
    first.app.stop().await;
    let next = Sandbox::of(Config::at(directory.path()), Arc::new(Env::system())).await;
    next.send(&Request::get("/.well-known/jwks.json"))
        .await
        .expect(200);
}

#[tokio::test]
async fn a_port_in_use_is_an_error_that_names_the_port_and_the_remedy() {
    let first = Sandbox::with(|config| config.control_port = Some(0)).await;
    let port = first.port();
    let config = Config {
        port,
        ..Config::ephemeral()
    };
    let error = App::start(config, Arc::new(Env::system()))
        .await
        .err()
        .expect("the port is taken")
        .to_string();
    assert!(
        error.contains(&port.to_string()) && error.contains("--port"),
        "{error}"
    );
    let control = first.app.control().expect("asked for").url;
    let port: u16 = control
        .rsplit(':')
        .next()
        .and_then(|port| port.parse().ok())
        .expect("a port");
    let config = Config {
        control_port: Some(port),
        ..Config::ephemeral()
    };
    let error = App::start(config, Arc::new(Env::system()))
        .await
        .err()
        .expect("the port is taken")
        .to_string();
    assert!(
        error.contains(&port.to_string()) && error.contains("--control-port"),
        "{error}"
    );
    // What failed has let its directory go: nothing of it is left running.
    let directory = tempfile::tempdir().expect("a folder");
    let taken = Config {
        port: first.port(),
        ..Config::at(directory.path())
    };
    App::start(taken, Arc::new(Env::system()))
        .await
        .err()
        .expect("the port is taken");
    Sandbox::of(Config::at(directory.path()), Arc::new(Env::system())).await;
}
