//! Authenticated requests of a page in the browser: both bodies stream.

use std::time::Duration;

use axum::body::Body;
use http::header::{CONTENT_LENGTH, HeaderValue};
use http::{HeaderMap, Method, Request, Response, StatusCode};
use vestibule_core::AccessToken;

use super::Upstream;
use super::call::stays_below;
use super::error::ApiError;
use super::request;

/// A request below `base_url`, with the headers that may pass.
#[derive(Debug)]
pub(crate) struct ForwardRequest {
    pub(crate) method: Method,
    /// Begins with one slash; a query may follow.
    pub(crate) path: String,
    /// None that the contract sends itself: they go before the ones that every call has.
    pub(crate) headers: HeaderMap,
    pub(crate) body: Body,
    /// The body's length, where it is known.
    pub(crate) bytes: Option<u64>,
}

impl Upstream {
    /// Makes the request, and gives the answer as soon as its head is there. An answer of any status is `Ok`; redirects
    /// are not followed.
    ///
    /// # Errors
    /// [`ApiError`] when there is no answer, or when the path could leave `base_url`.
    pub(crate) async fn forward(
        &self,
        access: &AccessToken,
        forward: ForwardRequest,
        deadline: Duration,
    ) -> Result<Response<Body>, ApiError> {
        if !stays_below(&forward.path) {
            return Err(ApiError::Path);
        }
        let contract = self.contract();
        let has_body = forward.bytes != Some(0) || !matches!(forward.method, Method::GET | Method::HEAD);
        let (mut head, _) = request::start(contract, forward.method, &forward.path)?.into_parts();
        // The first value of a name takes the place of ours, such as what is accepted; the others join it.
        head.headers.extend(forward.headers);
        request::authorize(&mut head.headers, &contract.auth, access)?;
        if let (true, Some(bytes)) = (has_body, forward.bytes) {
            head.headers.insert(CONTENT_LENGTH, HeaderValue::from(bytes));
        }
        Ok(self.0.transport.stream(Request::from_parts(head, forward.body), deadline).await?)
    }

    /// Whether an answer with this status can mean a dead token, and, if so, whether the status alone says it.
    pub(crate) fn could_be_unauthorized(&self, status: StatusCode) -> Option<bool> {
        let mut rules = self.contract().profile.unauthorized.iter().filter(|rule| rule.status == status).peekable();
        rules.peek()?;
        Some(rules.any(|rule| rule.pointer.is_none() && rule.equals.is_none()))
    }
}
