//! API calls on the server: straight to the upstream, with the token of the session's record.

use axum::body::to_bytes;
use bytes::Bytes;
use http::header::{ACCEPT, CONTENT_TYPE};
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use vestibule_server::app::{CallError, Forward, ForwardBody};
use vestibule_server::session::SessionHandle;
use vestibule_server::upstream::{self, ApiRequest};

use super::PageRequest;
use super::api_body::{AnswerHeaders, LiveAnswer};
use crate::api::{AnswerBody, ApiError, ApiResponse, BodyKind, Call, Sent, is_success};

/// As much as is read of an answer that is read whole, in bytes: as much as the upstream's client reads of any.
const MOST_READ: usize = 1 << 20;

/// The server's way to the API; the token is taken when the call is made, and renewed where it turns out to be dead.
#[derive(Clone, Debug)]
pub(crate) struct ApiLink {
    handle: Option<SessionHandle>,
}

impl ApiLink {
    pub(crate) fn of_page() -> Self {
        Self { handle: PageRequest::current().and_then(|request| request.handle().cloned()) }
    }

    pub(crate) const fn of(handle: SessionHandle) -> Self {
        Self { handle: Some(handle) }
    }

    pub(crate) fn send(&self, call: Call, streams: bool) -> Sent {
        let handle = self.handle.clone();
        Box::pin(async move {
            // The list of routes is made without a request: nothing is called then.
            let handle = handle.ok_or(ApiError::SignedOut)?;
            if streams || matches!(call.body, BodyKind::Live(_)) {
                stream(&handle, call, streams).await
            } else {
                ask(&handle, call).await
            }
        })
    }
}

/// Both bodies whole, within the time that the contract gives an answer.
async fn ask(handle: &SessionHandle, call: Call) -> Result<ApiResponse, ApiError> {
    let mut request = ApiRequest::new(method(&call)?, call.path);
    request.headers = headers(call.headers)?;
    if let BodyKind::Whole { content_type, bytes } = call.body {
        request = request.with_body(value(&content_type)?, bytes);
    }
    let answer = handle.vestibule().call(handle, request).await.map_err(reason)?;
    let of_type = answer.content_type.and_then(|of_type| Some((CONTENT_TYPE, HeaderValue::from_str(&of_type).ok()?)));
    let headers = AnswerHeaders(HeaderMap::from_iter(of_type));
    ApiResponse::read(answer.status.as_u16(), headers, answer.body).checked()
}

/// At least one of the bodies bit by bit.
async fn stream(handle: &SessionHandle, call: Call, streams: bool) -> Result<ApiResponse, ApiError> {
    let method = method(&call)?;
    let mut headers = headers(call.headers)?;
    if streams {
        headers.entry(ACCEPT).or_insert(HeaderValue::from_static("*/*"));
    }
    let (content_type, body) = match call.body {
        BodyKind::None | BodyKind::Unwritable => (None, ForwardBody::Kept(Bytes::new())),
        BodyKind::Whole { content_type, bytes } => (Some(value(&content_type)?), ForwardBody::Kept(bytes)),
        BodyKind::Live(body) => {
            let (content_type, body) = body.parts()?;
            (Some(value(&content_type)?), ForwardBody::Streamed { body, bytes: None })
        }
    };
    if let Some(content_type) = content_type {
        headers.entry(CONTENT_TYPE).or_insert(content_type);
    }
    let forward = Forward { method, path: call.path, headers, body };
    let (head, body) = handle.vestibule().forward(handle, forward).await.map_err(reason)?.into_parts();
    let (status, headers) = (head.status.as_u16(), AnswerHeaders(head.headers));
    if streams && is_success(status) {
        return Ok(ApiResponse { status, headers, body: AnswerBody::Live(LiveAnswer::of(body)) });
    }
    let body = to_bytes(body, MOST_READ).await.map_err(|_| ApiError::Unreachable)?;
    ApiResponse::read(status, headers, body).checked()
}

fn method(call: &Call) -> Result<Method, ApiError> {
    Method::from_bytes(call.method.as_str().as_bytes()).map_err(|_| ApiError::BadPath)
}

fn headers(headers: Vec<(String, String)>) -> Result<HeaderMap, ApiError> {
    let pair = |(name, text): (String, String)| {
        let name = HeaderName::from_bytes(name.as_bytes()).map_err(|_| ApiError::BadHeader)?;
        Ok((name, value(&text)?))
    };
    headers.into_iter().map(pair).collect()
}

fn value(text: &str) -> Result<HeaderValue, ApiError> {
    HeaderValue::from_str(text).map_err(|_| ApiError::BadHeader)
}

fn reason(error: CallError) -> ApiError {
    match error {
        CallError::SignedOut => ApiError::SignedOut,
        CallError::Api(error) => {
            tracing::warn!(%error, "an API call of a page failed");
            match error {
                upstream::ApiError::Path => ApiError::BadPath,
                upstream::ApiError::Timeout => ApiError::Timeout,
                upstream::ApiError::Token
                | upstream::ApiError::Away(_)
                | upstream::ApiError::NotRenewed
                | upstream::ApiError::Unexpected(_) => ApiError::Unreachable,
            }
        }
    }
}
