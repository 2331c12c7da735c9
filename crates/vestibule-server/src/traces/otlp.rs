//! With the feature `otel`: each request is a span, and so is each call of the API or a provider that it makes; they are sent to
//! the collector that OpenTelemetry's own variables name, by OTLP over HTTP.
//!
//! Spans have what the log has, and nothing else: paths without their queries, no header, no body.

use std::env;
use std::sync::OnceLock;
use std::time::Duration;

use axum::extract::Request;
use http::{HeaderMap, Method, StatusCode};
use opentelemetry::propagation::TextMapPropagator;
use opentelemetry::trace::{Status, TracerProvider};
use opentelemetry_http::{HeaderExtractor, HeaderInjector};
use opentelemetry_otlp::SpanExporter;
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::propagation::TraceContextPropagator;
use opentelemetry_sdk::trace::SdkTracerProvider;
use tracing::{Span, Subscriber};
use tracing_opentelemetry::{OpenTelemetryLayer, OpenTelemetrySpanExt};
use tracing_subscriber::registry::LookupSpan;

use super::log::LogError;

/// Where spans are sent to. Without either, they are made for nobody, and so not at all.
const ENDPOINTS: [&str; 2] = ["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT"];
/// What the process calls itself, where `OTEL_SERVICE_NAME` says nothing else.
const SERVICE: &str = "vestibule";
/// As long as the last spans may take on their way.
const LEAVING: Duration = Duration::from_secs(5);

/// The process's own, to be emptied at its end.
static PROVIDER: OnceLock<SdkTracerProvider> = OnceLock::new();

/// The subscriber's part of it, where the environment names a collector.
///
/// # Errors
/// [`LogError::Traces`] where that is no address.
pub(crate) fn layer<S>() -> Result<Option<OpenTelemetryLayer<S, opentelemetry_sdk::trace::SdkTracer>>, LogError>
where
    S: Subscriber + for<'span> LookupSpan<'span>,
{
    let value = |name: &str| env::var(name).ok().filter(|value| !value.is_empty());
    let is_off = value("OTEL_SDK_DISABLED").is_some_and(|value| value.eq_ignore_ascii_case("true"))
        || value("OTEL_TRACES_EXPORTER").is_some_and(|value| value == "none");
    if is_off || !ENDPOINTS.iter().any(|name| value(name).is_some()) {
        return Ok(None);
    }
    // The exporter's client takes the process's, which nobody has chosen yet.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let exporter = SpanExporter::builder().with_http().build().map_err(|error| LogError::Traces(error.to_string()))?;
    let is_named = value("OTEL_SERVICE_NAME").is_some()
        || value("OTEL_RESOURCE_ATTRIBUTES").is_some_and(|attributes| attributes.contains("service.name="));
    let provider = provider(exporter, (!is_named).then_some(SERVICE));
    Ok(Some(layer_of(PROVIDER.get_or_init(|| provider))))
}

fn provider(exporter: SpanExporter, name: Option<&'static str>) -> SdkTracerProvider {
    let resource = Resource::builder();
    let resource = match name {
        Some(name) => resource.with_service_name(name),
        None => resource,
    };
    SdkTracerProvider::builder().with_batch_exporter(exporter).with_resource(resource.build()).build()
}

fn layer_of<S>(provider: &SdkTracerProvider) -> OpenTelemetryLayer<S, opentelemetry_sdk::trace::SdkTracer>
where
    S: Subscriber + for<'span> LookupSpan<'span>,
{
    // Where in the source a line stands and which thread ran it are of no use to an operator.
    tracing_opentelemetry::layer()
        .with_tracer(provider.tracer(SERVICE))
        .with_location(false)
        .with_threads(false)
        .with_tracked_inactivity(false)
}

/// A request's span. `kind`: what the path is for. `is_believed`: it comes from a proxy of ours, whose trace it may go on with (W3C Trace Context).
pub(crate) fn request_span(id: &str, kind: &str, path: &str, request: &Request, is_believed: bool) -> Span {
    let address = super::layers::address_field(request);
    let method = request.method();
    // Of the highest level, so that neither the lines of the log nor the traces lose it where `log.level` is higher.
    let span = tracing::error_span!(
        "request", otel.kind = "server", otel.name = format_args!("{method} {kind}"),
        id, %method, path, address
    );
    if is_believed {
        let parent = TraceContextPropagator::new().extract(&HeaderExtractor(request.headers()));
        let _ = span.set_parent(parent);
    }
    span.set_attribute("http.request.method", method.to_string());
    span.set_attribute("url.path", path.to_owned());
    span
}

/// The end of a request. What a client did wrong is no error of the server's.
pub(crate) fn answered(span: &Span, status: StatusCode) {
    span.set_attribute("http.response.status_code", i64::from(status.as_u16()));
    if status.is_server_error() {
        span.set_status(Status::error(""));
    }
}

/// A call's span, which the other side may go on with: it goes into the headers. `to`: the API, or a provider by its id.
pub(crate) fn call_span(to: &str, method: &Method, headers: &mut HeaderMap) -> Span {
    let span =
        tracing::error_span!("call", otel.kind = "client", otel.name = format_args!("{method} {to}"), to, %method);
    span.set_attribute("http.request.method", method.to_string());
    TraceContextPropagator::new().inject_context(&span.context(), &mut HeaderInjector(headers));
    span
}

/// The end of a call; `None` where nothing came.
pub(crate) fn called(span: &Span, status: Option<StatusCode>) {
    if let Some(status) = status {
        span.set_attribute("http.response.status_code", i64::from(status.as_u16()));
    }
    if status.is_none_or(|status| status.is_client_error() || status.is_server_error()) {
        span.set_status(Status::error(""));
    }
}

/// Sends what is left.
pub(crate) async fn end() {
    let Some(provider) = PROVIDER.get() else { return };
    let left = tokio::task::spawn_blocking(move || provider.shutdown_with_timeout(LEAVING)).await;
    if !matches!(left, Ok(Ok(()))) {
        tracing::warn!("the last spans of the trace did not reach the collector");
    }
}

#[cfg(test)]
mod tests;
