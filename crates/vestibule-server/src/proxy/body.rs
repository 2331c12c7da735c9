//! Bodies on their way: bounded where they come from the browser, and never standing still for too long.

use std::future::pending;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::body::{Body, HttpBody};
use bytes::{Bytes, BytesMut};
use futures_util::{StreamExt, TryStreamExt, stream};
use http::HeaderMap;
use http::header::CONTENT_LENGTH;
use tokio::task::yield_now;
use tokio::time::timeout;
use vestibule_core::ErrorCode;

use crate::app::{ForwardBody, Vestibule};
use crate::config::ProxyConfig;
use crate::layers::LONGEST_REQUEST;

/// A body up to here is read before it is sent, so that the call can be made once more with a new token; in bytes.
const MOST_KEPT: u64 = 64 * 1_024;

/// Why a body ended before its end.
#[derive(Debug, thiserror::Error)]
enum Cut {
    #[error("the body is larger than proxy.max_body")]
    TooLarge,
    #[error("the body stood still for longer than proxy.idle_timeout")]
    Idle,
    #[error("the server is about to stop")]
    Draining,
    #[error(transparent)]
    Broken(#[from] axum::Error),
}

/// Whether a body that is being sent has turned out to be too large.
#[derive(Clone, Debug, Default)]
pub(super) struct Flag(Arc<AtomicBool>);

impl Flag {
    pub(super) fn get(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// A request's body.
pub(super) struct Upload {
    pub(super) body: ForwardBody,
    pub(super) is_too_large: Flag,
}

impl Upload {
    /// Reads a small body, and leaves a large one to be read while it is sent.
    ///
    /// # Errors
    /// The code of the refusal: too large by its own word, or not sent in time.
    pub(super) async fn begin(headers: &HeaderMap, body: Body, config: &ProxyConfig) -> Result<Self, ErrorCode> {
        let is_too_large = Flag::default();
        let announced = body.size_hint().exact();
        let contradicts = headers.contains_key(CONTENT_LENGTH) && announced.is_none();
        if contradicts {
            return Err(ErrorCode::Malformed);
        }
        if announced.is_some_and(|bytes| bytes > config.max_body) {
            return Err(ErrorCode::TooLarge);
        }
        let bounded = bounded(body, config, is_too_large.clone());
        let body = match announced {
            Some(bytes) if bytes <= MOST_KEPT => {
                let whole = timeout(LONGEST_REQUEST, collected(bounded)).await;
                ForwardBody::Kept(whole.map_err(|_| ErrorCode::RequestTimeout)??)
            }
            Some(bytes) => ForwardBody::Streamed { body: Body::from_stream(bounded), bytes: Some(bytes) },
            None => ForwardBody::Streamed { body: Body::from_stream(bounded), bytes: None },
        };
        Ok(Self { body, is_too_large })
    }
}

fn bounded(
    body: Body,
    config: &ProxyConfig,
    is_too_large: Flag,
) -> impl stream::Stream<Item = Result<Bytes, Cut>> + Send + 'static {
    let most = config.max_body;
    let mut seen = 0_u64;
    steady(body, config.idle_timeout).and_then(move |bytes| {
        seen = seen.saturating_add(bytes.len() as u64);
        std::future::ready(if seen > most {
            is_too_large.0.store(true, Ordering::Relaxed);
            Err(Cut::TooLarge)
        } else {
            Ok(bytes)
        })
    })
}

async fn collected(body: impl stream::Stream<Item = Result<Bytes, Cut>>) -> Result<Bytes, ErrorCode> {
    let whole = body.try_fold(BytesMut::new(), async |mut whole, bytes| {
        whole.extend_from_slice(&bytes);
        Ok(whole)
    });
    whole.await.map(BytesMut::freeze).map_err(|cut| match cut {
        Cut::TooLarge => ErrorCode::TooLarge,
        Cut::Idle => ErrorCode::RequestTimeout,
        Cut::Draining | Cut::Broken(_) => ErrorCode::Malformed,
    })
}

/// The body, which breaks off where nothing comes for `idle`.
fn steady(body: Body, idle: Duration) -> impl stream::Stream<Item = Result<Bytes, Cut>> + Send + 'static {
    stream::try_unfold(body.into_data_stream(), move |mut body| async move {
        match timeout(idle, body.next()).await {
            Ok(Some(bytes)) => Ok(Some((bytes?, body))),
            Ok(None) => Ok(None),
            Err(_) => Err(Cut::Idle),
        }
    })
}

/// An answer's body, which breaks off where nothing comes for `idle`; one that has no end (`is_endless`) also when the server is
/// about to stop, which it would hold for as long as it waits: who listens comes again.
pub(crate) fn watched(body: Body, idle: Duration, vestibule: &Vestibule, is_endless: bool) -> Body {
    if body.is_end_stream() {
        return body;
    }
    let vestibule = vestibule.clone();
    let closing = async move { if is_endless { vestibule.closing().await } else { pending().await } };
    let cut = stream::once(closing).map(|()| Err(Cut::Draining));
    // `None` is the end of the body; the other stream may never end.
    let body = steady(body, idle).map(Some).chain(stream::iter([None]));
    let both = stream::select(body, cut.map(Some));
    let all = both.take_while(|next| std::future::ready(next.is_some())).filter_map(std::future::ready);
    Body::from_stream(all.then(async |next| {
        if next.is_err() {
            // hyper drops what it has not written yet where a body breaks off: what there is goes first, the head among it.
            yield_now().await;
        }
        next
    }))
}
