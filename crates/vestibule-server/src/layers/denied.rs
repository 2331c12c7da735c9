//! Tells of every answer that denies something, whichever layer, route or page gave it.

use std::net::IpAddr;
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::StatusCode;
use http::header::ORIGIN;
use vestibule_core::{ErrorCode, wire};

use super::ClientAddress;
use crate::app::{Circumstances, Denial, Vestibule};
use crate::record::Record;

/// Who asked, as the session layer knows it; in the response's extensions on its way out.
#[derive(Clone)]
pub(crate) struct Caller {
    /// The session that the request came with.
    pub(crate) record: Option<Arc<Record>>,
    /// Whether the request tried to sign in: that is an event of its own.
    pub(crate) signs_in: bool,
}

/// One event for an answer that denies. A redirect to the login page is none: that is how somebody who is signed out arrives.
pub(crate) async fn layer(State(vestibule): State<Vestibule>, request: Request, next: Next) -> Response {
    let address: Option<IpAddr> = request.extensions().get().map(|ClientAddress(address)| *address);
    let origin = request.headers().get(ORIGIN).cloned();
    let is_proxied = request.uri().path().strip_prefix(wire::UPSTREAM).is_some_and(|rest| rest.starts_with('/'));
    let mut response = next.run(request).await;
    let caller = response.extensions_mut().remove::<Caller>();
    let marked = response.extensions_mut().remove::<Denial>();
    let refused = response.headers().get(wire::REFUSED).and_then(|code| code.to_str().ok());
    let signs_in = caller.as_ref().is_some_and(|caller| caller.signs_in);
    if let Some(why) = marked.or_else(|| denial(response.status(), refused, is_proxied, signs_in)) {
        let circumstances = Circumstances {
            status: Some(response.status()),
            address,
            // Everybody's own is no news.
            origin: origin.as_ref().filter(|_| why == Denial::CrossOrigin),
            record: caller.as_ref().and_then(|caller| caller.record.as_deref()),
        };
        vestibule.deny(why, circumstances);
    }
    response
}

/// What an answer denies, by its status and by the code that refusals of this server carry.
fn denial(status: StatusCode, refused: Option<&str>, is_proxied: bool, signs_in: bool) -> Option<Denial> {
    // What the API says is the API's to log.
    if is_proxied && refused.is_none() {
        return None;
    }
    let is = |code: ErrorCode| refused == Some(code.key());
    match status {
        StatusCode::FORBIDDEN if is(ErrorCode::CrossOrigin) => Some(Denial::CrossOrigin),
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN if signs_in => None,
        StatusCode::UNAUTHORIZED => Some(Denial::SignedOut),
        StatusCode::FORBIDDEN => Some(Denial::Forbidden),
        StatusCode::CONFLICT if is(ErrorCode::OtherUser) => Some(Denial::OtherUser),
        StatusCode::MISDIRECTED_REQUEST => Some(Denial::OtherHost),
        // Through the proxy, it is the API's answer that is of no type to be passed on.
        StatusCode::UNSUPPORTED_MEDIA_TYPE if is_proxied => None,
        StatusCode::BAD_REQUEST | StatusCode::UNSUPPORTED_MEDIA_TYPE => Some(Denial::Malformed),
        StatusCode::REQUEST_TIMEOUT => Some(Denial::TooSlow),
        StatusCode::PAYLOAD_TOO_LARGE | StatusCode::URI_TOO_LONG | StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE => {
            Some(Denial::TooLarge)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests;
