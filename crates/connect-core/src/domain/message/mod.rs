//! An HTTP/1.1 message taken apart, for whoever shows, compares or repeats it.
//!
//! It is read from bytes as they passed over the wire, or as they are stored, with a marker in place of each credential:
//! lengths in such bytes need not be true any more, so nothing is believed but what the bytes show. Whatever the bytes
//! are, something is read and nothing panics.

mod json;

use std::borrow::Cow;

pub use json::{fields as json_fields, pretty as pretty_json};

/// A message in its parts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message<'m> {
    /// Its first line; empty when the bytes are no message.
    pub start: StartLine,
    /// Its headers in order, as sent.
    pub headers: Vec<Header>,
    /// Its body, out of its transfer coding.
    pub body: Cow<'m, [u8]>,
}

/// The first line of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StartLine {
    /// `GET /v1/users HTTP/1.1`.
    Request {
        /// The method.
        method: String,
        /// The target as sent.
        target: String,
        /// `HTTP/1.1`.
        version: String,
    },
    /// `HTTP/1.1 200 OK`.
    Response {
        /// `HTTP/1.1`.
        version: String,
        /// The status.
        status: u16,
        /// What stands behind it.
        reason: String,
    },
    /// Anything else.
    Other(String),
}

/// One header line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// Its name as sent.
    pub name: String,
    /// Its value without blanks around it; bytes that are no UTF-8 are replaced.
    pub value: String,
}

/// What a body is to whoever reads it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BodyKind {
    /// There is none.
    Empty,
    /// `application/x-www-form-urlencoded`.
    Form,
    /// JSON.
    Json,
    /// Any other text.
    Text,
    /// Not text.
    Binary,
}

impl<'m> Message<'m> {
    /// Takes it apart. Interim answers (1xx) before the final one are left out.
    #[must_use]
    pub fn read(bytes: &'m [u8]) -> Self {
        let mut rest = bytes;
        loop {
            let (message, body) = head(rest);
            let is_interim = matches!(
                message.0,
                StartLine::Response {
                    status: 100..=199,
                    ..
                }
            );
            if is_interim && body.starts_with(b"HTTP/1.") {
                rest = body;
                continue;
            }
            let (start, headers) = message;
            let is_chunked = headers.iter().any(|header| {
                header.name.eq_ignore_ascii_case("transfer-encoding")
                    && header.value.to_ascii_lowercase().ends_with("chunked")
            });
            return Self {
                start,
                headers,
                body: if is_chunked {
                    Cow::Owned(out_of_chunks(body))
                } else {
                    Cow::Borrowed(body)
                },
            };
        }
    }

    /// The first value of a header.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        headers
            .find(|header| header.name.eq_ignore_ascii_case(name))
            .map(|header| header.value.as_str())
    }

    /// `Content-Type` without parameters, in lower case; empty when there is none.
    #[must_use]
    pub fn media_type(&self) -> String {
        let value = self.header("content-type").unwrap_or_default();
        let essence = value.split(';').next().unwrap_or_default();
        essence.trim().to_ascii_lowercase()
    }

    /// The target of a request; empty otherwise.
    #[must_use]
    pub fn target(&self) -> &str {
        match &self.start {
            StartLine::Request { target, .. } => target,
            _ => "",
        }
    }

    /// Parameters behind the target's `?`, decoded, in order.
    #[must_use]
    pub fn query(&self) -> Vec<(String, String)> {
        let query = self.target().split_once('?').map_or("", |(_, query)| query);
        let query = query.split('#').next().unwrap_or_default();
        pairs(query.as_bytes())
    }

    /// The body as text; none when it is not.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        std::str::from_utf8(&self.body)
            .ok()
            .filter(|text| !text.contains('\0'))
    }

    /// What the body is: what its type says, if its bytes bear that out.
    #[must_use]
    pub fn kind(&self) -> BodyKind {
        let Some(text) = self.text() else {
            return BodyKind::Binary;
        };
        if text.is_empty() {
            return BodyKind::Empty;
        }
        let media_type = self.media_type();
        if media_type == "application/x-www-form-urlencoded" {
            return BodyKind::Form;
        }
        let says_json = media_type == "application/json" || media_type.ends_with("+json");
        if (says_json || media_type.is_empty()) && json::is_json(text) {
            return BodyKind::Json;
        }
        BodyKind::Text
    }

    /// Fields of a form body, decoded, in order; none when it is no form.
    #[must_use]
    pub fn form(&self) -> Vec<(String, String)> {
        if self.kind() == BodyKind::Form {
            pairs(&self.body)
        } else {
            Vec::new()
        }
    }
}

