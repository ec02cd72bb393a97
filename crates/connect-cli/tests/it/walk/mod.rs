//! `walk`: readable steps, and an exit code that says how it went.

mod typed;

use std::io::Read as _;
use std::net::TcpListener;
use std::process::Stdio;

use serde_json::{Value, json};

use crate::sandbox::{Home, Said};

/// Nothing that was printed is a credential.
#[track_caller]
fn assert_masked(printed: &str) {
    for prefix in ["lph_at_", "lph_rt_", "lph_ac_", "lph_ss_", "secret_"] {
        assert!(!printed.contains(prefix), "{prefix} in {printed}");
    }
}

#[test]
fn a_whole_walk_reads_as_the_flow_and_ends_as_foreseen() {
    let home = Home::new();
    let sandbox = home.serve(&[]);
    let text = sandbox.run(&["walk", "--name", "My first"]).data();
    assert_masked(&text);
    assert!(!text.contains('\u{1b}'), "no colour in a file: {text}");
    for part in [
        "My first\nDemo Web App  maya@example.com  ",
        " 1  Configure  done\n",
        " 2  Verifier and challenge  done\n",
        "    app → identity  POST /v1/oauth/token\n    answered  200  ",
        "    ✓ state matches\n",
        "    ✓ signature valid\n",
        "    ✓ as foreseen: 400 invalid_grant\n",
        "13  The call that now fails  refused, as foreseen\n",
        " answers as foreseen\n",
    ] {
        assert!(text.contains(part), "{part} is not in\n{text}");
    }
    assert!(!text.contains('`'), "names are no prose: {text}");
    assert_adds_up(&text);
    let list = sandbox.run(&["rpc", "simulator_list"]).json();
    assert_eq!(list["sessions"][0]["name"], "My first");
}

/// What is shown: lines of a text that fulfil something.
fn lines(text: &str, which: impl Fn(&str) -> bool) -> usize {
    text.lines().filter(|line| which(line)).count()
}

/// The last line counts what stands above it.
#[track_caller]
fn assert_adds_up(text: &str) {
    let of_step = |line: &str, ends: &str| {
        let number = line.trim_start().split("  ").next();
        number.is_some_and(|it| it.parse::<u8>().is_ok()) && line.ends_with(ends)
    };
    let counted = ["done", "refused, as foreseen", "refused, as meant"].map(|word| {
        let count = lines(text, |it| of_step(it, &format!("  {word}")));
        (count, word.replace(',', ""))
    });
    let steps: usize = counted.iter().map(|(count, _)| count).sum();
    let words = counted.iter().filter(|(count, _)| *count > 0);
    let words: Vec<String> = words.map(|(count, it)| format!("{count} {it}")).collect();
    let requests = lines(text, |it| it.starts_with("    answered  "));
    let foreseen = lines(text, |it| it.starts_with("    ✓ as foreseen: "));
    let last = format!(
        "\n{steps} steps: {}; {requests} requests; {foreseen} answers as foreseen\n",
        words.join(", ")
    );
    assert!(text.contains(&last), "{last} is not the end of\n{text}");
}

