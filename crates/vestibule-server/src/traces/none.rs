//! Without the feature `otel`: requests have a span for the log, and nothing is sent to anybody.

use axum::extract::Request;
use http::{HeaderMap, Method, StatusCode};
use tracing::Span;
use tracing_subscriber::layer::Identity;

use super::log::LogError;

/// # Errors
/// None here.
#[expect(clippy::unnecessary_wraps, reason = "with the feature, there may be no way to the collector")]
pub(crate) fn layer() -> Result<Option<Identity>, LogError> {
    Ok(None)
}

pub(crate) fn request_span(id: &str, _: &str, path: &str, request: &Request, _: bool) -> Span {
    let address = super::layers::address_field(request);
    // Of the highest level, or it would name no lines where `log.level` is higher.
    tracing::error_span!("request", id, method = %request.method(), path, address)
}

pub(crate) fn answered(_: &Span, _: StatusCode) {}

pub(crate) fn call_span(_: &str, _: &Method, _: &mut HeaderMap) -> Span {
    Span::none()
}

pub(crate) fn called(_: &Span, _: Option<StatusCode>) {}

pub(crate) async fn end() {}
