//! What a walk is handed over as: its commands typed into a shell as they come out, with nothing but `PATH` to help.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};

use crate::sandbox::{Home, Said, Sandbox};

/// A walk in a directory of its own, as a program.
struct Script {
    directory: PathBuf,
    commands: Vec<String>,
    names: Vec<String>,
}

impl Script {
    fn of(sandbox: &Sandbox<'_>, session: &Value, directory: PathBuf) -> Self {
        Self::in_form(sandbox, session, directory, "curl")
    }

    fn in_form(sandbox: &Sandbox<'_>, session: &Value, directory: PathBuf, form: &str) -> Self {
        let request = json!({ "session": session, "form": form });
        let handed = sandbox.rpc("simulator_hand_over", &request);
        std::fs::create_dir(&directory).unwrap();
        let beside = handed["beside"].as_array().unwrap();
        let beside = beside.iter().map(|it| (&it["name"], &it["text"]));
        let mut names = Vec::new();
        for (name, text) in beside.chain([(&handed["file_name"], &handed["text"])]) {
            let name = name.as_str().unwrap();
            std::fs::write(directory.join(name), text.as_str().unwrap()).unwrap();
            names.push(name.to_owned());
        }
        let commands = handed["run"].as_array().unwrap();
        let commands = commands.iter().map(|it| it.as_str().unwrap().to_owned());
        Self {
            directory,
            commands: commands.collect(),
            names,
        }
    }

    /// Types a command as somebody does who has the program on their path, and whose own workspace is another one.
    fn typed(&self, home: &Home, command: &str) -> Said {
        let program = Path::new(env!("CARGO_BIN_EXE_connect-sandbox"));
        let here = program.parent().unwrap().to_owned();
        let path = std::env::var_os("PATH").unwrap_or_default();
        let all = std::iter::once(here).chain(std::env::split_paths(&path));
        let mut shell = Command::new("sh");
        shell.args(["-c", command]).current_dir(&self.directory);
        shell
            .env("PATH", std::env::join_paths(all).unwrap())
            .env("HOME", home.path())
            .env("XDG_DATA_HOME", home.path().join("data"))
            .env_remove("CONNECT_DATA_DIR");
        Said::of(shell.output().unwrap())
    }

    fn typed_in_turn(&self, home: &Home) -> String {
        let mut printed = String::new();
        for command in &self.commands {
            let said = self.typed(home, command);
            assert_eq!(said.code, 0, "{command}\n{}\n{}", said.out, said.err);
            printed.push_str(&said.out);
        }
        printed
    }
}

fn walked(sandbox: &Sandbox<'_>, start: &Value) -> Value {
    let session = sandbox.rpc("simulator_start", start)["summary"]["session"].clone();
    let walked = sandbox.rpc("simulator_run_all", &json!({ "session": session }));
    assert_eq!(walked["summary"]["step"], Value::Null, "{walked}");
    session
}

#[test]
fn what_is_handed_over_of_a_workspace_that_is_somewhere_else_works_as_pasted() {
    let home = Home::new();
    let sandbox = home.serve_on(
        "not here but there's",
        &["--auto-approve", "maya@example.com"],
    );
    let session = walked(&sandbox, &json!({}));
    let script = Script::of(&sandbox, &session, home.path().join("script"));
    let named = "connect-sandbox --data-dir '";
    assert!(
        script.commands[0].starts_with(named),
        "{:?}",
        script.commands
    );
    let printed = script.typed_in_turn(&home);
    assert!(
        printed.contains("\nAPI call once more: 401 invalid_token\n"),
        "{printed}"
    );
}

#[test]
fn in_the_default_place_no_directory_is_named() {
    let home = Home::new();
    let sandbox = home.start(&["serve", "--port", "0", "--key-file", "--json"]);
    assert_eq!(sandbox.data_dir(), home.default_data_dir());
    let session = walked(&sandbox, &json!({}));
    let script = Script::of(&sandbox, &session, home.path().join("script"));
    let usual = "connect-sandbox env --app 'Demo Web App' > .env";
    assert_eq!(script.commands[0], usual);
    let env = script.typed(&home, &script.commands[0]);
    assert_eq!(env.code, 0, "{}", env.err);
}

