//! A transport whose calls are counted.

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::body::Body;
use bytes::Bytes;
use futures_util::future::BoxFuture;
use http::{Request, Response, StatusCode};
use tracing::{Instrument, Span};

use super::{Transport, TransportError};
use crate::metrics::{Called, Times};
use crate::traces;

/// Another transport, and the times of its calls by outcome.
#[derive(Debug)]
pub(crate) struct Observed {
    transport: Arc<dyn Transport>,
    /// Whom it leads to: the API, or a provider by its id.
    to: String,
    calls: Times<Called>,
}

impl Observed {
    pub(crate) fn new(transport: Arc<dyn Transport>, to: &str, calls: &Times<Called>) -> Arc<Self> {
        Arc::new(Self { transport, to: to.to_owned(), calls: calls.clone() })
    }

    fn span<B>(&self, request: &mut Request<B>) -> Span {
        let method = request.method().clone();
        traces::call_span(&self.to, &method, request.headers_mut())
    }

    async fn observed<B>(
        &self,
        span: Span,
        call: BoxFuture<'_, Result<Response<B>, TransportError>>,
    ) -> Result<Response<B>, TransportError> {
        let mut watched = Watched { of: self, began: Instant::now(), outcome: "cancelled" };
        let result = call.instrument(span.clone()).await;
        traces::called(&span, result.as_ref().map(Response::status).ok());
        watched.outcome = outcome(result.as_ref().map(Response::status));
        result
    }
}

/// A call under way: whoever asked for it may leave before it ends.
struct Watched<'a> {
    of: &'a Observed,
    began: Instant,
    outcome: &'static str,
}

impl Drop for Watched<'_> {
    fn drop(&mut self) {
        let called = Called { to: self.of.to.clone(), outcome: self.outcome };
        self.of.calls.get_or_create(&called).observe(self.began.elapsed().as_secs_f64());
    }
}

impl Transport for Observed {
    fn send(
        &self,
        mut request: Request<Bytes>,
        deadline: Duration,
    ) -> BoxFuture<'_, Result<Response<Bytes>, TransportError>> {
        let span = self.span(&mut request);
        Box::pin(self.observed(span, self.transport.send(request, deadline)))
    }

    fn stream(
        &self,
        mut request: Request<Body>,
        deadline: Duration,
    ) -> BoxFuture<'_, Result<Response<Body>, TransportError>> {
        let span = self.span(&mut request);
        Box::pin(self.observed(span, self.transport.stream(request, deadline)))
    }
}

fn outcome(result: Result<StatusCode, &TransportError>) -> &'static str {
    match result {
        Ok(status) if status.is_server_error() => "5xx",
        Ok(status) if status.is_client_error() => "4xx",
        Ok(status) if status.is_redirection() => "3xx",
        Ok(_) => "2xx",
        Err(TransportError::Timeout) => "timeout",
        Err(TransportError::Refused | TransportError::Unresolved | TransportError::Tls) => "unreachable",
        Err(_) => "broken",
    }
}
