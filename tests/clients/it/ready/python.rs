//! Python with Flask.

use serde_json::json;

use super::{Pasted, page, registered, whole_life};
use crate::support::process::Process;
use crate::support::sandbox::Sandbox;

fn start(pasted: &Pasted) -> anyhow::Result<Process> {
    pasted.link_venv()?;
    pasted.run()
}

/// Flask prints where it runs in words of its own.
async fn ready(process: &mut Process, redirect_uri: &str) -> anyhow::Result<String> {
    let page = redirect_uri
        .strip_suffix("auth/loop/callback")
        .unwrap_or(redirect_uri)
        .to_owned();
    let authority = page
        .trim_start_matches("http://")
        .trim_end_matches('/')
        .to_owned();
    process
        .ready(async |_| {
            tokio::net::TcpStream::connect(authority.as_str())
                .await
                .ok()
        })
        .await?;
    Ok(page)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_python_code_of_a_web_app_runs_as_pasted() -> anyhow::Result<()> {
    let sandbox = Sandbox::start().await?;
    let (app, redirect_uri) = registered(&sandbox, "web").await?;
    let pasted = Pasted::of(&sandbox, &app, "python").await?;
    let mut process = start(&pasted)?;
    let page = ready(&mut process, &redirect_uri).await?;
    whole_life(&sandbox, &page, true).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_python_code_of_a_native_app_runs_as_pasted() -> anyhow::Result<()> {
    let sandbox = Sandbox::approving().await?;
    let strict = json!({ "profile": "strict" });
    sandbox.rpc("settings_update", strict).await?;
    let (app, _) = registered(&sandbox, "native").await?;
    let pasted = Pasted::of(&sandbox, &app, "python").await?;
    let mut process = start(&pasted)?;
    let page = page(&mut process).await?;
    whole_life(&sandbox, &page, false).await
}
