//! A small HTTP/1.1 client: exact bytes out, exact bytes in, no redirects followed, no proxy, no cookies.

use std::time::Duration;

use base64::Engine as _;
use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// How long an answer may take before a test gives up on it.
const PATIENCE: Duration = Duration::from_mins(1);

/// A request, as it will be sent.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    method: String,
    target: String,
    host: Option<String>,
    headers: Vec<(String, String)>,
    body: Option<Vec<u8>>,
}

impl Request {
    pub(crate) fn new(method: &str, target: impl Into<String>) -> Self {
        Self {
            method: method.to_owned(),
            target: target.into(),
            host: None,
            headers: Vec::new(),
            body: None,
        }
    }

    pub(crate) fn get(target: impl Into<String>) -> Self {
        Self::new("GET", target)
    }

    pub(crate) fn post(target: impl Into<String>) -> Self {
        Self::new("POST", target)
    }

    pub(crate) fn header(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    pub(crate) fn without_header(mut self, name: &str) -> Self {
        self.headers
            .retain(|(known, _)| !known.eq_ignore_ascii_case(name));
        self
    }

    /// Another `Host` than the one the request is sent to.
    pub(crate) fn host(mut self, host: impl Into<String>) -> Self {
        self.host = Some(host.into());
        self
    }

    pub(crate) fn bearer(self, token: &str) -> Self {
        self.header("Authorization", format!("Bearer {token}"))
    }

    /// HTTP Basic with values taken as they are: whoever wants them form-encoded does it.
    pub(crate) fn basic(self, id: &str, secret: &str) -> Self {
        let value = base64::engine::general_purpose::STANDARD.encode(format!("{id}:{secret}"));
        self.header("Authorization", format!("Basic {value}"))
    }

    pub(crate) fn body(mut self, bytes: impl Into<Vec<u8>>) -> Self {
        self.body = Some(bytes.into());
        self
    }

    pub(crate) fn form<N: AsRef<str>, V: AsRef<str>>(self, pairs: &[(N, V)]) -> Self {
        self.header("Content-Type", "application/x-www-form-urlencoded")
            .body(encode(pairs))
    }

    pub(crate) fn json(self, value: &Value) -> Self {
        self.header("Content-Type", "application/json")
            .body(value.to_string())
    }

    pub(crate) fn method(&self) -> &str {
        &self.method
    }

    /// The bytes of the request, when it is sent to `authority`.
    pub(crate) fn bytes(&self, authority: &str) -> Vec<u8> {
        let host = self.host.as_deref().unwrap_or(authority);
        let mut bytes = format!(
            "{} {} HTTP/1.1\r\nHost: {host}\r\n",
            self.method, self.target
        )
        .into_bytes();
        for (name, value) in &self.headers {
            bytes.extend_from_slice(format!("{name}: {value}\r\n").as_bytes());
        }
        if let Some(body) = &self.body {
            bytes.extend_from_slice(format!("Content-Length: {}\r\n", body.len()).as_bytes());
        }
        bytes.extend_from_slice(b"\r\n");
        bytes.extend_from_slice(self.body.as_deref().unwrap_or_default());
        bytes
    }
}

/// `name=value&…`, form-encoded.
pub(crate) fn encode<N: AsRef<str>, V: AsRef<str>>(pairs: &[(N, V)]) -> String {
    form_urlencoded::Serializer::new(String::new())
        .extend_pairs(pairs)
        .finish()
}

/// An answer, as it came.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
    /// Head and body, byte for byte.
    pub(crate) bytes: Vec<u8>,
}

impl Answer {
    /// The header's value; the first one when there are several.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    /// Every value of a header.
    pub(crate) fn headers(&self, name: &str) -> Vec<&str> {
        let known = self
            .headers
            .iter()
            .filter(|(known, _)| known.eq_ignore_ascii_case(name));
        known.map(|(_, value)| value.as_str()).collect()
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body as JSON.
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("no JSON ({error}): {self}"))
    }

    /// This answer, which must have this status.
    #[track_caller]
    pub(crate) fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{self}");
        self
    }

    /// Where it sends the browser, without the query, and the query's parameters.
    #[track_caller]
    pub(crate) fn redirect(&self) -> (String, Vec<(String, String)>) {
        let location = self
            .header("location")
            .unwrap_or_else(|| panic!("no redirect: {self}"));
        let (place, query) = location.split_once('?').unwrap_or((location, ""));
        (
            place.to_owned(),
            form_urlencoded::parse(query.as_bytes())
                .into_owned()
                .collect(),
        )
    }

    /// A parameter of the redirect.
    #[track_caller]
    pub(crate) fn redirected(&self, name: &str) -> Option<String> {
        self.redirect()
            .1
            .into_iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value)
    }
}

impl std::fmt::Display for Answer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.status)?;
        for (name, value) in &self.headers {
            write!(f, "\n{name}: {value}")?;
        }
        write!(
            f,
            "\n\n{}",
            self.text().chars().take(4000).collect::<String>()
        )
    }
}

/// A connection that is kept open between requests.
pub(crate) struct Wire {
    stream: TcpStream,
    authority: String,
}

impl Wire {
    /// Connects to `authority`, `127.0.0.1:9400`.
    pub(crate) async fn open(authority: &str) -> Self {
        let stream = TcpStream::connect(authority)
            .await
            .unwrap_or_else(|error| panic!("{authority}: {error}"));
        stream
            .set_nodelay(true)
            .expect("a fresh connection takes the option");
        Self {
            stream,
            authority: authority.to_owned(),
        }
    }

