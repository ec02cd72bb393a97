//! Programs that a walk is handed over as: run as they come out, they do what was done, and fail when an answer is
//! another one.

mod of_the_app;

use std::process::Command;

use anyhow::Context as _;
use serde_json::{Value, json};
use tempfile::TempDir;

use super::rust::{approve, assert_same, compiled_with};
use super::{assert_secret, live_tokens, registered, text};
use crate::support::process::Process;
use crate::support::sandbox::Sandbox;
use crate::support::tools;

/// A walk, done.
struct Walk {
    session: Value,
    client_id: String,
}

impl Walk {
    /// Every step, or those up to a slip.
    async fn of(
        sandbox: &Sandbox,
        app_type: &str,
        slip: Option<(&str, &str)>,
    ) -> anyhow::Result<Self> {
        let (client_id, _) = registered(sandbox, app_type).await?;
        Self::with(sandbox, client_id, slip, json!({})).await
    }

    async fn with(
        sandbox: &Sandbox,
        client_id: String,
        slip: Option<(&str, &str)>,
        mut setup: Value,
    ) -> anyhow::Result<Self> {
        setup["app"] = client_id.as_str().into();
        let started = json!({ "name": "Handed over", "setup": setup });
        let mut session = sandbox.rpc("simulator_start", started).await?;
        let id = text(&session["summary"]["session"])?.to_owned();
        if let Some((step, tamper)) = slip {
            while session["summary"]["step"] != step {
                let next = json!({ "session": id });
                session = sandbox.rpc("simulator_run", next).await?;
            }
            let slipped = json!({ "session": id, "tamper": tamper });
            session = sandbox.rpc("simulator_run", slipped).await?;
        } else {
            session = sandbox
                .rpc("simulator_run_all", json!({ "session": id }))
                .await?;
            assert_eq!(session["summary"]["step"], Value::Null, "{session}");
        }
        assert_eq!(session["summary"]["disagreements"], 0, "{session}");
        Ok(Self { session, client_id })
    }

    /// Hands it over, with its `.env` beside it as its own commands say.
    async fn written(&self, sandbox: &Sandbox, form: &str) -> anyhow::Result<Written> {
        let request = json!({ "session": self.session["summary"]["session"], "form": form });
        let handed = sandbox.rpc("simulator_hand_over", request).await?;
        let directory = tempfile::Builder::new()
            .prefix("connect-handed-")
            .tempdir()?;
        let mut files = vec![(text(&handed["file_name"])?, text(&handed["text"])?)];
        for file in handed["beside"].as_array().context("files beside")? {
            files.push((text(&file["name"])?, text(&file["text"])?));
        }
        for (name, written) in files {
            let path = directory.path().join(name);
            std::fs::create_dir_all(path.parent().context("a file is in a directory")?)?;
            std::fs::write(path, written)?;
        }
        let commands = handed["run"].as_array().context("commands")?;
        let commands: Vec<&str> = commands.iter().filter_map(Value::as_str).collect();
        let written = Written {
            text: text(&handed["text"])?.to_owned(),
            last: commands.last().map(|it| (*it).to_owned()),
            directory,
        };
        if let [env, redirect_uri, _] = commands.as_slice() {
            // A file that was saved alone says how its `.env` is made.
            for command in [env, redirect_uri] {
                let mut lines = written.text.lines();
                let told = lines.any(|line| line.ends_with(&format!("   {command}")));
                assert!(told, "{command} is not in\n{}", written.text);
            }
            assert!(env.starts_with("connect-sandbox --data-dir "), "{env}");
            assert!(env.contains(" env --app "), "{env}");
            let of_app = json!({ "client_id": self.client_id });
            let env = sandbox.rpc("apps_env", of_app).await?;
            std::fs::write(written.directory.path().join(".env"), text(&env["text"])?)?;
            written.shell(redirect_uri)?.finish().await?;
        }
        Ok(written)
    }
}

/// A walk in a directory.
struct Written {
    text: String,
    last: Option<String>,
    directory: TempDir,
}

