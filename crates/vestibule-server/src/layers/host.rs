//! The host: a request for another site gets none of ours, and no link or redirect is ever made from what it says.

use std::sync::atomic::{AtomicBool, Ordering};

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::header::{HOST, LOCATION};
use http::{HeaderMap, HeaderValue, Method, StatusCode, Uri};
use url::Url;
use vestibule_core::ErrorCode;

use super::refusal;
use crate::app::Vestibule;
use crate::config::{Environment, is_loopback};

/// 421 to an unknown host (RFC 9110, section 15.5.20). In development, other loopback names are sent to the public one,
/// since the session's cookie belongs to it. 400 to a target that is a host and nothing else, which only a proxy is asked for
/// (RFC 9112, section 3.2.3): there is no path to route by.
pub(crate) async fn layer(State(vestibule): State<Vestibule>, request: Request, next: Next) -> Response {
    if request.uri().path().is_empty() {
        return refusal::refuse(request.uri(), ErrorCode::Malformed);
    }
    let server = &vestibule.config().server;
    let asked = authority(request.uri(), request.headers());
    match asked {
        Some(asked) if is_ours(&server.public_url, asked) => next.run(request).await,
        Some(asked)
            if vestibule.config().environment == Environment::Development
                && matches!(*request.method(), Method::GET | Method::HEAD)
                && is_our_loopback(&server.public_url, asked) =>
        {
            to_public(&server.public_url, request.uri()).unwrap_or_else(|| misdirected(request.uri()))
        }
        _ => {
            tell_once(&server.public_url, asked);
            misdirected(request.uri())
        }
    }
}

/// Tells the operator, once in the life of the process: nobody's requests may fill the log.
fn tell_once(public_url: &Url, asked: Option<&str>) {
    static IS_TOLD: AtomicBool = AtomicBool::new(false);
    if !IS_TOLD.swap(true, Ordering::Relaxed) {
        let asked: String = asked.unwrap_or_default().chars().take(100).collect();
        tracing::warn!(
            key = "server.public_url", %public_url, ?asked,
            "a request for another host was refused with 421; a proxy in front must pass the Host on (told once)"
        );
    }
}

/// The authority that the request names, in its target and its `Host` header; `None` if they differ or are missing.
fn authority<'a>(uri: &'a Uri, headers: &'a HeaderMap) -> Option<&'a str> {
    let mut hosts = headers.get_all(HOST).iter();
    let host = hosts.next()?.to_str().ok()?;
    let agrees = hosts.next().is_none() && uri.authority().is_none_or(|target| target.as_str() == host);
    agrees.then_some(host)
}

fn is_ours(public_url: &Url, asked: &str) -> bool {
    let ours = public_url.authority();
    // The port of the scheme may be written or left out.
    let default_port = match public_url.scheme() {
        "https" => ":443",
        _ => ":80",
    };
    let written = if public_url.port().is_none() { asked.strip_suffix(default_port).unwrap_or(asked) } else { asked };
    written.eq_ignore_ascii_case(ours)
}

/// Whether `asked` is another loopback name for the port that we serve.
fn is_our_loopback(public_url: &Url, asked: &str) -> bool {
    // A host has no more to it than a port (RFC 9110, section 7.2).
    if asked.contains(['@', '/', '\\', '?', '#']) {
        return false;
    }
    let Ok(asked) = Url::parse(&format!("{}://{asked}/", public_url.scheme())) else { return false };
    is_loopback(public_url)
        && is_loopback(&asked)
        && asked.port_or_known_default() == public_url.port_or_known_default()
}

fn to_public(public_url: &Url, uri: &Uri) -> Option<Response> {
    let target = uri.path_and_query().map_or("/", |target| target.as_str());
    let origin = public_url.as_str().trim_end_matches('/');
    let location = HeaderValue::from_str(&format!("{origin}{target}")).ok()?;
    let mut response = Response::default();
    *response.status_mut() = StatusCode::SEE_OTHER;
    response.headers_mut().insert(LOCATION, location);
    Some(response)
}

fn misdirected(uri: &Uri) -> Response {
    refusal::with_status(uri, StatusCode::MISDIRECTED_REQUEST, ErrorCode::Malformed)
}
