//! Authenticated requests of a page, made on the server.

use std::fmt;

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderName, HeaderValue};
use http::{HeaderMap, Method, StatusCode};
use percent_encoding::percent_decode_str;
use serde_json::Value;
use vestibule_core::AccessToken;

use super::Upstream;
use super::error::ApiError;
use super::request;
use super::rule::any_matches;
use crate::proxy::passed_on;

/// A request to the API, below `base_url`.
///
/// ```
/// use http::Method;
/// use serde_json::json;
/// use vestibule_server::upstream::ApiRequest;
///
/// let request = ApiRequest::new(Method::POST, "/api/v1/projects").with_json(&json!({ "name": "Reef" }));
/// ```
#[derive(Clone)]
pub struct ApiRequest {
    /// The HTTP method.
    pub method: Method,
    /// Begins with one slash; a query may follow.
    pub path: String,
    /// More headers. Only what may reach the API is sent: no cookies, and nothing that the contract sends itself.
    pub headers: HeaderMap,
    /// The body and its type.
    pub body: Option<(HeaderValue, Bytes)>,
}

impl ApiRequest {
    /// A request without a body.
    pub fn new(method: Method, path: impl Into<String>) -> Self {
        Self { method, path: path.into(), headers: HeaderMap::new(), body: None }
    }

    /// The same request with a JSON body.
    #[must_use]
    pub fn with_json(self, body: &Value) -> Self {
        self.with_body(HeaderValue::from_static("application/json"), body.to_string())
    }

    /// The same request with one more header; it takes the place of one of the same name.
    #[must_use]
    pub fn with_header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.insert(name, value);
        self
    }

    /// The same request with any body.
    #[must_use]
    pub fn with_body(mut self, content_type: HeaderValue, body: impl Into<Bytes>) -> Self {
        self.body = Some((content_type, body.into()));
        self
    }
}

impl fmt::Debug for ApiRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = self.path.split('?').next().unwrap_or_default();
        f.debug_struct("ApiRequest").field("method", &self.method).field("path", &path).finish_non_exhaustive()
    }
}

/// The API's answer, of any status.
#[derive(Clone)]
pub struct ApiResponse {
    /// The status.
    pub status: StatusCode,
    /// What the API says the body is.
    pub content_type: Option<String>,
    /// The body, at most 1 MiB.
    pub body: Bytes,
}

impl fmt::Debug for ApiResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ApiResponse")
            .field("status", &self.status)
            .field("content_type", &self.content_type)
            .field("bytes", &self.body.len())
            .finish()
    }
}

impl Upstream {
    /// Whether an answer means that the access token is dead: a rule of `upstream.profile.unauthorized` matches,
    /// whatever its status.
    #[must_use]
    pub fn is_unauthorized(&self, answer: &ApiResponse) -> bool {
        self.says_unauthorized(answer.status, &answer.body)
    }

    /// The same, of a body alone.
    pub(crate) fn says_unauthorized(&self, status: StatusCode, body: &[u8]) -> bool {
        let rules = &self.contract().profile.unauthorized;
        let body = || serde_json::from_slice::<Value>(body).ok();
        rules.iter().any(|rule| rule.status == status) && any_matches(rules, status, body().as_ref())
    }

    /// Makes an authenticated request. An answer of any status is `Ok`; redirects are not followed.
    ///
    /// # Errors
    /// [`ApiError`] when there is no answer, or when the path could leave `base_url`.
    pub async fn call(&self, access: &AccessToken, request: ApiRequest) -> Result<ApiResponse, ApiError> {
        if !stays_below(&request.path) {
            return Err(ApiError::Path);
        }
        let contract = self.contract();
        let mut message = request::start(contract, request.method, &request.path)?;
        message.headers_mut().extend(passed_on(&request.headers, contract));
        request::authorize(message.headers_mut(), &contract.auth, access)?;
        if let Some((content_type, body)) = request.body {
            message.headers_mut().entry(CONTENT_TYPE).or_insert(content_type);
            *message.body_mut() = body;
        }
        let (head, body) = self.send(message, contract.timeout).await?.into_parts();
        let content_type = head.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).map(str::to_owned);
        Ok(ApiResponse { status: head.status, content_type, body })
    }
}

/// Whether a path can be appended to the base address and does not lead out of it, however a server decodes it: encoded
/// slashes, backslashes, dots and control characters, which some parsers drop, are refused, and whatever could be decoded
/// twice; so is a segment that is empty without its parameters, or means "here" or "up" before what a parser cuts off.
pub(crate) fn stays_below(path_and_query: &str) -> bool {
    let path = path_and_query.split('?').next().unwrap_or_default();
    let lower = path.to_ascii_lowercase();
    let decoded = percent_decode_str(path).decode_utf8_lossy();
    let bare: Vec<&str> = decoded.split('/').map(|segment| segment.split(';').next().unwrap_or_default()).collect();
    let is_dots = |segment: &&str| {
        let read = segment.split(['?', '#']).next().unwrap_or_default();
        matches!(read.trim_matches(' '), "." | "..")
    };
    path.starts_with('/')
        && path_and_query.bytes().all(|byte| byte.is_ascii_graphic())
        && !path_and_query.contains(['\\', '#'])
        && !["%2f", "%5c", "%2e"].iter().any(|encoded| lower.contains(encoded))
        && !decoded.contains(|letter: char| letter == '%' || letter.is_ascii_control())
        && !bare.join("/").contains("//")
        && !bare.iter().any(is_dots)
}

#[cfg(test)]
mod tests;
