//! How `serve` fails, and what every exit code stands for.

use std::net::TcpListener;

use crate::sandbox::Home;

#[test]
fn arguments_that_are_not_right_end_with_2() {
    let home = Home::new();
    for (arguments, said) in [
        (&["--nonsense"][..], "unexpected argument '--nonsense'"),
        (&["serve", "--port", "70000"], "70000 is not in 0..=65535"),
        (
            &["serve", "--profile", "lax"],
            "possible values: loop, strict",
        ),
        (&["serve", "--seed", "full"], "possible values: demo, empty"),
        (
            &["serve", "--listen", "everywhere"],
            "invalid value 'everywhere'",
        ),
        (&["serve", "--allow-host", "http://x/"], "--allow-host: "),
        (
            &["serve", "--data-dir", "x", "--ephemeral"],
            "give one or the other",
        ),
        (
            &["serve", "--config", "missing.toml"],
            "missing.toml can't be read: ",
        ),
        (
            &["--log", "loud", "status"],
            "possible values: off, error, warn, info, debug, trace",
        ),
        (
            &["env", "--format", "yaml"],
            "possible values: dotenv, shell, json",
        ),
        (
            &["completions", "tcsh"],
            "possible values: bash, elvish, fish, powershell, zsh",
        ),
        (&["rpc"], "required arguments were not provided"),
        (
            &["rpc", "apps_lst"],
            "there is no command `apps_lst`; did you mean apps_list",
        ),
        (&["rpc", "apps_list", "{"], "the payload is not JSON: "),
        (
            &[
                "serve",
                "--ephemeral",
                "--port",
                "0",
                "--auto-approve",
                "x@example.com",
            ],
            "no persona has the email `x@example.com`; there are ",
        ),
    ] {
        let run = home.run(arguments);
        assert_eq!(
            (run.code, run.out.as_str()),
            (2, ""),
            "{arguments:?}: {}",
            run.err
        );
        assert!(run.err.contains(said), "{arguments:?}: {}", run.err);
    }
}

#[test]
fn a_wrong_configuration_file_is_named_with_line_and_column_and_ends_with_2() {
    let home = Home::new();
    std::fs::write(
        home.path().join("connect.toml"),
        "\n[settings]\nprofle = \"loop\"\n",
    )
    .unwrap();
    let run = home.run(&[
        "serve",
        "--ephemeral",
        "--port",
        "0",
        "--config",
        "connect.toml",
    ]);
    assert_eq!(run.code, 2);
    assert!(
        run.err.contains("connect.toml:3:1: unknown key `profle`"),
        "{}",
        run.err
    );
    assert!(run.err.contains("did you mean `profile`?"), "{}", run.err);
}

#[test]
fn where_no_sandbox_runs_every_question_ends_with_7_and_says_how_to_start_one() {
    let home = Home::new();
    let directory = home.path().join("no where");
    let directory = directory.to_str().unwrap();
    for question in [
        &["rpc", "apps_list"][..],
        &["status"],
        &["env"],
        &["explain", "last"],
        &["export"],
        &["clear"],
    ] {
        let run = home.run(&[&["--data-dir", directory], question].concat());
        assert_eq!(
            (run.code, run.out.as_str()),
            (7, ""),
            "{question:?}: {}",
            run.err
        );
        assert_eq!(
            run.err,
            format!(
                "error: no sandbox is running on {directory}\n  start one with: connect-sandbox serve --data-dir '{directory}'\n"
            )
        );
    }
    assert!(
        home.run(&["status"])
            .err
            .ends_with("start one with: connect-sandbox serve\n")
    );
}

#[test]
fn a_second_process_on_a_directory_is_turned_away_naming_the_first() {
    let home = Home::new();
    let sandbox = home.serve(&[]);
    let directory = sandbox.data_dir().to_str().unwrap();
    let run = home.run(&["serve", "--data-dir", directory, "--port", "0", "--json"]);
    assert_eq!((run.code, run.out.as_str()), (8, ""));
    assert!(
        run.err
            .contains(&format!("in use by process {}", sandbox.pid())),
        "{}",
        run.err
    );
    assert!(run.err.contains(directory), "{}", run.err);
    sandbox.stop();
}

#[test]
fn a_port_in_use_is_named_with_its_remedy_and_ends_with_9() {
    let home = Home::new();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let kept = tempfile::tempdir().unwrap();
    let directory = kept.path().to_str().unwrap();
    let run = home.run(&["serve", "--data-dir", directory, "--port", &port]);
    assert_eq!((run.code, run.out.as_str()), (9, ""), "{}", run.err);
    assert!(!kept.path().join("world.db").exists(), "no world is made");
    assert!(
        run.err.contains(&format!("port {port} is in use")) && run.err.contains("--port 0"),
        "{}",
        run.err
    );
    let run = home.run(&[
        "serve",
        "--ephemeral",
        "--port",
        "0",
        "--control-port",
        &port,
    ]);
    assert_eq!(run.code, 9);
    assert!(
        run.err.contains(&format!("port {port} is in use")) && run.err.contains("--control-port 0"),
        "{}",
        run.err
    );
}

#[test]
fn a_port_in_use_by_another_sandbox_names_that_sandbox() {
    let home = Home::new();
    for other in [
        home.start(&["serve", "--port", "0", "--key-file", "--json"]),
        home.start(&["serve", "--port", "0", "--ephemeral", "--json"]),
    ] {
        let port = other.platform().rsplit(':').next().unwrap();
        let run = home.run(&[
            "serve",
            "--data-dir",
            "elsewhere",
            "--key-file",
            "--port",
            port,
        ]);
        assert_eq!(run.code, 9);
        assert!(
            run.err.contains(&format!(
                "is in use by the sandbox on {} (process {})",
                other.data_dir().display(),
                other.pid()
            )),
            "{}",
            run.err
        );
        other.stop();
    }
}

#[test]
fn a_workspace_that_is_damaged_ends_with_1() {
    let home = Home::new();
    let directory = home.path().join("here");
    std::fs::create_dir(&directory).unwrap();
    std::fs::write(
        directory.join("world.db"),
        "not a database, however long it is".repeat(100),
    )
    .unwrap();
    let run = home.run(&["serve", "--data-dir", "here", "--port", "0", "--key-file"]);
    assert_eq!((run.code, run.out.as_str()), (1, ""), "{}", run.err);
    assert!(run.err.contains("world.db"), "{}", run.err);

    std::fs::write(directory.join("runtime.json"), "{").unwrap();
    let run = home.run(&["status", "--data-dir", "here"]);
    assert_eq!((run.code, run.out.as_str()), (1, ""));
    assert!(
        run.err.contains("runtime.json can't be read: "),
        "{}",
        run.err
    );
}

#[test]
fn a_key_that_is_gone_ends_with_6() {
    let home = Home::new();
    let sandbox = home.serve(&[]);
    let directory = sandbox.data_dir().to_owned();
    sandbox.stop();
    std::fs::remove_file(directory.join("sealing.key")).unwrap();
    let sandbox = home.serve(&[]);
    let run = sandbox.run(&["env"]);
    assert_eq!((run.code, run.out.as_str()), (6, ""), "{}", run.err);
    assert!(run.err.contains("key"), "{}", run.err);
    sandbox.end("TERM");
}

#[test]
fn a_reader_that_stops_reading_is_no_failure() {
    let home = Home::new();
    let mut child = home
        .program(&["commands", "--json"])
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!(
        (
            output.status.code(),
            String::from_utf8(output.stderr).unwrap().as_str()
        ),
        (Some(0), "")
    );
}
