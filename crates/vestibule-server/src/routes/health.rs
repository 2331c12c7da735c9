//! Liveness and readiness, for whatever supervises the process.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http::header::CACHE_CONTROL;

use crate::app::Vestibule;

/// The process lives, whatever the upstream does.
pub(super) async fn live() -> Response {
    answer(StatusCode::OK, "ok")
}

/// The process takes requests; 503 while it drains, and while a store that is required is away. The upstream does not
/// count: without it, pages still answer.
pub(super) async fn ready(State(vestibule): State<Vestibule>) -> Response {
    let unavailable = |why| answer(StatusCode::SERVICE_UNAVAILABLE, why);
    if vestibule.draining() {
        return unavailable("draining");
    }
    if vestibule.config().store.required && vestibule.store().ping().await.is_err() {
        return unavailable("the store is away");
    }
    answer(StatusCode::OK, "ok")
}

fn answer(status: StatusCode, body: &'static str) -> Response {
    (status, [(CACHE_CONTROL, "no-store")], body).into_response()
}
