//! The session layer: opens the session before any route runs, and writes it before the first byte of the response.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::header::{CACHE_CONTROL, SET_COOKIE, VARY};
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use vestibule_core::{ErrorCode, wire};

use super::handle::{Change, SessionHandle};
use super::opening::{Opening, Purpose, open};
use super::stale_page;
use crate::app::{Circumstances, Denial, Vestibule};
use crate::cookies::{Presented, append};
use crate::layers::{Caller, ClientAddress, refuse};
use crate::record::Record;
use crate::store::{SessionKey, Store};

const CLEAR_SITE_DATA: HeaderName = HeaderName::from_static("clear-site-data");
const SESSION_RENEWED: HeaderName = HeaderName::from_static(wire::SESSION_RENEWED);

/// A middleware for every route that knows a session: pages, server functions and the wire under `/auth`.
///
/// It opens the session, renews its tokens where that is due (nothing of the response has left yet, so that a cookie can
/// still be set), and puts a [`SessionHandle`] into the request's extensions. On the way out it sets cookies only if
/// the record changed, and marks the response as one that no cache may keep.
pub async fn session_layer(State(vestibule): State<Vestibule>, mut request: Request, next: Next) -> Response {
    let purpose = Purpose::of(&request);
    let is_call = is_call_of_page(&request);
    let presented = vestibule.cookies().read(request.headers());
    // Whatever begins or ends a session is posted.
    let is_post = *request.method() == Method::POST;
    let first_step = if is_post { vestibule.first_step_cookies().read(request.headers()) } else { Presented::none() };
    let attempts = if is_post { vestibule.without_attempts(request.headers()) } else { Vec::new() };
    let (mut is_touched, mut delivers, mut known_token) = (false, None, None);
    let address = request.extensions().get().map(|ClientAddress(address)| *address);
    let handle = match open(&vestibule, &presented, purpose, address).await {
        Opening::Nobody => {
            if let Some(why) = disbelieved(&vestibule, &presented) {
                vestibule.deny(why, Circumstances { address, ..Circumstances::default() });
            }
            SessionHandle::new(&vestibule, address, first_step, None, None, Change::None)
        }
        Opening::Session { mut record, delivers: older, presented: known } => {
            known_token = Some(known);
            if is_for_another(&request, &record) {
                // What was renewed on the way here is this browser's all the same.
                let cookies = if older.is_some() { write(&vestibule, &record, &presented).await } else { Vec::new() };
                delivered(&vestibule, older.into_iter().collect(), &cookies).await;
                let mut refused = marked(refuse(request.uri(), ErrorCode::OtherUser), cookies);
                refused.extensions_mut().insert(Caller { record: Some(record), signs_in: false });
                return refused;
            }
            if purpose.is_activity
                && let Some(touched) = record.touched(&vestibule.config().session, vestibule.clock().now())
            {
                (record, is_touched) = (Arc::new(touched), true);
            }
            delivers = older;
            let change = if delivers.is_some() { Change::Write } else { Change::None };
            SessionHandle::new(&vestibule, address, first_step, Some(record), None, change)
        }
        Opening::Over { over, clears } => {
            let change = if clears { Change::Clear } else { Change::None };
            SessionHandle::new(&vestibule, address, first_step, None, Some(over), change)
        }
        Opening::Unknown(error) => {
            tracing::error!(%error, "a request with a session was refused: the store is away");
            return marked(refuse(request.uri(), ErrorCode::ServiceUnavailable), Vec::new());
        }
    };
    request.extensions_mut().insert(handle.clone());
    let caller = handle.record();

    let response = next.run(request).await;

    let (record, change, renewed_from) = handle.finish();
    let is_renewed = known_token.zip(record.as_ref()).is_some_and(|(known, record)| known != record.access_token);
    // What the request was refused for is nobody's use of the session.
    let is_touched = is_touched && !response.status().is_client_error();
    let mut is_signed_out = false;
    let mut cookies = match (change, record) {
        (Change::Write, Some(record)) => write(&vestibule, &record, &presented).await,
        (Change::Clear | Change::Write, _) => {
            is_signed_out = handle.ended().is_none();
            vestibule.cookies().clear(&presented)
        }
        (Change::None | Change::Late, Some(record)) if is_touched => write(&vestibule, &record, &presented).await,
        // What no browser of ours would send is taken away once, so that it does not come back.
        _ if presented.tampered => vestibule.cookies().clear(&presented),
        _ => Vec::new(),
    };
    if let Some(unkept) = handle.take_unkept() {
        if cookies.is_empty() { unkept.give_back().await } else { unkept.kept() }
    }
    delivered(&vestibule, delivers.into_iter().chain(renewed_from).collect(), &cookies).await;
    cookies.extend(handle.first_step_cookies());
    if is_signed_out {
        // Who has left does not come back from a provider that was asked before (CK-11).
        cookies.extend(attempts);
    }
    let caller = Caller { record: caller, signs_in: handle.signs_in() };
    let mut response = stale_page::noted(marked(response, cookies), handle);
    response.extensions_mut().insert(caller);
    if is_call && is_renewed {
        response.headers_mut().insert(SESSION_RENEWED, HeaderValue::from_static("1"));
    }
    if is_signed_out && vestibule.config().server.public_url.scheme() == "https" {
        // Pages that the browser kept go with the session (ASVS 14.3.1). Not "cookies": that would empty the jar of the
        // whole domain. Browsers take it over https only.
        response.headers_mut().insert(CLEAR_SITE_DATA, HeaderValue::from_static("\"cache\", \"storage\""));
    }
    response
}

