//! The network, passed in: so that faults of the upstream are tested without one.

use std::fmt;
use std::time::Duration;

use axum::body::{Body, to_bytes};
use bytes::Bytes;
use futures_util::future::BoxFuture;
use http::{Request, Response};

/// What carries a request to the upstream and brings the whole answer back.
///
/// An implementation makes **one** attempt, follows no redirect, and keeps its promise of time: after `deadline` it has
/// answered or failed with [`TransportError::Timeout`], body and all. The answer is as the upstream sent it, nothing
/// decompressed. Dropping the future ends the call.
pub trait Transport: Send + Sync + fmt::Debug {
    /// Sends the request, whose URI is absolute, and reads the answer to its end.
    fn send(
        &self,
        request: Request<Bytes>,
        deadline: Duration,
    ) -> BoxFuture<'_, Result<Response<Bytes>, TransportError>>;

    /// Sends the request, whose body comes bit by bit, and gives the answer as soon as its head is there: by `deadline`,
    /// counted from the moment when the request's body is sent. What follows has no limit of time or size here.
    ///
    /// Dropping the answer's body ends the call. A transport without a way of its own sends the body when it is whole.
    fn stream(
        &self,
        request: Request<Body>,
        deadline: Duration,
    ) -> BoxFuture<'_, Result<Response<Body>, TransportError>> {
        Box::pin(async move {
            let (head, body) = request.into_parts();
            let body = to_bytes(body, MOST_COLLECTED).await.map_err(|_| TransportError::Reset)?;
            Ok(self.send(Request::from_parts(head, body), deadline).await?.map(Body::from))
        })
    }
}

/// As much as is collected for a transport that does not stream, in bytes.
const MOST_COLLECTED: usize = 1 << 20;

/// Why no whole answer came. Nothing of the request or the answer is in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum TransportError {
    /// No connection could be made. Remedy: start the upstream, or mend `upstream.base_url`.
    #[error("no connection could be made (refused, or no route)")]
    Refused,
    /// The host's name is unknown. Remedy: mend `upstream.base_url`, or the name server.
    #[error("the host's name could not be resolved")]
    Unresolved,
    /// The upstream could not prove who it is; nothing was sent to it. Remedy: renew its certificate, or add its
    /// authority to the system's store.
    #[error("TLS failed: the upstream's certificate or protocol was not acceptable")]
    Tls,
    /// It took too long. Remedy: a faster upstream, or a longer `upstream.timeout`.
    #[error("the time for the call ran out")]
    Timeout,
    /// The connection ended before the answer did. Remedy: look into the upstream's own log.
    #[error("the connection ended before the answer did")]
    Reset,
    /// The answer is larger than an answer of the contract can be. Remedy: mend the path in the contract.
    #[error("the answer is too large (its head beyond 16 KiB or 100 fields, or its body beyond 1 MiB)")]
    TooLarge,
    /// The answer is no HTTP, or the request could not be written. Remedy: mend `upstream.base_url`.
    #[error("the answer is not HTTP that can be read")]
    Unreadable,
}
