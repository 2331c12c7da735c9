//! Answers that a layer gives instead of a route: JSON to programs, a small page to people.

use std::any::Any;

use axum::response::{IntoResponse, Response};
use http::header::{CONTENT_TYPE, RETRY_AFTER};
use http::{HeaderValue, StatusCode, Uri};
use vestibule_core::{ErrorCode, SignInFailure, wire};

/// Refuses with the code's own status.
pub fn refuse(uri: &Uri, code: ErrorCode) -> Response {
    let status = StatusCode::from_u16(code.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    with_status(uri, status, &SignInFailure::new(code))
}

/// Refuses with a status that has no code of its own.
pub(crate) fn with_status(uri: &Uri, status: StatusCode, failure: &SignInFailure) -> Response {
    let for_programs = uri.path().starts_with("/auth/") || uri.path().starts_with(wire::SERVER_FUNCTIONS);
    let (kind, body) = if for_programs {
        ("application/json", serde_json::to_string(failure).unwrap_or_default())
    } else {
        // Both texts are constants of ours; nothing of the request is repeated here.
        let title = status.canonical_reason().unwrap_or("Error");
        let page = format!(
            "<!DOCTYPE html><html lang=\"en\"><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">\
             <title>{title}</title><h1>{title}</h1><p>{}</p><p><a href=\"/\">Home</a></p></html>",
            failure.message
        );
        ("text/html; charset=utf-8", page)
    };
    let mut response = (status, body).into_response();
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    if status == StatusCode::SERVICE_UNAVAILABLE {
        response.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("5"));
    }
    response
}

/// The answer to a request whose handler panicked. The panic's text is for the log alone.
pub(crate) fn panicked(panic: Box<dyn Any + Send>) -> Response {
    let text = panic.downcast_ref::<&str>().copied().or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    tracing::error!(panic = text.unwrap_or("of unknown kind"), "a request panicked");
    refuse(&Uri::from_static("/"), ErrorCode::Internal)
}
