//! A connection to the target: plain, or within TLS by the machine's own trust.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use connect_wire::tap::Resettable;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::ClientConfig;
use tokio_rustls::rustls::pki_types::ServerName;
use url::Url;

use super::SendError;
use super::tls::TlsProblem;
use super::trust::trust;

/// How long a connection may take to stand.
const PATIENCE: Duration = Duration::from_secs(10);

/// A connection that stands.
pub(super) struct Dialled {
    pub(super) stream: Stream,
    pub(super) local: SocketAddr,
    pub(super) tls: bool,
}

/// Plain, or within TLS.
pub(super) enum Stream {
    Plain(TcpStream),
    Tls(Box<TlsStream<TcpStream>>),
}

/// Connects to the host of `url`.
pub(super) async fn dial(url: &Url) -> Result<Dialled, SendError> {
    let port = url.port_or_known_default().unwrap_or(80);
    let host = url.host_str().unwrap_or_default();
    let name = format!("{host}:{port}");
    let unreachable = |source| SendError::Connect {
        host: name.clone(),
        source,
    };
    let late = || io::Error::new(io::ErrorKind::TimedOut, "no connection within 10 seconds");
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    let stream = timeout(PATIENCE, TcpStream::connect((bare, port)))
        .await
        .unwrap_or_else(|_| Err(late()))
        .map_err(unreachable)?;
    let local = stream.local_addr().map_err(unreachable)?;
    // Small messages go out at once; a system that can't promise it sends them all the same.
    let _ = stream.set_nodelay(true);
    if url.scheme() != "https" {
        return Ok(Dialled {
            stream: Stream::Plain(stream),
            local,
            tls: false,
        });
    }
    let server = ServerName::try_from(bare.to_owned()).map_err(|error| TlsProblem::Other {
        host: name.clone(),
        why: error.to_string(),
    })?;
    let stream = agree(&name, server, stream, trust(&name).await?).await?;
    Ok(Dialled {
        stream: Stream::Tls(Box::new(stream)),
        local,
        tls: true,
    })
}

/// Agrees on TLS; the certificate is looked at in it.
async fn agree(
    name: &str,
    server: ServerName<'static>,
    stream: TcpStream,
    trusted: Arc<ClientConfig>,
) -> Result<TlsStream<TcpStream>, TlsProblem> {
    let connector = TlsConnector::from(trusted);
    match timeout(PATIENCE, connector.connect(server, stream)).await {
        Ok(agreed) => agreed.map_err(|error| TlsProblem::of(name.to_owned(), &error)),
        Err(_) => Err(TlsProblem::Silent {
            host: name.to_owned(),
        }),
    }
}

impl Resettable for Stream {
    fn reset_on_drop(&self) {
        match self {
            Self::Plain(stream) => stream.reset_on_drop(),
            Self::Tls(stream) => stream.get_ref().0.reset_on_drop(),
        }
    }
}

impl AsyncRead for Stream {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_read(cx, buf),
            Self::Tls(stream) => Pin::new(stream).poll_read(cx, buf),
        }
    }
}

impl AsyncWrite for Stream {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_write(cx, buf),
            Self::Tls(stream) => Pin::new(stream).poll_write(cx, buf),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_flush(cx),
            Self::Tls(stream) => Pin::new(stream).poll_flush(cx),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_shutdown(cx),
            Self::Tls(stream) => Pin::new(stream).poll_shutdown(cx),
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio_rustls::rustls::RootCertStore;
    use tokio_rustls::rustls::crypto::ring;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_server_that_says_nothing_does_not_hold_up_the_walk() {
        let silent = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = silent.local_addr().expect("an address");
        let stream = std::net::TcpStream::connect(address).expect("a connection");
        stream.set_nonblocking(true).expect("a socket of tokio's");
        let trusted = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .expect("versions")
            .with_root_certificates(RootCertStore::empty())
            .with_no_client_auth();
        let server = ServerName::try_from("localhost").expect("a name");
        let stream = TcpStream::from_std(stream).expect("a stream");
        let agreed = agree("localhost:443", server, stream, Arc::new(trusted)).await;
        let problem = agreed.map(drop).expect_err("nobody agrees");
        assert!(matches!(problem, TlsProblem::Silent { .. }), "{problem}");
        let said = problem.to_string();
        assert_eq!(said, "localhost:443 did not agree on TLS within 10 seconds");
    }
}
