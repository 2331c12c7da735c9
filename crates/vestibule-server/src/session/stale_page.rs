//! What a page is told at its very end: that the session became another one while it was on its way.

use axum::body::Body;
use axum::response::Response;
use bytes::Bytes;
use futures_util::{StreamExt, stream};
use http::HeaderValue;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use vestibule_core::wire;

use super::handle::SessionHandle;

/// The response, with a note behind a page whose session changes after the headers left: its script then asks for the
/// session at once.
pub(super) fn noted(response: Response, handle: SessionHandle) -> Response {
    let is_page = response
        .headers()
        .get(CONTENT_TYPE)
        .map(HeaderValue::as_bytes)
        .is_some_and(|kind| kind.get(..9).is_some_and(|kind| kind.eq_ignore_ascii_case(b"text/html")));
    // Who is nobody becomes nobody else.
    if !is_page || handle.record().is_none() || response.headers().contains_key(CONTENT_LENGTH) {
        return response;
    }
    response.map(|body| {
        // A page comes alive when all of its document is there, and then finds this. It is empty, and nobody sees it.
        let note = || Ok(Bytes::from(format!("<template id=\"{}\"></template>", wire::STALE_PAGE)));
        let note = stream::once(async move { handle.is_news().then(note) });
        Body::from_stream(body.into_data_stream().chain(note.filter_map(std::future::ready)))
    })
}
