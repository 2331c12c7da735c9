//! The fence for panics: the request ends with 500, the process lives (SV-07).

use std::panic::AssertUnwindSafe;

use axum::extract::Request;
use axum::middleware::Next;
use axum::response::Response;
use futures_util::FutureExt;
use vestibule_core::ErrorCode;

use super::refusal;

/// 500 to a request whose handler panicked, in the form that its path asks for. The panic's text is for the log alone.
pub(crate) async fn layer(request: Request, next: Next) -> Response {
    let uri = request.uri().clone();
    // What requests share is behind locks whose owners say why a poisoned one still guards a whole state.
    match AssertUnwindSafe(next.run(request)).catch_unwind().await {
        Ok(response) => response,
        Err(panic) => {
            let text = panic.downcast_ref::<&str>().copied();
            let text = text.or_else(|| panic.downcast_ref::<String>().map(String::as_str));
            tracing::error!(panic = text.unwrap_or("of unknown kind"), "a request panicked");
            refusal::refuse(&uri, ErrorCode::Internal)
        }
    }
}