/// A redirect URI may hold what a shell gives a meaning to.
#[test]
fn a_redirect_uri_is_data_to_every_reader_of_env() {
    let home = Home::new();
    let sandbox = home.serve_on("there", &["--auto-approve", "maya@example.com"]);
    for (number, uri) in [
        "http://localhost:3000/$(echo,x)/a;b&c=(1)!",
        "http://localhost:3000/it's/$(echo,x)$HOME",
    ]
    .into_iter()
    .enumerate()
    {
        let app = json!({
            "name": format!("Odd {number}"), "app_type": "web", "scopes": ["openid", "profile", "email"],
            "redirect_uris": [uri],
        });
        let created = sandbox.rpc("apps_create", &app);
        let id = created["app"]["client_id"].clone();
        let session = walked(&sandbox, &json!({ "setup": { "app": id } }));
        let script = Script::of(
            &sandbox,
            &session,
            home.path().join(format!("odd-{number}")),
        );
        let printed = script.typed_in_turn(&home);
        assert!(printed.contains("\nToken request: 200\n"), "{printed}");
        let read = script.typed(&home, ". ./.env; printf '%s' \"$LOOP_REDIRECT_URI\"");
        assert_eq!((read.out.as_str(), read.err.as_str()), (uri, ""));
        let directory = home.path().join(format!("odd-{number}-node"));
        let script = Script::in_form(&sandbox, &session, directory, "node");
        let program = script.names.last().unwrap();
        let says = "process.stdout.write(process.env.LOOP_REDIRECT_URI)";
        std::fs::write(script.directory.join(program), says).unwrap();
        assert_eq!(script.typed_in_turn(&home), uri);
    }
}

#[test]
fn a_walk_to_another_target_brings_its_own_env_without_the_secret() {
    let home = Home::new();
    let there = home.serve_on("there", &["--auto-approve", "maya@example.com"]);
    let here = home.serve(&[]);
    let env = there.run(&["env", "--format", "json"]).json();
    let (id, secret) = (
        &env["LOOP_CLIENT_ID"],
        env["LOOP_CLIENT_SECRET"].as_str().unwrap(),
    );
    let setup = json!({
        "app": id, "client_secret": secret, "redirect_uri": env["LOOP_REDIRECT_URI"],
        "consent": "automatic",
    });
    let start = json!({ "target": there.platform(), "setup": setup });
    let session = walked(&here, &start);
    let script = Script::of(&here, &session, home.path().join("script"));
    assert_eq!(script.names[0], ".env");
    let path = script.directory.join(".env");
    let text = std::fs::read_to_string(&path).unwrap();
    assert!(!text.contains(secret), "{text}");
    // Every line but the secret is what the owner's own `env` says.
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        let (name, value) = line.split_once('=').unwrap();
        let wanted = if name == "LOOP_CLIENT_SECRET" {
            ""
        } else {
            env[name].as_str().unwrap()
        };
        assert_eq!(value, wanted, "{name}");
    }
    // Nothing of this sandbox is asked for, and the blank secret is missed before anything is sent.
    assert_eq!(script.commands.len(), 1, "{:?}", script.commands);
    let blank = script.typed(&home, &script.commands[0]);
    assert_eq!((blank.code != 0, blank.out.as_str()), (true, ""));
    assert!(blank.err.contains("LOOP_CLIENT_SECRET"), "{}", blank.err);
    let blank = "LOOP_CLIENT_SECRET=\n";
    let filled = text.replace(blank, &format!("LOOP_CLIENT_SECRET={secret}\n"));
    std::fs::write(&path, filled).unwrap();
    let printed = script.typed_in_turn(&home);
    assert!(
        printed.contains("\nAPI call once more: 401 invalid_token\n"),
        "{printed}"
    );
}
