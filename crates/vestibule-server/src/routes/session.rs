//! `GET /auth/session`: the session as JSON, or `null`.

use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use http::{HeaderMap, HeaderName, HeaderValue, Uri};
use vestibule_core::{ErrorCode, Timestamp, wire};

use crate::layers::refuse;
use crate::session::SessionHandle;

/// Other sites' pages are refused outright, lest a browser hand them what a script tag can load. Headers tell the
/// browser's own checks when to come again; the body is for everybody.
pub(super) async fn show(Extension(handle): Extension<SessionHandle>, headers: HeaderMap, uri: Uri) -> Response {
    let site = headers.get("sec-fetch-site").map(HeaderValue::as_bytes);
    if matches!(site, Some(b"cross-site" | b"same-site")) {
        return refuse(&uri, ErrorCode::CrossOrigin);
    }
    let session = handle.session();
    let mut response = Json(session.as_ref().map(|session| session.to_wire())).into_response();
    if let Some(session) = session {
        let moments = [(wire::IDLE_EXPIRES, Some(session.idle_expires)), (wire::RENEWS, session.renews)];
        for (name, moment) in moments {
            let value = moment.and_then(|moment: Timestamp| HeaderValue::from_str(&moment.to_string()).ok());
            if let Some(value) = value {
                response.headers_mut().insert(HeaderName::from_static(name), value);
            }
        }
    }
    response
}
