//! `GET /projects.json`: the projects as a file. A handler of axum, with the session and the API in its name.

use axum::Router;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use http::{Method, Uri};
use vestibule_core::ErrorCode;
use vestibule_server::app::CallError;
use vestibule_server::layers::refuse;
use vestibule_server::session::Authenticated;
use vestibule_server::upstream::ApiRequest;

/// The route, to be put behind the session layer with the pages.
pub(crate) fn route() -> Router {
    Router::new().route("/projects.json", get(projects))
}

async fn projects(user: Authenticated, uri: Uri) -> Response {
    let answer = user.call(ApiRequest::new(Method::GET, "/api/v1/projects")).await;
    let code = match answer {
        Ok(answer) if answer.status.is_success() => {
            let headers =
                [(CONTENT_TYPE, "application/json"), (CONTENT_DISPOSITION, "attachment; filename=\"projects.json\"")];
            return (headers, answer.body).into_response();
        }
        Ok(answer) if answer.status.as_u16() == 404 => ErrorCode::NotFound,
        Ok(_) | Err(CallError::Api(_)) => ErrorCode::ServiceUnavailable,
        Err(CallError::SignedOut) => ErrorCode::SignedOut,
    };
    refuse(&uri, code)
}
