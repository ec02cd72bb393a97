//! The code that the console gives for an app as it is registered, run as pasted: its files are written, its `.env` put
//! beside them, and its own commands typed.
//!
//! What is not done as it says is the installing: modules come from the directories that `cargo xtask setup` fills.

mod curl;
mod handed_over;
mod machine;
mod node;
mod python;
mod react_native;
mod rust;

use std::path::Path;
use std::process::Command;

use anyhow::Context as _;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::browser::Browser;
use crate::support::partner::free_port;
use crate::support::process::Process;
use crate::support::sandbox::{MAYA, Sandbox};
use crate::support::tools;

/// Code in a directory of its own.
struct Pasted {
    directory: TempDir,
    code: Value,
}

impl Pasted {
    /// The code for an app, written down with its `.env`.
    async fn of(sandbox: &Sandbox, client_id: &str, language: &str) -> anyhow::Result<Self> {
        let request = json!({ "client_id": client_id, "language": language });
        let code = sandbox.rpc("apps_code", request).await?;
        let directory = tempfile::Builder::new()
            .prefix("connect-pasted-")
            .tempdir()?;
        for file in code["files"].as_array().context("files")? {
            let path = directory.path().join(text(&file["path"])?);
            std::fs::create_dir_all(path.parent().context("a file is in a directory")?)?;
            std::fs::write(path, text(&file["text"])?)?;
        }
        let env = sandbox
            .rpc("apps_env", json!({ "client_id": client_id }))
            .await?;
        std::fs::write(directory.path().join(".env"), text(&env["text"])?)?;
        let pasted = Self { directory, code };
        // The sandbox is not where `connect-sandbox` looks by itself.
        for command in pasted.commands()?.iter().filter(|it| it.contains(" env ")) {
            anyhow::ensure!(
                command.starts_with("connect-sandbox --data-dir "),
                "{command}"
            );
        }
        // What the app's first redirect URI has to give way to, if it has.
        for command in pasted
            .commands()?
            .iter()
            .filter(|it| it.starts_with("printf "))
        {
            pasted.shell(command)?.finish().await?;
        }
        Ok(pasted)
    }

    fn path(&self) -> &Path {
        self.directory.path()
    }

    /// What the steps say to type.
    fn commands(&self) -> anyhow::Result<Vec<String>> {
        let steps = self.code["steps"].as_array().context("steps")?;
        let commands = steps.iter().filter_map(|step| step["command"].as_str());
        Ok(commands.map(str::to_owned).collect())
    }

    /// Types the last command.
    fn run(&self) -> anyhow::Result<Process> {
        let commands = self.commands()?;
        self.shell(commands.last().context("a command")?)
    }

    /// Types a command.
    fn shell(&self, command: &str) -> anyhow::Result<Process> {
        Process::start(
            "sh",
            Command::new("sh")
                .args(["-c", command])
                .current_dir(self.path()),
        )
    }

    /// Puts installed modules where the code looks for them.
    fn link(&self, from: &Path, name: &str) -> anyhow::Result<()> {
        #[cfg(unix)]
        std::os::unix::fs::symlink(from, self.path().join(name))?;
        #[cfg(windows)]
        std::os::windows::fs::symlink_dir(from, self.path().join(name))?;
        Ok(())
    }

    fn link_express(&self) -> anyhow::Result<()> {
        tools::node("express")?;
        self.link(
            &tools::clients().join("express/node_modules"),
            "node_modules",
        )
    }

    fn link_venv(&self) -> anyhow::Result<()> {
        tools::python()?;
        self.link(&tools::target()?.join("clients/venv"), ".venv")
    }
}

fn text(value: &Value) -> anyhow::Result<&str> {
    value
        .as_str()
        .with_context(|| format!("{value} is no text"))
}

/// Registers an app of some type with a redirect URI on this machine; its id and redirect URI.
async fn registered(sandbox: &Sandbox, app_type: &str) -> anyhow::Result<(String, String)> {
    let redirect_uri = match app_type {
        "native" => "http://127.0.0.1/auth/loop/callback".to_owned(),
        _ => format!("http://localhost:{}/auth/loop/callback", free_port()?),
    };
    let app = sandbox.register("Pasted", app_type, &redirect_uri).await?;
    Ok((app.client_id, redirect_uri))
}

/// The address that a server prints when it is ready.
async fn page(process: &mut Process) -> anyhow::Result<String> {
    process
        .ready(async |printed| {
            let (_, after) = printed.split_once("Open http")?;
            let address = format!("http{}", after.split_once('\n')?.0.trim());
            let (_, authority) = address.split_once("//")?;
            let authority = authority.trim_end_matches('/').to_owned();
            tokio::net::TcpStream::connect(authority).await.ok()?;
            Some(address)
        })
        .await
}

/// Connects, shows data, refreshes and disconnects by the buttons of the code's own page. `asked`: the person is asked.
async fn whole_life(sandbox: &Sandbox, page: &str, asked: bool) -> anyhow::Result<()> {
    let browser = Browser::open().await?;
    browser.goto(page).await?;
    browser
        .element("//a[.='Connect with Loop']")
        .await?
        .click()
        .await?;
    if asked {
        browser.sign_in(MAYA).await?;
        browser.heading("Connect Pasted with Loop").await?;
        browser.press("Allow").await?;
    }
    browser.arrive(&format!("{page}auth/loop/callback")).await?;
    let answer = browser.json().await?;
    assert_eq!(answer["message"], "Connected to Loop!", "{answer}");
    assert_eq!(answer["scopes"], "openid profile email read:biomarkers");
    assert_has_results(&answer["data"]);
    let tokens = live_tokens(sandbox).await?;
    assert!(tokens > 0);

    browser.goto(page).await?;
    browser.press("Refresh").await?;
    browser.arrive(&format!("{page}refresh")).await?;
    assert_eq!(browser.json().await?["message"], "Refreshed.");
    browser.goto(&format!("{page}data")).await?;
    assert_has_results(&browser.json().await?);

    browser.goto(page).await?;
    browser.press("Disconnect").await?;
    browser.arrive(&format!("{page}disconnect")).await?;
    let answer = browser.json().await?;
    assert_eq!(answer["message"], "Disconnected from Loop.", "{answer}");
    assert_eq!(live_tokens(sandbox).await?, 0);
    browser.stayed_on_this_machine().await
}

/// How many tokens the sandbox would take.
async fn live_tokens(sandbox: &Sandbox) -> anyhow::Result<i64> {
    let status = sandbox.rpc("sandbox_status", json!({})).await?;
    status["counts"]["live_tokens"].as_i64().context("a count")
}

fn assert_has_results(data: &Value) {
    let results = data["results"].as_array().map_or(0, Vec::len);
    assert!(results > 0, "no results in {data}");
}

/// Nothing that a program printed is a token or a secret.
fn assert_secret(printed: &str) {
    for prefix in ["lph_at_", "lph_rt_", "lph_ac_", "secret_"] {
        assert!(!printed.contains(prefix), "{prefix} in {printed}");
    }
}
