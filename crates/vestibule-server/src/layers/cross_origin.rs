//! The cross-origin guard: nothing here is changed by another site's page.
//!
//! The rules are those of Go's `http.CrossOriginProtection`, with two differences: an `Origin` is compared with the
//! configured public one, never with the request's `Host`; and a request that names neither, yet brings a cookie of
//! ours, is refused (a command line that signs in without a cookie is not).

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::header::ORIGIN;
use http::{HeaderMap, Method};
use vestibule_core::{ErrorCode, wire};

use super::refusal;
use crate::app::Vestibule;
use crate::providers::ResponseMode;

/// 403 to state-changing requests from other origins.
pub(crate) async fn layer(State(vestibule): State<Vestibule>, request: Request, next: Next) -> Response {
    let safe = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    if safe || allowed(&vestibule, request.headers()) || is_answer(&vestibule, &request) {
        return next.run(request).await;
    }
    refusal::refuse(request.uri(), ErrorCode::CrossOrigin)
}

/// Whether it is the answer of a provider that posts it. Nothing is changed by it without the cookie of an attempt, which
/// is bound to this browser and used up.
fn is_answer(vestibule: &Vestibule, request: &Request) -> bool {
    let rest = request.uri().path().strip_prefix(wire::PROVIDER_CALLBACK).and_then(|rest| rest.strip_prefix('/'));
    let client = rest.and_then(|id| vestibule.provider(id));
    *request.method() == Method::POST
        && client.is_some_and(|client| client.provider.response_mode == ResponseMode::FormPost)
}

fn allowed(vestibule: &Vestibule, headers: &HeaderMap) -> bool {
    let server = &vestibule.config().server;
    let origin = match single(headers, ORIGIN.as_str()) {
        Ok(origin) => origin,
        Err(Repeated) => return false,
    };
    let trusted = || origin.is_some_and(|origin| server.trusted_origins.iter().any(|trusted| trusted == origin));
    match single(headers, "sec-fetch-site") {
        Ok(Some("same-origin" | "none")) => true,
        Ok(Some(_)) => trusted(),
        Err(Repeated) => false,
        Ok(None) => match origin {
            Some(origin) => origin == server.public_url.origin().ascii_serialization() || trusted(),
            None => !vestibule.cookies().read(headers).any(),
        },
    }
}

/// A header was given more than once, or is no text.
struct Repeated;

fn single<'a>(headers: &'a HeaderMap, name: &str) -> Result<Option<&'a str>, Repeated> {
    let mut values = headers.get_all(name).iter();
    match (values.next(), values.next()) {
        (None, _) => Ok(None),
        (Some(value), None) => value.to_str().map(Some).map_err(|_| Repeated),
        (Some(_), Some(_)) => Err(Repeated),
    }
}
