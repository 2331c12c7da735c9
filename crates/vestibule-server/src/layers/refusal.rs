//! Answers that a layer gives instead of a route: JSON to programs, a small page to people, and neither is kept by a
//! cache.

mod page;

use axum::body::Body;
use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::header::{CACHE_CONTROL, CONTENT_TYPE, RETRY_AFTER};
use http::{HeaderValue, StatusCode, Uri};
use vestibule_core::{ErrorCode, SignInFailure, wire};

use self::page::Page;
use super::security_headers::RequestNonce;
use crate::log::RequestId;

/// Refuses with the code's own status.
pub fn refuse(uri: &Uri, code: ErrorCode) -> Response {
    let status = StatusCode::from_u16(code.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    with_status(uri, status, code)
}

/// Refuses with a status that has no code of its own.
pub(crate) fn with_status(uri: &Uri, status: StatusCode, code: ErrorCode) -> Response {
    let mut response = status.into_response();
    let headers = response.headers_mut();
    // A refusal is about one request, and the next may be answered.
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store, private"));
    if status == StatusCode::SERVICE_UNAVAILABLE {
        headers.insert(RETRY_AFTER, wire::WAIT_WHILE_AWAY.into());
    }
    if is_for_programs(uri.path()) {
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        *response.body_mut() = Body::from(serde_json::to_string(&SignInFailure::new(code)).unwrap_or_default());
    } else {
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
        let page = Page { status, code };
        *response.body_mut() = Body::from(page.html(None, None));
        response.extensions_mut().insert(page);
    }
    response
}

/// Completes the page of whatever was refused further in: only here are both the request's id and its nonce known.
pub(crate) async fn layer(request: Request, next: Next) -> Response {
    let id = request.extensions().get::<RequestId>().cloned();
    let nonce = request.extensions().get::<RequestNonce>().cloned();
    complete(next.run(request).await, id.as_ref(), nonce.as_ref())
}

/// Writes the page of a refusal anew, with the id that its reader can quote and the style that the nonce allows.
pub(crate) fn complete(mut response: Response, id: Option<&RequestId>, nonce: Option<&RequestNonce>) -> Response {
    if let Some(page) = response.extensions_mut().remove::<Page>() {
        *response.body_mut() = Body::from(page.html(id, nonce));
    }
    response
}

/// Whether a path is called by programs, which read JSON.
fn is_for_programs(path: &str) -> bool {
    let below = |prefix: &str| path.strip_prefix(prefix).is_some_and(|rest| rest.starts_with('/'));
    below(wire::SERVER_FUNCTIONS) || below("/auth") || below(wire::UPSTREAM)
}

#[cfg(test)]
mod tests;