impl Written {
    /// A program in Rust, with the commands of its head as they are for any sandbox and port.
    fn anywhere(&self) -> String {
        let lines = self
            .text
            .lines()
            .map(|line| match line.split_once(" --data-dir ") {
                Some((program, _)) if line.starts_with("//   ") => {
                    format!("{program} env --app Pasted > .env\n")
                }
                _ if line.starts_with("//   printf ") => {
                    "//   printf '%s\\n' LOOP_REDIRECT_URI=http://localhost:3000/auth/loop/callback >> .env\n"
                        .to_owned()
                }
                _ => format!("{line}\n"),
            });
        lines.collect()
    }

    fn shell(&self, command: &str) -> anyhow::Result<Process> {
        let mut shell = Command::new("sh");
        shell.args(["-c", command]);
        Process::start("sh", shell.current_dir(self.directory.path()))
    }

    /// Runs it, the browser's part done when it asks for it.
    async fn run(&self, form: &str) -> anyhow::Result<String> {
        if form == "rust" {
            return self.run_compiled(env!("CARGO_BIN_EXE_handed-over")).await;
        }
        let process = self.shell(self.last.as_deref().context("a command")?)?;
        self.finished(process, form).await
    }

    /// The same for a program in Rust.
    async fn run_compiled(&self, program: &str) -> anyhow::Result<String> {
        let mut program = Command::new(program);
        let process = Process::start("rust", program.current_dir(self.directory.path()))?;
        self.finished(process, "rust").await
    }

    async fn finished(&self, mut process: Process, form: &str) -> anyhow::Result<String> {
        // The script asks by itself first, and a sandbox that approves answers at once.
        if form != "curl" && self.text.contains("Open this in a browser") {
            approve(&mut process).await?;
        }
        process.finish().await
    }
}

/// What every program says of a whole walk, in order.
const WHOLE: [&str; 11] = [
    "Discovery: 200",
    "Token request: 200",
    "Key set: 200",
    "API call: 200",
    "API call outside of the scopes: 403 insufficient_scope",
    "Introspection: 200",
    "Refresh: 200",
    "Refresh with the old token: 400 invalid_grant",
    "Revocation of the refresh token: 200",
    "Revocation of the access token: 200",
    "API call once more: 401 invalid_token",
];

/// The steps that a program's comments name are those of the walk, in order.
fn assert_steps_in_order(program: &str) {
    let comments = program
        .lines()
        .map(|line| line.trim_start_matches([' ', '/', '#']));
    let steps = comments.filter_map(|line| line.split_once(". ")?.0.parse::<u8>().ok());
    let steps: Vec<u8> = steps.collect();
    assert!(steps.is_sorted_by(|a, b| a < b), "{steps:?} in\n{program}");
    assert!(steps.len() > 8, "{steps:?} in\n{program}");
}