/// Why cookies of ours make nobody, where that is not because a session is over: somebody changed them. A cookie whose key was
/// removed is none of these.
fn disbelieved(vestibule: &Vestibule, presented: &Presented) -> Option<Denial> {
    if presented.tampered {
        return Some(Denial::CookieTwice);
    }
    vestibule.is_changed(presented).then_some(Denial::CookieChanged)
}

/// Begins the grace of these generations: the cookies bring their successor to the browser.
async fn delivered(vestibule: &Vestibule, older: Vec<SessionKey>, cookies: &[HeaderValue]) {
    if cookies.is_empty() {
        return;
    }
    let grace = vestibule.config().session.grace;
    for key in older {
        let _ = vestibule.reserve().delivered(&key, grace).await;
        if let Err(error) = vestibule.store().delivered(&key, grace).await {
            tracing::warn!(%error, "the store was not told that a renewed session was delivered");
        }
    }
}

/// Whether the page that makes the request was made for somebody else than who is signed in (OU-09): what it wants
/// must not be done in their name.
fn is_for_another(request: &Request, record: &Record) -> bool {
    let made_for = request.headers().get(wire::SESSION_USER).map(HeaderValue::as_bytes);
    is_call_of_page(request)
        && made_for.is_some_and(|made_for| {
            record.key().identity.is_none_or(|identity| identity.as_str().as_bytes() != made_for)
        })
}

/// Whether it is a script that asks, in the name of whoever the page was made for.
fn is_call_of_page(request: &Request) -> bool {
    let path = request.uri().path();
    let below = |root| path.strip_prefix(root).is_some_and(|rest| rest.starts_with('/'));
    below(wire::SERVER_FUNCTIONS) || below(wire::UPSTREAM)
}

/// The cookies for a record, if it is still the one that counts: it may have been ended or overtaken while the page was
/// made, and what is written now would bring it back.
async fn write(vestibule: &Vestibule, record: &Record, presented: &Presented) -> Vec<HeaderValue> {
    match vestibule.standing(&record.key()).await {
        Ok(standing) if standing.ended || standing.superseded || standing.is_renewed() => return Vec::new(),
        Ok(_) | Err(_) => {}
    }
    match vestibule.write(record, presented).await {
        Ok(cookies) => cookies,
        Err(error) => {
            // Sign-in refuses what does not fit, so this is a record that grew; the browser keeps the one it has.
            tracing::error!(session = record.id.for_log(), %error, "the session could not be written");
            Vec::new()
        }
    }
}

/// Everything behind this layer varies by session; what carries a cookie must never be kept (ASVS 14.3.2).
fn marked(mut response: Response, cookies: Vec<HeaderValue>) -> Response {
    let headers: &mut HeaderMap = response.headers_mut();
    append(headers, cookies);
    headers.append(VARY, HeaderValue::from_static("Cookie"));
    if !headers.contains_key(CACHE_CONTROL) || headers.contains_key(SET_COOKIE) {
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store, private"));
    }
    response
}

#[cfg(test)]
mod tests;
