//! Calls whose bodies stream, with the session's token: those that the proxy passes on, and those of pages and handlers.

use axum::body::{Body, to_bytes};
use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, Method, Response};
use vestibule_core::AccessToken;

use super::Vestibule;
use super::upstream_call::{CallError, FRESH, may_be_repeated};
use crate::proxy::{passed_on, watched};
use crate::session::SessionHandle;
use crate::upstream::{ApiError, ForwardRequest, TransportError};

/// As much of an answer's body as the rules for a dead token look at, in bytes.
const MOST_LOOKED_AT: usize = 64 * 1_024;

/// A call whose answer streams, and whose body may.
#[derive(Debug)]
pub struct Forward {
    /// The HTTP method.
    pub method: Method,
    /// Below `base_url`: begins with one slash; a query may follow.
    pub path: String,
    /// Only what may reach the API is sent: no cookies, nothing that names the caller's origin, address or trace,
    /// and nothing that the contract sends itself. Without `Accept`, the contract's own.
    pub headers: HeaderMap,
    /// The body; its type stands in `headers`.
    pub body: ForwardBody,
}

/// The body of a call.
#[derive(Debug)]
pub enum ForwardBody {
    /// Whole: it can be sent again. No bytes are no body.
    Kept(Bytes),
    /// On its way.
    Streamed {
        /// The bytes, as they come.
        body: Body,
        /// How many they are, if that is known.
        bytes: Option<u64>,
    },
}

impl Vestibule {
    /// Makes an authenticated request, and gives the answer as soon as its head is there: within
    /// `proxy.headers_timeout` after the request was sent. As with [`Vestibule::call`], a refused token is renewed once,
    /// and the call made once more if it may be and its body is still there.
    ///
    /// The answer's body has no limit of time or size as a whole; it breaks off where nothing comes for
    /// `proxy.idle_timeout`; server-sent events, which have no end, also when the server is about to stop. Dropping it ends the
    /// call.
    ///
    /// # Errors
    /// [`CallError`]. An answer of any status, also a refused request's, is no error.
    pub async fn forward(&self, handle: &SessionHandle, forward: Forward) -> Result<Response<Body>, CallError> {
        let answer = self.answered(handle, forward).await?;
        let is_endless = is_event_stream(answer.headers());
        Ok(answer.map(|body| watched(body, self.config().proxy.idle_timeout, self, is_endless)))
    }

    async fn answered(&self, handle: &SessionHandle, forward: Forward) -> Result<Response<Body>, CallError> {
        let record = handle.record().ok_or(CallError::SignedOut)?;
        let Forward { method, path, headers, body } = forward;
        let headers = passed_on(&headers, self.upstream().contract());
        let request = |body, bytes| ForwardRequest {
            method: method.clone(),
            path: path.clone(),
            headers: headers.clone(),
            body,
            bytes,
        };
        let again = match &body {
            ForwardBody::Kept(bytes) if may_be_repeated(&method) => Some(bytes.clone()),
            _ => None,
        };
        let first = match body {
            ForwardBody::Kept(bytes) => whole(bytes),
            ForwardBody::Streamed { body, bytes } => (body, bytes),
        };
        let (answer, is_refused) = self.ask(&record.access_token, request(first.0, first.1)).await?;
        if !is_refused || !self.is_renewable(&record) {
            return Ok(answer);
        }
        if record.token_age(self.clock().now()) < FRESH {
            return self.lives(&record).map(|()| answer);
        }
        let Some(token) = self.renew_refused(handle, &record).await? else { return Ok(answer) };
        let Some(again) = again.map(whole) else { return Ok(answer) };
        let (answer, is_refused) = self.ask(&token, request(again.0, again.1)).await?;
        if is_refused {
            self.refused_again(handle, &record).await;
            return Err(CallError::SignedOut);
        }
        Ok(answer)
    }

    /// One attempt: the answer, and whether it means that the token is dead.
    async fn ask(&self, token: &AccessToken, request: ForwardRequest) -> Result<(Response<Body>, bool), ApiError> {
        let deadline = self.config().proxy.headers_timeout;
        let answer = self.upstream().forward(token, request, deadline).await?;
        match self.upstream().could_be_unauthorized(answer.status()) {
            None => Ok((answer, false)),
            Some(by_status) if by_status => Ok((answer, true)),
            Some(_) => {
                let (head, body) = answer.into_parts();
                // What says that a token is dead is short; anything else is passed on as far as it was read, which is no
                // whole answer, so it counts as none.
                let read = tokio::time::timeout(deadline, to_bytes(body, MOST_LOOKED_AT)).await;
                let body =
                    read.map_err(|_| ApiError::Timeout)?.map_err(|_| ApiError::Unexpected(TransportError::TooLarge))?;
                let is_refused = self.upstream().says_unauthorized(head.status, &body);
                Ok((Response::from_parts(head, Body::from(body)), is_refused))
            }
        }
    }
}

/// Server-sent events (WHATWG HTML, section 9.2).
fn is_event_stream(headers: &HeaderMap) -> bool {
    let named = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    named.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case("text/event-stream")
}

fn whole(bytes: Bytes) -> (Body, Option<u64>) {
    let length = bytes.len() as u64;
    (Body::from(bytes), Some(length))
}