    /// Sends a request and reads its answer.
    pub(crate) async fn send(&mut self, request: &Request) -> Answer {
        let bytes = request.bytes(&self.authority);
        let answer = self.exchange(&bytes, request.method() == "HEAD").await;
        answer.unwrap_or_else(|error| panic!("{error}, to {}", String::from_utf8_lossy(&bytes)))
    }

    /// Sends a request and reads its answer, if anybody is there to give one.
    pub(crate) async fn ask(&mut self, request: &Request) -> std::io::Result<Answer> {
        let bytes = request.bytes(&self.authority);
        self.exchange(&bytes, request.method() == "HEAD").await
    }

    /// Sends bytes and reads one answer; the error says what came instead.
    pub(crate) async fn exchange(
        &mut self,
        bytes: &[u8],
        head_only: bool,
    ) -> std::io::Result<Answer> {
        let work = async {
            // The sandbox may answer, and close, before it has taken everything.
            let (mut reading, mut writing) = self.stream.split();
            let (sent, read) =
                tokio::join!(writing.write_all(bytes), read(&mut reading, head_only));
            match (read, sent) {
                (Ok(answer), _) => Ok(answer),
                (Err(error), Ok(())) | (Err(_), Err(error)) => Err(error),
            }
        };
        tokio::time::timeout(PATIENCE, work)
            .await
            .unwrap_or_else(|_| Err(std::io::ErrorKind::TimedOut.into()))
    }
}

/// Sends a request over a connection of its own.
pub(crate) async fn send(authority: &str, request: &Request) -> Answer {
    Wire::open(authority).await.send(request).await
}

/// Sends bytes over a connection of their own.
pub(crate) async fn send_bytes(authority: &str, bytes: &[u8]) -> std::io::Result<Answer> {
    Wire::open(authority).await.exchange(bytes, false).await
}

/// Reads one answer.
async fn read(
    stream: &mut (impl tokio::io::AsyncRead + Unpin),
    head_only: bool,
) -> std::io::Result<Answer> {
    let mut bytes = Vec::with_capacity(4096);
    let head = loop {
        if let Some(at) = find(&bytes, b"\r\n\r\n") {
            break at + 4;
        }
        more(stream, &mut bytes).await?;
    };
    let (status, headers) = parse(&bytes[..head])?;
    let mut answer = Answer {
        status,
        headers,
        body: Vec::new(),
        bytes: Vec::new(),
    };
    if (100..200).contains(&status) {
        return Err(std::io::Error::other(
            "an interim answer, which nobody asked for",
        ));
    }
    if !head_only && !matches!(status, 204 | 304) {
        answer.body = if answer
            .header("transfer-encoding")
            .is_some_and(|coding| coding.contains("chunked"))
        {
            chunked(stream, &mut bytes, head).await?
        } else if let Some(length) = answer
            .header("content-length")
            .and_then(|length| length.parse::<usize>().ok())
        {
            while bytes.len() < head + length {
                more(stream, &mut bytes).await?;
            }
            bytes[head..head + length].to_vec()
        } else {
            while more(stream, &mut bytes).await.is_ok() {}
            bytes[head..].to_vec()
        };
    }
    answer.bytes = bytes;
    Ok(answer)
}

async fn more(
    stream: &mut (impl tokio::io::AsyncRead + Unpin),
    bytes: &mut Vec<u8>,
) -> std::io::Result<()> {
    match stream.read_buf(bytes).await? {
        0 => Err(std::io::ErrorKind::UnexpectedEof.into()),
        _ => Ok(()),
    }
}

fn parse(head: &[u8]) -> std::io::Result<(u16, Vec<(String, String)>)> {
    let text = String::from_utf8_lossy(head);
    let mut lines = text.split("\r\n");
    let status = lines
        .next()
        .and_then(|line| line.split(' ').nth(1))
        .and_then(|status| status.parse().ok());
    let status =
        status.ok_or_else(|| std::io::Error::other(format!("no status line in {text:?}")))?;
    let headers = lines.filter_map(|line| line.split_once(':'));
    Ok((
        status,
        headers
            .map(|(name, value)| (name.to_owned(), value.trim().to_owned()))
            .collect(),
    ))
}

/// The body of a chunked answer that begins at `at` in `bytes`.
async fn chunked(
    stream: &mut (impl tokio::io::AsyncRead + Unpin),
    bytes: &mut Vec<u8>,
    mut at: usize,
) -> std::io::Result<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let line = loop {
            match find(&bytes[at..], b"\r\n") {
                Some(length) => break at + length,
                None => more(stream, bytes).await?,
            }
        };
        let size = String::from_utf8_lossy(&bytes[at..line]).into_owned();
        let size = usize::from_str_radix(size.split(';').next().unwrap_or("").trim(), 16)
            .map_err(|_| std::io::Error::other(format!("no chunk size: {size:?}")))?;
        let start = line + 2;
        while bytes.len() < start + size + 2 {
            more(stream, bytes).await?;
        }
        if size == 0 {
            return Ok(body);
        }
        body.extend_from_slice(&bytes[start..start + size]);
        at = start + size + 2;
    }
}

/// Where `needle` begins in `bytes`.
pub(crate) fn find(bytes: &[u8], needle: &[u8]) -> Option<usize> {
    bytes
        .windows(needle.len())
        .position(|window| window == needle)
}
