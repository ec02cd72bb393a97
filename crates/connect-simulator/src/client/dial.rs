//! A connection to the target: plain, or within TLS by the machine's own trust.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll};
use std::time::Duration;

use connect_wire::tap::Resettable;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::pki_types::ServerName;
use tokio_rustls::rustls::{ClientConfig, RootCertStore};
use url::Url;

use super::SendError;

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
    let failed = |source| SendError::Tls {
        host: name.clone(),
        source,
    };
    let server = ServerName::try_from(bare.to_owned())
        .map_err(|error| failed(io::Error::new(io::ErrorKind::InvalidInput, error)))?;
    let connector = TlsConnector::from(trust().map_err(failed)?);
    let stream = timeout(PATIENCE, connector.connect(server, stream))
        .await
        .unwrap_or_else(|_| Err(late()))
        .map_err(failed)?;
    Ok(Dialled {
        stream: Stream::Tls(Box::new(stream)),
        local,
        tls: true,
    })
}

/// What the machine trusts, read when it is first needed.
fn trust() -> io::Result<Arc<ClientConfig>> {
    static TRUST: OnceLock<Arc<ClientConfig>> = OnceLock::new();
    if let Some(known) = TRUST.get() {
        return Ok(Arc::clone(known));
    }
    let mut roots = RootCertStore::empty();
    let found = rustls_native_certs::load_native_certs();
    roots.add_parsable_certificates(found.certs);
    if roots.is_empty() {
        return Err(io::Error::new(
            io::ErrorKind::NotFound,
            "this machine has no trusted certificates: install its package of certificate authorities",
        ));
    }
    let provider = Arc::new(tokio_rustls::rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(io::Error::other)?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(Arc::clone(TRUST.get_or_init(|| Arc::new(config))))
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