#[test]
fn a_slip_that_is_refused_as_meant_is_a_success() {
    let home = Home::new();
    let sandbox = home.serve(&[]);
    let text = sandbox
        .run(&["walk", "--tamper", "wrong_verifier", "--scope", "openid"])
        .data();
    for part in [
        " 6  Token exchange  refused, as meant\n    The code alone opens nothing. ",
        "    on purpose  ",
        "    answered  400 invalid_grant  ",
        "    ✓ as foreseen: 400 invalid_grant\n",
        "    The server said no: 400 invalid_grant: ",
        "    the server's check  ✗ code_verifier_matches  RFC 7636 §4.6, standard\n      expected  ",
        "    what to do  ",
    ] {
        assert!(text.contains(part), "{part} is not in\n{text}");
    }
    assert_adds_up(&text);
    assert!(!text.contains(" 7  "), "{text}");
    let run = sandbox.run(&["walk", "--tamper", "wrong_verifer"]);
    assert_eq!((run.code, run.out.as_str()), (2, ""));
    assert!(
        run.err.contains("did you mean wrong_verifier"),
        "{}",
        run.err
    );
    let run = sandbox.run(&["walk", "--tamper", "wrong_verifier", "--until", "pkce"]);
    assert_eq!((run.code, run.out.as_str()), (2, ""));
    assert!(
        run.err.contains("--until pkce ends before it"),
        "{}",
        run.err
    );
    let nobody = &[
        "walk",
        "--tamper",
        "other_nonce",
        "--scope",
        "read:biomarkers",
    ];
    let run = sandbox.run(nobody);
    assert_eq!((run.code, run.out.as_str()), (2, ""));
    let said = "`other_nonce` belongs to the step id_token, which this walk has not: ";
    assert!(run.err.contains(said), "{}", run.err);
    let sessions = sandbox.run(&["rpc", "simulator_list"]).json();
    let left = sessions["sessions"].as_array().unwrap().len();
    assert_eq!(left, 1, "only the walk that was walked: {sessions}");
    let list = sandbox.run(&["walk", "--tamper", "list"]).data();
    let of_step = "\n6. Token exchange\n  wrong_verifier  Wrong verifier\n      The verifier of another flow: ";
    assert!(list.contains(of_step), "{list}");
    let list = sandbox.run(&["walk", "--tamper", "list", "--json"]).json();
    assert!(list["tampers"].as_array().unwrap().len() > 30, "{list}");
}

#[test]
fn a_walk_ends_where_it_is_told_to_and_as_json_it_is_the_session() {
    let home = Home::new();
    let sandbox = home.serve(&[]);
    let arguments = [
        "walk",
        "--until",
        "token",
        "--scope",
        "read:biomarkers",
        "--json",
    ];
    let session = sandbox.run(&arguments).json();
    assert_masked(&session.to_string());
    assert_eq!(session["setup"]["scopes"], json!(["read:biomarkers"]));
    // Without `openid` there is no id_token, so that step is not the next.
    assert_eq!(session["summary"]["step"], "api");
    assert_eq!(session["runs"].as_array().unwrap().len(), 6);
    assert_eq!(session["summary"]["disagreements"], 0);
}

#[test]
fn a_step_that_goes_wrong_has_an_exit_code_of_its_own() {
    let home = Home::new();
    let sandbox = home.serve(&[]);
    let gone = home.serve_on("there", &[]);
    let address = gone.platform().to_owned();
    gone.stop();
    let mut walk = sandbox.program(&["walk", "--target", &address, "--app", "client_x"]);
    walk.env("LOOP_REDIRECT_URI", "http://localhost:3000/callback");
    let broken = Said::of(walk.output().unwrap());
    assert_eq!(broken.code, 12, "{}\n{}", broken.out, broken.err);
    assert!(
        broken.out.contains(" 1  Configure  went wrong\n"),
        "{}",
        broken.out
    );
    let said = "error: the step \"Configure\" went wrong: ";
    assert!(broken.err.starts_with(said), "{}", broken.err);
    let refused = sandbox.run(&["walk", "--scope", "read:nothing"]);
    assert_eq!(refused.code, 10, "{}\n{}", refused.out, refused.err);
    for part in [
        " 4  Sign-in and consent  refused, as foreseen\n",
        "    ✓ as foreseen: invalid_scope in the redirect to the app\n",
        "    the server's check  ✗ scopes_exist  ",
        "      received  read:nothing is not a scope of the platform\n",
        " 5  Callback  refused\n",
        "\n5 steps: 3 done, 1 refused as foreseen, 1 refused; ",
    ] {
        assert!(refused.out.contains(part), "{part} in {}", refused.out);
    }
    let run = sandbox.run(&["walk", "--until", "somewhere"]);
    assert_eq!(run.code, 2);
    assert!(run.err.contains("authorization_url"), "{}", run.err);
}

