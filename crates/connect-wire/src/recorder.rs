//! What passed over one connection: shared by the [`Tap`](crate::tap::Tap) that sees the bytes and whoever drives HTTP.

use std::io;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::time::Instant;

use crate::framing::{Message, MessageReader, Role};

/// Which end of the connection is ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// Requests are read, responses written.
    Server,
    /// Requests are written, responses read.
    Client,
}

/// What a fault did to the connection on purpose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Broken {
    /// It was closed.
    Cut,
    /// It was reset.
    Reset,
}

/// The record of one connection. Its lock is held for the copying of bytes only, never across an await.
#[derive(Debug)]
pub struct Recorder {
    end: End,
    wire: Mutex<Wire>,
}

/// Everything under the lock.
#[derive(Debug)]
pub(crate) struct Wire {
    pub(crate) requests: MessageReader,
    pub(crate) responses: MessageReader,
    /// Nothing has been read yet.
    untouched: bool,
    /// The first bytes read were a TLS handshake.
    pub(crate) tls: bool,
    /// The other side will send no more.
    pub(crate) read_ended: bool,
    /// Reading or writing failed: the other side is gone.
    pub(crate) failed: Option<io::ErrorKind>,
    /// A fault ended it.
    pub(crate) broken: Option<Broken>,
    /// Since when the other side has not taken what we write.
    pub(crate) write_blocked_since: Option<Instant>,
    /// When a byte was last read, or the connection began.
    pub(crate) last_read_at: Instant,
    /// When a byte was last written, or the connection began.
    pub(crate) last_write_at: Instant,
}

impl Recorder {
    /// A record for a new connection that keeps at most `kept_body` bytes of each body.
    #[must_use]
    pub fn new(end: End, kept_body: usize) -> Self {
        let now = Instant::now();
        Self {
            end,
            wire: Mutex::new(Wire {
                requests: MessageReader::new(Role::Requests, kept_body),
                responses: MessageReader::new(Role::Responses, kept_body),
                untouched: true,
                tls: false,
                read_ended: false,
                failed: None,
                broken: None,
                write_blocked_since: None,
                last_read_at: now,
                last_write_at: now,
            }),
        }
    }

    /// The oldest complete request not yet taken.
    pub fn next_request(&self) -> Option<Message> {
        self.wire().requests.take_complete()
    }

    /// The oldest complete response not yet taken.
    pub fn next_response(&self) -> Option<Message> {
        self.wire().responses.take_complete()
    }

    /// Says that the connection is over, then takes what it left unfinished: request, response.
    pub fn take_unfinished(&self) -> (Option<Message>, Option<Message>) {
        let mut wire = self.wire();
        (
            wire.requests.take_unfinished(),
            wire.responses.take_unfinished(),
        )
    }

    /// Whether the other side has begun a request whose end was not read: closing now would reset the connection
    /// under the answer.
    pub(crate) fn owes_reading(&self) -> bool {
        let wire = self.wire();
        !wire.read_ended && wire.requests.mid_message()
    }

    pub(crate) fn wire(&self) -> MutexGuard<'_, Wire> {
        self.wire.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Bytes that were read; none means that the other side has ended its stream.
    ///
    /// # Errors
    /// When a server's first bytes are a TLS handshake: nothing sensible can be answered.
    pub(crate) fn read(&self, bytes: &[u8]) -> io::Result<()> {
        let mut wire = self.wire();
        let now = Instant::now();
        if bytes.is_empty() {
            wire.read_ended = true;
            if self.end == End::Client {
                wire.responses.end();
            }
            return Ok(());
        }
        wire.last_read_at = now;
        match self.end {
            End::Server => {
                // A TLS record of type 22, handshake (RFC 8446 §5.1). No HTTP method begins with that byte.
                wire.tls |= wire.untouched && bytes[0] == 0x16;
                wire.untouched = false;
                wire.feed_requests(bytes, now);
                if wire.tls {
                    return Err(io::Error::new(
                        io::ErrorKind::InvalidData,
                        "TLS on a plain-text port",
                    ));
                }
            }
            End::Client => wire.responses.feed(bytes, now),
        }
        Ok(())
    }

    /// Bytes that were written, in pieces of which the first `len` bytes were taken.
    pub(crate) fn wrote<'a>(&self, pieces: impl Iterator<Item = &'a [u8]>, mut len: usize) {
        let mut wire = self.wire();
        let now = Instant::now();
        wire.last_write_at = now;
        wire.write_blocked_since = None;
        for piece in pieces {
            let taken = &piece[..piece.len().min(len)];
            len -= taken.len();
            match self.end {
                End::Server => wire.responses.feed(taken, now),
                End::Client => wire.feed_requests(taken, now),
            }
            if len == 0 {
                break;
            }
        }
    }

    /// The other side does not take what we write.
    pub(crate) fn write_blocked(&self) {
        let mut wire = self.wire();
        if wire.write_blocked_since.is_none() {
            wire.write_blocked_since = Some(Instant::now());
        }
    }

    /// We have ended our stream.
    pub(crate) fn write_ended(&self) {
        if self.end == End::Server {
            self.wire().responses.end();
        }
    }

    /// Reading or writing failed.
    pub(crate) fn failed(&self, error: &io::Error) {
        self.wire().failed.get_or_insert(error.kind());
    }

    /// A fault ended the connection.
    pub(crate) fn broke(&self, how: Broken) {
        self.wire().broken.get_or_insert(how);
    }
}

impl Wire {
    /// Requests pass: the reader of responses must know their methods.
    fn feed_requests(&mut self, bytes: &[u8], now: Instant) {
        self.requests.feed(bytes, now);
        while let Some(method) = self.requests.next_method() {
            self.responses.expect_response_to(method);
        }
    }
}
