//! What stands in front of a staging platform: TLS with a certificate of the test's own, and a proxy behind it that gives
//! the platform its public name.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use rcgen::{
    BasicConstraints, Certificate, CertificateParams, DnType, IsCa, Issuer, KeyPair, date_time_ymd,
};
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;
use tokio_rustls::rustls::{ServerConfig, ServerConnection, StreamOwned};

/// A certificate authority.
pub(super) struct Authority {
    issuer: Issuer<'static, KeyPair>,
    certificate: Certificate,
    file: PathBuf,
}

/// What a server shows.
#[derive(Debug, Clone, Copy)]
pub(super) enum Shown {
    /// A certificate as it should be, for `localhost`.
    Good,
    /// One for another name.
    OtherName,
    /// One whose time is over.
    Expired,
    /// One whose time has not come.
    NotYet,
    /// The authority's own.
    Authority,
}

impl Authority {
    /// One whose certificate is in a file of `directory`.
    pub(super) fn new(directory: &Path, name: &str) -> Self {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let certificate = params.self_signed(&key).unwrap();
        let file = directory.join(format!("{name}.pem"));
        std::fs::write(&file, certificate.pem()).unwrap();
        Self {
            issuer: Issuer::new(params, key),
            certificate,
            file,
        }
    }

    /// Where its certificate is.
    pub(super) fn file(&self) -> &Path {
        &self.file
    }

    fn config(&self, shown: Shown) -> Arc<ServerConfig> {
        let name = match shown {
            Shown::OtherName => "staging.example.com",
            _ => "localhost",
        };
        let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
        match shown {
            Shown::Expired => params.not_after = date_time_ymd(2020, 2, 29),
            Shown::NotYet => params.not_before = date_time_ymd(2090, 1, 31),
            _ => {}
        }
        let own = KeyPair::generate().unwrap();
        let signed = params.signed_by(&own, &self.issuer).unwrap();
        let (chain, key) = match shown {
            Shown::Authority => (self.certificate.der().clone(), self.issuer.key()),
            _ => (signed.der().clone(), &own),
        };
        let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![chain], key)
            .unwrap();
        Arc::new(config)
    }
}

/// A server with TLS in front of a sandbox. Its requests reach the sandbox under the sandbox's own name, and its answers
/// come back under the public one.
pub(super) struct Front {
    port: u16,
    config: Arc<Mutex<Arc<ServerConfig>>>,
    seen: Arc<Mutex<Vec<String>>>,
    /// The path that is answered with 500, and not by the sandbox.
    broken: Arc<Mutex<Option<&'static str>>>,
}

impl Front {
    /// In front of the sandbox at `backend`, a base URL.
    pub(super) fn of(backend: &str, authority: &Authority) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let config = Arc::new(Mutex::new(authority.config(Shown::Good)));
        let seen = Arc::new(Mutex::new(Vec::new()));
        let broken = Arc::new(Mutex::new(None));
        let front = Self {
            port,
            config: Arc::clone(&config),
            seen: Arc::clone(&seen),
            broken: Arc::clone(&broken),
        };
        let names = Names {
            public: front.base_url(),
            backend: backend.to_owned(),
            broken,
        };
        std::thread::spawn(move || {
            for connection in listener.incoming() {
                let (names, seen) = (names.clone(), Arc::clone(&seen));
                let config = Arc::clone(&config.lock().unwrap());
                std::thread::spawn(move || {
                    let session = ServerConnection::new(config).unwrap();
                    let stream = StreamOwned::new(session, connection.unwrap());
                    // A client that does not believe the certificate hangs up.
                    let _ = names.carry(stream, &seen);
                });
            }
        });
        front
    }

    pub(super) fn base_url(&self) -> String {
        format!("https://localhost:{}", self.port)
    }

    pub(super) fn host(&self) -> String {
        format!("localhost:{}", self.port)
    }

    /// Shows another certificate from now on.
    pub(super) fn show(&self, authority: &Authority, shown: Shown) {
        *self.config.lock().unwrap() = authority.config(shown);
    }

    /// Answers what is asked for at this path with 500 from now on.
    pub(super) fn breaks(&self, path: &'static str) {
        *self.broken.lock().unwrap() = Some(path);
    }

    /// The first lines of the requests that came through TLS so far.
    pub(super) fn seen(&self) -> Vec<String> {
        self.seen.lock().unwrap().clone()
    }
}

/// The public name and the one behind it.
#[derive(Clone)]
struct Names {
    public: String,
    backend: String,
    broken: Arc<Mutex<Option<&'static str>>>,
}

impl Names {
    /// Carries one request to the sandbox and its answer back.
    fn carry(
        &self,
        mut outer: StreamOwned<ServerConnection, TcpStream>,
        seen: &Mutex<Vec<String>>,
    ) -> std::io::Result<()> {
        let request = message(&mut outer)?;
        let line = request.split("\r\n").next().unwrap_or_default().to_owned();
        let broken = self.broken.lock().unwrap();
        let is_broken = broken.is_some_and(|path| line.contains(path));
        drop(broken);
        seen.lock().unwrap().push(line);
        let answer = if is_broken {
            "HTTP/1.1 500 Internal Server Error\r\nContent-Length: 0\r\n\r\n".to_owned()
        } else {
            self.asked(&request)?
        };
        outer.write_all(answer.as_bytes())?;
        outer.conn.send_close_notify();
        outer.flush()
    }

    /// The sandbox's answer to a request.
    fn asked(&self, request: &str) -> std::io::Result<String> {
        let request = renamed(request, &self.public, &self.backend);
        let backend = self.backend.trim_start_matches("http://");
        let mut inner = TcpStream::connect(backend)?;
        inner.write_all(request.as_bytes())?;
        Ok(renamed(&message(&mut inner)?, &self.backend, &self.public))
    }
}

/// A whole message.
fn message(stream: &mut impl Read) -> std::io::Result<String> {
    let mut bytes = Vec::new();
    let mut some = [0; 4096];
    loop {
        let text = String::from_utf8_lossy(&bytes);
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.lines().find_map(|line| {
                let (name, value) = line.split_once(':')?;
                let is_it = name.eq_ignore_ascii_case("content-length");
                is_it.then(|| value.trim().parse::<usize>().unwrap())
            });
            assert!(!head.to_ascii_lowercase().contains("transfer-encoding"));
            if body.len() >= length.unwrap_or(0) {
                return Ok(text.into_owned());
            }
        }
        match stream.read(&mut some)? {
            0 => return Err(std::io::ErrorKind::UnexpectedEof.into()),
            read => bytes.extend_from_slice(&some[..read]),
        }
    }
}

/// The message with one base URL in place of the other, as a proxy is set up to.
fn renamed(message: &str, from: &str, to: &str) -> String {
    let coded = |url: &str| url.replace(':', "%3A").replace('/', "%2F");
    let authority = |url: &str| url.split_once("//").unwrap().1.to_owned();
    let (head, body) = message.split_once("\r\n\r\n").unwrap();
    let part = |text: &str| {
        text.replace(from, to)
            .replace(&coded(from), &coded(to))
            .replace(&authority(from), &authority(to))
    };
    let body = part(body);
    let head = part(head);
    let lines: Vec<String> = head
        .split("\r\n")
        .map(|line| match line.split_once(':') {
            Some((name, _)) if name.eq_ignore_ascii_case("content-length") => {
                format!("{name}: {}", body.len())
            }
            _ => line.to_owned(),
        })
        .collect();
    format!("{}\r\n\r\n{body}", lines.join("\r\n"))
}
