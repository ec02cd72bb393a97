//! `cargo xtask bundle`: an installable package of the console, with the command line beside it.
//!
//! Tauri's own bundler makes it. It wants the configuration beside the package of the program, while ours stands at the
//! root of the repository, so it is given a copy with the paths rewritten, which goes again when it has finished.

mod debian;
mod elsewhere;
mod inspect;
mod notices;
mod trial;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Context as _;
use serde_json::{Value, json};

use crate::run::CONSOLE;
use crate::setup::{self, Purpose};
use crate::workspace::Workspace;
use crate::{clients, step, ui};

/// The one configuration, at the root.
const CONFIGURATION: &str = "tauri.conf.json";
/// Where the bundler puts what it makes.
const MADE: &str = "release/bundle";
/// The licences of others, beside the programs and in every package.
const NOTICES: &str = "third-party-licences";
/// Where Tauri's bundler looks for one.
const COPY: &str = "src-tauri/tauri.conf.json";

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Kinds of package, as Tauri names them: deb, rpm or appimage on Linux; msi or nsis on Windows; app or dmg on a Mac.
    #[arg(long, value_delimiter = ',', default_value = default_kind())]
    kinds: Vec<String>,
    /// Then install the .deb on this machine, start it from its desktop entry on a display of its own, and remove it
    /// again; the user's data has to be left. Needs root.
    #[arg(long)]
    trial: bool,
    /// Make nothing: look at the packages that were made last.
    #[arg(long)]
    made: bool,
}

const fn default_kind() -> &'static str {
    if cfg!(windows) {
        "nsis"
    } else if cfg!(target_os = "macos") {
        "dmg"
    } else {
        "deb"
    }
}

pub(crate) fn execute(workspace: &Workspace, arguments: &Arguments) -> anyhow::Result<()> {
    if !arguments.made {
        make(workspace, &arguments.kinds)?;
    }
    let packages = packages(&workspace.target(MADE))?;
    for package in &packages {
        let size = fs::metadata(package).map_or(0, |about| about.len());
        step::say(format!(
            "{} ({:.1} MiB)",
            package.display(),
            bytes_as_mebibytes(size)
        ));
    }
    let deb = packages
        .iter()
        .find(|path| path.extension().is_some_and(|end| end == "deb"));
    if let Some(package) = deb {
        inspect::run(package)?;
    }
    if arguments.trial {
        trial::run(deb.context("--trial is for a .deb")?)?;
    }
    Ok(())
}

/// Builds the programs as they ship, and their packages.
fn make(workspace: &Workspace, kinds: &[String]) -> anyhow::Result<()> {
    setup::prepare(workspace, Purpose::Window)?;
    ui::build(workspace)?;
    clients::install_node(workspace, &workspace.path("xtask/bundle/package-lock.json"))?;
    step::say("building the programs (a release build takes many minutes)");
    step::run(
        step::cargo(workspace)
            .args([
                "build",
                "--release",
                "--locked",
                "--features",
                "connect-cli/ui",
            ])
            .args(["--package", CONSOLE, "--package", "connect-cli"]),
    )?;
    bundle(workspace, kinds)
}

#[expect(clippy::cast_precision_loss, reason = "a size that people read")]
fn bytes_as_mebibytes(bytes: u64) -> f64 {
    bytes as f64 / 1024.0 / 1024.0
}

/// Runs the bundler.
fn bundle(workspace: &Workspace, kinds: &[String]) -> anyhow::Result<()> {
    let made = workspace.target(MADE);
    if made.exists() {
        fs::remove_dir_all(&made)?;
    }
    let text = fs::read_to_string(workspace.path(CONFIGURATION))?;
    let programs = workspace.target("release");
    let mut configuration = rewritten(serde_json::from_str(&text)?)?;
    fs::write(programs.join(NOTICES), notices::gather(workspace)?)?;
    if cfg!(target_os = "linux") {
        debian::fill(&mut configuration, workspace.root(), &programs)?;
    } else {
        elsewhere::fill(&mut configuration, workspace.root(), &programs);
    }
    let copy = Copy(workspace.path(COPY));
    fs::write(&copy.0, serde_json::to_string_pretty(&configuration)?)?;
    let program = if cfg!(windows) { "tauri.cmd" } else { "tauri" };
    step::run(
        Command::new(
            workspace
                .path("xtask/bundle/node_modules/.bin")
                .join(program),
        )
        .args(["bundle", "--ci", "--bundles", &kinds.join(",")])
        .current_dir(workspace.path("src-tauri")),
    )
}

/// The copy of the configuration; it goes with the value, since there is to be one configuration.
struct Copy(PathBuf);

impl Drop for Copy {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_file(&self.0) {
            step::say(format!("{} is left over: {error}", self.0.display()));
        }
    }
}

/// The configuration as seen from `src-tauri`.
fn rewritten(mut configuration: Value) -> anyhow::Result<Value> {
    let dist = &mut configuration["build"]["frontendDist"];
    *dist = json!(format!("../{}", dist.as_str().context("frontendDist")?));
    let icons = configuration["bundle"]["icon"]
        .as_array_mut()
        .context("icons")?;
    for icon in icons {
        let path = icon.as_str().context("the path of an icon")?;
        *icon = json!(
            path.strip_prefix("src-tauri/")
                .context("an icon is in src-tauri")?
        );
    }
    Ok(configuration)
}

/// The files that were made: `<kind>/<package>`.
fn packages(made: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for kind in fs::read_dir(made).with_context(|| format!("nothing in {}", made.display()))? {
        for entry in fs::read_dir(kind?.path())? {
            let path = entry?.path();
            if path.is_file() {
                found.push(path);
            }
        }
    }
    found.sort();
    anyhow::ensure!(!found.is_empty(), "the bundler made nothing");
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_seen_from_the_package_of_the_program() {
        let text = include_str!("../../tauri.conf.json");
        let ours: Value = serde_json::from_str(text).expect("JSON");
        let copy = rewritten(ours.clone()).expect("rewritten");
        assert_eq!(copy["build"]["frontendDist"], "../ui/dist");
        assert_eq!(copy["bundle"]["icon"][0], "icons/32x32.png");
        assert_eq!(copy["app"], ours["app"], "what is allowed stays as it is");
    }
}
