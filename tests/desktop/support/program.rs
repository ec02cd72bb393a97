//! Programs that end with the test.

use std::fs::File;
use std::os::unix::process::CommandExt as _;
use std::process::{Child, Command};

use rustix::process::{Pid, Signal, kill_process, kill_process_group};
use tempfile::NamedTempFile;

use super::eventually;

/// A running program, in a process group of its own. Dropping it ends the group: a driver starts another one.
pub(crate) struct Program {
    child: Child,
    output: Option<NamedTempFile>,
}

impl Program {
    /// One that runs already, whose output nobody wants.
    pub(crate) fn of(child: Child) -> Self {
        Self {
            child,
            output: None,
        }
    }

    /// Starts one whose output is kept.
    pub(crate) fn start(command: &mut Command) -> Self {
        let output = NamedTempFile::new().expect("a file");
        let file = || {
            File::options()
                .append(true)
                .open(output.path())
                .expect("the file")
        };
        let child = command
            .stdout(file())
            .stderr(file())
            .process_group(0)
            .spawn()
            .unwrap_or_else(|error| {
                panic!("{command:?}: {error}; `cargo xtask setup` prepares a machine")
            });
        Self {
            child,
            output: Some(output),
        }
    }

    pub(crate) fn said(&self) -> String {
        let output = self.output.as_ref().map(|file| std::fs::read(file.path()));
        let output = output.transpose().unwrap_or_default();
        String::from_utf8_lossy(&output.unwrap_or_default()).into_owned()
    }

    pub(crate) fn runs(&mut self) -> bool {
        self.child.try_wait().expect("it can be asked").is_none()
    }

    /// Asks it to end.
    pub(crate) fn terminate(&self) {
        signal(self.child.id(), Signal::TERM);
    }

    /// Its exit code, once it has ended by itself; none when a signal ended it.
    pub(crate) async fn ends(&mut self) -> Option<i32> {
        let child = &mut self.child;
        let status = eventually("a program ends", async || {
            child.try_wait().expect("it can be asked")
        });
        status.await.code()
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // Either it is still there and ends now, or it has ended by itself: both are what we want.
        if let Some(group) = pid(self.child.id()) {
            let _ended = kill_process_group(group, Signal::KILL);
        }
        let _ended = self.child.kill().and_then(|()| self.child.wait());
    }
}

/// Sends a signal to a process that the test started.
pub(crate) fn signal(id: u32, signal: Signal) {
    kill_process(pid(id).expect("a pid"), signal).expect("the process is there");
}

fn pid(id: u32) -> Option<Pid> {
    i32::try_from(id).ok().and_then(Pid::from_raw)
}
