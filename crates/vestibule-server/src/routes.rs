//! The routes of the wire that need no page: the session, the providers, signing out, health.

mod admin;
mod health;
mod providers;
mod session;
mod sign_out;

use axum::Router;
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get, post};
use http::header::LOCATION;
use http::{HeaderValue, StatusCode, Uri};
use vestibule_core::{ErrorCode, wire};

use crate::app::Vestibule;
use crate::layers::refuse;
use crate::proxy;

pub use self::admin::admin;
pub(crate) use self::providers::sent;

/// `/auth/session`, `/auth/providers`, `/auth/sign-out` and `/upstream/…`, to be put behind the session layer.
pub fn wire(vestibule: &Vestibule) -> Router {
    Router::new()
        .route(wire::SESSION, get(session::show))
        .route(wire::PROVIDERS, get(providers::list))
        .route(wire::SIGN_OUT, post(sign_out::sign_out))
        .route(&below(wire::PROVIDER_SIGN_IN), post(providers::sign_in))
        .route(&below(wire::PROVIDER_CALLBACK), get(providers::callback).post(providers::callback_form))
        .route(&below(wire::PROVIDER_LOGOUT), post(providers::logout))
        .route("/auth/{*rest}", any(nothing))
        .with_state(vestibule.clone())
        .merge(proxy::route(vestibule))
}

fn below(path: &str) -> String {
    [path, "/{id}"].concat()
}

/// 303 to a target that the URL parser wrote: ASCII without control characters.
fn see_other(target: &str) -> Response {
    let mut response = StatusCode::SEE_OTHER.into_response();
    if let Ok(location) = HeaderValue::from_str(target) {
        response.headers_mut().insert(LOCATION, location);
    }
    response
}

/// Programs ask here, and none of them reads a page.
async fn nothing(uri: Uri) -> Response {
    refuse(&uri, ErrorCode::NotFound)
}

/// `/livez` and `/readyz`, outside every layer that knows hosts or sessions.
pub fn health(vestibule: &Vestibule) -> Router {
    Router::new()
        .route(wire::LIVEZ, get(health::live))
        .route(wire::READYZ, get(health::ready))
        .with_state(vestibule.clone())
}
