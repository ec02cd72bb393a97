//! The one seam to "who holds this TCP port": as far as the system tells without privileges.
//!
//! Linux lists its sockets in `/proc/net`, and which of them are whose in `/proc/<pid>/fd`, for programs of the same
//! user. Elsewhere the answer is another program, whichever.

use std::fmt;
use std::net::SocketAddr;

/// Who holds a port.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Holder {
    /// This very process.
    Ourselves,
    /// A program that may be seen.
    Program {
        /// Its process id.
        pid: u32,
        /// Its name, where that may be seen too.
        name: Option<String>,
    },
    /// Another program, of which no more is known.
    Unknown,
}

impl Holder {
    /// Who listens at `address`, or at every address with its port. Reads files, on a thread for that.
    pub async fn of(address: SocketAddr) -> Self {
        let found = tokio::task::spawn_blocking(move || system::holder(address)).await;
        found.ok().flatten().unwrap_or(Self::Unknown)
    }

    /// What can be done about it; "another redirect URI" follows.
    pub(super) const fn remedy(&self) -> &'static str {
        match self {
            Self::Ourselves => "Choose",
            Self::Program { .. } | Self::Unknown => "Stop it, choose",
        }
    }
}

impl fmt::Display for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ourselves => f.write_str("this program itself"),
            Self::Program {
                pid,
                name: Some(name),
            } => write!(f, "{name} (process {pid})"),
            Self::Program { pid, name: None } => write!(f, "process {pid}"),
            Self::Unknown => f.write_str("another program"),
        }
    }
}

#[cfg(target_os = "linux")]
mod system {
    use std::fs;
    use std::net::SocketAddr;
    use std::path::{Path, PathBuf};

    use super::Holder;

    /// `TCP_LISTEN` in the tables.
    const LISTENING: &str = "0A";

    pub(super) fn holder(address: SocketAddr) -> Option<Holder> {
        let sockets: Vec<PathBuf> = ["/proc/net/tcp", "/proc/net/tcp6"]
            .into_iter()
            .filter_map(|table| fs::read_to_string(table).ok())
            .flat_map(|table| listening(&table, address))
            .map(|inode| PathBuf::from(format!("socket:[{inode}]")))
            .collect();
        let pids = fs::read_dir("/proc").ok()?.flatten().filter_map(|entry| {
            let pid: u32 = entry.file_name().to_str()?.parse().ok()?;
            Some((pid, entry.path()))
        });
        // Of other users' programs nothing can be read.
        let mut holders = pids.filter(|(_, process)| {
            let open = fs::read_dir(process.join("fd")).into_iter().flatten();
            let mut open = open
                .flatten()
                .filter_map(|fd| fs::read_link(fd.path()).ok());
            !sockets.is_empty() && open.any(|file| sockets.contains(&file))
        });
        let (pid, process) = holders.next()?;
        if pid == std::process::id() {
            return Some(Holder::Ourselves);
        }
        let name = name(&process);
        Some(Holder::Program { pid, name })
    }

    /// Inodes of the sockets in a table of the kernel's that listen at an address, or at every one with its port.
    pub(super) fn listening(table: &str, address: SocketAddr) -> Vec<String> {
        let wanted = hex(address);
        let rows = table.lines().skip(1).filter_map(|row| {
            let mut columns = row.split_whitespace();
            let (host, port) = columns.nth(1)?.split_once(':')?;
            let (state, inode) = (columns.nth(1)?, columns.nth(5)?);
            let is_meant = host == wanted || host.bytes().all(|digit| digit == b'0');
            let here = is_meant && u16::from_str_radix(port, 16) == Ok(address.port());
            (state == LISTENING && here).then(|| inode.to_owned())
        });
        rows.collect()
    }

    /// An address as the kernel writes it: words of four bytes, each as a number of this machine.
    fn hex(address: SocketAddr) -> String {
        let word = |bytes: &[u8]| {
            let bytes = bytes.try_into().unwrap_or_default();
            format!("{:08X}", u32::from_ne_bytes(bytes))
        };
        match address {
            SocketAddr::V4(four) => word(&four.ip().octets()),
            SocketAddr::V6(six) => six.ip().octets().chunks(4).map(word).collect(),
        }
    }

