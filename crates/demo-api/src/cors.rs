//! Cross-origin calls: for the origins that were named, compared exactly, and for no others (CS-07).
//!
//! The token travels in a header that the page sets itself, so no `Access-Control-Allow-Credentials` is sent, and a
//! browser never adds cookies.

use axum::extract::{Request, State};
use axum::http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_MAX_AGE,
    ACCESS_CONTROL_REQUEST_METHOD, ORIGIN, VARY,
};
use axum::http::{HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::DemoApi;

/// The layer: answers preflight requests and marks the answers that a page of a named origin may read.
pub(crate) async fn cors(State(api): State<DemoApi>, request: Request, next: Next) -> Response {
    let named = |origin: &&HeaderValue| api.origins().iter().any(|known| known.as_bytes() == origin.as_bytes());
    let origin = request.headers().get(ORIGIN).filter(named).cloned();
    let preflight =
        request.method() == Method::OPTIONS && request.headers().contains_key(ACCESS_CONTROL_REQUEST_METHOD);

    let mut response = if preflight { StatusCode::NO_CONTENT.into_response() } else { next.run(request).await };
    let headers = response.headers_mut();
    // A cache must not hand the answer for one origin to another, nor the one for none to any.
    headers.append(VARY, HeaderValue::from_static("Origin"));
    if let Some(origin) = origin {
        headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        if preflight {
            headers.insert(ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("GET, POST"));
            headers.insert(ACCESS_CONTROL_ALLOW_HEADERS, HeaderValue::from_static("authorization, content-type"));
            headers.insert(ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("600"));
        }
    }
    response
}
