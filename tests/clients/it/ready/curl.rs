//! The shell script around curl.

use std::process::Stdio;

use anyhow::Context as _;
use serde_json::Value;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::process::Command;

use super::{Pasted, assert_has_results, assert_secret, live_tokens, registered};
use crate::support::browser::Browser;
use crate::support::sandbox::{MAYA, Sandbox};

/// The JSON in the last line that a script printed.
fn last(printed: &str) -> anyhow::Result<Value> {
    let line = printed.trim_end().lines().last().unwrap_or_default();
    serde_json::from_str(line).with_context(|| format!("it printed:\n{printed}"))
}

/// Every command, in the order of the steps.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_curl_script_runs_as_pasted_for_apps_with_and_without_a_secret() -> anyhow::Result<()> {
    for app_type in ["web", "native"] {
        let sandbox = Sandbox::approving().await?;
        let (app, _) = registered(&sandbox, app_type).await?;
        let pasted = Pasted::of(&sandbox, &app, "curl").await?;
        let commands: Vec<String> = pasted
            .commands()?
            .into_iter()
            .filter(|command| command.starts_with("sh "))
            .collect();
        let [connect, data, refresh, disconnect] = commands.as_slice() else {
            anyhow::bail!("four commands are wanted: {commands:?}");
        };
        let printed = pasted.shell(connect)?.finish().await?;
        assert!(
            printed.contains("Granted: openid profile email read:biomarkers"),
            "{printed}"
        );
        assert_secret(&printed);
        assert_has_results(&last(&printed)?);
        let printed = pasted.shell(refresh)?.finish().await?;
        assert_secret(&printed);
        assert_has_results(&last(&pasted.shell(data)?.finish().await?)?);
        assert!(live_tokens(&sandbox).await? > 0);
        let printed = pasted.shell(disconnect)?.finish().await?;
        assert!(printed.ends_with("Disconnected from Loop.\n"), "{printed}");
        assert_eq!(live_tokens(&sandbox).await?, 0);
    }
    Ok(())
}

/// Where nobody approves by themselves, the person carries the address over.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_curl_script_takes_the_address_that_the_browser_ends_at() -> anyhow::Result<()> {
    let sandbox = Sandbox::start().await?;
    let (app, redirect_uri) = registered(&sandbox, "web").await?;
    let pasted = Pasted::of(&sandbox, &app, "curl").await?;
    let mut script = Command::new("sh")
        .args(["loop.sh", "connect"])
        .current_dir(pasted.path())
        .env_remove("http_proxy")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()?;
    let mut lines = BufReader::new(script.stdout.take().context("its output")?).lines();
    let question = loop {
        let line = lines.next_line().await?.context("it asks for an address")?;
        if line.starts_with("http://") {
            break line;
        }
    };
    let browser = Browser::open().await?;
    browser.goto(&question).await?;
    browser.sign_in(MAYA).await?;
    browser.press("Allow").await?;
    let answer = browser.arrive(&redirect_uri).await?;
    let mut input = script.stdin.take().context("its input")?;
    input.write_all(format!("{answer}\n").as_bytes()).await?;
    let mut printed = String::new();
    while let Some(line) = lines.next_line().await? {
        printed.push_str(&line);
        printed.push('\n');
    }
    assert!(script.wait().await?.success(), "{printed}");
    assert_has_results(&last(&printed)?);
    Ok(())
}
