//! Authenticated requests of a page in the browser: both bodies stream.

use std::time::Duration;

use axum::body::Body;
use http::header::{CONTENT_LENGTH, HeaderValue, TRANSFER_ENCODING};
use http::{HeaderMap, Method, Request, Response, StatusCode};
use vestibule_core::AccessToken;

use super::Upstream;
use super::call::stays_below;
use super::error::ApiError;
use super::request::{self, Unsendable};

/// A request below `base_url`, with the headers that may pass.
#[derive(Debug)]
pub(crate) struct ForwardRequest {
    pub(crate) method: Method,
    /// Begins with one slash; a query may follow.
    pub(crate) path: String,
    /// They stand where the contract has none of that name.
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
        let message = request::start(contract, forward.method, &forward.path).map_err(|_| ApiError::Path)?;
        let (mut head, _) = message.into_parts();
        for (name, value) in &forward.headers {
            if contract.headers.contains_key(name) {
                continue;
            }
            head.headers.insert(name, value.clone());
        }
        request::authorize(&mut head.headers, &contract.auth, access).map_err(|error| match error {
            Unsendable::Token | Unsendable::NoUserId => ApiError::Token,
            Unsendable::Address => ApiError::Path,
        })?;
        if let (true, Some(bytes)) = (has_body, forward.bytes) {
            head.headers.insert(CONTENT_LENGTH, HeaderValue::from(bytes));
        }
        head.headers.remove(TRANSFER_ENCODING);
        Ok(self.0.transport.stream(Request::from_parts(head, forward.body), deadline).await?)
    }

    /// Whether an answer with this status can mean a dead token, and, if so, whether the status alone says it.
    pub(crate) fn could_be_unauthorized(&self, status: StatusCode) -> Option<bool> {
        let mut rules = self.contract().profile.unauthorized.iter().filter(|rule| rule.status == status).peekable();
        rules.peek()?;
        Some(rules.any(|rule| rule.pointer.is_none() && rule.equals.is_none()))
    }
}
