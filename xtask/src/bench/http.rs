//! A small HTTP/1.1 client: one connection that is kept, one request at a time, nothing that costs time to be comfortable.

use std::net::SocketAddr;

use anyhow::{Context as _, bail, ensure};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// More headers than any of the servers sends.
const HEADERS: usize = 48;

/// One kept connection.
pub(super) struct Connection {
    address: SocketAddr,
    stream: TcpStream,
    /// Bytes of the answer being read; the first `filled` of them are there.
    buffer: Vec<u8>,
    filled: usize,
    /// The server said that it closes after its last answer.
    closing: bool,
}

/// An answer. It borrows the connection's buffer, so it is gone with the next request.
pub(super) struct Response<'a> {
    pub(super) status: u16,
    head: &'a [u8],
    body: Body<'a>,
}

enum Body<'a> {
    Whole(&'a [u8]),
    /// Put together from chunks.
    Joined(Vec<u8>),
}

/// How long the body is, as the head says.
enum Length {
    Bytes(usize),
    Chunked,
}

impl Connection {
    /// Connects without Nagle's delay.
    ///
    /// # Errors
    /// When nobody listens.
    pub(super) async fn open(address: SocketAddr) -> anyhow::Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self {
            address,
            stream,
            buffer: vec![0; 16 * 1024],
            filled: 0,
            closing: false,
        })
    }

    /// Sends the bytes of one whole request and reads the whole answer.
    ///
    /// # Errors
    /// When the connection breaks or the answer is not HTTP/1.1.
    pub(super) async fn exchange(&mut self, request: &[u8]) -> anyhow::Result<Response<'_>> {
        if self.closing {
            *self = Self::open(self.address).await?;
        }
        self.stream.write_all(request).await?;
        self.filled = 0;
        let (status, head, length) = loop {
            self.read_more().await?;
            if let Some(parsed) = self.parse_head()? {
                break parsed;
            }
        };
        match length {
            Length::Bytes(length) => {
                while self.filled < head + length {
                    self.read_more().await?;
                }
                let (head, rest) = self.buffer.split_at(head);
                Ok(Response {
                    status,
                    head,
                    body: Body::Whole(&rest[..length]),
                })
            }
            Length::Chunked => {
                let joined = loop {
                    if let Some(joined) = join_chunks(&self.buffer[head..self.filled])? {
                        break joined;
                    }
                    self.read_more().await?;
                };
                Ok(Response {
                    status,
                    head: &self.buffer[..head],
                    body: Body::Joined(joined),
                })
            }
        }
    }

    async fn read_more(&mut self) -> anyhow::Result<()> {
        if self.filled == self.buffer.len() {
            self.buffer.resize(self.buffer.len() * 2, 0);
        }
        let read = self.stream.read(&mut self.buffer[self.filled..]).await?;
        ensure!(
            read > 0,
            "the server closed the connection within an answer"
        );
        self.filled += read;
        Ok(())
    }

    /// Status, length of the head and length of the body, once the head is there.
    fn parse_head(&mut self) -> anyhow::Result<Option<(u16, usize, Length)>> {
        let mut headers = [httparse::EMPTY_HEADER; HEADERS];
        let mut response = httparse::Response::new(&mut headers);
        let httparse::Status::Complete(head) = response.parse(&self.buffer[..self.filled])? else {
            return Ok(None);
        };
        let status = response.code.context("an answer has a status")?;
        let mut length = Length::Bytes(0);
        self.closing = false;
        for header in response.headers.iter() {
            if header.name.eq_ignore_ascii_case("content-length") {
                length = Length::Bytes(std::str::from_utf8(header.value)?.trim().parse()?);
            } else if header.name.eq_ignore_ascii_case("transfer-encoding") {
                length = Length::Chunked;
            } else if header.name.eq_ignore_ascii_case("connection") {
                self.closing = header.value.eq_ignore_ascii_case(b"close");
            }
        }
        Ok(Some((status, head, length)))
    }
}

