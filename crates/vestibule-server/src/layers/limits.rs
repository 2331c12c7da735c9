//! Limits of size and time that hold for every request.

use std::time::Duration;

use axum::extract::Request;
use axum::middleware::Next;
use axum::response::Response;
use http::StatusCode;
use vestibule_core::{ErrorCode, wire};

use super::refusal;
use crate::app::LONGEST_BUSY;
use crate::upstream::contract::LONGEST_TIMEOUT;

/// Bytes of the request's target.
const TARGET: usize = 8 * 1_024;
/// Bytes of all header fields, names and values.
const HEADERS: usize = 32 * 1_024;
/// Header fields.
pub(crate) const FIELDS: usize = 100;
/// From the request's head to the response's; of what the proxy passes on, to the end of a body that it reads first.
pub(crate) const LONGEST_REQUEST: Duration = Duration::from_secs(30);
/// A sign-in waits for those before it, and makes two calls of the upstream. Both must have timed out before the request
/// does, or who signs in would be told of a slow request instead of a slow upstream.
const _: () = assert!(LONGEST_BUSY.as_secs() + 2 * LONGEST_TIMEOUT.as_secs() < LONGEST_REQUEST.as_secs());

/// 414 and 431 (RFC 9110 section 15.5.15, RFC 6585 section 5).
pub(crate) async fn size(request: Request, next: Next) -> Response {
    let uri = request.uri();
    let target = uri.path_and_query().map_or(0, |target| target.as_str().len());
    let headers: usize = request.headers().iter().map(|(name, value)| name.as_str().len() + value.len()).sum();
    let status = if target > TARGET {
        StatusCode::URI_TOO_LONG
    } else if headers > HEADERS || request.headers().len() > FIELDS {
        StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE
    } else {
        return next.run(request).await;
    };
    refusal::with_status(uri, status, ErrorCode::TooLarge)
}

/// 408 to a request that is not answered in time, mostly because its body does not come (RFC 9110, section 15.5.9); a
/// response that streams is not cut.
pub(crate) async fn time(request: Request, next: Next) -> Response {
    let uri = request.uri().clone();
    // It has limits of its own, and none of the whole: uploads take their time.
    if uri.path().strip_prefix(wire::UPSTREAM).is_some_and(|rest| rest.starts_with('/')) {
        return next.run(request).await;
    }
    match tokio::time::timeout(LONGEST_REQUEST, next.run(request)).await {
        Ok(response) => response,
        Err(_) => refusal::refuse(&uri, ErrorCode::RequestTimeout),
    }
}

#[cfg(test)]
mod tests;
