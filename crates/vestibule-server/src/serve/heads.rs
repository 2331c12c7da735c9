//! How long a head may take.
//!
//! hyper has one time-out from a connection's start, or its last answer, to the end of the next head. A kept connection may be
//! silent for longer than a head may take: a proxy in front would find it closed at the moment of its next request, and not
//! dare to send a form again. So hyper's is the longer one, and the reads are timed here.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use http::Response;
use hyper::body::{Body, Frame, SizeHint};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Sleep, sleep};

/// From a connection's start, or the first byte of a later head, to the head's end.
const HEAD: Duration = Duration::from_secs(10);
/// From an answer to the end of the next head, at most.
pub(super) const KEPT: Duration = Duration::from_secs(60);

/// What was said on a connection so far: how many requests began, and how many were answered.
#[derive(Clone, Debug, Default)]
pub(super) struct Said(Arc<Counts>);

#[derive(Debug, Default)]
struct Counts {
    asked: AtomicU64,
    answered: AtomicU64,
}

impl Said {
    /// A head was read.
    pub(super) fn ask(&self) -> Asked {
        self.0.asked.fetch_add(1, Ordering::Relaxed);
        Asked(self.clone())
    }

    fn asked(&self) -> u64 {
        self.0.asked.load(Ordering::Relaxed)
    }

    fn is_at_work(&self) -> bool {
        self.asked() > self.0.answered.load(Ordering::Relaxed)
    }
}

/// A request, until it is answered or given up.
pub(super) struct Asked(Said);

impl Asked {
    /// It lasts until the answer's body was sent.
    pub(super) fn until_sent<B>(self, answer: Response<B>) -> Response<Sending<B>> {
        answer.map(|body| Sending { body, _asked: self })
    }
}

impl Drop for Asked {
    fn drop(&mut self) {
        self.0.0.answered.fetch_add(1, Ordering::Relaxed);
    }
}

/// The body of an answer, while it is being sent.
pub(super) struct Sending<B> {
    body: B,
    _asked: Asked,
}

impl<B: Body + Unpin> Body for Sending<B> {
    type Data = B::Data;
    type Error = B::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<B::Data>, B::Error>>> {
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// A connection whose reads fail where a head takes too long.
pub(super) struct TimedHeads<S> {
    stream: S,
    said: Said,
    /// How many heads were whole when it was looked last.
    whole: u64,
    /// The end of the time for the head that is coming.
    head: Option<Pin<Box<Sleep>>>,
}

impl<S> TimedHeads<S> {
    /// From now on the first head is waited for.
    pub(super) fn new(stream: S, said: Said) -> Self {
        Self { stream, said, whole: 0, head: Some(Box::pin(sleep(HEAD))) }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for TimedHeads<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let whole = self.said.asked();
        if whole != self.whole {
            (self.whole, self.head) = (whole, None);
        }
        let before = buffer.filled().len();
        let read = Pin::new(&mut self.stream).poll_read(context, buffer);
        if self.said.is_at_work() {
            return read;
        }
        if buffer.filled().len() > before && self.head.is_none() {
            self.head = Some(Box::pin(sleep(HEAD)));
        }
        if read.is_pending()
            && let Some(head) = &mut self.head
            && head.as_mut().poll(context).is_ready()
        {
            return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
        }
        read
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for TimedHeads<S> {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        pieces: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(context, pieces)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}
