//! What is typed after `walk`: whoever is not there, and whatever does not fit, is answered with what there is.

use std::path::Path;
use std::process::Command;

use serde_json::json;

use crate::sandbox::{Home, Said};

#[test]
fn whoever_is_not_there_is_answered_with_who_is() {
    let home = Home::new();
    let sandbox = home.serve(&[]);
    for (arguments, code, parts) in [
        (
            ["--app", "demo web ap"],
            3,
            ["did you mean Demo Web App?", "There are Demo Web App, "],
        ),
        (
            ["--app", "Nobody's"],
            3,
            ["there is no app `Nobody's`; there are Demo", "Demo Web App"],
        ),
        (
            ["--persona", "maia@example.com"],
            3,
            ["did you mean maya@example.com?", "jonas@example.com"],
        ),
        (
            ["--persona", ""],
            2,
            ["--persona needs the email", "maya@example.com (Maya"],
        ),
        (
            ["--persona", "  "],
            2,
            ["--persona needs the email", "jonas@example.com"],
        ),
    ] {
        let run = sandbox.run(&[&["walk"], arguments.as_slice()].concat());
        assert_eq!(
            (run.code, run.out.as_str()),
            (code, ""),
            "{arguments:?}: {}",
            run.err
        );
        for part in parts {
            assert!(run.err.contains(part), "{part} is not in {}", run.err);
        }
    }
    // What was meant comes as a command to be typed.
    for (option, misspelt) in [("--app", "demo web ap"), ("--persona", "maia@example.com")] {
        let run = sandbox.run(&["walk", option, misspelt]);
        let mut lines = run.err.lines().map(str::trim);
        let command = lines.find(|it| it.starts_with("connect-sandbox ")).unwrap();
        let run = typed(&format!("{command} --until pkce"));
        assert_eq!(run.code, 0, "{command}: {}", run.err);
    }
    // Two of one name can be told apart only by id.
    let app = json!({ "name": "demo web app", "app_type": "web", "scopes": ["openid"], "redirect_uris": ["http://localhost:3999/cb"] });
    sandbox.rpc("apps_create", &app);
    let run = sandbox.run(&["walk", "--app", "Demo Web App"]);
    assert_eq!(run.code, 2, "{}", run.err);
    assert!(
        run.err.contains("name one by its client id: "),
        "{}",
        run.err
    );
}

/// What is typed for another target is not ignored, and no secret goes out for an app that it is not of.
#[test]
fn an_app_that_does_not_fit_the_target_is_said() {
    let home = Home::new();
    let sandbox = home.serve(&[]);
    let other = home.serve_on("there", &[]);
    let walk = |app: &str, target: &str| {
        let mut walk =
            sandbox.program(&["walk", "--target", target, "--app", app, "--until", "pkce"]);
        walk.env("LOOP_CLIENT_ID", "client_of_the_environment")
            .env("LOOP_CLIENT_SECRET", "secret_of_the_environment")
            .env("LOOP_REDIRECT_URI", "http://localhost:3000/callback");
        Said::of(walk.output().unwrap())
    };
    for (app, part) in [
        ("Demo Web App", "is the name of an app of this sandbox"),
        (
            "client_x",
            "LOOP_CLIENT_SECRET is that of LOOP_CLIENT_ID, which is `client_of_the",
        ),
    ] {
        let run = walk(app, other.platform());
        assert_eq!((run.code, run.out.as_str()), (2, ""));
        assert!(run.err.contains(part), "{}", run.err);
        assert!(!run.err.contains("secret_of"), "{}", run.err);
    }
    let run = walk("client_of_the_environment", other.platform());
    assert_eq!(run.code, 0, "{}", run.err);
    // Its name says where it went.
    let host = other.platform().trim_start_matches("http://");
    let name = format!("{host}, app client_of_the_en…, until pkce\n");
    assert!(run.out.starts_with(&name), "{}", run.out);
    // This sandbox by its address is this sandbox: its apps have names, and secrets of their own.
    let run = walk("Demo Web App", sandbox.platform());
    assert_eq!(run.code, 0, "{}", run.err);
}