fn pairs(text: &[u8]) -> Vec<(String, String)> {
    form_urlencoded::parse(text).into_owned().collect()
}

type Head = (StartLine, Vec<Header>);

/// The head, and what comes after it.
fn head(bytes: &[u8]) -> (Head, &[u8]) {
    let mut lines = Vec::new();
    let mut rest = bytes;
    let ended = loop {
        let Some(end) = rest.iter().position(|byte| *byte == b'\n') else {
            lines.push(rest);
            rest = &[];
            break false;
        };
        let line = rest[..end].strip_suffix(b"\r").unwrap_or(&rest[..end]);
        rest = &rest[end + 1..];
        if line.is_empty() && !lines.is_empty() {
            break true;
        }
        if !line.is_empty() {
            lines.push(line);
        }
    };
    let text = |line: &[u8]| String::from_utf8_lossy(line).into_owned();
    let start = lines.first().map_or(String::new(), |line| text(line));
    let start = start_line(start);
    if !ended && matches!(start, StartLine::Other(_)) {
        return ((StartLine::Other(String::new()), Vec::new()), bytes);
    }
    let headers = lines.iter().skip(1).map(|line| {
        let line = text(line);
        let (name, value) = line.split_once(':').unwrap_or((&line, ""));
        Header {
            name: name.to_owned(),
            value: value.trim().to_owned(),
        }
    });
    ((start, headers.collect()), rest)
}

fn start_line(line: String) -> StartLine {
    if line.starts_with("HTTP/") {
        let mut words = line.splitn(3, ' ');
        let (version, status) = (words.next(), words.next());
        let status = status.and_then(|status| status.parse().ok());
        if let (Some(version), Some(status)) = (version, status) {
            return StartLine::Response {
                version: version.to_owned(),
                status,
                reason: words.next().unwrap_or_default().to_owned(),
            };
        }
    }
    // A credential's marker in the target may hold a blank.
    if let Some((method, rest)) = line.split_once(' ')
        && let Some((target, version)) = rest.rsplit_once(' ')
        && version.starts_with("HTTP/")
    {
        return StartLine::Request {
            method: method.to_owned(),
            target: target.to_owned(),
            version: version.to_owned(),
        };
    }
    StartLine::Other(line)
}

/// What the chunks hold. A chunk whose size is not true, since a credential was cut out of it, ends where the next line
/// is a chunk's size.
fn out_of_chunks(body: &[u8]) -> Vec<u8> {
    let mut data = Vec::with_capacity(body.len());
    let mut rest = body;
    while let Some((size, after)) = chunk_size(rest) {
        if size == 0 {
            return data;
        }
        let told = after.get(..size).filter(|_| {
            let end = &after[size..];
            end.is_empty() || end.starts_with(b"\r\n")
        });
        let length = told.map_or_else(|| next_chunk(after), <[u8]>::len);
        data.extend_from_slice(&after[..length]);
        rest = after.get(length + 2..).unwrap_or_default();
    }
    data.extend_from_slice(rest);
    data
}

/// The size in a chunk's first line, and what comes after that line.
fn chunk_size(bytes: &[u8]) -> Option<(usize, &[u8])> {
    let end = bytes
        .windows(2)
        .take(512)
        .position(|pair| pair == b"\r\n")?;
    let digits = bytes[..end].split(|byte| *byte == b';').next()?;
    let digits = std::str::from_utf8(digits).ok()?.trim();
    let is_hex = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    let size = is_hex.then(|| usize::from_str_radix(digits, 16).ok())??;
    Some((size, &bytes[end + 2..]))
}

