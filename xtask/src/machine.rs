//! What this machine has, and how system packages get onto it.

use std::ffi::OsStr;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use anyhow::Context as _;

use crate::step;

/// The first program of that name in `PATH`.
pub(crate) fn which(name: &str) -> Option<PathBuf> {
    let paths = std::env::var_os("PATH")?;
    let file = format!("{name}{}", std::env::consts::EXE_SUFFIX);
    std::env::split_paths(&paths)
        .map(|directory| directory.join(&file))
        .find(|path| path.is_file())
}

/// Whether programs can be built against a library, by its `pkg-config` name.
pub(crate) fn has_library(name: &str) -> bool {
    let asked = Command::new("pkg-config")
        .args(["--exists", name])
        .stderr(Stdio::null())
        .status();
    asked.is_ok_and(|status| status.success())
}

/// Whether windows can be shown here.
pub(crate) fn has_display() -> bool {
    let named = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    !cfg!(target_os = "linux") || named("WAYLAND_DISPLAY") || named("DISPLAY")
}

/// How Debian packages can be installed here.
pub(crate) enum Installer {
    /// Without asking anybody; the words to put before `apt-get`.
    Direct(&'static [&'static str]),
    /// Only by a person who types the password.
    ByHand,
    /// This is not Debian or one of its children.
    NotDebian,
}

impl Installer {
    /// Looks at the machine: root, sudo without a password, or neither.
    pub(crate) fn find() -> Self {
        if which("apt-get").is_none() || which("dpkg").is_none() {
            return Self::NotDebian;
        }
        let root = step::read(Command::new("id").arg("-u")).is_ok_and(|id| id.trim() == "0");
        if root {
            return Self::Direct(&[]);
        }
        let sudo = Command::new("sudo")
            .args(["-n", "true"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status();
        if sudo.is_ok_and(|status| status.success()) {
            return Self::Direct(&["sudo", "-n"]);
        }
        Self::ByHand
    }

    /// Brings the lists of Debian packages up to date, where that may be done.
    ///
    /// # Errors
    /// When it may not be done here, or `apt-get` fails.
    pub(crate) fn refresh(&self) -> anyhow::Result<()> {
        match self {
            Self::Direct(prefix) => step::run(apt(prefix).args(["-qq", "update"])),
            Self::ByHand => anyhow::bail!("run `sudo apt-get update`, then the same command again"),
            Self::NotDebian => anyhow::bail!("Debian's packages are needed"),
        }
    }

    /// Installs Debian packages, or fails with the command that would.
    ///
    /// # Errors
    /// When it may not be done here, or `apt-get` fails.
    pub(crate) fn install(&self, packages: &[&str]) -> anyhow::Result<()> {
        let list = packages.join(" ");
        match self {
            Self::Direct(prefix) => {
                step::say(format!("installing system packages: {list}"));
                self.refresh()?;
                step::run(
                    apt(prefix)
                        .args(["-qq", "install", "-y", "--no-install-recommends"])
                        .args(packages)
                        .env("DEBIAN_FRONTEND", "noninteractive")
                        .stdout(Stdio::null()),
                )
                .with_context(|| format!("cannot install {list}"))
            }
            Self::ByHand => anyhow::bail!(
                "system packages are missing. Install them with\n\n    \
                 sudo apt-get update && sudo apt-get install -y --no-install-recommends {list}\n\n\
                 and run the same command again"
            ),
            Self::NotDebian => anyhow::bail!(
                "programs are missing. On Debian they come with the packages {list}; install what \
                 provides them on this system and run the same command again"
            ),
        }
    }
}

fn apt(prefix: &[&'static str]) -> Command {
    match prefix.split_first() {
        Some((first, rest)) => {
            let mut command = Command::new(first);
            command.args(rest).arg("apt-get");
            command
        }
        None => Command::new("apt-get"),
    }
}

/// `node --version` as numbers, when there is a Node.
pub(crate) fn node_version() -> Option<(u32, u32)> {
    let printed = step::read(Command::new("node").arg("--version")).ok()?;
    parse_version(printed.trim())
}

fn parse_version(text: &str) -> Option<(u32, u32)> {
    let mut numbers = text.strip_prefix('v')?.split('.');
    Some((numbers.next()?.parse().ok()?, numbers.next()?.parse().ok()?))
}

/// Whether a Python can make virtual environments (Debian splits `ensurepip` off into a package).
pub(crate) fn python_makes_venvs(python: impl AsRef<OsStr>) -> bool {
    step::read(Command::new(python).args(["-c", "import venv, ensurepip"])).is_ok()
}

#[cfg(test)]
mod tests {
    use super::{parse_version, which};

    #[test]
    fn node_versions_are_read() {
        assert_eq!(parse_version("v20.19.4"), Some((20, 19)));
        assert_eq!(parse_version("20.19.4"), None);
        assert_eq!(parse_version("v20"), None);
    }

    #[test]
    fn cargo_is_found_and_nonsense_is_not() {
        assert!(which("cargo").is_some());
        assert!(which("no-such-program-here").is_none());
    }
}
