//! How long a head may take, and a connection without one.
//!
//! hyper has one time-out from a connection's start, or its last answer, to the end of the next head. A kept connection may be
//! silent for longer than a head may take: a proxy in front would find it closed at the moment of its next request, and not
//! dare to send a form again. So reads are timed here, and hyper's time-out is what holds if that should fail.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use http::{Request, Response};
use hyper::body::{Body, Frame, SizeHint};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Sleep, sleep};

/// From a connection's start, or the first byte of a later head, to the head's end.
const HEAD: Duration = Duration::from_secs(10);
/// From an answer to the first byte of the next head.
const SILENCE: Duration = Duration::from_secs(60);
/// From an answer to the end of the next head.
pub(super) const LONGEST: Duration = Duration::from_secs(HEAD.as_secs() + SILENCE.as_secs());

/// What was said on a connection so far.
#[derive(Clone, Debug, Default)]
pub(super) struct Said(Arc<Counts>);

#[derive(Debug, Default)]
struct Counts {
    /// Heads that were read.
    asked: AtomicU64,
    /// Of those, the ones whose bodies, both, were sent or given up.
    over: AtomicU64,
    /// The rest of a body that nobody read may come before the next head.
    is_left: AtomicBool,
}

impl Said {
    /// A head was read.
    pub(super) fn ask(&self) -> Arc<Asked> {
        self.0.asked.fetch_add(1, Ordering::Relaxed);
        Arc::new(Asked(self.clone()))
    }

    fn asked(&self) -> u64 {
        self.0.asked.load(Ordering::Relaxed)
    }

    fn is_at_work(&self) -> bool {
        self.asked() > self.0.over.load(Ordering::Relaxed)
    }

    fn take_left(&self) -> bool {
        self.0.is_left.swap(false, Ordering::Relaxed)
    }
}

/// A request, for as long as its body or that of its answer is on the way: an answer may end before the upload that it answers.
#[derive(Debug)]
pub(super) struct Asked(Said);

impl Asked {
    /// The request, which lasts at least as long as its body.
    pub(super) fn with<B: Body>(self: &Arc<Self>, request: Request<B>) -> Request<Half<B>> {
        request.map(|body| Half { body, is_over: false, comes_in: true, asked: Arc::clone(self) })
    }

    /// Its answer, the same.
    pub(super) fn by<B: Body>(self: Arc<Self>, answer: Response<B>) -> Response<Half<B>> {
        answer.map(|body| Half { body, is_over: false, comes_in: false, asked: self })
    }
}

impl Drop for Asked {
    fn drop(&mut self) {
        self.0.0.over.fetch_add(1, Ordering::Relaxed);
    }
}

/// The body of a request or of an answer.
pub(super) struct Half<B: Body> {
    body: B,
    is_over: bool,
    comes_in: bool,
    asked: Arc<Asked>,
}

impl<B: Body + Unpin> Body for Half<B> {
    type Data = B::Data;
    type Error = B::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<B::Data>, B::Error>>> {
        let frame = Pin::new(&mut self.body).poll_frame(context);
        self.is_over |= matches!(frame, Poll::Ready(None));
        frame
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl<B: Body> Drop for Half<B> {
    fn drop(&mut self) {
        if self.comes_in && !self.is_over && !self.body.is_end_stream() {
            self.asked.0.0.is_left.store(true, Ordering::Relaxed);
        }
    }
}

/// A connection whose reads fail where a head, or the silence before it, takes too long.
pub(super) struct TimedHeads<S> {
    stream: S,
    said: Said,
    /// How many heads were whole when it was looked last.
    asked: u64,
    wait: Wait,
}

/// What is waited for, and until when.
enum Wait {
    /// Nothing: a request is at work, and has its own time.
    Nothing,
    /// The first byte of a head.
    Silence(Pin<Box<Sleep>>),
    /// The last of one.
    Head(Pin<Box<Sleep>>),
}

impl<S> TimedHeads<S> {
    /// From now on the first head is waited for.
    pub(super) fn new(stream: S, said: Said) -> Self {
        Self { stream, said, asked: 0, wait: Wait::Head(Box::pin(sleep(HEAD))) }
    }

    /// What is waited for before a read.
    fn look(&mut self) {
        let asked = self.said.asked();
        if self.said.is_at_work() {
            self.wait = Wait::Nothing;
        } else if asked != self.asked || matches!(self.wait, Wait::Nothing) {
            self.wait = Wait::Silence(Box::pin(sleep(SILENCE)));
        }
        self.asked = asked;
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for TimedHeads<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.look();
        let before = buffer.filled().len();
        let read = Pin::new(&mut self.stream).poll_read(context, buffer);
        if buffer.filled().len() > before && matches!(self.wait, Wait::Silence(_)) && !self.said.take_left() {
            self.wait = Wait::Head(Box::pin(sleep(HEAD)));
        }
        if read.is_pending()
            && let Wait::Silence(end) | Wait::Head(end) = &mut self.wait
            && end.as_mut().poll(context).is_ready()
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

#[cfg(test)]
mod tests;
