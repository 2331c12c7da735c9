//! The proxy: `/upstream/{path}` is `{base_url}/{path}`, with the session's token.
//!
//! A page in the browser calls the API through it and never needs the token. Both bodies stream: an upload need not fit
//! into memory, and server-sent events and downloads have no limit of time as a whole.
//!
//! ```text
//! request ─► shape (method, path, Sec-Fetch-…) ─► allow-list ─► session ─► headers that may pass ─► upstream
//! answer  ◄─ headers that may pass ◄─ types that cannot run here ◄─ 401: one refresh, one retry ◄─┘
//! ```
//!
//! # Security
//! What the API sends never acts in this site's name: it sets no cookie, no policy and no redirect, and what a browser
//! could run as a page or a script is refused (ASVS 3.2.1). What the browser sends reaches the API without its cookies
//! and without a claim about where it comes from (RFC 10017, section 6.1).

mod allow;
mod answer;
mod body;
mod request_headers;

use axum::Router;
use axum::extract::{Extension, Request, State};
use axum::response::Response;
use axum::routing::any;
use http::header::{ALLOW, HeaderValue};
use http::{HeaderMap, Method, StatusCode};
use percent_encoding::percent_decode_str;
use vestibule_core::{ErrorCode, wire};

pub use self::allow::{Allowed, METHODS, PathPattern};
use self::body::Upload;
pub(crate) use self::body::watched;
pub(crate) use self::request_headers::passed_on;
use crate::app::{CallError, Denial, Forward, Vestibule};
use crate::layers::{refuse, refuse_with_status};
use crate::session::SessionHandle;
use crate::upstream::ApiError;

/// `/upstream/{path}`, to be put behind the session layer.
pub fn route(vestibule: &Vestibule) -> Router {
    warn_of_open_door(vestibule);
    let [root, below] = ["/", "/{*path}"].map(|rest| [wire::UPSTREAM, rest].concat());
    Router::new().route(&root, any(pass_on)).route(&below, any(pass_on)).with_state(vestibule.clone())
}

/// An operator who named no calls is told that all may be made.
fn warn_of_open_door(vestibule: &Vestibule) {
    let config = vestibule.config();
    if config.environment == crate::config::Environment::Production && config.proxy.allow.is_none() {
        tracing::warn!(
            key = "proxy.allow",
            "pages may call everything of the API that the person may; a list of methods and paths would narrow it"
        );
    }
}

async fn pass_on(
    State(vestibule): State<Vestibule>,
    Extension(handle): Extension<SessionHandle>,
    request: Request,
) -> Response {
    let uri = request.uri().clone();
    let (head, body) = request.into_parts();
    if let Err(refusal) = well_formed(&head.method, &head.headers) {
        return refusal.answer(&uri);
    }
    let Some(path) = below(uri.path()) else { return denied(Denial::Path, refuse(&uri, ErrorCode::Malformed)) };
    if !is_allowed(&vestibule, &head.method, path) {
        return denied(Denial::NotAllowed, refuse(&uri, ErrorCode::NotFound));
    }
    // Before anything of the body is waited for: it would be held for nobody.
    if handle.record().is_none() {
        return refuse(&uri, code_of(&CallError::SignedOut));
    }
    let upload = match Upload::begin(&head.headers, body, &vestibule.config().proxy).await {
        Ok(upload) => upload,
        Err(code) => return refuse(&uri, code),
    };
    let target = uri.query().map_or_else(|| path.to_owned(), |query| format!("{path}?{query}"));
    let forward = Forward { method: head.method.clone(), path: target, headers: head.headers, body: upload.body };
    match vestibule.forward(&handle, forward).await {
        Ok(answer) => match answer::passed_back(answer, vestibule.upstream().contract()) {
            Ok(answer) => answer,
            Err(code) => refuse(&uri, code),
        },
        Err(_) if upload.is_too_large.get() => refuse(&uri, ErrorCode::TooLarge),
        Err(error) => refuse(&uri, code_of(&error)),
    }
}

/// The answer, with what it does not say: its status means other things, too.
fn denied(why: Denial, mut answer: Response) -> Response {
    answer.extensions_mut().insert(why);
    answer
}

/// Why a request is not looked at further.
enum Refusal {
    Method,
    Destination,
}

impl Refusal {
    fn answer(&self, uri: &http::Uri) -> Response {
        match self {
            Self::Method => {
                let mut response = refuse_with_status(uri, StatusCode::METHOD_NOT_ALLOWED, ErrorCode::Malformed);
                let methods = METHODS.each_ref().map(Method::as_str).join(", ");
                response.headers_mut().extend(HeaderValue::from_str(&methods).ok().map(|methods| (ALLOW, methods)));
                response
            }
            Self::Destination => refuse(uri, ErrorCode::CrossOrigin),
        }
    }
}

/// Only what a script of ours, or an image, a sound or a font of a page of ours, would send.
fn well_formed(method: &Method, headers: &HeaderMap) -> Result<(), Refusal> {
    if !METHODS.contains(method) {
        return Err(Refusal::Method);
    }
    let said = |name| headers.get(name).map(HeaderValue::as_bytes);
    // Never a document, a frame, a script, a style or a worker: it would run in this site's name.
    let destination = said("sec-fetch-dest");
    let may_load = [&b"empty"[..], b"image", b"audio", b"video", b"font"];
    if destination.is_some_and(|destination| !may_load.contains(&destination)) {
        return Err(Refusal::Destination);
    }
    if matches!(said("sec-fetch-site"), Some(b"cross-site" | b"same-site")) {
        return Err(Refusal::Destination);
    }
    Ok(())
}

/// The path below `base_url`, exactly as it was sent; `None` for one that some server could read as another.
fn below(path: &str) -> Option<&str> {
    let path = path.strip_prefix(wire::UPSTREAM)?;
    let is_text = percent_decode_str(path).decode_utf8().is_ok();
    (is_text && crate::upstream::stays_below(path)).then_some(path)
}

fn is_allowed(vestibule: &Vestibule, method: &Method, path: &str) -> bool {
    match &vestibule.config().proxy.allow {
        Some(allowed) => allowed.iter().any(|allowed| allowed.fits(method, path)),
        None => !is_of_contract(vestibule, path),
    }
}

/// Whether a path is one by which sessions begin, go on and end at the API: those are this server's to call.
fn is_of_contract(vestibule: &Vestibule, path: &str) -> bool {
    let contract = vestibule.upstream().contract();
    let exchanges = vestibule.providers().iter().filter_map(|client| client.provider.exchange.as_ref());
    let exchanges = exchanges.map(|exchange| Some(&exchange.call.endpoint));
    let endpoints =
        [Some(&contract.sign_in().endpoint), contract.refresh().map(|it| &it.endpoint), contract.sign_out()];
    endpoints.into_iter().chain(exchanges).flatten().any(|endpoint| endpoint.path.could_be(path))
}

fn code_of(error: &CallError) -> ErrorCode {
    match error {
        CallError::SignedOut => ErrorCode::SignedOut,
        CallError::Api(error) => {
            tracing::warn!(%error, "a call through the proxy failed");
            match error {
                ApiError::Path => ErrorCode::Malformed,
                ApiError::Away(_) | ApiError::NotRenewed => ErrorCode::ServiceUnavailable,
                ApiError::Timeout => ErrorCode::ServiceTimeout,
                ApiError::Token | ApiError::Unexpected(_) => ErrorCode::UnexpectedAnswer,
            }
        }
    }
}

#[cfg(any(test, fuzzing))]
pub(crate) mod invariants;
#[cfg(test)]
mod tests;
