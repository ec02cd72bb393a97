//! Why nobody can listen at a redirect URI, in the words that a person reads.

use std::io;
use std::net::SocketAddr;

use connect_wire::listener::BindError;

use super::holder::Holder;

/// The lowest port that any program may have, unless the system was told otherwise.
const UNPRIVILEGED: u16 = 1024;

/// Nobody can listen at a redirect URI. Its text says why, and what to do.
#[derive(Debug, thiserror::Error)]
pub enum BindProblem {
    /// The redirect URI is not `http` to loopback, or names no port.
    #[error(
        "A listener takes what comes to this machine by http, and {redirect_uri} leads elsewhere. \
         Sign in in the window of the console, or paste the callback URL."
    )]
    LeadsElsewhere {
        /// The redirect URI.
        redirect_uri: String,
    },
    /// Another program listens there.
    #[error(
        "Port {port} is taken by {holder}. {} another redirect URI, sign in in the window of the console, or paste the \
         callback URL.", holder.remedy()
    )]
    Taken {
        /// The port of the redirect URI.
        port: u16,
        /// Who has it.
        holder: Holder,
    },
    /// The system keeps low ports for its administrator.
    #[error(
        "Port {port} is below 1024, and the system keeps such ports for programs of its administrator. Choose a \
         redirect URI with a higher port, sign in in the window of the console, or paste the callback URL."
    )]
    Privileged {
        /// The port of the redirect URI.
        port: u16,
    },
    /// The system refused for another reason.
    #[error(
        "The system does not let the console listen on {address}: {source}. Choose another redirect URI, sign in in \
         the window of the console, or paste the callback URL."
    )]
    Refused {
        /// Where.
        address: SocketAddr,
        /// Why.
        source: io::Error,
    },
}

impl BindProblem {
    /// In the words of this module what the transport says; who holds a port is looked up.
    pub(super) async fn of(error: BindError) -> Self {
        match error {
            BindError::InUse { address } => Self::Taken {
                port: address.port(),
                holder: Holder::of(address).await,
            },
            BindError::Refused { address, source }
                if source.kind() == io::ErrorKind::PermissionDenied
                    && address.port() < UNPRIVILEGED =>
            {
                Self::Privileged {
                    port: address.port(),
                }
            }
            BindError::Refused { address, source } => Self::Refused { address, source },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(port: u16, kind: io::ErrorKind) -> BindError {
        BindError::Refused {
            address: SocketAddr::from(([127, 0, 0, 1], port)),
            source: kind.into(),
        }
    }

    #[tokio::test]
    async fn a_low_port_has_its_own_words() {
        let denied = io::ErrorKind::PermissionDenied;
        let said = BindProblem::of(refused(80, denied)).await.to_string();
        assert!(said.starts_with("Port 80 is below 1024"), "{said}");
        // Windows keeps ranges of high ports for itself, with the same word.
        let said = BindProblem::of(refused(50_000, denied)).await.to_string();
        assert!(
            said.contains("127.0.0.1:50000: permission denied"),
            "{said}"
        );
        let missing = io::ErrorKind::AddrNotAvailable;
        let said = BindProblem::of(refused(80, missing)).await;
        assert!(matches!(said, BindProblem::Refused { .. }), "{said}");
    }

    #[test]
    fn who_holds_a_port_decides_what_to_do() {
        let said = |holder| BindProblem::Taken { port: 3000, holder }.to_string();
        let program = |name: &str| Holder::Program {
            pid: 4711,
            name: Some(name.to_owned()),
        };
        let node = said(program("node"));
        assert!(
            node.starts_with("Port 3000 is taken by node (process 4711). Stop it, choose another"),
            "{node}"
        );
        let ours = said(Holder::Ourselves);
        assert!(
            ours.starts_with("Port 3000 is taken by this program itself. Choose another"),
            "{ours}"
        );
        let unknown = said(Holder::Unknown);
        assert!(
            unknown.contains("by another program. Stop it, choose"),
            "{unknown}"
        );
    }
}
