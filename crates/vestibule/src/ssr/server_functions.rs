//! The handler of server functions: bodies are bounded and read before the framework sees them.

use axum::body::Body;
use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use vestibule_core::ErrorCode;
use vestibule_server::form;
use vestibule_server::layers::refuse;

/// The largest body of a server function, in bytes.
const MOST_BYTES: usize = 1_024 * 1_024;
/// Where the login form arrives.
const SIGN_IN: &str = "/api/sign_in";

/// Runs the server function at the request's path in `context`.
///
/// The framework would answer a body that is too long, broken, or no text, with 500 and its own words; here it is 413 and 400.
pub(super) async fn call(context: impl Fn() + Clone + Send + 'static, request: Request) -> Response {
    let uri = request.uri().clone();
    let most = if uri.path() == SIGN_IN { form::MOST_BYTES } else { MOST_BYTES };
    let (parts, body) = request.into_parts();
    let body = match form::read(body, most).await {
        Ok(body) if std::str::from_utf8(&body).is_ok() => body,
        Ok(_) => return refuse(&uri, ErrorCode::Malformed),
        Err(code) => return refuse(&uri, code),
    };
    leptos_axum::handle_server_fns_with_context(context, Request::from_parts(parts, Body::from(body)))
        .await
        .into_response()
}
