//! `GET /auth/session`: the session as JSON, or `null`.

use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use http::HeaderMap;
use vestibule_core::ErrorCode;

use crate::layers::refuse;
use crate::session::SessionHandle;

/// Other sites' pages are refused outright, lest a browser hand them what a script tag can load.
pub(super) async fn show(Extension(handle): Extension<SessionHandle>, headers: HeaderMap, uri: http::Uri) -> Response {
    let site = headers.get("sec-fetch-site").map(http::HeaderValue::as_bytes);
    if matches!(site, Some(b"cross-site" | b"same-site")) {
        return refuse(&uri, ErrorCode::CrossOrigin);
    }
    Json(handle.session().map(|session| session.to_wire())).into_response()
}
