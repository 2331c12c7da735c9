//! Names every request, so that what a person quotes can be found in the log, and counts it.

use std::borrow::Cow;
use std::time::Instant;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::HeaderValue;
use percent_encoding::{CONTROLS, utf8_percent_encode};
use tracing::{Instrument, Value};
use vestibule_core::wire;

use super::{ClientAddress, client_address};
use crate::app::Vestibule;
use crate::log::RequestId;
use crate::traces;

/// Makes an id of 64 random bits (a caller's own is not believed), and a span that carries it.
pub(crate) async fn layer(State(vestibule): State<Vestibule>, mut request: Request, next: Next) -> Response {
    let (began, kind) = (Instant::now(), kind(request.uri().path()));
    let mut bytes = [0; 8];
    // Without randomness ids repeat, which only makes the log harder to read; sealing would fail by itself.
    let _ = getrandom::fill(&mut bytes);
    let id = format!("{:016x}", u64::from_ne_bytes(bytes));
    // Only the path: queries may carry what a log must not. It may hold characters that a terminal obeys.
    let path = Cow::from(utf8_percent_encode(request.uri().path(), CONTROLS));
    let trusted = &vestibule.config().limits.trusted_proxies;
    let span = traces::request_span(&id, kind, &path, &request, client_address::is_from_proxy(&request, trusted));
    let own = span.clone();
    request.extensions_mut().insert(RequestId(id.clone()));
    async {
        let mut response = next.run(request).await;
        if let Ok(value) = HeaderValue::from_str(&id) {
            response.headers_mut().insert(wire::REQUEST_ID, value);
        }
        traces::answered(&own, response.status());
        let status = response.status().as_u16();
        vestibule.metrics().answered(kind, status, began.elapsed());
        // Not ready is an answer, and whoever asks for it knows what to do.
        if response.status().is_server_error() && kind != "health" {
            tracing::warn!(status, "answered");
        } else {
            tracing::debug!(status, "answered");
        }
        response
    }
    .instrument(span)
    .await
}

/// Where a request comes from, as a field of the log.
pub(crate) fn address_field(request: &Request) -> Option<impl Value + use<>> {
    request.extensions().get().map(|ClientAddress(address)| tracing::field::display(*address))
}

/// What a path is for, as the metrics call it.
fn kind(path: &str) -> &'static str {
    let below = |prefix: &str| path.strip_prefix(prefix).is_some_and(|rest| rest.starts_with('/'));
    match path {
        wire::LIVEZ | wire::READYZ => "health",
        _ if below(wire::UPSTREAM) => "proxy",
        _ if below(wire::SERVER_FUNCTIONS) => "function",
        _ if below("/auth") => "auth",
        _ if below("/pkg") => "asset",
        _ => "page",
    }
}
