//! The language in which the library speaks to whoever asks.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::HeaderMap;
use http::header::{ACCEPT_LANGUAGE, CONTENT_TYPE};
use url::form_urlencoded;
use vestibule_core::wire;

use crate::app::Vestibule;
use crate::cookies::append;
use crate::locale::Locale;

/// How long a choice is remembered, in seconds: a year.
const REMEMBERED: i64 = 365 * 24 * 60 * 60;

/// The language of the request, in its extensions.
#[derive(Clone, Debug)]
pub struct RequestLocale(pub Arc<Locale>);

/// Finds the language: of the query (`?lang=es`), of the choice that was made before, of `Accept-Language`, or the first
/// that is configured. A choice that was made on a page of this site is remembered; one that another site's link makes
/// is shown, and changes nothing (ASVS 3.5.3).
pub(crate) async fn layer(State(vestibule): State<Vestibule>, mut request: Request, next: Next) -> Response {
    let locales = vestibule.locales();
    let headers = request.headers();
    let remembered = vestibule.language_cookie().read(headers);
    let chosen = request.uri().query().and_then(from_query).and_then(|tag| locales.named(&tag));
    let chosen_here = chosen.filter(|_| !is_of_another_site(headers));
    let locale = chosen
        .or_else(|| locales.named(remembered.sealed.as_deref()?))
        .or_else(|| locales.accepted(headers.get(ACCEPT_LANGUAGE)?.to_str().ok()?))
        .unwrap_or(locales.standard());
    let cookies = chosen_here
        .filter(|locale| remembered.sealed.as_deref() != Some(locale.lang()))
        .and_then(|locale| vestibule.language_cookie().write(locale.lang(), &remembered, Some(REMEMBERED)).ok());
    request.extensions_mut().insert(RequestLocale(Arc::clone(locale)));

    let mut response = next.run(request).await;
    // A file may be kept by caches, and a cookie with it.
    if let Some(cookies) = cookies.filter(|_| is_page(&response)) {
        append(response.headers_mut(), cookies);
    }
    response
}

fn from_query(query: &str) -> Option<String> {
    form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == wire::LANG).map(|(_, tag)| tag.into_owned())
}

fn is_of_another_site(headers: &HeaderMap) -> bool {
    headers.get("sec-fetch-site").is_some_and(|site| site != "same-origin" && site != "none")
}

fn is_page(response: &Response) -> bool {
    response.headers().get(CONTENT_TYPE).is_some_and(|it| it.as_bytes().starts_with(b"text/html"))
}

#[cfg(test)]
mod tests;
