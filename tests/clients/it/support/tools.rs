//! The programs that the tests need, and what to do when one is missing.

use std::path::{Path, PathBuf};

use anyhow::Context as _;

/// Ends every message about a missing program.
const REMEDY: &str = "`cargo xtask setup` prepares a machine";

/// The directory of the client apps.
pub(crate) fn clients() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The workspace's directory.
pub(crate) fn root() -> anyhow::Result<&'static Path> {
    clients()
        .ancestors()
        .nth(2)
        .context("tests/clients is two levels below the root")
}

/// Cargo's target directory.
pub(crate) fn target() -> anyhow::Result<PathBuf> {
    let root = root()?;
    Ok(match std::env::var_os("CARGO_TARGET_DIR") {
        Some(directory) => root.join(directory),
        None => root.join("target"),
    })
}

/// Chromium, or what `CHROME` names.
pub(crate) fn chromium() -> anyhow::Result<PathBuf> {
    const MAC: &str = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome";
    named("CHROME")?
        .or_else(|| ["chromium", "chromium-browser", "google-chrome", "chrome"].into_iter().find_map(in_path))
        .or_else(|| Some(PathBuf::from(MAC)).filter(|path| path.is_file()))
        .with_context(|| {
            format!("no Chromium in PATH: it is Debian's package `chromium`, CHROME may name another; {REMEDY}")
        })
}

/// The browser's driver, or what `CHROMEDRIVER` names.
pub(crate) fn chromedriver() -> anyhow::Result<PathBuf> {
    named("CHROMEDRIVER")?.or_else(|| in_path("chromedriver")).with_context(|| {
        format!("no chromedriver in PATH: it is Debian's package `chromium-driver`, CHROMEDRIVER may name another; {REMEDY}")
    })
}

/// The Python that has the client apps' requirements.
pub(crate) fn python() -> anyhow::Result<PathBuf> {
    let program = if cfg!(windows) {
        "Scripts/python.exe"
    } else {
        "bin/python"
    };
    let python = target()?.join("clients/venv").join(program);
    anyhow::ensure!(
        python.is_file(),
        "no Python environment at {}: it needs Debian's package `python3-venv`; {REMEDY}",
        python.display()
    );
    Ok(python)
}

/// Node, once the modules of the app in `directory` are there.
pub(crate) fn node(directory: &str) -> anyhow::Result<PathBuf> {
    let modules = clients().join(directory).join("node_modules");
    anyhow::ensure!(
        modules.is_dir(),
        "no Node modules at {}: `npm ci` beside it installs them; {REMEDY}",
        modules.display()
    );
    in_path("node").with_context(|| {
        format!("no Node in PATH: version 20.19 or newer from https://nodejs.org; {REMEDY}")
    })
}

/// The script of axe-core.
pub(crate) fn axe() -> anyhow::Result<String> {
    let path = clients().join("axe/node_modules/axe-core/axe.min.js");
    std::fs::read_to_string(&path).with_context(|| {
        format!(
            "no axe-core at {}: `npm ci` in tests/clients/axe installs it; {REMEDY}",
            path.display()
        )
    })
}

/// The program that a variable names, as a path or in `PATH`.
fn named(variable: &str) -> anyhow::Result<Option<PathBuf>> {
    let Some(value) = std::env::var_os(variable) else {
        return Ok(None);
    };
    let path = PathBuf::from(&value);
    let found = if path.is_file() {
        Some(path)
    } else {
        in_path(&value.to_string_lossy())
    };
    found
        .map(Some)
        .with_context(|| format!("{variable} names {}, which is not there", value.display()))
}

fn in_path(name: &str) -> Option<PathBuf> {
    let file = format!("{name}{}", std::env::consts::EXE_SUFFIX);
    std::env::split_paths(&std::env::var_os("PATH")?)
        .map(|directory| directory.join(&file))
        .find(|path| path.is_file())
}
