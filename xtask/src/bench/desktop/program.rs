//! Programs in a process group of their own, which ends with the value: a web view and a browser are several processes.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Instant;

use anyhow::{Context as _, ensure};

use crate::bench::process::{PATIENCE, field, tail};
use crate::step;

/// A running program. What it prints goes to a file.
pub(super) struct Program {
    child: Child,
    log: PathBuf,
}

/// What a program and everything it has started hold of the machine's memory, in KiB.
#[derive(Debug, Clone, Copy, Default)]
pub(in crate::bench) struct Held {
    /// Of the program's own process: resident, and backed by no file.
    pub(in crate::bench) anonymous: u64,
    /// Of all its processes: what is shared counts in parts (PSS).
    pub(in crate::bench) tree: u64,
    /// How many processes that are.
    pub(in crate::bench) processes: usize,
}

impl Program {
    /// Starts it.
    ///
    /// # Errors
    /// When it cannot be started, or the file not be written.
    pub(super) fn start(command: &mut Command, log: &Path) -> anyhow::Result<Self> {
        let output =
            File::create(log).with_context(|| format!("cannot write {}", log.display()))?;
        let child = command
            .stdin(Stdio::null())
            .stdout(output.try_clone()?)
            .stderr(output)
            .process_group(0)
            .spawn()
            .with_context(|| {
                format!(
                    "cannot start `{}`; `cargo xtask setup` prepares a machine",
                    step::line(command)
                )
            })?;
        Ok(Self {
            child,
            log: log.to_path_buf(),
        })
    }

    /// Fails when it has ended by itself.
    ///
    /// # Errors
    /// With how it ended, and the end of what it printed.
    pub(super) fn still_runs(&mut self) -> anyhow::Result<()> {
        let ended = self.child.try_wait()?;
        ensure!(
            ended.is_none(),
            "a program ended by itself: {}\n{}",
            ended.unwrap_or_default(),
            tail(&self.log)
        );
        Ok(())
    }

    /// What it holds of the memory now, with all its processes.
    ///
    /// # Errors
    /// When it is gone.
    pub(super) fn held(&self) -> anyhow::Result<Held> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let mut held = Held {
            anonymous: field(&status, "RssAnon:")?,
            ..Held::default()
        };
        for process in with_descendants(self.child.id())? {
            let sums = fs::read_to_string(format!("/proc/{process}/smaps_rollup"))?;
            held.tree += field(&sums, "Pss:")?;
            held.processes += 1;
        }
        Ok(held)
    }

    /// Asks it to end, and waits until it has.
    ///
    /// # Errors
    /// When it does not end in time; it is killed then.
    pub(super) async fn stop(mut self) -> anyhow::Result<()> {
        step::run(
            Command::new("kill")
                .arg("-TERM")
                .arg(self.child.id().to_string()),
        )?;
        let start = Instant::now();
        while self.child.try_wait()?.is_none() {
            ensure!(
                start.elapsed() < PATIENCE,
                "a program did not end when asked to"
            );
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
        Ok(())
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // Either some of the group are still there and end now, or all have ended: both are what we want.
        let _ended = Command::new("kill")
            .args(["-KILL", "--", &format!("-{}", self.child.id())])
            .stderr(Stdio::null())
            .status();
        let _ended = self.child.wait();
    }
}

/// A process and all that it has started, directly or not.
fn with_descendants(root: u32) -> anyhow::Result<Vec<u32>> {
    let mut children: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
    for entry in fs::read_dir("/proc")? {
        let name = entry?.file_name();
        let Some(process) = name.to_str().and_then(|name| name.parse::<u32>().ok()) else {
            continue;
        };
        // One that has ended meanwhile is nobody's.
        if let Ok(stat) = fs::read_to_string(format!("/proc/{process}/stat"))
            && let Some(parent) = parent(&stat)
        {
            children.entry(parent).or_default().push(process);
        }
    }
    let mut found = vec![root];
    let mut next = 0;
    while let Some(process) = found.get(next) {
        found.extend(children.get(process).into_iter().flatten().copied());
        next += 1;
    }
    Ok(found)
}

/// The second word behind the name, which stands in brackets and may hold anything.
fn parent(stat: &str) -> Option<u32> {
    let (_, rest) = stat.rsplit_once(')')?;
    rest.split_whitespace().nth(1)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::{parent, with_descendants};

    #[test]
    fn a_parent_is_found_behind_a_strange_name() {
        assert_eq!(parent("12 (a) b (c) S 7 12 12"), Some(7));
        assert_eq!(parent("12"), None);
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn a_process_comes_before_what_it_has_started() {
        let mut child = std::process::Command::new("sleep")
            .arg("10")
            .spawn()
            .expect("started");
        let all = with_descendants(std::process::id()).expect("read");
        child.kill().and_then(|()| child.wait()).expect("ended");
        assert_eq!(all.first(), Some(&std::process::id()));
        assert!(all.contains(&child.id()));
    }
}
