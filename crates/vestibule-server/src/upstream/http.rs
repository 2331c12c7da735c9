//! The transport of a running application: HTTP/1.1 over TCP and TLS.
//!
//! It is built for calls that carry passwords and tokens (ASVS 12.3.2, 13.2.6, 15.3.2):
//! - no redirect is followed: a 307 would post the password to another address;
//! - the environment's proxies are ignored;
//! - TLS is verified by the operating system's trust store, with the ring provider;
//! - the deadline covers the whole call, to the last byte of the body;
//! - a body ends at 1 MiB, a head at 16 KiB and 100 fields (what is read of a larger head until the parser gives up
//!   is bounded by hyper, at about 400 KiB);
//! - a call that changes nothing is made once more where its connection turned out to be closed;
//! - nothing compressed is asked for and nothing is decompressed, so 1 MiB is 1 MiB.

use std::error::Error;
use std::fmt;
use std::io;
use std::pin::Pin;
use std::sync::{Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::Body;
use bytes::{Bytes, BytesMut};
use futures_util::future::BoxFuture;
use http::{HeaderMap, Request, Response};
use hyper::body::{Body as HttpBody, Frame, SizeHint};
use reqwest::redirect;
use tokio::sync::watch;

use super::contract::Contract;
use super::transport::{Transport, TransportError};

/// The largest body of an answer, in bytes.
const MOST_BODY: usize = 1 << 20;
/// The largest head of an answer: names and values of its fields, in bytes.
const MOST_HEAD: usize = 16 * 1_024;
/// As many fields as the head of an answer may have.
const MOST_FIELDS: usize = 100;
/// As many connections as are kept open without use, and for how long.
const IDLE_CONNECTIONS: usize = 32;
const IDLE: Duration = Duration::from_secs(30);

/// [`Transport`] over the network. Cheap to clone; clones share their connections.
#[derive(Clone)]
pub struct HttpTransport(reqwest::Client);

impl fmt::Debug for HttpTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("HttpTransport")
    }
}

/// The HTTP client cannot be made.
///
/// Remedy: with an upstream over https, the machine needs a store of certificate authorities (on Debian the package
/// `ca-certificates`).
#[derive(Debug, thiserror::Error)]
#[error("the HTTP client cannot be made: {0}")]
pub struct NoClient(#[source] reqwest::Error);

impl HttpTransport {
    /// A transport for this contract: its connect time-out, and TLS only if an address in it is https (the system's
    /// certificate authorities are not read for nothing).
    ///
    /// # Errors
    /// [`NoClient`] when the machine has no certificate authorities and the contract needs them.
    pub fn new(contract: &Contract) -> Result<Self, NoClient> {
        Self::with(contract.connect_timeout(), contract.speaks_tls())
    }

    /// A transport to more than one address, with the upstream's connect time-out.
    ///
    /// # Errors
    /// As for [`HttpTransport::new`].
    pub fn over_tls(contract: &Contract) -> Result<Self, NoClient> {
        Self::with(contract.connect_timeout(), true)
    }

    fn with(connect_timeout: Duration, speaks_tls: bool) -> Result<Self, NoClient> {
        // The provider is the process's; one that the application has installed already stays.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = reqwest::Client::builder()
            .redirect(redirect::Policy::none())
            .referer(false)
            .retry(reqwest::retry::never())
            .no_proxy()
            .http1_only()
            .http1_max_headers(MOST_FIELDS)
            .connect_timeout(connect_timeout)
            .pool_idle_timeout(IDLE)
            .pool_max_idle_per_host(IDLE_CONNECTIONS);
        let client = if speaks_tls { client } else { client.tls_certs_only([]) };
        client.build().map(Self).map_err(NoClient)
    }

    async fn exchange(&self, request: Request<Bytes>) -> Result<Response<Bytes>, TransportError> {
        let request = reqwest::Request::try_from(request).map_err(|_| TransportError::Unreadable)?;
        // A connection that is kept open may be closed by the other side just as it is used: what changes nothing is asked
        // for once more (RFC 9110, section 9.2.2).
        let again = request.method().is_safe().then(|| request.try_clone()).flatten();
        let mut answer = match (self.0.execute(request).await.map_err(|error| kind_of(&error)), again) {
            (Err(TransportError::Reset), Some(again)) => {
                self.0.execute(again).await.map_err(|error| kind_of(&error))?
            }
            (answer, _) => answer?,
        };
        if head_size(answer.headers()) > MOST_HEAD || answer.content_length() > Some(MOST_BODY as u64) {
            return Err(TransportError::TooLarge);
        }
        let mut body = BytesMut::new();
        while let Some(chunk) = answer.chunk().await.map_err(|error| kind_of(&error))? {
            if body.len() + chunk.len() > MOST_BODY {
                return Err(TransportError::TooLarge);
            }
            body.extend_from_slice(&chunk);
        }
        let mut response = Response::new(body.freeze());
        *response.status_mut() = answer.status();
        *response.headers_mut() = std::mem::take(answer.headers_mut());
        Ok(response)
    }
}

impl Transport for HttpTransport {
    fn send(
        &self,
        request: Request<Bytes>,
        deadline: Duration,
    ) -> BoxFuture<'_, Result<Response<Bytes>, TransportError>> {
        Box::pin(async move {
            match tokio::time::timeout(deadline, self.exchange(request)).await {
                Ok(result) => result,
                Err(_) => Err(TransportError::Timeout),
            }
        })
    }

    fn stream(
        &self,
        request: Request<Body>,
        deadline: Duration,
    ) -> BoxFuture<'_, Result<Response<Body>, TransportError>> {
        Box::pin(async move {
            let (sent, is_sent) = watch::channel(());
            let request = request.map(|body| reqwest::Body::wrap(Outgoing { body: Mutex::new(body), _sent: sent }));
            let request = reqwest::Request::try_from(request).map_err(|_| TransportError::Unreadable)?;
            let answer = tokio::select! {
                answer = self.0.execute(request) => answer.map_err(|error| kind_of(&error))?,
                () = too_long_after(is_sent, deadline) => return Err(TransportError::Timeout),
            };
            if head_size(answer.headers()) > MOST_HEAD {
                return Err(TransportError::TooLarge);
            }
            Ok(Response::from(answer).map(Body::new))
        })
    }
}

