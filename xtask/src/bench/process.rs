//! Servers as processes: started, waited for, looked at, stopped.

use std::fs::{self, File};
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail, ensure};

use super::http::{self, Connection};
use crate::step;

/// How long a server may take to answer, and to stop.
pub(super) const PATIENCE: Duration = Duration::from_secs(20);

/// A running server that has answered its first request with 200.
pub(super) struct Server {
    child: Child,
    pub(super) address: SocketAddr,
    /// From the start of the process to the first 200.
    pub(super) started_in: Duration,
}

/// What a process holds of the machine's memory, in KiB.
#[derive(Debug, Clone, Copy)]
pub(super) struct Memory {
    /// Everything resident.
    pub(super) resident: u64,
    /// Of that, what is backed by no file.
    pub(super) anonymous: u64,
}

/// A port of the loopback interface that is free at this moment.
///
/// # Errors
/// When there is none.
pub(super) fn free_port() -> anyhow::Result<u16> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?
        .local_addr()?
        .port())
}

impl Server {
    /// Starts a server and asks for a path until the answer is 200. What it prints goes to a file.
    ///
    /// # Errors
    /// When it ends, or does not answer in time; the message holds the end of what it printed.
    pub(super) async fn start(
        command: &mut Command,
        port: u16,
        path: &str,
        log: &Path,
    ) -> anyhow::Result<Self> {
        let output =
            File::create(log).with_context(|| format!("cannot write {}", log.display()))?;
        command
            .stdin(Stdio::null())
            .stdout(output.try_clone()?)
            .stderr(output);
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        let request = http::get(address, path, &[]);
        let start = Instant::now();
        let child = command
            .spawn()
            .with_context(|| format!("cannot start `{}`", step::line(command)))?;
        let mut server = Self {
            child,
            address,
            started_in: Duration::ZERO,
        };
        loop {
            if answers(address, &request).await {
                server.started_in = start.elapsed();
                return Ok(server);
            }
            if let Some(status) = server.child.try_wait()? {
                bail!("`{}` ended: {status}\n{}", step::line(command), tail(log));
            }
            ensure!(
                start.elapsed() < PATIENCE,
                "`{}` did not answer {path} within {} s\n{}",
                step::line(command),
                PATIENCE.as_secs(),
                tail(log)
            );
            tokio::time::sleep(Duration::from_micros(500)).await;
        }
    }

    /// The process id.
    pub(super) fn id(&self) -> u32 {
        self.child.id()
    }

    /// What it holds of the memory now.
    ///
    /// # Errors
    /// When the process is gone.
    pub(super) fn memory(&self) -> anyhow::Result<Memory> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.id()))?;
        Ok(Memory {
            resident: field(&status, "VmRSS:")?,
            anonymous: field(&status, "RssAnon:")?,
        })
    }

    /// Asks it to end and waits until it has.
    ///
    /// # Errors
    /// When it does not end in time; it is killed then.
    pub(super) async fn stop(mut self) -> anyhow::Result<()> {
        step::run(Command::new("kill").arg("-TERM").arg(self.id().to_string()))?;
        let start = Instant::now();
        while self.child.try_wait()?.is_none() {
            ensure!(
                start.elapsed() < PATIENCE,
                "a server did not end when asked to"
            );
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        Ok(())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // After a failure nothing may stay behind; a server that has stopped is past killing.
        let _ended = self.child.kill().and_then(|()| self.child.wait());
    }
}

async fn answers(address: SocketAddr, request: &[u8]) -> bool {
    let Ok(mut connection) = Connection::open(address).await else {
        return false;
    };
    connection
        .exchange(request)
        .await
        .is_ok_and(|response| response.status == 200)
}

/// The end of what a program printed into a file.
pub(super) fn tail(log: &Path) -> String {
    let text = fs::read_to_string(log).unwrap_or_default();
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(15)..].join("\n")
}

/// A number of KiB in one of the kernel's files.
///
/// # Errors
/// When it is not there.
pub(super) fn field(status: &str, name: &str) -> anyhow::Result<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix(name));
    let number = line.and_then(|rest| rest.split_whitespace().next());
    Ok(number
        .with_context(|| format!("no {name} in the status"))?
        .parse()?)
}

/// Processor time that a process has used, in the steps of the kernel's clock (10 ms).
///
/// # Errors
/// When the process is gone.
pub(super) fn cpu_time(process: u32) -> anyhow::Result<Duration> {
    let stat = fs::read_to_string(format!("/proc/{process}/stat"))?;
    // The name, in brackets, may hold anything; user and system time are the 12th and 13th words after it.
    let (_, rest) = stat.rsplit_once(')').context("a process has a name")?;
    let mut words = rest.split_whitespace().skip(11);
    let mut next = || -> anyhow::Result<u64> {
        Ok(words
            .next()
            .context("a process has used some time")?
            .parse()?)
    };
    Ok(Duration::from_millis((next()? + next()?) * 10))
}

#[cfg(test)]
mod tests {
    use super::{cpu_time, field, free_port};

    #[test]
    fn fields_of_the_status_are_read() {
        assert_eq!(
            field("Name:\tx\nVmRSS:\t  1234 kB\n", "VmRSS:").expect("there"),
            1234
        );
        assert!(field("Name:\tx\n", "VmRSS:").is_err());
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn our_own_time_can_be_read() {
        cpu_time(std::process::id()).expect("we are running");
    }

    #[test]
    fn a_free_port_is_not_zero() {
        assert_ne!(free_port().expect("there is one"), 0);
    }
}