    /// The program's file, since some name their main thread otherwise; that name where the file may not be seen.
    fn name(process: &Path) -> Option<String> {
        let file = fs::read_link(process.join("exe")).ok();
        let file = file.as_deref().and_then(Path::file_name);
        let name = match file {
            Some(file) => file.to_string_lossy().into_owned(),
            None => fs::read_to_string(process.join("comm")).ok()?,
        };
        let name = name.trim().trim_end_matches(" (deleted)");
        (!name.is_empty()).then(|| name.to_owned())
    }
}

#[cfg(not(target_os = "linux"))]
mod system {
    pub(super) fn holder(_: std::net::SocketAddr) -> Option<super::Holder> {
        None
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::io::{BufRead as _, BufReader};
    use std::net::TcpListener;
    use std::process::{Command, Stdio};

    use super::*;

    #[tokio::test]
    async fn a_port_of_our_own_is_known_whatever_it_is_bound_to() {
        for bound in ["127.0.0.1:0", "0.0.0.0:0", "[::1]:0", "[::]:0"] {
            // A machine may have no IPv6.
            let Ok(socket) = TcpListener::bind(bound) else {
                continue;
            };
            let port = socket.local_addr().expect("bound").port();
            let asked = match bound {
                "[::1]:0" => SocketAddr::from((std::net::Ipv6Addr::LOCALHOST, port)),
                _ => SocketAddr::from(([127, 0, 0, 1], port)),
            };
            assert_eq!(Holder::of(asked).await, Holder::Ourselves, "{bound}");
            drop(socket);
            assert_eq!(Holder::of(asked).await, Holder::Unknown, "{bound}");
        }
    }

    /// Set in the other process, which is this program once more.
    const ROLE: &str = "CONNECT_TEST_HOLDS_A_PORT";

    #[tokio::test]
    async fn a_port_of_another_program_is_known_by_its_name() {
        if std::env::var_os(ROLE).is_some() {
            let socket = TcpListener::bind("127.0.0.1:0").expect("a free port");
            eprintln!("holds {}", socket.local_addr().expect("bound"));
            // Until the first process has seen enough, and closes its end.
            let _line = std::io::stdin().lines().next();
            return;
        }
        let this = std::env::current_exe().expect("a path");
        let mut other = Command::new(&this)
            .args(["another_program_is_known", "--nocapture"])
            .env(ROLE, "1")
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("it starts");
        let said = BufReader::new(other.stderr.take().expect("a pipe")).lines();
        let mut said = said.map_while(Result::ok);
        let line = said.find_map(|line| line.strip_prefix("holds ").map(str::to_owned));
        let address = line.expect("it says where").parse().expect("an address");
        let name = this.file_name().expect("a name").to_string_lossy();
        let expected = Holder::Program {
            pid: other.id(),
            name: Some(name.into_owned()),
        };
        assert_eq!(Holder::of(address).await, expected);
        drop(other.stdin.take());
        other.wait().expect("it ends");
    }

    #[test]
    fn tables_of_the_kernel_are_read_by_address_port_and_state() {
        let table = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:0BB8 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 111 1 0000 100 0 0 10 0
   1: 00000000:0BB8 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 222 1 0000 100 0 0 10 0
   2: 0200007F:0BB8 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 333 1 0000 100 0 0 10 0
   3: 0100007F:0BB8 0100007F:D431 01 00000000:00000000 00:00000000 00000000  1000        0 444 1 0000 100 0 0 10 0
   4: 0100007F:0BB9 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 555 1 0000 100 0 0 10 0
   5: damaged";
        if cfg!(target_endian = "little") {
            let found = system::listening(table, SocketAddr::from(([127, 0, 0, 1], 3000)));
            assert_eq!(found, ["111", "222"]);
        }
    }
}
