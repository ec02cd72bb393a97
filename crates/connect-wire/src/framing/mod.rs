//! Where one HTTP/1.1 message ends and the next begins, found in bytes as they pass (RFC 9112 §6).
//!
//! [`MessageReader`] is fed whatever a read or a write moved, in pieces of any size, and keeps each message's bytes as
//! they were. It decides as hyper decides, so that what it calls a message is what hyper answered; where bytes are no
//! message at all it says why, keeps a bounded part of them and never panics.

mod body;
mod head;

use std::collections::VecDeque;

use bytes::Bytes;
use http::Method;
use tokio::time::Instant;

pub use head::{Head, StartLine};

use body::{Body, Progress};

/// Most bytes of a head that are kept while its end has not been seen.
pub const LONGEST_HEAD: usize = 256 * 1024;
/// Most bytes of a body that are kept by default; what comes after is counted only.
pub const KEPT_BODY: usize = 1024 * 1024;

/// Which messages a reader reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// What a client sends.
    Requests,
    /// What a server sends.
    Responses,
}

/// Why bytes are not an HTTP/1.1 message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FramingError {
    /// The head does not parse.
    #[error("the head is not HTTP/1.1: {0}")]
    Head(httparse::Error),
    /// The head's end did not come within [`LONGEST_HEAD`] bytes.
    #[error("the head has no end within 256 KiB")]
    EndlessHead,
    /// `Content-Length` is not a number, or two of them differ.
    #[error("Content-Length is not one number")]
    ContentLength,
    /// `Transfer-Encoding` on HTTP/1.0, or one whose last coding is not `chunked`.
    #[error("Transfer-Encoding does not end in chunked")]
    TransferEncoding,
    /// A chunk size, chunk end or trailer is malformed.
    #[error("the chunked body is malformed")]
    Chunk,
}

/// One message, or as much of it as was seen.
#[derive(Debug, Clone)]
pub struct Message {
    /// Its parsed head; absent when the head never ended or does not parse.
    pub head: Option<Head>,
    /// The bytes as they were: interim responses, head and body, in their transfer coding.
    pub bytes: Bytes,
    /// Where the body begins in `bytes`; 0 when the head never ended.
    pub head_len: usize,
    /// How many bytes were seen, kept or not.
    pub len: u64,
    /// Whether `bytes` holds fewer than were seen.
    pub truncated: bool,
    /// Whether its end was seen.
    pub complete: bool,
    /// When its first byte passed.
    pub began: Instant,
    /// When the end of its head passed.
    pub head_at: Option<Instant>,
    /// When its last byte so far passed.
    pub last_at: Instant,
}

enum State {
    /// Before or within a head. `scanned` bytes of it hold no end of a head.
    Head {
        start: usize,
        scanned: usize,
    },
    Body(Body),
    /// Not HTTP: everything from here on belongs to nothing.
    Broken(FramingError),
    /// The message was taken before its end: what follows is ignored.
    Abandoned,
}

const AT_START: State = State::Head {
    start: 0,
    scanned: 0,
};

/// Cuts a stream of bytes into messages.
pub struct MessageReader {
    role: Role,
    kept_body: usize,
    state: State,
    kept: Vec<u8>,
    head: Option<Head>,
    head_len: usize,
    len: u64,
    truncated: bool,
    began: Option<Instant>,
    head_at: Option<Instant>,
    last_at: Option<Instant>,
    /// Methods: for responses, of the requests they answer; for requests, of those whose head has passed.
    methods: VecDeque<Method>,
    done: VecDeque<Message>,
}

impl std::fmt::Debug for MessageReader {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Never the bytes: they may hold credentials.
        f.debug_struct("MessageReader")
            .field("role", &self.role)
            .field("len", &self.len)
            .field("done", &self.done.len())
            .finish_non_exhaustive()
    }
}

impl MessageReader {
    /// A reader at the start of a stream that keeps at most `kept_body` bytes of each body.
    #[must_use]
    pub fn new(role: Role, kept_body: usize) -> Self {
        Self {
            role,
            kept_body,
            state: AT_START,
            kept: Vec::new(),
            head: None,
            head_len: 0,
            len: 0,
            truncated: false,
            began: None,
            head_at: None,
            last_at: None,
            methods: VecDeque::new(),
            done: VecDeque::new(),
        }
    }

    /// For a reader of responses: says that a request with this method was sent (RFC 9112 §6.3: a response to HEAD has
    /// no body, whatever its head says).
    pub fn expect_response_to(&mut self, method: Method) {
        self.methods.push_back(method);
    }

    /// For a reader of requests: the method of the next request whose head has passed.
    pub fn next_method(&mut self) -> Option<Method> {
        self.methods.pop_front()
    }

    /// Takes in bytes that passed at `now`. Complete messages are then waiting in [`Self::take_complete`].
    pub fn feed(&mut self, mut bytes: &[u8], now: Instant) {
        if matches!(self.state, State::Abandoned) {
            return;
        }
        while !bytes.is_empty() {
            self.began.get_or_insert(now);
            self.last_at = Some(now);
            let taken = match &mut self.state {
                State::Head { .. } => self.feed_head(bytes, now),
                State::Body(body) => {
                    let (taken, progress) = body.advance(bytes);
                    self.keep(&bytes[..taken]);
                    match progress {
                        Progress::More => {}
                        Progress::End => self.finish(),
                        Progress::Broken(error) => self.state = State::Broken(error),
                    }
                    taken
                }
                State::Broken(_) | State::Abandoned => {
                    self.keep(bytes);
                    bytes.len()
                }
            };
            bytes = &bytes[taken..];
        }
    }

