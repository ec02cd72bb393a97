//! A message's head: where it ends, what it says about the body.

use std::mem::MaybeUninit;

use http::Method;

use super::FramingError;
use super::body::Body;

/// Most header lines of a request, as hyper has it.
const REQUEST_HEADERS: usize = 100;
/// Most header lines of a response.
const RESPONSE_HEADERS: usize = 256;

/// What was read from a head.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// The first line.
    pub start: StartLine,
}

/// The first line of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StartLine {
    /// A request's.
    Request {
        /// The method.
        method: Method,
        /// The target as sent, in whichever of its four forms (RFC 9112 §3.2).
        target: String,
    },
    /// A response's.
    Response {
        /// The status code.
        status: u16,
    },
}

/// A parsed head and what follows it.
pub(super) enum Parsed {
    /// A 1xx response: the real one follows.
    Interim,
    /// Any other.
    Final { head: Head, body: Body },
}

/// Where the head ends whose bytes are searched from `from` on: one past its empty line.
pub(super) fn end(bytes: &[u8], from: usize) -> Option<usize> {
    let mut at = from;
    while let Some(found) = bytes.get(at..)?.iter().position(|byte| *byte == b'\n') {
        let next = at + found + 1;
        match bytes.get(next..) {
            Some([b'\n', ..]) => return Some(next + 1),
            Some([b'\r', b'\n', ..]) => return Some(next + 2),
            _ => at = next,
        }
    }
    None
}

/// A request's head, and how long its body is (RFC 9112 §6.3), as hyper decides it.
pub(super) fn request(raw: &[u8]) -> Result<Parsed, FramingError> {
    let mut lines = [const { MaybeUninit::uninit() }; REQUEST_HEADERS];
    let mut parsed = httparse::Request::new(&mut []);
    let status = parsed
        .parse_with_uninit_headers(raw, &mut lines)
        .map_err(FramingError::Head)?;
    let (Some(method), Some(target), Some(version), true) = (
        parsed.method,
        parsed.path,
        parsed.version,
        status.is_complete(),
    ) else {
        return Err(FramingError::Head(httparse::Error::NewLine));
    };
    let method = Method::from_bytes(method.as_bytes())
        .map_err(|_| FramingError::Head(httparse::Error::Token))?;
    let mut length = None;
    let mut coding = None;
    for header in parsed.headers.iter() {
        if header.name.eq_ignore_ascii_case("transfer-encoding") {
            if version == 0 {
                return Err(FramingError::TransferEncoding);
            }
            coding = Some(is_chunked(header.value));
        } else if header.name.eq_ignore_ascii_case("content-length") && coding.is_none() {
            let value = digits(header.value).ok_or(FramingError::ContentLength)?;
            if length.is_some_and(|known| known != value) {
                return Err(FramingError::ContentLength);
            }
            length = Some(value);
        }
    }
    let body = match (coding, length) {
        (Some(false), _) => return Err(FramingError::TransferEncoding),
        (Some(true), _) => Body::chunked(),
        (None, length) => Body::Length(length.unwrap_or(0)),
    };
    let start = StartLine::Request {
        method,
        target: target.to_owned(),
    };
    Ok(Parsed::Final {
        head: Head { start },
        body,
    })
}

/// A response's head, and how long its body is, given the method it answers.
pub(super) fn response(raw: &[u8], asked: Option<&Method>) -> Result<Parsed, FramingError> {
    let mut lines = [const { MaybeUninit::uninit() }; RESPONSE_HEADERS];
    let mut parsed = httparse::Response::new(&mut []);
    let done = httparse::ParserConfig::default()
        .parse_response_with_uninit_headers(&mut parsed, raw, &mut lines)
        .map_err(FramingError::Head)?;
    let (Some(status), true) = (parsed.code, done.is_complete()) else {
        return Err(FramingError::Head(httparse::Error::NewLine));
    };
    if (100..200).contains(&status) && status != 101 {
        return Ok(Parsed::Interim);
    }
    let bodiless = matches!(status, 204 | 304)
        || asked == Some(&Method::HEAD)
        || (asked == Some(&Method::CONNECT) && (200..300).contains(&status));
    let body = if bodiless {
        Body::Length(0)
    } else if status == 101 {
        Body::UntilEnd
    } else {
        let value = |name: &str| {
            parsed
                .headers
                .iter()
                .rev()
                .find(|header| header.name.eq_ignore_ascii_case(name))
                .map(|header| header.value)
        };
        match (value("transfer-encoding"), value("content-length")) {
            (Some(coding), _) if is_chunked(coding) => Body::chunked(),
            (Some(_), _) | (None, None) => Body::UntilEnd,
            (None, Some(length)) => {
                Body::Length(digits(length).ok_or(FramingError::ContentLength)?)
            }
        }
    };
    Ok(Parsed::Final {
        head: Head {
            start: StartLine::Response { status },
        },
        body,
    })
}

/// Whether the last transfer coding of the line is `chunked`.
fn is_chunked(value: &[u8]) -> bool {
    let last = value.rsplit(|byte| *byte == b',').next().unwrap_or(value);
    last.trim_ascii().eq_ignore_ascii_case(b"chunked")
}

/// A number of digits alone: no sign, no space, no overflow.
fn digits(value: &[u8]) -> Option<u64> {
    if value.is_empty() {
        return None;
    }
    value.iter().try_fold(0_u64, |sum, byte| {
        let digit = byte.is_ascii_digit().then(|| u64::from(byte - b'0'))?;
        sum.checked_mul(10)?.checked_add(digit)
    })
}
