//! `explain`: from a refusal to the command that mends it.

use std::path::Path;
use std::process::Command;

use serde_json::json;

use crate::sandbox::{Home, authorize, http};

#[test]
fn the_newest_refusal_is_explained_and_its_remedy_works_as_typed() {
    let home = Home::new();
    let sandbox = home.serve(&[]);
    let id = sandbox.run(&["env", "--format", "json"]).json()["LOOP_CLIENT_ID"]
        .as_str()
        .unwrap()
        .to_owned();
    let request = authorize(&id, "http://localhost:3000/callbak");
    assert!(http(sandbox.platform(), &request).starts_with("HTTP/1.1 400 "));

    let text = sandbox.run(&["explain", "last"]).data();
    assert_eq!(sandbox.run(&["explain"]).data(), text);
    for part in [
        "→ 400 invalid_request\n",
        "\n  ✓ client_known\n",
        "\n  ✗ redirect_uri_registered\n",
        "\n  expected http://localhost:3000/callback\n                                       ^\n",
        "\n  received http://localhost:3000/callbak\n",
        "RFC 9700 §2.1 (documented)\n",
        "Redirect URIs are compared as exact strings",
    ] {
        assert!(text.contains(part), "{part} is not in\n{text}");
    }

    let remedy = text
        .lines()
        .find(|line| line.starts_with("  connect-sandbox "))
        .unwrap();
    let programs = Path::new(env!("CARGO_BIN_EXE_connect-sandbox"))
        .parent()
        .unwrap();
    let mut shell = Command::new("sh");
    shell
        .args(["-c", remedy])
        .env("HOME", home.path())
        .env("XDG_DATA_HOME", home.path().join("data"));
    shell.env("PATH", format!("{}:/usr/bin:/bin", programs.display()));
    let output = shell.output().unwrap();
    assert!(
        output.status.success(),
        "{remedy}\n{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let answer = http(sandbox.platform(), &request);
    assert!(!answer.starts_with("HTTP/1.1 400 "), "{answer}");
    sandbox.stop();
}

#[test]
fn any_exchange_is_explained_for_people_and_for_programs() {
    let home = Home::new();
    let sandbox = home.serve(&[]);
    assert!(
        http(sandbox.platform(), "GET /.well-known/openid-configuration")
            .starts_with("HTTP/1.1 200 ")
    );
    let list = sandbox.rpc("traffic_list", &json!({ "limit": 1 }));
    let id = list["exchanges"][0]["id"].as_str().unwrap();
    let text = sandbox.run(&["explain", id]).data();
    assert!(
        text.starts_with("GET /.well-known/openid-configuration → 200\n"),
        "{text}"
    );
    let explained = sandbox.run(&["explain", id, "--json"]).json();
    assert_eq!(
        (&explained["summary"]["id"], &explained["refusal"]),
        (&json!(id), &json!(null))
    );
    sandbox.stop();
}

#[test]
fn what_does_not_exist_cannot_be_explained() {
    let home = Home::new();
    let sandbox = home.serve(&[]);
    for (exchange, code, said) in [
        (
            "last",
            3,
            "nothing has been refused (0 exchanges are recorded)",
        ),
        ("exchange_none", 3, "there is no exchange `exchange_none`"),
        ("7", 2, "an exchange is named by its id"),
    ] {
        for json in [&[][..], &["--json"]] {
            let run = sandbox.run(&[&["explain", exchange], json].concat());
            assert_eq!((run.code, run.out.as_str()), (code, ""), "{}", run.err);
            assert!(run.err.contains(said), "{}", run.err);
        }
    }
    sandbox.stop();
}

#[test]
fn a_trace_is_told_in_order_and_leads_to_its_refusal() {
    let home = Home::new();
    let sandbox = home.serve(&[]);
    let none = sandbox.run(&["trace"]);
    assert_eq!((none.code, none.out.as_str()), (3, ""), "{}", none.err);
    let id = sandbox.run(&["env", "--format", "json"]).json()["LOOP_CLIENT_ID"]
        .as_str()
        .unwrap()
        .to_owned();
    let request = authorize(&id, "http://localhost:3000/callbak");
    assert!(http(sandbox.platform(), &request).starts_with("HTTP/1.1 400 "));
    let text = sandbox.run(&["trace", "last"]).data();
    assert_eq!(sandbox.run(&["trace"]).data(), text);
    let list = sandbox.rpc("traffic_list", &json!({ "limit": 1 }));
    let exchange = list["exchanges"][0]["id"].as_str().unwrap();
    let trace = list["exchanges"][0]["trace"].as_str().unwrap();
    for part in [
        "refused: redirect_uri_registered  Demo Web App",
        trace,
        "→ 400 ✗ redirect_uri_registered",
        &format!("explain {exchange}"),
    ] {
        assert!(text.contains(part), "{part} is not in\n{text}");
    }
    for named in [trace, exchange] {
        assert_eq!(sandbox.run(&["trace", named]).data(), text);
    }
    let as_json = sandbox.run(&["trace", trace, "--json"]).json();
    assert_eq!(as_json["exchanges"][0]["id"], exchange);
    let unknown = sandbox.run(&["trace", "trace_none"]);
    assert_eq!(unknown.code, 3, "{}", unknown.err);
    sandbox.stop();
}
