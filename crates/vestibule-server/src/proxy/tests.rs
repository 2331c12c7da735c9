//! The proxy in front of an API that a test scripts.

use axum::body::Body;
use axum::response::Response;
use bytes::Bytes;
use http::header::{COOKIE, HeaderMap};
use http::{Method, Request, StatusCode};
use serde_json::{Value, json};

use crate::fixture::{App, ORIGIN, body, cookies, json_answer, set_cookies};
use crate::session::rotating::{REFRESHING, Rotating};
use crate::upstream::TransportError;

mod answers;
mod bodies;
mod reach;
mod request_headers;
mod tokens;

type Answer = Result<http::Response<Bytes>, TransportError>;

/// An application whose API answers data with what it was asked, and the browser's cookies.
async fn echoing(toml: &str) -> (App, String) {
    let app = App::new(toml);
    let cookies = app.cookies_of("ana").await;
    app.script(|request| {
        let headers: Value = request
            .headers()
            .iter()
            .map(|(name, value)| (name.to_string(), Value::from(value.to_str().unwrap())))
            .collect();
        let path = request.uri().path_and_query().unwrap().as_str();
        let body = String::from_utf8_lossy(request.body());
        json_answer(
            200,
            &json!({ "method": request.method().as_str(), "path": path, "headers": headers, "body": body }),
        )
    });
    (app, cookies)
}

async fn call(app: &App, method: Method, path: &str, cookies: &str, body: &'static str) -> Response {
    app.send(Request::builder().method(method).uri(path).header(COOKIE, cookies).header("origin", ORIGIN), body).await
}

async fn read(response: Response) -> Value {
    serde_json::from_str(&body(response).await).unwrap()
}

fn calls(app: &App) -> usize {
    app.upstream.requests.lock().unwrap().len()
}