/// A server that takes every request and never answers.
#[test]
fn a_step_that_is_cancelled_has_an_exit_code_of_its_own() {
    let home = Home::new();
    let sandbox = home.serve(&[]);
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", silent.local_addr().unwrap());
    let mut walk = sandbox.program(&["walk", "--target", &address, "--app", "client_x"]);
    walk.env("LOOP_REDIRECT_URI", "http://localhost:3000/callback");
    walk.stdout(Stdio::piped()).stderr(Stdio::piped());
    let walk = walk.spawn().unwrap();
    let (mut connection, _) = silent.accept().unwrap();
    assert!(connection.read(&mut [0; 64]).unwrap() > 0, "a request came");
    let list = sandbox.rpc("simulator_list", &json!({}));
    let id = json!({ "session": list["sessions"][0]["session"] });
    let session = sandbox.rpc("simulator_cancel", &id);
    assert_eq!(session["summary"]["ended"]["word"], "cancelled");
    assert_eq!(session["summary"]["ended"]["cancelled"], true);
    let said = Said::of(walk.wait_with_output().unwrap());
    assert_eq!(said.code, 13, "{}\n{}", said.out, said.err);
    assert!(
        said.out.contains(" 1  Configure  cancelled\n"),
        "{}",
        said.out
    );
    let wanted = "error: the step \"Configure\" was cancelled: ";
    assert!(said.err.starts_with(wanted), "{}", said.err);
}

/// Only its base URL and what an app's own environment holds.
#[test]
fn another_sandbox_is_walked_by_its_base_url() {
    let home = Home::new();
    let sandbox = home.serve(&[]);
    let other = home.serve_on("there", &[]);
    let env = other.run(&["env", "--format", "json"]).json();
    let mut walk = sandbox.program(&["walk", "--target", other.platform(), "--json"]);
    for name in ["LOOP_CLIENT_ID", "LOOP_CLIENT_SECRET", "LOOP_REDIRECT_URI"] {
        walk.env(name, env[name].as_str().unwrap());
    }
    let said = Said::of(walk.output().unwrap());
    assert_masked(&said.out);
    let session: Value = said.json();
    assert_eq!(session["summary"]["target"]["base_url"], other.platform());
    assert_eq!(session["summary"]["target"]["own"], false);
    assert_eq!(session["summary"]["step"], Value::Null, "{session}");
}

#[test]
fn several_slips_are_walked_one_after_the_other() {
    let home = Home::new();
    let sandbox = home.serve(&[]);
    let several = [
        "walk",
        "--tamper",
        "code_twice",
        "--tamper",
        "unknown_scope",
    ];
    let text = sandbox
        .run(&[&several[..], &["--tamper", "no_token"]].concat())
        .data();
    let mut rest = &*text;
    for part in [
        " 4  Sign-in and consent  refused, as meant\n",
        "From the beginning again, for the next thing to go wrong: ",
        " 2  Verifier and challenge  done\n",
        " 4  Sign-in and consent  done\n",
        " 6  Token exchange  refused, as meant\n",
        "From the beginning again, ",
        " 6  Token exchange  done\n",
        " 8  API calls  refused, as meant\n",
        " answers as foreseen\n",
    ] {
        let (_, after) = rest
            .split_once(part)
            .unwrap_or_else(|| panic!("{part} is not in\n{text}"));
        rest = after;
    }
    let session = sandbox.run(&[&several[..], &["--json"]].concat()).json();
    let runs = session["runs"].as_array().unwrap();
    let slips: Vec<&str> = runs.iter().filter_map(|it| it["tamper"].as_str()).collect();
    assert_eq!(slips, ["unknown_scope", "code_twice"]);
    let run = sandbox.run(&[
        "walk",
        "--tamper",
        "code_twice",
        "--tamper",
        "wrong_verifier",
    ]);
    assert_eq!((run.code, run.out.as_str()), (2, ""));
    assert!(
        run.err.contains("both belong to the step token"),
        "{}",
        run.err
    );
}

