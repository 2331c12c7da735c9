//! A transport whose calls are counted.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use bytes::Bytes;
use futures_util::future::BoxFuture;
use http::{Request, Response, StatusCode};

use super::{Transport, TransportError};
use crate::metrics::{Called, Stopwatch, Times};

/// Another transport, and the times of its calls by host and outcome. Hosts are those of the configuration.
#[derive(Debug)]
pub(crate) struct Observed {
    transport: Arc<dyn Transport>,
    calls: Times<Called>,
}

impl Observed {
    pub(crate) fn new(transport: Arc<dyn Transport>, calls: &Times<Called>) -> Arc<Self> {
        Arc::new(Self { transport, calls: calls.clone() })
    }

    async fn observed<B>(
        &self,
        host: String,
        call: BoxFuture<'_, Result<Response<B>, TransportError>>,
    ) -> Result<Response<B>, TransportError> {
        let watch = Stopwatch::start();
        let result = call.await;
        let outcome = outcome(result.as_ref().map(Response::status));
        self.calls.get_or_create(&Called { host, outcome }).observe(watch.took().as_secs_f64());
        result
    }
}

impl Transport for Observed {
    fn send(
        &self,
        request: Request<Bytes>,
        deadline: Duration,
    ) -> BoxFuture<'_, Result<Response<Bytes>, TransportError>> {
        Box::pin(self.observed(host(&request), self.transport.send(request, deadline)))
    }

    fn stream(
        &self,
        request: Request<Body>,
        deadline: Duration,
    ) -> BoxFuture<'_, Result<Response<Body>, TransportError>> {
        Box::pin(self.observed(host(&request), self.transport.stream(request, deadline)))
    }
}

fn host<B>(request: &Request<B>) -> String {
    request.uri().host().unwrap_or_default().to_owned()
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