/// What the sandbox says of a payload is said of what was typed.
#[test]
fn what_is_missing_is_said_by_the_name_under_which_it_is_given() {
    let home = Home::new();
    let sandbox = home.serve(&[]);
    let other = "http://127.0.0.1:9";
    for (arguments, part) in [
        (
            ["--target", other],
            "not set are LOOP_CLIENT_ID and LOOP_REDIRECT_URI\n",
        ),
        (
            ["--target", other],
            "\n  eval \"$(connect-sandbox --data-dir OTHER env --format shell)\"\n",
        ),
        (
            ["--target", "nonsense"],
            "--target: `nonsense` is not a URL",
        ),
        (["--name", ""], "--name: 1 to 80 characters"),
    ] {
        let mut walk = sandbox.program(&[&["walk"], arguments.as_slice()].concat());
        walk.env_remove("LOOP_CLIENT_ID")
            .env_remove("LOOP_REDIRECT_URI");
        let run = Said::of(walk.output().unwrap());
        assert_eq!(
            (run.code, run.out.as_str()),
            (2, ""),
            "{arguments:?}: {}",
            run.err
        );
        assert!(run.err.contains(part), "{}", run.err);
    }
    let mut walk = sandbox.program(&["walk", "--target", other, "--app", "client_x"]);
    let run = Said::of(walk.env_remove("LOOP_REDIRECT_URI").output().unwrap());
    assert!(
        run.err.contains("not set are LOOP_REDIRECT_URI\n"),
        "{}",
        run.err
    );
    // A host elsewhere comes with the command that unlocks it, which works as it is typed.
    let elsewhere = [
        "walk",
        "--target",
        "https://staging.example.com",
        "--app",
        "client_x",
    ];
    let run = sandbox.run(&elsewhere);
    assert_eq!((run.code, run.out.as_str()), (4, ""), "{}", run.err);
    let command = run.err.lines().find(|it| it.contains("simulator_unlock"));
    let choices = typed(command.unwrap()).json();
    assert_eq!(
        choices["unlocked"][0]["base_url"],
        "https://staging.example.com"
    );
}

/// A line of a shell, with the program on its path.
fn typed(line: &str) -> Said {
    let program = Path::new(env!("CARGO_BIN_EXE_connect-sandbox"));
    let here = program.parent().unwrap().to_owned();
    let path = std::env::var_os("PATH").unwrap_or_default();
    let all = std::iter::once(here).chain(std::env::split_paths(&path));
    let mut shell = Command::new("sh");
    shell.args(["-c", line]);
    shell.env("PATH", std::env::join_paths(all).unwrap());
    Said::of(shell.output().unwrap())
}

/// The examples of the help, typed as they stand, but for the directories.
#[test]
fn the_examples_of_the_help_work_as_they_are_typed() {
    let home = Home::new();
    let sandbox = home.serve(&[]);
    let help = sandbox.run(&["walk", "--help"]).data();
    let (_, examples) = help.split_once("Examples:\n").unwrap();
    let here = connect_app::shell::word(&sandbox.data_dir().to_string_lossy());
    let lines = examples
        .lines()
        .map(str::trim)
        .filter(|it| it.contains("connect-sandbox "));
    let (mut other, mut before, mut typed_in) = (None, String::new(), 0);
    for line in lines {
        if line.ends_with(" serve --port 0") {
            assert!(
                line.starts_with("connect-sandbox --data-dir /tmp/second "),
                "{line}"
            );
            other = Some(home.serve_on("second", &[]));
            continue;
        }
        if let (Some(other), true) = (&other, line.starts_with("eval ")) {
            let there = other.data_dir().to_string_lossy();
            before = line.replace("/tmp/second", &there) + "\n";
            continue;
        }
        let here = format!("connect-sandbox --data-dir {here} walk");
        let line = line.replace("connect-sandbox walk", &here);
        let said = typed(&format!("{before}{line}"));
        assert_eq!(said.code, 0, "{line}\n{}\n{}", said.out, said.err);
        typed_in += 1;
        if let Some(other) = &other {
            assert!(said.out.contains(other.platform()), "{}", said.out);
        }
    }
    assert_eq!((typed_in, other.is_some()), (4, true));
    assert!(!before.is_empty(), "the last one is elsewhere");
}

/// A persona is found by what it is called.
#[test]
fn a_persona_is_found_by_the_name_that_a_walk_is_called_by() {
    let home = Home::new();
    let sandbox = home.serve(&[]);
    for who in ["maya", "jonas", "Priya Raman"] {
        let run = sandbox.run(&["walk", "--persona", who, "--until", "pkce"]);
        assert_eq!(run.code, 0, "{}", run.err);
        let first = who.split(' ').next().unwrap().to_lowercase();
        let name = format!("Demo Web App as {first}, until pkce\n");
        assert!(run.out.starts_with(&name), "{}", run.out);
    }
    let another = json!({ "name": "Maya Weber", "email": "weber@example.com" });
    sandbox.rpc("people_create", &another);
    let run = sandbox.run(&["walk", "--persona", "Maya", "--until", "pkce"]);
    assert_eq!(run.code, 0, "the local part of one alone: {}", run.err);
    let another = json!({ "name": "Jonas Weber", "email": "jonas@example.org" });
    sandbox.rpc("people_create", &another);
    let run = sandbox.run(&["walk", "--persona", "jonas"]);
    assert_eq!((run.code, run.out.as_str()), (2, ""));
    let both = [
        "jonas@example.com (Jonas Okafor)",
        "jonas@example.org (Jonas Weber)",
    ];
    let both = both.iter().all(|it| run.err.contains(it));
    assert!(both, "{}", run.err);
    let elsewhere = [
        "walk",
        "--target",
        "http://127.0.0.1:9",
        "--persona",
        "maya",
    ];
    let run = sandbox.run(&elsewhere);
    assert_eq!((run.code, run.out.as_str()), (2, ""));
    assert!(run.err.contains("give the whole email"), "{}", run.err);
}