fn assert_in_order(printed: &str, lines: &[&str]) {
    let mut all = printed.lines().map(str::trim_end);
    for line in lines {
        assert!(
            all.any(|it| it == *line),
            "{line} is not in its place in\n{printed}"
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_whole_walk_runs_again_as_it_is_handed_over_in_every_language() -> anyhow::Result<()> {
    tools::python()?;
    let sandbox = Sandbox::approving().await?;
    let walk = Walk::of(&sandbox, "web", None).await?;
    for form in ["curl", "node", "python", "rust"] {
        let written = walk.written(&sandbox, form).await?;
        assert_secret(&written.text);
        assert_steps_in_order(&written.text);
        if form == "rust" {
            assert_same(&written.anywhere(), "walk")?;
            let manifest = written.directory.path().join("Cargo.toml");
            assert_eq!(compiled_with(&std::fs::read_to_string(manifest)?)?, 5);
        }
        let printed = written.run(form).await.with_context(|| form.to_owned())?;
        assert_in_order(&printed, &WHOLE);
        assert_secret(&printed);
        assert_eq!(live_tokens(&sandbox).await?, 0, "{form}");
    }
    let story = walk.written(&sandbox, "text").await?;
    // What the metadata calls the methods of authentication is no secret.
    assert_secret(&story.text.replace("client_secret", ""));
    assert!(
        story.text.contains("## 13. The call that now fails"),
        "{}",
        story.text
    );
    assert!(story.text.contains("[access_token 1]"), "{}", story.text);
    Ok(())
}

/// A public app, which has no secret and any port.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_walk_of_a_native_app_runs_again() -> anyhow::Result<()> {
    let sandbox = Sandbox::approving().await?;
    let walk = Walk::of(&sandbox, "native", None).await?;
    for form in ["curl", "node", "python"] {
        let written = walk.written(&sandbox, form).await?;
        let printed = written.run(form).await.with_context(|| form.to_owned())?;
        assert_in_order(&printed, &["Token request: 200", "API call: 200"]);
    }
    Ok(())
}

/// The same at the other address of this machine, which is written in brackets.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_walk_back_to_an_address_of_ipv6_runs_again() -> anyhow::Result<()> {
    let sandbox = Sandbox::approving().await?;
    let uri = "http://[::1]/auth/loop/callback";
    let app = sandbox.register("Pasted", "native", uri).await?;
    let walk = Walk::with(&sandbox, app.client_id, None, json!({})).await?;
    for form in ["curl", "node", "python"] {
        let written = walk.written(&sandbox, form).await?;
        let printed = written.run(form).await.with_context(|| form.to_owned())?;
        assert_in_order(&printed, &["Token request: 200", "API call: 200"]);
    }
    Ok(())
}

/// What went wrong on purpose goes wrong again, with the same answer.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_slip_is_handed_over_as_it_was() -> anyhow::Result<()> {
    let sandbox = Sandbox::approving().await?;
    for (step, slip, answer) in [
        (
            "token",
            "wrong_verifier",
            "Token request: 400 invalid_grant",
        ),
        ("token", "code_twice", "Token request: 400 invalid_grant"),
        ("token", "wrong_secret", "Token request: 401 invalid_client"),
        (
            "token",
            "secret_with_white_space",
            "Token request: 401 invalid_client",
        ),
        (
            "token",
            "both_authentications",
            "Token request: 400 invalid_request",
        ),
    ] {
        let walk = Walk::of(&sandbox, "web", Some((step, slip))).await?;
        for form in ["curl", "node", "python"] {
            let written = walk.written(&sandbox, form).await?;
            assert_secret(&written.text);
            let run = written.run(form).await;
            let printed = run.with_context(|| format!("{slip} in {form}"))?;
            assert_in_order(&printed, &[answer]);
            assert!(written.text.contains("On purpose: "), "{}", written.text);
        }
    }
    Ok(())
}

/// A refusal that the app is told by the redirect, one that only the person is shown, and HTTP Basic.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn refusals_of_the_authorization_request_and_basic_credentials_are_handed_over()
-> anyhow::Result<()> {
    let sandbox = Sandbox::approving().await?;
    for slip in ["unknown_scope", "unknown_client"] {
        let walk = Walk::of(&sandbox, "web", Some(("sign_in", slip))).await?;
        for form in ["curl", "node", "python"] {
            let written = walk.written(&sandbox, form).await?;
            let run = written.run(form).await;
            run.with_context(|| format!("{slip} in {form}:\n{}", written.text))?;
        }
    }
    let (client_id, _) = registered(&sandbox, "web").await?;
    let basic = json!({ "client_authentication": "basic" });
    let walk = Walk::with(&sandbox, client_id, None, basic).await?;
    for form in ["curl", "node", "python"] {
        let written = walk.written(&sandbox, form).await?;
        assert_secret(&written.text);
        let printed = written.run(form).await.with_context(|| form.to_owned())?;
        assert_in_order(&printed, &["Token request: 200", "Refresh: 200"]);
    }
    Ok(())
}

/// The program says when the server answers otherwise than it did.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_answer_than_then_is_a_failure() -> anyhow::Result<()> {
    let sandbox = Sandbox::approving().await?;
    let walk = Walk::of(&sandbox, "web", None).await?;
    let change = json!({ "client_id": walk.client_id, "scopes": ["openid", "profile", "email"] });
    sandbox.rpc("apps_update", change).await?;
    for form in ["curl", "node", "python"] {
        let written = walk.written(&sandbox, form).await?;
        let failed = written.run(form).await.expect_err("a failure").to_string();
        assert!(failed.contains("in the walk, and is"), "{failed}");
    }
    Ok(())
}