/// Resolves `deadline` after the request was sent.
async fn too_long_after(mut is_sent: watch::Receiver<()>, deadline: Duration) {
    while is_sent.changed().await.is_ok() {}
    tokio::time::sleep(deadline).await;
}

/// A request's body in the form that the client takes: it may be looked at from any thread, but never is.
struct Outgoing {
    body: Mutex<Body>,
    /// Goes with this, as soon as the last of it was sent.
    _sent: watch::Sender<()>,
}

impl HttpBody for Outgoing {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let body = self.get_mut().body.get_mut().unwrap_or_else(PoisonError::into_inner);
        Pin::new(body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.lock().unwrap_or_else(PoisonError::into_inner).is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.lock().unwrap_or_else(PoisonError::into_inner).size_hint()
    }
}

fn head_size(headers: &HeaderMap) -> usize {
    headers.iter().map(|(name, value)| name.as_str().len() + value.len() + 4).sum()
}

/// What went wrong, from the chain of causes: reqwest wraps hyper, which wraps the system or TLS.
fn kind_of(error: &reqwest::Error) -> TransportError {
    if error.is_timeout() {
        return TransportError::Timeout;
    }
    if error.is_dns() {
        return TransportError::Unresolved;
    }
    let mut found = if error.is_connect() { TransportError::Refused } else { TransportError::Unreadable };
    let mut cause: Option<&(dyn Error + 'static)> = Some(error);
    while let Some(error) = cause {
        if error.is::<rustls::Error>() {
            return TransportError::Tls;
        }
        if let Some(error) = error.downcast_ref::<hyper::Error>() {
            if error.is_parse_too_large() {
                return TransportError::TooLarge;
            }
            if error.is_incomplete_message() || error.is_closed() || error.is_body_write_aborted() {
                found = TransportError::Reset;
            }
        }
        if let Some(error) = error.downcast_ref::<io::Error>() {
            if is_of_tls(error) {
                return TransportError::Tls;
            }
            found = match error.kind() {
                io::ErrorKind::ConnectionReset
                | io::ErrorKind::ConnectionAborted
                | io::ErrorKind::BrokenPipe
                | io::ErrorKind::UnexpectedEof => TransportError::Reset,
                io::ErrorKind::TimedOut => TransportError::Timeout,
                _ => found,
            };
        }
        cause = error.source();
    }
    found
}

/// An error of TLS travels inside one or more of the system's, which do not name it as their cause.
fn is_of_tls(error: &io::Error) -> bool {
    error
        .get_ref()
        .is_some_and(|inner| inner.is::<rustls::Error>() || inner.downcast_ref::<io::Error>().is_some_and(is_of_tls))
}

#[cfg(test)]
mod tests;
