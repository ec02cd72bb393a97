//! `cargo xtask bundle`: an installable package of the console, with the command line beside it.
//!
//! Tauri's own bundler makes it. It wants the configuration beside the package of the program, while ours stands at the
//! root of the repository, so it is given a copy with the paths rewritten, which goes again when it has finished.

mod trial;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Context as _;
use serde_json::{Value, json};

use crate::run::{CONSOLE, SANDBOX};
use crate::setup::{self, Purpose};
use crate::workspace::Workspace;
use crate::{clients, step, ui};

/// The one configuration, at the root.
const CONFIGURATION: &str = "tauri.conf.json";
/// Where Tauri's bundler looks for one.
const COPY: &str = "src-tauri/tauri.conf.json";
/// What the program needs of a Debian system, to run and not to be built.
const NEEDED: [&str; 2] = ["libwebkit2gtk-4.1-0", "libgtk-3-0"];

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Kinds of package, as Tauri names them: deb, rpm or appimage on Linux; msi or nsis on Windows; app or dmg on a Mac.
    #[arg(long, value_delimiter = ',', default_value = default_kind())]
    kinds: Vec<String>,
    /// Then install the .deb on this machine, start it from its desktop entry on a display of its own, and remove it
    /// again; the user's data has to be left. Needs root.
    #[arg(long)]
    trial: bool,
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
    let packages = bundle(workspace, &arguments.kinds)?;
    for package in &packages {
        let size = fs::metadata(package).map_or(0, |about| about.len());
        step::say(format!(
            "{} ({:.1} MiB)",
            package.display(),
            bytes_as_mebibytes(size)
        ));
    }
    if arguments.trial {
        let package = packages
            .iter()
            .find(|path| path.extension().is_some_and(|end| end == "deb"))
            .context("--trial is for a .deb")?;
        trial::run(package)?;
    }
    Ok(())
}

#[expect(clippy::cast_precision_loss, reason = "a size that people read")]
fn bytes_as_mebibytes(bytes: u64) -> f64 {
    bytes as f64 / 1024.0 / 1024.0
}

/// Runs the bundler, and gives what it made.
fn bundle(workspace: &Workspace, kinds: &[String]) -> anyhow::Result<Vec<PathBuf>> {
    let made = workspace.target("release/bundle");
    if made.exists() {
        fs::remove_dir_all(&made)?;
    }
    let text = fs::read_to_string(workspace.path(CONFIGURATION))?;
    let programs = workspace.target("release");
    let configuration = rewritten(serde_json::from_str(&text)?, &programs)?;
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
    )?;
    drop(copy);
    packages(&made)
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

/// The configuration as seen from `src-tauri`, with what only a package needs.
fn rewritten(mut configuration: Value, programs: &Path) -> anyhow::Result<Value> {
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
    let deb = &mut configuration["bundle"]["linux"]["deb"];
    deb["depends"] = json!(NEEDED);
    deb["files"] = json!({ format!("/usr/bin/{SANDBOX}"): programs.join(SANDBOX) });
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
        let copy = rewritten(ours.clone(), Path::new("/t/release")).expect("rewritten");
        assert_eq!(copy["build"]["frontendDist"], "../ui/dist");
        assert_eq!(copy["bundle"]["icon"][0], "icons/32x32.png");
        assert_eq!(
            copy["bundle"]["linux"]["deb"]["files"]["/usr/bin/connect-sandbox"],
            "/t/release/connect-sandbox"
        );
        assert_eq!(copy["app"], ours["app"], "what is allowed stays as it is");
    }
}
