//! Status and headers of the response that is being made.

use axum::response::{IntoResponse, Response};
use http::header::{LOCATION, RETRY_AFTER};
use http::{HeaderMap, HeaderValue, StatusCode};
use leptos::prelude::*;
use leptos_axum::ResponseOptions;
use vestibule_core::wire::{WAIT_WHILE_AWAY, WAIT_WHILE_BUSY};
use vestibule_core::{ErrorCode, SignInFailure};

/// Sets the response's status; a number that is none is ignored.
pub(crate) fn set_status(status: u16) {
    if let (Some(response), Ok(status)) = (use_context::<ResponseOptions>(), StatusCode::from_u16(status)) {
        response.set_status(status);
    }
}

/// Gives the response the failure's status, and `Retry-After` where it has one.
pub(crate) fn report(failure: &SignInFailure) {
    set_status(failure.code.status());
    if let (Some(response), Some(value)) = (use_context::<ResponseOptions>(), retry_after(failure)) {
        response.insert_header(RETRY_AFTER, value);
    }
}

/// Redirects the page that is being rendered to a path of this site, whatever the client accepts.
pub(super) fn see_other(target: &str) {
    if let Some(response) = use_context::<ResponseOptions>() {
        response.set_status(StatusCode::SEE_OTHER);
        response.insert_header(LOCATION, location(target));
    }
}

/// The same as a response, where no page is rendered.
pub(super) fn see_other_response(target: &str) -> Response {
    (StatusCode::SEE_OTHER, [(LOCATION, location(target))]).into_response()
}

/// Targets are written by the URL parser or encoded by us: ASCII without control characters. Any other is the entrance.
fn location(target: &str) -> HeaderValue {
    HeaderValue::from_str(target).unwrap_or(HeaderValue::from_static("/"))
}

/// `Retry-After` of 429 and 503, in seconds.
pub(super) fn retry_after(failure: &SignInFailure) -> Option<HeaderValue> {
    let seconds = match failure.code {
        ErrorCode::TooManyAttempts => failure.retry_after.unwrap_or(WAIT_WHILE_BUSY),
        ErrorCode::ServiceUnavailable => failure.retry_after.unwrap_or(WAIT_WHILE_AWAY),
        _ => return None,
    };
    Some(seconds.into())
}

/// Sets `Retry-After` on a response that is made already.
pub(super) fn put_retry_after(headers: &mut HeaderMap, failure: &SignInFailure) {
    if let Some(value) = retry_after(failure) {
        headers.insert(RETRY_AFTER, value);
    }
}
