//! `serve`: how it starts, what it says, how it stops.

use serde_json::{Value, json};

use crate::sandbox::{Home, authorize, http};

#[test]
fn the_ready_line_is_all_that_goes_to_standard_output() {
    let home = Home::new();
    let sandbox = home.serve(&[]);
    let platform = sandbox.platform().to_owned();
    assert_eq!(
        sandbox.ready,
        json!({
            "ready": true, "platform": platform, "control": null, "pid": sandbox.pid(),
            "data_dir": home.path().join("here"),
        })
    );
    assert!(platform.starts_with("http://127.0.0.1:"), "{platform}");
    assert!(http(&platform, "GET /.well-known/openid-configuration").starts_with("HTTP/1.1 200 "));
    sandbox.stop();
}

#[test]
fn people_are_told_where_it_is_who_is_there_and_what_to_do_next() {
    let home = Home::new();
    let directory = home.path().join("a dir");
    let mut child = home
        .program(&[
            "serve",
            "--data-dir",
            directory.to_str().unwrap(),
            "--port",
            "0",
            "--key-file",
        ])
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = std::io::BufRead::lines(std::io::BufReader::new(child.stderr.take().unwrap()));
    let mut said = String::new();
    while !said.contains("Ctrl-C stops it.") {
        said.push_str(&lines.next().unwrap().unwrap());
        said.push('\n');
    }
    let typed = format!("connect-sandbox --data-dir '{}'", directory.display());
    for part in [
        "http://127.0.0.1:",
        "maya@example.com",
        "Demo Web App",
        &format!("{typed} env --app 'Demo Web App' > .env"),
        &format!("{typed} explain last"),
    ] {
        assert!(said.contains(part), "{part} is not in\n{said}");
    }
    assert!(!said.contains('\u{1b}'), "colour on what is no terminal");
    std::process::Command::new("kill")
        .args(["-TERM", &child.id().to_string()])
        .status()
        .unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(
        (output.status.code(), output.stdout.as_slice()),
        (Some(0), &b""[..])
    );
}

#[test]
fn every_way_of_asking_it_to_stop_leaves_a_clean_workspace() {
    let home = Home::new();
    let mut ids = Vec::new();
    for signal in ["TERM", "INT", "HUP"] {
        let sandbox = home.serve(&[]);
        ids.push(sandbox.run(&["env", "--format", "json"]).json()["LOOP_CLIENT_SECRET"].clone());
        let directory = sandbox.data_dir().to_owned();
        assert!(directory.join("runtime.json").exists());
        let said = sandbox.end(signal);
        assert_eq!(
            (said.code, said.out.as_str(), said.err.as_str()),
            (0, "", ""),
            "SIG{signal}"
        );
        for left in ["runtime.json", "control.sock"] {
            assert!(!directory.join(left).exists(), "SIG{signal} left {left}");
        }
    }
    ids.dedup();
    assert_eq!(ids.len(), 1, "the same world each time");
}

#[test]
fn a_killed_sandbox_is_known_to_be_gone_and_its_workspace_opens_again() {
    let home = Home::new();
    let sandbox = home.serve(&[]);
    let (pid, directory) = (sandbox.pid(), sandbox.data_dir().to_owned());
    assert_eq!(sandbox.end("KILL").code, -1);
    let said = home.run(&["status", "--data-dir", directory.to_str().unwrap()]);
    assert_eq!(said.code, 7);
    assert!(
        said.err
            .contains(&format!("process {pid} ended without stopping cleanly")),
        "{}",
        said.err
    );
    let again = home.serve(&[]);
    assert_eq!(again.run(&["status", "--json"]).json()["pid"], again.pid());
    again.stop();
}

#[test]
fn an_ephemeral_sandbox_leaves_nothing() {
    let home = Home::new();
    let sandbox = home.start(&["serve", "--ephemeral", "--port", "0", "--json"]);
    let directory = sandbox.data_dir().to_owned();
    assert!(
        directory.starts_with(home.path().join("tmp")),
        "{}",
        directory.display()
    );
    let status = sandbox.run(&["status", "--json"]).json();
    assert_eq!(
        (&status["ephemeral"], &status["key"]["place"]),
        (&json!(true), &json!("memory"))
    );
    sandbox.stop();
    assert!(!directory.exists());
    assert!(!home.default_data_dir().exists());
}

#[test]
fn without_a_directory_the_workspace_is_where_the_platform_keeps_data() {
    let home = Home::new();
    let sandbox = home.start(&["serve", "--port", "0", "--key-file", "--json"]);
    assert_eq!(sandbox.data_dir(), home.default_data_dir());
    // And it is found there without being named.
    assert_eq!(home.run(&["status", "--json"]).json()["pid"], sandbox.pid());
    sandbox.stop();
}

#[test]
fn options_reach_the_sandbox() {
    let home = Home::new();
    let sandbox = home.serve(&[
        "--profile",
        "strict",
        "--seed",
        "empty",
        "--listen",
        "127.0.0.1",
        "--allow-host",
        "sandbox.test",
        "other.test:80",
        "--allow-host",
        "third.test",
    ]);
    let status = sandbox.run(&["status", "--json"]).json();
    assert_eq!(status["profile"], "strict");
    assert_eq!(status["counts"]["people"], 0);
    assert_eq!(
        status["allowed_hosts"],
        json!(["sandbox.test", "other.test:80", "third.test"])
    );
    sandbox.stop();
}

