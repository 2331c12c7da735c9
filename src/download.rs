//! `GET /projects.json`: the projects as a file. A handler of axum, with the API in its name.

use axum::Router;
use axum::body::Body;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use http::Uri;
use http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use vestibule::{Api, ApiResponse};
use vestibule_server::layers::refuse;

/// The route, to be put behind the session layer with the pages.
pub(crate) fn route() -> Router {
    Router::new().route("/projects.json", get(projects))
}

/// What the API sends goes on to the person as it comes.
async fn projects(api: Api, uri: Uri) -> Response {
    match api.get::<ApiResponse>("/api/v1/projects").await {
        Ok(answer) => {
            let headers =
                [(CONTENT_TYPE, "application/json"), (CONTENT_DISPOSITION, "attachment; filename=\"projects.json\"")];
            (headers, Body::from_stream(answer.into_stream())).into_response()
        }
        Err(error) => refuse(&uri, error.code()),
    }
}