impl Response<'_> {
    /// The body's bytes.
    pub(super) fn body(&self) -> &[u8] {
        match &self.body {
            Body::Whole(bytes) => bytes,
            Body::Joined(bytes) => bytes,
        }
    }

    /// The body as text.
    ///
    /// # Errors
    /// When it is not UTF-8.
    pub(super) fn text(&self) -> anyhow::Result<&str> {
        Ok(std::str::from_utf8(self.body())?)
    }

    /// All values of a header.
    pub(super) fn headers<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        std::str::from_utf8(self.head)
            .unwrap_or_default()
            .lines()
            .skip(1)
            .filter_map(move |line| {
                let (key, value) = line.split_once(':')?;
                key.eq_ignore_ascii_case(name).then(|| value.trim())
            })
    }

    /// Fails with what came unless the status is this one.
    ///
    /// # Errors
    /// The status and the body, cut short.
    pub(super) fn expect(self, status: u16) -> anyhow::Result<Self> {
        if self.status == status {
            return Ok(self);
        }
        let body = String::from_utf8_lossy(self.body())
            .chars()
            .take(400)
            .collect::<String>();
        bail!("status {} in place of {status}: {body}", self.status)
    }
}

/// The whole of a chunked body, once its last chunk is there.
fn join_chunks(mut bytes: &[u8]) -> anyhow::Result<Option<Vec<u8>>> {
    let mut joined = Vec::new();
    loop {
        let httparse::Status::Complete((start, size)) = httparse::parse_chunk_size(bytes)
            .map_err(|_| anyhow::anyhow!("a chunk has no valid size"))?
        else {
            return Ok(None);
        };
        let size = usize::try_from(size)?;
        let Some(chunk) = bytes.get(start..start + size + 2) else {
            return Ok(None);
        };
        if size == 0 {
            return Ok(Some(joined));
        }
        joined.extend_from_slice(&chunk[..size]);
        bytes = &bytes[start + size + 2..];
    }
}

/// The bytes of a `GET`.
pub(super) fn get(address: SocketAddr, target: &str, headers: &[(&str, &str)]) -> Vec<u8> {
    head("GET", address, target, headers, None).into_bytes()
}

/// The bytes of a `POST` of a form.
pub(super) fn form(address: SocketAddr, target: &str, body: &str) -> Vec<u8> {
    let headers = [("content-type", "application/x-www-form-urlencoded")];
    (head("POST", address, target, &headers, Some(body.len())) + body).into_bytes()
}

/// The bytes of a request with a JSON body.
pub(super) fn json(
    method: &str,
    address: SocketAddr,
    target: &str,
    headers: &[(&str, &str)],
    body: &serde_json::Value,
) -> Vec<u8> {
    let body = body.to_string();
    let mut all = vec![("content-type", "application/json")];
    all.extend_from_slice(headers);
    (head(method, address, target, &all, Some(body.len())) + &body).into_bytes()
}

fn head(
    method: &str,
    address: SocketAddr,
    target: &str,
    headers: &[(&str, &str)],
    length: Option<usize>,
) -> String {
    let mut text = format!("{method} {target} HTTP/1.1\r\nhost: {address}\r\n");
    for (name, value) in headers {
        text.extend([*name, ": ", *value, "\r\n"]);
    }
    if let Some(length) = length {
        text.extend(["content-length: ", &length.to_string(), "\r\n"]);
    }
    text + "\r\n"
}

/// The string value of a member of a flat JSON object, without reading the rest of it. Escapes are left as they are:
/// tokens have none.
pub(super) fn member<'a>(json: &'a str, name: &str) -> anyhow::Result<&'a str> {
    let key = format!("\"{name}\"");
    let after = json
        .find(&key)
        .map(|at| json[at + key.len()..].trim_start());
    after
        .and_then(|rest| rest.strip_prefix(':'))
        .and_then(|rest| rest.trim_start().strip_prefix('"'))
        .and_then(|rest| rest.find('"').map(|end| &rest[..end]))
        .with_context(|| format!("no `{name}` in {json:.200}"))
}

#[cfg(test)]
mod tests {
    use super::{join_chunks, member};

    #[test]
    fn members_are_found() {
        let json = r#"{"access_token":"a","expires_in":3600,"refresh_token" : "b"}"#;
        assert_eq!(member(json, "access_token").expect("there"), "a");
        assert_eq!(member(json, "refresh_token").expect("there"), "b");
        assert!(member(json, "expires_in").is_err());
        assert!(member(json, "id_token").is_err());
    }

    #[test]
    fn chunks_are_joined_once_complete() {
        assert_eq!(
            join_chunks(b"3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n").expect("valid"),
            Some(b"abcde".to_vec())
        );
        assert_eq!(
            join_chunks(b"3\r\nabc\r\n2\r\nd").expect("valid so far"),
            None
        );
        assert!(join_chunks(b"x\r\n").is_err());
    }
}
