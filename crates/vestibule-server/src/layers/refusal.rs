//! Answers that a layer gives instead of a route: JSON to programs, a small page to people, and neither is kept by a
//! cache.

mod page;

use std::sync::Arc;

use axum::body::{Body, HttpBody};
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::header::{ALLOW, CACHE_CONTROL, CONTENT_TYPE, RETRY_AFTER};
use http::{HeaderValue, StatusCode, Uri};
use vestibule_core::{ErrorCode, SignInFailure, wire};

use self::page::Page;
pub use self::page::Refusal;
pub(crate) use self::page::RefusalPage;
use super::language::RequestLocale;
use super::security_headers::RequestNonce;
use crate::app::Vestibule;
use crate::log::RequestId;

/// A refusal whose words are still those of nobody in particular. It travels in the response's extensions to where the
/// rest is known.
#[derive(Clone, Copy, Debug)]
enum Bare {
    Page(Page),
    Json(ErrorCode),
}

/// Refuses with the code's own status.
pub fn refuse(uri: &Uri, code: ErrorCode) -> Response {
    let status = StatusCode::from_u16(code.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    with_status(uri, status, code)
}

/// Refuses with a status that has no code of its own.
pub(crate) fn with_status(uri: &Uri, status: StatusCode, code: ErrorCode) -> Response {
    let mut response = status.into_response();
    let headers = response.headers_mut();
    // A refusal is about one request, and the next may be answered.
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store, private"));
    if status == StatusCode::SERVICE_UNAVAILABLE {
        headers.insert(RETRY_AFTER, wire::WAIT_WHILE_AWAY.into());
    }
    // What the API says through the proxy has no such header: a page knows whose answer it is.
    headers.insert(wire::REFUSED, HeaderValue::from_static(code.key()));
    if is_for_programs(uri.path()) {
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        *response.body_mut() = json(&SignInFailure::new(code));
        response.extensions_mut().insert(Bare::Json(code));
    } else {
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
        let page = Page { status, code };
        *response.body_mut() = Body::from(page.bare(None));
        response.extensions_mut().insert(Bare::Page(page));
    }
    response
}

/// Completes what was refused further in: only here are the request's id, its nonce and its language known.
pub(crate) async fn layer(State(vestibule): State<Vestibule>, request: Request, next: Next) -> Response {
    let id = request.extensions().get::<RequestId>().cloned();
    let nonce = request.extensions().get::<RequestNonce>().cloned();
    let locale = request.extensions().get::<RequestLocale>().map(|RequestLocale(locale)| Arc::clone(locale));
    let uri = request.uri().clone();
    let mut response = next.run(request).await;
    if response.status() == StatusCode::METHOD_NOT_ALLOWED && is_empty(&response) {
        // A router says so, and no more.
        let allow = response.headers().get(ALLOW).cloned();
        response = with_status(&uri, StatusCode::METHOD_NOT_ALLOWED, ErrorCode::Malformed);
        response.headers_mut().extend(allow.map(|allow| (ALLOW, allow)));
    }
    let Some(bare) = response.extensions_mut().remove::<Bare>() else { return response };
    let locale = locale.unwrap_or_else(|| Arc::clone(vestibule.locales().standard()));
    *response.body_mut() = match bare {
        Bare::Json(code) => json(&locale.failure(code)),
        Bare::Page(Page { status, code }) => {
            let refusal = Refusal {
                status,
                code,
                message: locale.message(code),
                lang: locale.lang(),
                words: locale.words(),
                request_id: id.as_ref().filter(|_| status.is_server_error()).map(|id| id.0.as_str()),
                nonce: nonce.as_ref().map(|nonce| nonce.0.as_str()),
            };
            vestibule.refusal_page().map_or_else(|| refusal.html(), |page| page.html(&refusal)).into()
        }
    };
    response
}

/// The same outside of that layer, where only the id is known.
pub(crate) fn complete_bare(mut response: Response, id: Option<&RequestId>) -> Response {
    if let Some(Bare::Page(page)) = response.extensions_mut().remove() {
        *response.body_mut() = Body::from(page.bare(id));
    }
    response
}

fn is_empty(response: &Response) -> bool {
    response.body().size_hint().exact() == Some(0) && !response.headers().contains_key(CONTENT_TYPE)
}

fn json(failure: &SignInFailure) -> Body {
    serde_json::to_string(failure).unwrap_or_default().into()
}

/// Whether a path is called by programs, which read JSON.
fn is_for_programs(path: &str) -> bool {
    let below = |prefix: &str| path.strip_prefix(prefix).is_some_and(|rest| rest.starts_with('/'));
    below(wire::SERVER_FUNCTIONS) || below("/auth") || below(wire::UPSTREAM)
}

#[cfg(test)]
mod tests;