    /// Says that the stream has ended: a response without a length is complete now.
    pub fn end(&mut self) {
        if matches!(&self.state, State::Body(body) if body.ends_with_the_stream()) {
            self.finish();
        }
    }

    /// The oldest complete message not yet taken.
    pub fn take_complete(&mut self) -> Option<Message> {
        self.done.pop_front()
    }

    /// Whether [`Self::take_complete`] has one.
    #[must_use]
    pub fn has_complete(&self) -> bool {
        !self.done.is_empty()
    }

    /// The unfinished message, if a byte of one was seen. What follows on the stream is ignored.
    pub fn take_unfinished(&mut self) -> Option<Message> {
        let began = self.began?;
        if matches!(self.state, State::Abandoned) {
            return None;
        }
        let message = self.message(began, false);
        self.state = State::Abandoned;
        Some(message)
    }

    /// Why the stream is no longer HTTP.
    #[must_use]
    pub fn error(&self) -> Option<FramingError> {
        match self.state {
            State::Broken(error) => Some(error),
            _ => None,
        }
    }

    /// Whether a message has begun and not ended, taken or not.
    #[must_use]
    pub fn mid_message(&self) -> bool {
        self.began.is_some() || matches!(self.state, State::Abandoned)
    }

    /// When the head that is being read began; absent between messages and within a body.
    #[must_use]
    pub fn in_head_since(&self) -> Option<Instant> {
        match self.state {
            State::Head { .. } | State::Broken(_) => self.began,
            _ => None,
        }
    }

    /// When the body that is being read began.
    #[must_use]
    pub fn in_body_since(&self) -> Option<Instant> {
        match self.state {
            State::Body(_) => self.head_at,
            _ => None,
        }
    }

    /// Takes in a part of a head; how many of `bytes` belong to it.
    fn feed_head(&mut self, bytes: &[u8], now: Instant) -> usize {
        let State::Head { mut start, scanned } = self.state else {
            return 0;
        };
        let before = self.kept.len();
        let room = LONGEST_HEAD.saturating_sub(before).min(bytes.len());
        self.kept.extend_from_slice(&bytes[..room]);
        if scanned == start {
            // Empty lines before a request are not its head (RFC 9112 §2.2), though they are among its bytes.
            start += self.kept[start..]
                .iter()
                .take_while(|byte| matches!(byte, b'\r' | b'\n'))
                .count();
        }
        let from = scanned.saturating_sub(3).max(start);
        if let Some(end) = head::end(&self.kept, from) {
            self.kept.truncate(end);
            let taken = end - before;
            self.len += taken as u64;
            self.head_len = end;
            self.head_at = Some(now);
            self.head_complete(start);
            return taken;
        }
        self.len += room as u64;
        let scanned = self.kept.len().max(start);
        self.state = if room < bytes.len() {
            State::Broken(FramingError::EndlessHead)
        } else {
            State::Head { start, scanned }
        };
        room
    }

    fn head_complete(&mut self, start: usize) {
        let raw = &self.kept[start..];
        let parsed = match self.role {
            Role::Requests => head::request(raw),
            Role::Responses => head::response(raw, self.methods.front()),
        };
        match parsed {
            Ok(head::Parsed::Interim) => {
                // The final response follows; both are one message here.
                let next = self.kept.len();
                self.state = State::Head {
                    start: next,
                    scanned: next,
                };
            }
            Ok(head::Parsed::Final { head, body }) => {
                if let StartLine::Request { method, .. } = &head.start {
                    self.methods.push_back(method.clone());
                }
                self.head = Some(head);
                if body.is_empty() {
                    self.finish();
                } else {
                    self.state = State::Body(body);
                }
            }
            Err(error) => self.state = State::Broken(error),
        }
    }

    fn keep(&mut self, bytes: &[u8]) {
        self.len += bytes.len() as u64;
        let room = (self.head_len + self.kept_body).saturating_sub(self.kept.len());
        let kept = room.min(bytes.len());
        self.kept.extend_from_slice(&bytes[..kept]);
        self.truncated |= kept < bytes.len();
    }

    fn finish(&mut self) {
        if let Some(began) = self.began {
            let message = self.message(began, true);
            self.done.push_back(message);
        }
        if self.role == Role::Responses {
            self.methods.pop_front();
        }
        self.state = AT_START;
    }

    fn message(&mut self, began: Instant, complete: bool) -> Message {
        let message = Message {
            head: self.head.take(),
            bytes: Bytes::from(std::mem::take(&mut self.kept)),
            head_len: self.head_len,
            len: self.len,
            truncated: self.truncated,
            complete,
            began,
            head_at: self.head_at,
            last_at: self.last_at.unwrap_or(began),
        };
        self.began = None;
        self.head_at = None;
        self.last_at = None;
        self.head_len = 0;
        self.len = 0;
        self.truncated = false;
        message
    }
}

#[cfg(test)]
mod tests;
