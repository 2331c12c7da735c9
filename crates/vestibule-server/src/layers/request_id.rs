//! Names every request, so that what a person quotes can be found in the log, and counts it.

use std::borrow::Cow;
use std::time::Instant;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::HeaderValue;
use percent_encoding::{CONTROLS, utf8_percent_encode};
use tracing::Instrument;
use vestibule_core::wire;

use super::ClientAddress;
use crate::app::Vestibule;
use crate::log::RequestId;

/// Makes an id of 64 random bits (a caller's own is not believed), and a span that carries it.
pub(crate) async fn layer(State(vestibule): State<Vestibule>, mut request: Request, next: Next) -> Response {
    let (began, kind) = (Instant::now(), kind(request.uri().path()));
    let mut bytes = [0; 8];
    // Without randomness ids repeat, which only makes the log harder to read; sealing would fail by itself.
    let _ = getrandom::fill(&mut bytes);
    let id = format!("{:016x}", u64::from_ne_bytes(bytes));
    let address = request.extensions().get().map(|ClientAddress(address)| tracing::field::display(*address));
    // Only the path: queries may carry what a log must not. It may hold characters that a terminal obeys.
    let path = Cow::from(utf8_percent_encode(request.uri().path(), CONTROLS));
    let span = tracing::info_span!("request", id, method = %request.method(), path = &*path, address);
    request.extensions_mut().insert(RequestId(id.clone()));
    async {
        let mut response = next.run(request).await;
        if let Ok(value) = HeaderValue::from_str(&id) {
            response.headers_mut().insert(wire::REQUEST_ID, value);
        }
        let status = response.status().as_u16();
        vestibule.metrics().answered(kind, status, began.elapsed());
        if response.status().is_server_error() {
            tracing::warn!(status, "answered");
        } else {
            tracing::debug!(status, "answered");
        }
        response
    }
    .instrument(span)
    .await
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