/// What an app may not ask is refused as was foreseen, and the walk goes on after it.
#[test]
fn a_walk_goes_on_after_a_refusal_that_nobody_brought_about() {
    let home = Home::new();
    let sandbox = home.serve(&[]);
    let text = sandbox.run(&["walk", "--app", "Demo SPA"]).data();
    for part in [
        " 9  Introspection  refused, as foreseen\n",
        "10  Refresh  done\n",
        "13  The call that now fails  refused, as foreseen\n",
    ] {
        assert!(text.contains(part), "{part} is not in\n{text}");
    }
    assert_adds_up(&text);
}

/// What is left out is said, and what comes after it is taken.
#[test]
fn a_step_that_is_left_out_is_passed_over() {
    let home = Home::new();
    let sandbox = home.serve(&[]);
    let skip = ["walk", "--skip", "reuse", "--skip", "introspect"];
    let text = sandbox.run(&skip).data();
    for part in [
        " 9  Introspection: passed over\n10  Refresh  done\n",
        "11  Reuse of the old refresh token: passed over\n12  Revocation  done\n",
        "13  The call that now fails  refused, as foreseen\n",
    ] {
        assert!(text.contains(part), "{part} is not in\n{text}");
    }
    assert_adds_up(&text);
    let run = sandbox.run(&["walk", "--skip", "token", "--tamper", "code_twice"]);
    assert_eq!((run.code, run.out.as_str()), (2, ""));
    assert!(
        run.err.contains("--skip token leaves it out"),
        "{}",
        run.err
    );
    // What a walk can't do without is not passed over, and that is said.
    let run = sandbox.run(&["walk", "--skip", "sign_in"]);
    assert_eq!((run.code, run.out.as_str()), (2, ""), "{}", run.err);
    assert!(
        run.err.contains("--skip takes id_token, api"),
        "{}",
        run.err
    );
}

/// Walks of the terminal are told apart in the list, by what goes wrong in them and by number.
#[test]
fn walks_are_told_apart_by_their_names() {
    let home = Home::new();
    let sandbox = home.serve(&[]);
    let pkce = ["--until", "pkce"];
    let first = sandbox.run(&[&["walk"], &pkce[..]].concat()).data();
    let second = sandbox.run(&[&["walk"], &pkce[..]].concat()).data();
    let slip = [
        "walk",
        "--tamper",
        "wrong_verifier",
        "--tamper",
        "unknown_scope",
    ];
    let slipped = sandbox.run(&slip).data();
    let without = ["walk", "--skip", "reuse", "--until", "pkce"];
    let skipped = sandbox.run(&without).data();
    for (text, name) in [
        (first, "Demo Web App as maya, until pkce\n"),
        (second, "Demo Web App as maya, until pkce 2\n"),
        (
            slipped,
            "unknown_scope, wrong_verifier, Demo Web App as maya\n",
        ),
        (skipped, "Demo Web App as maya, until pkce, without reuse\n"),
    ] {
        assert!(
            text.starts_with(name),
            "{name} is not at the head of\n{text}"
        );
    }
}

/// However it ends, there is one document.
#[test]
fn as_json_a_walk_that_went_wrong_is_one_document_too() {
    let home = Home::new();
    let sandbox = home.serve(&[]);
    let run = sandbox.run(&["walk", "--scope", "read:nothing", "--json"]);
    assert_eq!(run.code, 10, "{}", run.err);
    let session: Value = serde_json::from_str(&run.out).unwrap();
    assert_eq!(session["summary"]["ended"]["step"], "callback", "{session}");
    assert_eq!(session["summary"]["ended"]["state"], "failed");
    assert_eq!(session["summary"]["ended"]["word"], "refused");
    let id = json!({ "session": session["summary"]["session"] });
    assert_eq!(
        session,
        sandbox.rpc("simulator_get", &id),
        "all that there is"
    );
    // A step that can't be taken as things are: what was walked until then is told.
    let run = sandbox.run(&[
        "walk",
        "--tamper",
        "refresh_twice",
        "--until",
        "refresh",
        "--json",
    ]);
    let session: Value = serde_json::from_str(&run.out).unwrap();
    assert!(session["runs"].as_array().unwrap().len() > 6, "{session}");
}
