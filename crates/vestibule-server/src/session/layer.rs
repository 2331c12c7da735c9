//! The session layer: opens the session before any route runs, and writes it before the first byte of the response.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::header::{CACHE_CONTROL, SET_COOKIE, VARY};
use http::{HeaderValue, Method};
use vestibule_core::wire;

use super::handle::{Change, SessionHandle};
use crate::app::Vestibule;
use crate::cookies::{Presented, append};
use crate::record::Record;

/// A middleware for every route that knows a session: pages, server functions and the wire under `/auth`.
///
/// It puts a [`SessionHandle`] into the request's extensions. On the way out it sets cookies only if the record
/// changed in this request, and marks the response as one that no cache may keep.
pub async fn session_layer(State(vestibule): State<Vestibule>, mut request: Request, next: Next) -> Response {
    let presented = vestibule.cookies().read(request.headers());
    let record = open(&vestibule, &presented);
    let touched = record
        .as_ref()
        .filter(|_| is_activity(&request))
        .and_then(|record| record.touched(&vestibule.config().session, vestibule.clock().now()));
    let handle = SessionHandle::new(record, vestibule.config().session.access_token);
    request.extensions_mut().insert(handle.clone());
    request.extensions_mut().insert(presented.clone());

    let mut response = next.run(request).await;

    let (record, change) = handle.finish();
    let cookies = match change {
        Change::Write => record.map_or_else(Vec::new, |record| write(&vestibule, &record, &presented)),
        Change::Clear => vestibule.cookies().clear(&presented),
        Change::None | Change::Late => match touched {
            // Signed out meanwhile, by another request: a cookie now would bring back what was taken away.
            Some(record) if !vestibule.ended().contains(&record.id) => write(&vestibule, &record, &presented),
            // What no browser of ours would send is taken away once, so that it does not come back.
            None if presented.tampered => vestibule.cookies().clear(&presented),
            _ => Vec::new(),
        },
    };
    let headers = response.headers_mut();
    append(headers, cookies);
    headers.append(VARY, HeaderValue::from_static("Cookie"));
    // Everything behind this layer varies by session; what carries a cookie must never be kept (ASVS 14.3.2).
    if !headers.contains_key(CACHE_CONTROL) || headers.contains_key(SET_COOKIE) {
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store, private"));
    }
    response
}

/// The record in the request's cookies, if it is a session now.
fn open(vestibule: &Vestibule, presented: &Presented) -> Option<Arc<Record>> {
    let record = vestibule.open(presented)?;
    if vestibule.ended().contains(&record.id) {
        return None;
    }
    match record.over(&vestibule.config().session, vestibule.clock().now()) {
        None => Some(Arc::new(record)),
        Some(over) => {
            tracing::debug!(session = record.id.for_log(), ?over, "the session is over");
            None
        }
    }
}

fn write(vestibule: &Vestibule, record: &Record, presented: &Presented) -> Vec<HeaderValue> {
    match vestibule.seal(record, presented) {
        Ok(cookies) => cookies,
        Err(error) => {
            // Sign-in refuses what does not fit, so this is a record that grew; the browser keeps the one it has.
            tracing::error!(session = record.id.for_log(), %error, "the session could not be written");
            Vec::new()
        }
    }
}

/// Whether this request shows that somebody is there. The browser's own checks and `HEAD` do not.
fn is_activity(request: &Request) -> bool {
    let passive = request.uri().path() == wire::SESSION
        && request.uri().query().is_some_and(|query| query.split('&').any(|pair| pair == "passive=1"));
    request.method() != Method::HEAD && request.method() != Method::OPTIONS && !passive
}

#[cfg(test)]
mod tests;
