//! What server functions need around them: JSON answers only, POST only, and bodies that are what they say.

use axum::body::HttpBody;
use axum::extract::Request;
use axum::middleware::Next;
use axum::response::Response;
use http::header::{ACCEPT, ALLOW, CONTENT_TYPE, REFERER};
use http::{HeaderValue, Method, StatusCode};
use vestibule_core::{ErrorCode, wire};

use super::refusal;

/// To a browser's `Accept: text/html`, the framework answers a server function with a redirect to the Referer, any
/// site's, and puts the error in its query. Here they always answer JSON; forms without JavaScript have routes of
/// their own. A `GET` is refused whatever the function: `SameSite=Lax` would let other sites make it.
pub(crate) async fn layer(mut request: Request, next: Next) -> Response {
    let path = request.uri().path();
    if !path.strip_prefix(wire::SERVER_FUNCTIONS).is_some_and(|rest| rest.starts_with('/')) {
        return next.run(request).await;
    }
    if request.method() != Method::POST {
        let status = StatusCode::METHOD_NOT_ALLOWED;
        let mut response = refusal::with_status(request.uri(), status, ErrorCode::Malformed);
        response.headers_mut().insert(ALLOW, HeaderValue::from_static("POST"));
        return response;
    }
    // Some functions take no arguments: a request that neither has a body nor says of what type it is, is well. Whether
    // there is one is asked of the body, since HTTP announces it in more ways than one.
    let has_type = request.headers().contains_key(CONTENT_TYPE);
    let has_body = !request.body().is_end_stream();
    if (has_type || has_body) && !is_form(&request) {
        return refusal::refuse(request.uri(), ErrorCode::UnsupportedType);
    }
    request.headers_mut().insert(ACCEPT, HeaderValue::from_static("application/json"));
    request.headers_mut().remove(REFERER);
    next.run(request).await
}

/// Whether the body is a url-encoded form.
pub fn is_form(request: &Request) -> bool {
    let kind = request.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let essence = kind.split(';').next().unwrap_or_default().trim();
    essence.eq_ignore_ascii_case("application/x-www-form-urlencoded")
}

#[cfg(test)]
mod tests;
