//! The listener's end of a TCP connection, with the two manners that a plain stream lacks.
//!
//! A client that hung up is told from one that only ended its sending side: what is written to the former is answered
//! by a reset, which is looked for after each flush (on loopback it is there by then). And a connection that is closed before the request was read to its end is first
//! drained for a moment: otherwise the kernel would reset it and the client might never see the answer
//! (RFC 9112 §9.6).

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::Sleep;

use crate::recorder::Recorder;
use crate::tap::Resettable;

/// How long the rest of an unread request is drained.
const LINGER: Duration = Duration::from_secs(1);
/// How much of it.
const DRAIN: usize = 8 * 1024 * 1024;

pub(crate) struct Socket {
    stream: TcpStream,
    recorder: Arc<Recorder>,
    /// Something was written since a reset was last looked for.
    unsure: bool,
    closing: Option<Closing>,
}

struct Closing {
    until: Pin<Box<Sleep>>,
    drained: usize,
}

impl Socket {
    pub(crate) fn new(stream: TcpStream, recorder: Arc<Recorder>) -> Self {
        Self {
            stream,
            recorder,
            unsure: false,
            closing: None,
        }
    }

    fn look_for_reset(&mut self) -> io::Result<()> {
        if std::mem::take(&mut self.unsure)
            && let Some(error) = self.stream.take_error()?
        {
            return Err(error);
        }
        Ok(())
    }
}

impl Resettable for Socket {
    fn reset_on_drop(&self) {
        self.stream.reset_on_drop();
    }
}

impl AsyncRead for Socket {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buf)
    }
}

impl AsyncWrite for Socket {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.unsure = true;
        Pin::new(&mut self.stream).poll_write(cx, buf)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.unsure = true;
        Pin::new(&mut self.stream).poll_write_vectored(cx, bufs)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(Pin::new(&mut self.stream).poll_flush(cx))?;
        Poll::Ready(self.look_for_reset())
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = &mut *self;
        if this.closing.is_none() {
            this.look_for_reset()?;
            ready!(Pin::new(&mut this.stream).poll_shutdown(cx))?;
            if !this.recorder.owes_reading() {
                return Poll::Ready(Ok(()));
            }
        }
        let closing = this.closing.get_or_insert_with(|| Closing {
            until: Box::pin(tokio::time::sleep(LINGER)),
            drained: 0,
        });
        let mut space = [0_u8; 8192];
        while closing.drained < DRAIN && closing.until.as_mut().poll(cx).is_pending() {
            let mut buf = ReadBuf::new(&mut space);
            match ready!(Pin::new(&mut this.stream).poll_read(cx, &mut buf)) {
                Ok(()) if !buf.filled().is_empty() => closing.drained += buf.filled().len(),
                // Drained, or gone: either way there is no more to wait for.
                Ok(()) | Err(_) => break,
            }
        }
        Poll::Ready(Ok(()))
    }
}
