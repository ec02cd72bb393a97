//! Programs started by a test, each in a process group of its own that ends with the value.

use std::fs::File;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use anyhow::Context as _;
use tempfile::TempDir;

use super::eventually;

/// A running program. Dropping it ends it with everything that it started.
pub(crate) struct Process {
    name: &'static str,
    child: Child,
    output: PathBuf,
    _directory: TempDir,
}

impl Process {
    /// Starts a program whose output goes to a file. It finds no proxy, so it can reach this machine only.
    ///
    /// # Errors
    /// When it cannot be started.
    pub(crate) fn start(name: &'static str, command: &mut Command) -> anyhow::Result<Self> {
        let directory = tempfile::Builder::new()
            .prefix("connect-client-")
            .tempdir()?;
        let output = directory.path().join("output");
        let file = File::create(&output)?;
        command
            .stdin(Stdio::null())
            .stdout(file.try_clone()?)
            .stderr(file);
        for variable in [
            "http_proxy",
            "https_proxy",
            "all_proxy",
            "HTTP_PROXY",
            "HTTPS_PROXY",
            "ALL_PROXY",
        ] {
            command.env_remove(variable);
        }
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(command, 0);
        let child = command
            .spawn()
            .with_context(|| format!("{name} cannot be started"))?;
        Ok(Self {
            name,
            child,
            output,
            _directory: directory,
        })
    }

    /// What it has printed so far.
    pub(crate) fn printed(&self) -> String {
        String::from_utf8_lossy(&std::fs::read(&self.output).unwrap_or_default()).into_owned()
    }

    /// Waits for something that shows it is ready.
    ///
    /// # Errors
    /// When it ends before that, or takes too long; the message holds what it printed.
    pub(crate) async fn ready<T>(
        &mut self,
        mut probe: impl AsyncFnMut(&str) -> Option<T>,
    ) -> anyhow::Result<T> {
        let name = self.name;
        let answer = eventually(&format!("{name} is ready"), async || {
            if let Some(status) = self.child.try_wait()? {
                anyhow::bail!("{name} ended at once: {status}");
            }
            Ok(probe(&self.printed()).await)
        })
        .await;
        answer.with_context(|| format!("{name} printed:\n{}", self.printed()))
    }

    /// Waits for its end and returns what it printed.
    ///
    /// # Errors
    /// When it fails or takes too long; the message holds what it printed.
    pub(crate) async fn finish(mut self) -> anyhow::Result<String> {
        let name = self.name;
        let status = eventually(&format!("{name} ends"), async || {
            Ok(self.child.try_wait()?)
        })
        .await
        .with_context(|| format!("{name} printed:\n{}", self.printed()))?;
        anyhow::ensure!(
            status.success(),
            "{name}: {status}; it printed:\n{}",
            self.printed()
        );
        Ok(self.printed())
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        #[cfg(unix)]
        {
            use rustix::process::{Pid, Signal, kill_process_group};
            // The group keeps its number while any of it lives. If all of it has ended there is nothing to do.
            let _ended = kill_process_group(Pid::from_child(&self.child), Signal::KILL);
        }
        #[cfg(not(unix))]
        let _ended = self.child.kill();
        let _status = self.child.wait();
    }
}
