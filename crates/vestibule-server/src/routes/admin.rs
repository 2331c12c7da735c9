//! What the admin listener has: for whoever watches the process, and nobody else.

use axum::Router;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use http::header::{CACHE_CONTROL, CONTENT_TYPE};

use super::health;
use crate::app::Vestibule;

/// Where Prometheus looks.
const METRICS: &str = "/metrics";
/// OpenMetrics, which Prometheus reads.
const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// `/metrics`, `/livez` and `/readyz`, without any layer: for `server.admin_address`, which is not for the public.
pub fn admin(vestibule: &Vestibule) -> Router {
    Router::new().route(METRICS, get(metrics)).with_state(vestibule.clone()).merge(health(vestibule))
}

async fn metrics(State(vestibule): State<Vestibule>) -> Response {
    ([(CONTENT_TYPE, OPEN_METRICS), (CACHE_CONTROL, "no-store")], vestibule.metrics().text()).into_response()
}

#[cfg(test)]
mod tests;
