//! What is typed after `walk`: whoever is not there, and whatever does not fit, is answered with what there is.

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
            ["--persona needs the email", "maya@example.com, "],
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
    let name = format!("{host}, app client_of_the_en…\n");
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
            "give it with --app, or in LOOP_CLIENT_ID",
        ),
        (
            ["--target", "nonsense"],
            "--target: `nonsense` is not a URL",
        ),
        (["--name", ""], "--name: 1 to 80 characters"),
    ] {
        let mut walk = sandbox.program(&[&["walk"], arguments.as_slice()].concat());
        let run = Said::of(walk.env_remove("LOOP_CLIENT_ID").output().unwrap());
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
        run.err.contains("give it in LOOP_REDIRECT_URI"),
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
    let (_, command) = run
        .err
        .split_once("connect-sandbox rpc simulator_unlock '")
        .unwrap();
    let payload = command.trim_end().trim_end_matches('\'');
    let choices = sandbox.run(&["rpc", "simulator_unlock", payload]).json();
    assert_eq!(
        choices["unlocked"][0]["base_url"],
        "https://staging.example.com"
    );
}