#[test]
fn with_auto_approve_a_code_comes_at_once() {
    let home = Home::new();
    let sandbox = home.serve(&["--auto-approve", "maya@example.com"]);
    let env = sandbox.run(&["env", "--format", "json"]).json();
    let answer = http(
        sandbox.platform(),
        &authorize(
            env["LOOP_CLIENT_ID"].as_str().unwrap(),
            "http://localhost:3000/callback",
        ),
    );
    assert!(
        answer.starts_with("HTTP/1.1 302 ") || answer.starts_with("HTTP/1.1 303 "),
        "{answer}"
    );
    assert!(
        answer
            .to_lowercase()
            .contains("location: http://localhost:3000/callback?code=lph_ac_"),
        "{answer}"
    );
    sandbox.stop();
}

#[test]
fn the_control_surface_is_served_over_tcp_on_request() {
    let home = Home::new();
    let sandbox = home.serve(&["--control-port", "0"]);
    let control = &sandbox.ready["control"];
    let (url, token) = (
        control["url"].as_str().unwrap(),
        control["token"].as_str().unwrap(),
    );
    let body = r#"{"cmd": "sandbox_status", "payload": {}}"#;
    let request = format!(
        "POST /rpc\r\nAuthorization: Bearer {token}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    let answer = http(url, &request);
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    assert!(
        answer.contains(&format!("\"pid\":{}", sandbox.pid())),
        "{answer}"
    );
    assert!(http(url, &request.replace(token, "ctl_wrong")).starts_with("HTTP/1.1 401 "));
    sandbox.stop();
}

#[test]
fn a_configuration_file_is_applied() {
    let home = Home::new();
    let file = home.path().join("connect.toml");
    std::fs::write(
        &file,
        "[[personas]]\nemail = \"ada@example.com\"\nname = \"Ada\"\n",
    )
    .unwrap();
    let sandbox = home.serve(&[
        "--config",
        "connect.toml",
        "--auto-approve",
        "ada@example.com",
    ]);
    let people = sandbox.rpc("people_list", &json!({}));
    assert!(
        people["people"]
            .as_array()
            .unwrap()
            .iter()
            .any(|person| person["email"] == "ada@example.com")
    );
    sandbox.stop();
}

#[test]
fn nothing_secret_is_logged_at_any_level() {
    let home = Home::new();
    let sandbox = home.serve(&["--log", "trace", "--auto-approve", "maya@example.com"]);
    let env = sandbox.run(&["env", "--format", "json"]).json();
    let text = |name: &str| env[name].as_str().unwrap().to_owned();
    let answer = http(
        sandbox.platform(),
        &authorize(&text("LOOP_CLIENT_ID"), "http://localhost:3000/callback"),
    );
    let code = answer
        .split("code=")
        .nth(1)
        .unwrap()
        .split(['&', '\r'])
        .next()
        .unwrap()
        .to_owned();
    let body = format!(
        "grant_type=authorization_code&code={code}&client_id={}&client_secret={}&redirect_uri=http://localhost:3000/callback&\
         code_verifier=dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk",
        text("LOOP_CLIENT_ID"),
        text("LOOP_CLIENT_SECRET")
    );
    let request = format!(
        "POST /v1/oauth/token\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    let answer = http(sandbox.platform(), &request);
    let tokens: Value = serde_json::from_str(answer.split("\r\n\r\n").nth(1).unwrap()).unwrap();
    let said = sandbox.end("TERM");
    for secret in [
        &code,
        tokens["access_token"].as_str().unwrap(),
        tokens["refresh_token"].as_str().unwrap(),
        &text("LOOP_CLIENT_SECRET"),
        &text("LOOP_WEBHOOK_SECRET"),
    ] {
        assert!(
            secret.len() > 20 && !said.err.contains(secret),
            "{}",
            said.err
        );
    }
}

#[test]
#[cfg(not(feature = "ui"))]
fn a_program_without_the_console_says_how_to_get_it() {
    let home = Home::new();
    let said = home.run(&["serve", "--ephemeral", "--ui"]);
    assert_eq!(said.code, 2, "{}", said.err);
    assert!(said.err.contains("cargo xtask run"), "{}", said.err);
    assert_eq!(said.out, "");
}

#[test]
#[cfg(feature = "ui")]
fn the_console_is_served_to_a_browser_and_its_address_is_in_the_ready_line() {
    let home = Home::new();
    let sandbox = home.serve(&["--ui"]);
    let control = &sandbox.ready["control"];
    let (url, token) = (
        control["url"].as_str().unwrap(),
        control["token"].as_str().unwrap(),
    );
    assert_eq!(sandbox.ready["ui"], format!("{url}/#token={token}"));
    let page = http(url, "GET /\r\n\r\n");
    assert!(page.starts_with("HTTP/1.1 200"), "{page}");
    assert!(page.contains("<script type=\"module\""), "{page}");
    sandbox.stop();
}
