//! Rust: the texts are compiled with this package (`../../ready/bin`), and must be the ones that the console gives.

use std::path::Path;
use std::process::Command;

use anyhow::Context as _;
use serde_json::Value;

use super::machine::{assert_known, machine};
use super::{Pasted, assert_has_results, assert_secret, live_tokens, registered, text};
use crate::support::process::Process;
use crate::support::sandbox::Sandbox;
use crate::support::{http, tools};

/// Fails unless the text that was compiled is the one that the console gives; that one is then left to be copied.
fn assert_compiled(pasted: &Pasted, name: &str) -> anyhow::Result<()> {
    let given = std::fs::read_to_string(pasted.path().join("src/main.rs"))?;
    assert_same(&given, name)
}

/// The same for a text.
pub(super) fn assert_same(given: &str, name: &str) -> anyhow::Result<()> {
    let compiled = tools::clients().join(format!("ready/rust/{name}.rs.txt"));
    if std::fs::read_to_string(&compiled).unwrap_or_default() != given {
        let fresh = tools::target()?.join(format!("clients/{name}.rs.txt"));
        std::fs::write(&fresh, given)?;
        anyhow::bail!(
            "the console gives another text than was compiled: cp {} {}",
            fresh.display(),
            compiled.display()
        );
    }
    Ok(())
}

fn start(pasted: &Pasted, program: &str) -> anyhow::Result<Process> {
    Process::start("rust", Command::new(program).current_dir(pasted.path()))
}

/// The browser's part: from the printed address to where it ends.
pub(super) async fn approve(process: &mut Process) -> anyhow::Result<()> {
    let question = process
        .ready(async |printed| {
            let line = printed.lines().find(|line| line.starts_with("http://"))?;
            Some(line.to_owned())
        })
        .await?;
    let client = http::client()?;
    let answer = http::location(&client.get(question).send().await?)?;
    // A browser asks for more than it was sent to.
    let icon = client.get(answer.join("/favicon.ico")?).send().await?;
    assert_eq!(icon.status(), 404);
    assert_eq!(client.get(answer).send().await?.status(), 200);
    Ok(())
}

async fn whole_life(app_type: &str, name: &str, program: &str) -> anyhow::Result<()> {
    let sandbox = Sandbox::approving().await?;
    let (app, _) = registered(&sandbox, app_type).await?;
    let pasted = Pasted::of(&sandbox, &app, "rust").await?;
    assert_compiled(&pasted, name)?;
    let mut process = start(&pasted, program)?;
    approve(&mut process).await?;
    let printed = process.finish().await?;
    assert_secret(&printed);
    let answers: Vec<Value> = printed
        .lines()
        .filter_map(|line| serde_json::from_str(line).ok())
        .collect();
    assert_eq!(answers.len(), 2, "before and after refreshing: {printed}");
    answers.iter().for_each(assert_has_results);
    assert!(printed.ends_with("Disconnected from Loop.\n"), "{printed}");
    assert_eq!(live_tokens(&sandbox).await?, 0);
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_rust_code_of_a_web_app_runs_as_pasted() -> anyhow::Result<()> {
    whole_life("web", "web", env!("CARGO_BIN_EXE_ready-web")).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_rust_code_of_a_native_app_runs_as_pasted() -> anyhow::Result<()> {
    whole_life("native", "native", env!("CARGO_BIN_EXE_ready-native")).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_rust_code_of_a_machine_runs_as_pasted() -> anyhow::Result<()> {
    let sandbox = Sandbox::start().await?;
    let app = machine(&sandbox).await?;
    let pasted = Pasted::of(&sandbox, &app, "rust").await?;
    assert_compiled(&pasted, "machine")?;
    let process = start(&pasted, env!("CARGO_BIN_EXE_ready-machine"))?;
    assert_known(process, &app).await
}

/// The manifest is not compiled, so what it names must be what the texts were compiled with.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_rust_manifest_names_the_crates_that_it_was_compiled_with() -> anyhow::Result<()> {
    let sandbox = Sandbox::start().await?;
    let (app, _) = registered(&sandbox, "web").await?;
    let pasted = Pasted::of(&sandbox, &app, "rust").await?;
    let manifest = std::fs::read_to_string(pasted.path().join("Cargo.toml"))?;
    assert_eq!(compiled_with(&manifest)?, 3);
    assert_eq!(text(&pasted.code["files"][1]["path"])?, "Cargo.toml");
    Ok(())
}

/// How many crates a manifest names, each of them one that the text was compiled with.
pub(super) fn compiled_with(manifest: &str) -> anyhow::Result<usize> {
    let lock = std::fs::read_to_string(root()?.join("Cargo.lock"))?;
    let (_, dependencies) = manifest
        .split_once("[dependencies]\n")
        .context("dependencies")?;
    let mut named = 0;
    for line in dependencies.lines() {
        let (name, rest) = line.split_once(" = ").with_context(|| line.to_owned())?;
        let version = rest.split('"').nth(1).with_context(|| line.to_owned())?;
        let locked = format!("name = \"{name}\"\nversion = \"{version}.");
        assert!(lock.contains(&locked), "{name} {version} was not compiled");
        named += 1;
    }
    Ok(named)
}

fn root() -> anyhow::Result<&'static Path> {
    let mut above = tools::clients().ancestors();
    above
        .nth(2)
        .context("tests/clients is two levels below the root")
}
