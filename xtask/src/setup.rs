//! `cargo xtask setup`: brings a machine to the point where running or testing works.
//!
//! Debian 12 with Rust and Node is set up without a question; elsewhere it says what is missing. It is run by the
//! other commands too, so it must be quick when nothing is to be done.

use std::path::PathBuf;

use clap::ValueEnum;

use crate::machine::{self, Installer};
use crate::workspace::Workspace;
use crate::{clients, step};

/// The oldest Node that the client apps and the user interface are built with.
const NODE: (u32, u32) = (20, 19);

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// What the machine is to be ready for.
    #[arg(long = "for", value_enum, default_value_t = Purpose::Test)]
    purpose: Purpose,
}

/// What a machine can be made ready for, each including what stands before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub(crate) enum Purpose {
    /// Starting the sandbox: Rust and a C compiler.
    Run,
    /// Every test: a browser with its driver, a keychain, Python and Node.
    Test,
}

/// One program that must be there.
struct Need {
    /// Names it goes by, the preferred one first.
    programs: &'static [&'static str],
    /// A variable that names it in another place.
    variable: Option<&'static str>,
    /// The Debian package that brings it.
    package: &'static str,
    purpose: Purpose,
    /// On Linux only: elsewhere the system has its own.
    linux_only: bool,
}

/// Programs, the purpose that first needs them, and where Debian has them.
const NEEDS: &[Need] = &[
    Need {
        programs: &["cc", "clang", "cl"],
        variable: None,
        package: "gcc",
        purpose: Purpose::Run,
        linux_only: true,
    },
    Need {
        programs: BROWSERS,
        variable: Some("CHROME"),
        package: "chromium",
        purpose: Purpose::Test,
        linux_only: false,
    },
    Need {
        programs: &["chromedriver"],
        variable: Some("CHROMEDRIVER"),
        package: "chromium-driver",
        purpose: Purpose::Test,
        linux_only: false,
    },
    Need {
        programs: &["dbus-run-session"],
        variable: None,
        package: "dbus",
        purpose: Purpose::Test,
        linux_only: true,
    },
    Need {
        programs: &["gnome-keyring-daemon"],
        variable: None,
        package: "gnome-keyring",
        purpose: Purpose::Test,
        linux_only: true,
    },
    Need {
        programs: &["python3"],
        variable: None,
        package: "python3-venv",
        purpose: Purpose::Test,
        linux_only: false,
    },
];

const BROWSERS: &[&str] = &["chromium", "chromium-browser", "google-chrome", "chrome"];

/// Where browsers are that are not in `PATH`.
const BROWSER_PLACES: &[&str] = &[
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
];

impl Need {
    /// Where the program is, if it is anywhere.
    ///
    /// # Errors
    /// When its variable names something that is not there: then nothing else is tried silently.
    fn find(&self) -> anyhow::Result<Option<PathBuf>> {
        if let Some((variable, named)) = self
            .variable
            .and_then(|name| Some((name, std::env::var_os(name)?)))
        {
            let path = PathBuf::from(&named);
            let found = if path.is_file() {
                Some(path)
            } else {
                machine::which(&named.to_string_lossy())
            };
            anyhow::ensure!(
                found.is_some(),
                "{variable} names {}, which is not there",
                named.display()
            );
            return Ok(found);
        }
        let in_path = self.programs.iter().find_map(|name| machine::which(name));
        Ok(in_path.or_else(|| {
            let places = if self.programs == BROWSERS {
                BROWSER_PLACES
            } else {
                &[]
            };
            places.iter().map(PathBuf::from).find(|path| path.is_file())
        }))
    }
}

/// The browser and its driver, for the tests' environment.
///
/// # Errors
/// When a variable names something that is not there.
pub(crate) fn browser_variables() -> anyhow::Result<Vec<(&'static str, PathBuf)>> {
    let mut variables = Vec::new();
    for need in NEEDS {
        if let Some(variable) = need.variable.filter(|name| name.starts_with("CHROME")) {
            variables.extend(need.find()?.map(|path| (variable, path)));
        }
    }
    Ok(variables)
}

pub(crate) fn execute(workspace: &Workspace, arguments: &Arguments) -> anyhow::Result<()> {
    prepare(workspace, arguments.purpose)?;
    step::say("this machine is ready");
    Ok(())
}

/// Installs what is missing for a purpose. Quick, and silent, when nothing is.
///
/// # Errors
/// When something is missing that may not or cannot be installed here; the message says how to do it by hand.
pub(crate) fn prepare(workspace: &Workspace, purpose: Purpose) -> anyhow::Result<()> {
    let mut missing = missing(purpose)?;
    let python_needed = purpose >= Purpose::Test && !clients::python_is_ready(workspace)?;
    if python_needed
        && !missing.contains(&"python3-venv")
        && !machine::python_makes_venvs(clients::PYTHON)
    {
        missing.push("python3-venv");
    }
    if !missing.is_empty() {
        Installer::find().install(&missing)?;
        let still = self::missing(purpose)?;
        anyhow::ensure!(
            still.is_empty(),
            "{} installed, but their programs are not in PATH",
            still.join(" ")
        );
    }
    if purpose >= Purpose::Test {
        node_is_new_enough()?;
        clients::prepare(workspace)?;
    }
    Ok(())
}

/// The Debian packages of the programs that are not there.
fn missing(purpose: Purpose) -> anyhow::Result<Vec<&'static str>> {
    let mut packages = Vec::new();
    for need in NEEDS {
        let here = cfg!(target_os = "linux") || !need.linux_only;
        if need.purpose <= purpose && here && need.find()?.is_none() {
            packages.push(need.package);
        }
    }
    Ok(packages)
}

/// Fails with where to get it unless a recent Node is there.
///
/// # Errors
/// When Node is missing or too old.
pub(crate) fn node_is_new_enough() -> anyhow::Result<()> {
    let (major, minor) = NODE;
    match machine::node_version() {
        Some(version) if version >= NODE => Ok(()),
        Some((has, had)) => anyhow::bail!(
            "Node {has}.{had} is too old: {major}.{minor} or newer is needed (https://nodejs.org)"
        ),
        None => anyhow::bail!("Node {major}.{minor} or newer is needed (https://nodejs.org)"),
    }
}

#[cfg(test)]
mod tests {
    use super::{NEEDS, Purpose};

    #[test]
    fn purposes_include_those_before_them() {
        assert!(Purpose::Run < Purpose::Test);
    }

    #[test]
    fn starting_the_sandbox_needs_no_browser_and_no_python() {
        let run: Vec<_> = NEEDS
            .iter()
            .filter(|need| need.purpose == Purpose::Run)
            .map(|need| need.package)
            .collect();
        assert_eq!(run, ["gcc"]);
    }
}
