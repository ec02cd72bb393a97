//! `cargo xtask setup`: brings a machine to the point where running or testing works.
//!
//! Debian 12 with Rust and Node is set up without a question; elsewhere it says what is missing. It is run by the
//! other commands too, so it must be quick when nothing is to be done.

use std::path::PathBuf;

use clap::ValueEnum;

use crate::machine::{self, Installer};
use crate::workspace::Workspace;
use crate::{clients, driver, step};

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
    /// Starting the sandbox and its console in a browser: Rust, a C compiler and Node.
    Run,
    /// The window: the system's web view, with what programs are built against it.
    Window,
    /// Every test: browsers with their drivers, a display, a keychain, Python and Node.
    Test,
}

/// Something that must be there.
struct Need {
    what: What,
    /// The Debian package that brings it.
    package: &'static str,
    purpose: Purpose,
    /// On Linux only: elsewhere the system has its own.
    linux_only: bool,
}

enum What {
    /// A program.
    Program {
        /// Names it goes by, the preferred one first.
        names: &'static [&'static str],
        /// A variable that names it in another place.
        variable: Option<&'static str>,
    },
    /// What a program is built against, as `pkg-config` names it.
    Library(&'static str),
}

/// A program that goes by one name and that no variable moves.
const fn program(name: &'static [&'static str; 1]) -> What {
    What::Program {
        names: name,
        variable: None,
    }
}

/// What is needed, the purpose that first needs it, and where Debian has it.
const NEEDS: &[Need] = &[
    Need {
        what: What::Program {
            names: &["cc", "clang", "cl"],
            variable: None,
        },
        package: "gcc",
        purpose: Purpose::Run,
        linux_only: true,
    },
    Need {
        what: program(&["pkg-config"]),
        package: "pkg-config",
        purpose: Purpose::Window,
        linux_only: true,
    },
    Need {
        what: What::Library("webkit2gtk-4.1"),
        package: "libwebkit2gtk-4.1-dev",
        purpose: Purpose::Window,
        linux_only: true,
    },
    Need {
        what: What::Library("gtk+-3.0"),
        package: "libgtk-3-dev",
        purpose: Purpose::Window,
        linux_only: true,
    },
    Need {
        what: What::Library("librsvg-2.0"),
        package: "librsvg2-dev",
        purpose: Purpose::Window,
        linux_only: true,
    },
    Need {
        what: What::Program {
            names: BROWSERS,
            variable: Some("CHROME"),
        },
        package: "chromium",
        purpose: Purpose::Test,
        linux_only: false,
    },
    Need {
        what: What::Program {
            names: &["chromedriver"],
            variable: Some("CHROMEDRIVER"),
        },
        package: "chromium-driver",
        purpose: Purpose::Test,
        linux_only: false,
    },
    Need {
        what: program(&["WebKitWebDriver"]),
        package: "webkit2gtk-driver",
        purpose: Purpose::Test,
        linux_only: true,
    },
    Need {
        what: program(&["Xvfb"]),
        package: "xvfb",
        purpose: Purpose::Test,
        linux_only: true,
    },
    Need {
        what: program(&["dbus-run-session"]),
        package: "dbus",
        purpose: Purpose::Test,
        linux_only: true,
    },
    Need {
        what: program(&["gnome-keyring-daemon"]),
        package: "gnome-keyring",
        purpose: Purpose::Test,
        linux_only: true,
    },
    Need {
        what: program(&["python3"]),
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
    /// Whether it is there.
    ///
    /// # Errors
    /// When its variable names something that is not.
    fn is_met(&self) -> anyhow::Result<bool> {
        Ok(match self.what {
            What::Program { names, variable } => find_program(names, variable)?.is_some(),
            What::Library(name) => machine::has_library(name),
        })
    }
}

/// Where a program is, if it is anywhere.
///
/// # Errors
/// When its variable names something that is not there: then nothing else is tried silently.
fn find_program(
    names: &'static [&'static str],
    variable: Option<&'static str>,
) -> anyhow::Result<Option<PathBuf>> {
    if let Some((variable, named)) = variable.and_then(|name| Some((name, std::env::var_os(name)?)))
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
    let in_path = names.iter().find_map(|name| machine::which(name));
    Ok(in_path.or_else(|| {
        let places = if names == BROWSERS {
            BROWSER_PLACES
        } else {
            &[]
        };
        places.iter().map(PathBuf::from).find(|path| path.is_file())
    }))
}

/// The browser and its driver, for the tests' environment.
///
/// # Errors
/// When a variable names something that is not there.
pub(crate) fn browser_variables() -> anyhow::Result<Vec<(&'static str, PathBuf)>> {
    let mut variables = Vec::new();
    for need in NEEDS {
        if let What::Program {
            names,
            variable: Some(variable),
        } = need.what
        {
            variables.extend(find_program(names, Some(variable))?.map(|path| (variable, path)));
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
            "{} installed, but what they bring is not found",
            still.join(" ")
        );
    }
    node_is_new_enough()?;
    if purpose >= Purpose::Test {
        clients::prepare(workspace)?;
        if cfg!(target_os = "linux") {
            driver::prepare(workspace)?;
        }
    }
    Ok(())
}

/// The Debian packages of the programs that are not there.
fn missing(purpose: Purpose) -> anyhow::Result<Vec<&'static str>> {
    let mut packages = Vec::new();
    for need in NEEDS {
        let here = cfg!(target_os = "linux") || !need.linux_only;
        if need.purpose <= purpose && here && !need.is_met()? {
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
        assert!(Purpose::Run < Purpose::Window && Purpose::Window < Purpose::Test);
    }

    #[test]
    fn starting_the_sandbox_needs_no_window_no_browser_and_no_python() {
        let run: Vec<_> = NEEDS
            .iter()
            .filter(|need| need.purpose == Purpose::Run)
            .map(|need| need.package)
            .collect();
        assert_eq!(run, ["gcc"]);
    }
}