/// How far a chunk goes when its size does not say.
fn next_chunk(bytes: &[u8]) -> usize {
    let mut at = 0;
    while let Some(found) = bytes[at..].windows(2).position(|pair| pair == b"\r\n") {
        if chunk_size(&bytes[at + found + 2..]).is_some() {
            return at + found;
        }
        at += found + 2;
    }
    bytes.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_taken_apart() {
        let message = Message::read(
            b"POST /v1/oauth/token?a=1&b=%C3%BC HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded; charset=utf-8\r\n\r\ngrant_type=x&redirect_uri=http%3A%2F%2Fx&empty=",
        );
        assert_eq!(message.target(), "/v1/oauth/token?a=1&b=%C3%BC");
        let pair = |a: &str, b: &str| (a.to_owned(), b.to_owned());
        assert_eq!(message.query(), [pair("a", "1"), pair("b", "ü")]);
        assert_eq!(message.kind(), BodyKind::Form);
        assert_eq!(
            message.form(),
            [
                pair("grant_type", "x"),
                pair("redirect_uri", "http://x"),
                pair("empty", "")
            ]
        );
        assert_eq!(message.header("HOST"), Some("localhost"));
    }

    #[test]
    fn a_marker_with_a_blank_leaves_the_target_whole() {
        let message = Message::read(b"GET /cb?code=[code 1a2b3c4d]&state=s HTTP/1.1\r\n\r\n");
        assert_eq!(message.target(), "/cb?code=[code 1a2b3c4d]&state=s");
        assert_eq!(message.query()[0].1, "[code 1a2b3c4d]");
    }

    #[test]
    fn interim_answers_are_left_out() {
        let message = Message::read(
            b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 201 Created\r\nContent-Type: application/json\r\n\r\n{\"a\":1}",
        );
        assert!(matches!(
            message.start,
            StartLine::Response { status: 201, .. }
        ));
        assert_eq!(message.kind(), BodyKind::Json);
    }

    #[test]
    fn chunks_are_joined_even_when_a_marker_has_changed_their_length() {
        let head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
        for (body, joined) in [
            ("5\r\nhello\r\n6;x=1\r\n world\r\n0\r\n\r\n", "hello world"),
            (
                "28\r\nt=[access_token 1a2b3c4d]\r\n2\r\n&x\r\n0\r\n\r\n",
                "t=[access_token 1a2b3c4d]&x",
            ),
            ("5\r\nhel", "hel"),
            ("4\r\na\r\nb\r\n0\r\n\r\n", "a\r\nb"),
            ("no chunk", "no chunk"),
        ] {
            let text = format!("{head}{body}");
            let message = Message::read(text.as_bytes());
            assert_eq!(message.text(), Some(joined), "{body:?}");
        }
    }

    #[test]
    fn what_is_no_message_is_a_body() {
        let message = Message::read(&[0x16, 3, 1, 0, 200]);
        assert_eq!(message.start, StartLine::Other(String::new()));
        assert_eq!(message.kind(), BodyKind::Binary);
        assert_eq!(Message::read(b"").kind(), BodyKind::Empty);
        let unfinished = Message::read(b"GET / HTTP/1.1\r\nHost: lo");
        assert_eq!(unfinished.target(), "/");
        assert_eq!(unfinished.header("host"), Some("lo"));
    }

    #[test]
    fn nothing_makes_it_panic() {
        arbtest::arbtest(|u| {
            let mut bytes = Vec::new();
            for _ in 0..u.int_in_range(0..=12)? {
                match u.int_in_range(0..=6)? {
                    0 => bytes.extend_from_slice(u.arbitrary::<&[u8]>()?),
                    1 => bytes.extend_from_slice(b"\r\n"),
                    2 => bytes.extend_from_slice(b"HTTP/1.1 200 OK\r\n"),
                    3 => bytes.extend_from_slice(b"Transfer-Encoding: chunked\r\n\r\n"),
                    4 => bytes.extend_from_slice(b"ffffffffffffffff\r\n"),
                    5 => bytes.extend_from_slice(b"3\r\nabc\r\n"),
                    _ => bytes.extend_from_slice(b"{\"a\":[1,{}]}"),
                }
            }
            let message = Message::read(&bytes);
            let _ = (message.kind(), message.query(), message.form());
            assert!(message.body.len() <= bytes.len());
            Ok(())
        });
    }
}
