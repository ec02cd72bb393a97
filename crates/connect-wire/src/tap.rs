//! [`Tap`]: an IO that records what passes through it, and through which a fault can slow, cut or reset the stream.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

use crate::recorder::{Broken, Recorder};

/// What a [`Throttle`] lets happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flow {
    /// At most that many bytes may pass now; 0 is taken as 1.
    Pass(usize),
    /// The connection is closed here.
    Cut,
    /// The connection is reset here (TCP RST).
    Reset,
}

/// The seam for faults: asked before bytes pass, may delay its answer (waking the task later). By default nothing is
/// held up.
pub trait Throttle: Send {
    /// Before bytes are read from the other side.
    fn poll_read(&mut self, _cx: &mut Context<'_>) -> Poll<Flow> {
        Poll::Ready(Flow::Pass(usize::MAX))
    }

    /// Before up to `len` bytes are written to the other side.
    fn poll_write(&mut self, _cx: &mut Context<'_>, _len: usize) -> Poll<Flow> {
        Poll::Ready(Flow::Pass(usize::MAX))
    }
}

/// An IO that can be made to reset the connection when it is dropped.
pub trait Resettable {
    /// From now on, dropping this resets the connection. What failed is of no interest: the connection ends anyway.
    fn reset_on_drop(&self);
}

impl Resettable for TcpStream {
    fn reset_on_drop(&self) {
        if let Err(error) = self.set_zero_linger() {
            tracing::debug!(%error, "a connection will be closed in place of being reset");
        }
    }
}

/// In memory there is nothing to reset.
impl Resettable for tokio::io::DuplexStream {
    fn reset_on_drop(&self) {}
}

/// Records the bytes of `io` both ways.
pub struct Tap<IO> {
    io: IO,
    recorder: Arc<Recorder>,
    throttle: Option<Box<dyn Throttle>>,
}

impl<IO> Tap<IO> {
    /// Records what passes through `io`.
    pub fn new(io: IO, recorder: Arc<Recorder>) -> Self {
        Self {
            io,
            recorder,
            throttle: None,
        }
    }

    /// Lets `throttle` decide what passes, and when.
    #[must_use]
    pub fn throttled(mut self, throttle: Option<Box<dyn Throttle>>) -> Self {
        self.throttle = throttle;
        self
    }
}

impl<IO: Resettable> Tap<IO> {
    /// The end that a fault asked for.
    fn break_off(&self, how: Broken) -> io::Error {
        self.recorder.broke(how);
        match how {
            Broken::Cut => io::Error::new(io::ErrorKind::ConnectionAborted, "cut by a fault"),
            Broken::Reset => {
                self.io.reset_on_drop();
                io::Error::new(io::ErrorKind::ConnectionReset, "reset by a fault")
            }
        }
    }

    /// How many bytes may be written now, of `len`.
    fn poll_allowance(&mut self, cx: &mut Context<'_>, len: usize) -> Poll<io::Result<usize>> {
        let Some(throttle) = &mut self.throttle else {
            return Poll::Ready(Ok(len));
        };
        match ready!(throttle.poll_write(cx, len)) {
            Flow::Pass(most) => Poll::Ready(Ok(most.max(1).min(len))),
            Flow::Cut => Poll::Ready(Err(self.break_off(Broken::Cut))),
            Flow::Reset => Poll::Ready(Err(self.break_off(Broken::Reset))),
        }
    }

    /// Notes how a write went.
    fn written<'a>(
        &self,
        result: Poll<io::Result<usize>>,
        pieces: impl Iterator<Item = &'a [u8]>,
    ) -> Poll<io::Result<usize>> {
        match &result {
            Poll::Ready(Ok(len)) => self.recorder.wrote(pieces, *len),
            Poll::Ready(Err(error)) => self.recorder.failed(error),
            Poll::Pending => self.recorder.write_blocked(),
        }
        result
    }
}

impl<IO: AsyncRead + Resettable + Unpin> AsyncRead for Tap<IO> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = &mut *self;
        if buf.remaining() == 0 {
            return Poll::Ready(Ok(()));
        }
        let most = match &mut this.throttle {
            None => usize::MAX,
            Some(throttle) => match ready!(throttle.poll_read(cx)) {
                Flow::Pass(most) => most.max(1),
                Flow::Cut => return Poll::Ready(Err(this.break_off(Broken::Cut))),
                Flow::Reset => return Poll::Ready(Err(this.break_off(Broken::Reset))),
            },
        };
        let before = buf.filled().len();
        let read = if most >= buf.remaining() {
            ready!(Pin::new(&mut this.io).poll_read(cx, buf))
        } else {
            let mut part = ReadBuf::new(buf.initialize_unfilled_to(most));
            let read = ready!(Pin::new(&mut this.io).poll_read(cx, &mut part));
            let filled = part.filled().len();
            buf.advance(filled);
            read
        };
        match read {
            Ok(()) => Poll::Ready(this.recorder.read(&buf.filled()[before..])),
            Err(error) => {
                this.recorder.failed(&error);
                Poll::Ready(Err(error))
            }
        }
    }
}

impl<IO: AsyncWrite + Resettable + Unpin> AsyncWrite for Tap<IO> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        let this = &mut *self;
        let most = ready!(this.poll_allowance(cx, buf.len()))?;
        let result = Pin::new(&mut this.io).poll_write(cx, &buf[..most]);
        this.written(result, std::iter::once(buf))
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let this = &mut *self;
        if this.throttle.is_some() {
            let first = bufs.iter().find(|buf| !buf.is_empty());
            return self.poll_write(cx, first.map_or(&[], |buf| buf));
        }
        let result = Pin::new(&mut this.io).poll_write_vectored(cx, bufs);
        this.written(result, bufs.iter().map(|buf| &**buf))
    }

    fn is_write_vectored(&self) -> bool {
        self.io.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let result = ready!(Pin::new(&mut self.io).poll_flush(cx));
        if let Err(error) = &result {
            self.recorder.failed(error);
        }
        Poll::Ready(result)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = &mut *self;
        let result = ready!(Pin::new(&mut this.io).poll_shutdown(cx));
        match &result {
            Ok(()) => this.recorder.write_ended(),
            Err(error) => this.recorder.failed(error),
        }
        Poll::Ready(result)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::framing::StartLine;
    use crate::recorder::End;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    #[tokio::test]
    async fn a_clients_side_is_recorded_too() {
        let recorder = Arc::new(Recorder::new(End::Client, 1024));
        let (ours, mut theirs) = tokio::io::duplex(1024);
        let mut ours = Tap::new(ours, recorder.clone());
        let requests = b"HEAD /a HTTP/1.1\r\nHost: a\r\n\r\nGET /b HTTP/1.1\r\nHost: a\r\n\r\n";
        let responses =
            b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nHTTP/1.0 404 None\r\n\r\nto the end";
        ours.write_all(requests).await.expect("sends");
        theirs.write_all(responses).await.expect("sends");
        drop(theirs);
        let mut received = Vec::new();
        ours.read_to_end(&mut received).await.expect("an end");
        assert_eq!(received, responses);
        let mut seen = (Vec::new(), Vec::new(), Vec::new());
        while let (Some(request), Some(response)) =
            (recorder.next_request(), recorder.next_response())
        {
            seen.0.extend_from_slice(&request.bytes);
            seen.1.extend_from_slice(&response.bytes);
            seen.2.push(response.head.expect("a head").start);
        }
        assert_eq!((&seen.0[..], &seen.1[..]), (&requests[..], &responses[..]));
        let status = |status| StartLine::Response { status };
        assert_eq!(seen.2, [status(200), status(404)]);
    }
}
