//! The API client on the server: in handlers of axum, and in server functions.

use axum::Router;
use axum::body::Body;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use bytes::Bytes;
use futures_util::StreamExt;
use http::Request;
use http::header::{CONTENT_TYPE, COOKIE, ORIGIN};
use leptos::server_fn::error::FromServerFnError;
use serde_json::{Value, json};
use tokio::sync::mpsc;
use vestibule_server::layers::refuse;
use vestibule_server::session::Authenticated;
use wasm_bindgen::{JsCast, JsValue};

use super::fixture::{PUBLIC_URL, Site, json_answer, ordinary};
use crate::{Api, ApiBody, ApiError, ApiResponse, Multipart};

/// What an application has beside its pages.
pub(super) fn handlers() -> Router {
    Router::new()
        .route("/handler/names", get(names))
        .route("/handler/search", get(search))
        .route("/handler/download", get(download))
        .route("/handler/upload", post(upload))
        .route("/handler/bodies", post(bodies))
}

async fn names(user: Authenticated, api: Api, uri: http::Uri) -> Response {
    match api.get::<Vec<String>>("/projects").await {
        Ok(names) => format!("{:?} {names:?}", user.session().user.name).into_response(),
        Err(error) => refuse(&uri, error.code()),
    }
}

async fn search(api: Api) -> String {
    let found = api
        .get::<Value>("/projects?sort=name")
        .query(&json!({ "search": "coral reefs", "tag": ["a", "b"] }))
        .header("X-Team", "reef")
        .header("Cookie", "canary-cookie=1")
        .header("Authorization", "canary-authorization");
    found.await.unwrap().to_string()
}

async fn download(api: Api) -> Result<Response, String> {
    let answer: ApiResponse = api.get("/export").await.map_err(|error| format!("{error:?}"))?;
    let length = answer.header("content-type").unwrap_or_default();
    Ok(([("x-type", length)], Body::from_stream(answer.into_stream())).into_response())
}

async fn upload(api: Api, body: Body) -> String {
    let sent = api.post::<_, Value>("/files", ApiBody::stream("application/pdf", body.into_data_stream()));
    sent.await.map_or_else(|error| format!("{error:?}"), |answer| answer.to_string())
}

/// One of each kind, and what came of it.
async fn bodies(api: Api) -> String {
    let file: web_sys::File = JsValue::NULL.unchecked_into();
    let sent = [
        api.post::<_, Value>("/x", &json!({ "a": 1 })).await,
        api.put("/x", ApiBody::form(&[("q", "a b")])).await,
        api.patch("/x", ApiBody::text("ü")).await,
        api.delete("/x").body(&[7]).await,
        api.post("/x", ApiBody::empty()).await,
        api.post("/x", Multipart::new().text("a", "b")).await,
        api.post("/x", file).await,
    ];
    let line = |came: &Result<Value, ApiError>| match came {
        Ok(answer) => format!("{} {} {}", answer["method"], answer["headers"]["content-type"], answer["body"]),
        Err(error) => format!("{error:?}"),
    };
    sent.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// The upstream says what it was asked.
fn echo(site: &Site) {
    site.script(|request| {
        if ["/sign-in", "/me"].contains(&request.uri().path()) {
            return ordinary(request);
        }
        let text = |value: &http::HeaderValue| Value::from(value.to_str().unwrap());
        let headers: Value = request.headers().iter().map(|(name, value)| (name.to_string(), text(value))).collect();
        json_answer(
            200,
            &json!({
                "method": request.method().as_str(), "path": request.uri().path_and_query().unwrap().as_str(),
                "headers": headers, "body": String::from_utf8_lossy(request.body()),
            }),
        )
    });
}

/// CS-12
#[tokio::test]
async fn a_handler_has_the_client_of_whoever_is_signed_in_and_nobody_else_gets_in() {
    let site = Site::new("").await;
    assert_eq!(site.get("/handler/names", "").await.status, 401);
    assert!(site.asked().is_empty());
    let ana = site.cookies_of("ana").await;
    assert_eq!(site.get("/handler/names", &ana).await.body, r#"Some("canary-ana") ["canary-project-of-ana"]"#);
    site.script(|_| json_answer(500, &json!({ "stack": "canary-words" })));
    let failed = site.get("/handler/names", &ana).await;
    assert_eq!(failed.status, 503);
    assert!(!failed.everything().contains("canary-words"));
}

#[tokio::test]
async fn a_call_carries_its_query_and_headers_but_none_that_speak_for_the_person() {
    let site = Site::new("").await;
    echo(&site);
    let asked = site.get("/handler/search", &site.cookies_of("ana").await).await.json();
    assert_eq!(asked["path"], "/projects?sort=name&search=coral%20reefs&tag=a&tag=b");
    assert_eq!(asked["headers"]["x-team"], "reef");
    assert_eq!(asked["headers"]["authorization"], "Bearer canary-token-of-ana");
    assert_eq!(asked["headers"]["cookie"], Value::Null);
}

#[tokio::test]
async fn every_kind_of_body_has_its_type() {
    let site = Site::new("").await;
    echo(&site);
    let answer = site.post("/handler/bodies", &site.cookies_of("ana").await, "").await;
    let lines: Vec<_> = answer.body.lines().collect();
    assert_eq!(
        lines[..5],
        [
            r#""POST" "application/json" "{\"a\":1}""#,
            r#""PUT" "application/x-www-form-urlencoded" "q=a%20b""#,
            r#""PATCH" "text/plain; charset=utf-8" "ü""#,
            r#""DELETE" "application/json" "[7]""#,
            r#""POST" null """#,
        ]
    );
    assert!(lines[5].starts_with(r#""POST" "multipart/form-data; boundary="#), "{}", lines[5]);
    assert_eq!(lines[6], "Unwritable", "no file of a browser is here");
}

/// The first bytes are there while the API still holds the rest.
#[tokio::test]
async fn a_download_comes_bit_by_bit() {
    let site = Site::new("").await;
    let ana = site.cookies_of("ana").await;
    echo(&site);
    let (send, receive) = mpsc::channel::<Result<Bytes, std::io::Error>>(1);
    let pieces = futures_util::stream::unfold(receive, async |mut it| Some((it.recv().await?, it)));
    site.answer_with(Body::from_stream(pieces));
    let response = site.open(Request::get("/handler/download").header(COOKIE, &ana), Body::empty()).await;
    assert_eq!(response.headers()["x-type"], "application/json");
    let mut body = response.into_body().into_data_stream();
    for piece in ["one", "two"] {
        send.send(Ok(piece.into())).await.unwrap();
        assert_eq!(body.next().await.unwrap().unwrap(), piece);
    }
    // Who leaves ends the call at the API, too.
    drop(body);
    tokio::time::timeout(std::time::Duration::from_secs(20), send.closed()).await.unwrap();
}

/// OU-12: a failed download is an error with what the API says, and no file.
#[tokio::test]
async fn a_download_that_is_refused_is_an_error() {
    let site = Site::new("").await;
    let ana = site.cookies_of("ana").await;
    site.script(|_| json_answer(403, &json!({ "title": "Not yours" })));
    let answer = site.get("/handler/download", &ana).await.body;
    assert!(
        answer.starts_with("Status { status: 403, problem: Some(Object {\"title\": String(\"Not yours\")})"),
        "{answer}"
    );
}

#[tokio::test]
async fn an_upload_passes_through_a_handler() {
    let site = Site::new("").await;
    echo(&site);
    let ana = site.cookies_of("ana").await;
    let pieces = [Ok::<_, std::io::Error>("%PDF"), Ok("-1.7")];
    let request = Request::post("/handler/upload").header(COOKIE, &ana).header(ORIGIN, PUBLIC_URL);
    let request = request.header(CONTENT_TYPE, "application/pdf");
    let asked = site.send(request, Body::from_stream(futures_util::stream::iter(pieces))).await.json();
    assert_eq!((&asked["body"], &asked["headers"]["content-type"]), (&json!("%PDF-1.7"), &json!("application/pdf")));
}

#[tokio::test]
async fn a_server_function_fails_with_the_client_s_error_and_its_status() {
    let site = Site::new("").await;
    let ana = site.cookies_of("ana").await;
    let ok = site.post("/api/own_projects", &ana, "").await;
    assert_eq!((ok.status, ok.json()), (200, json!(["canary-project-of-ana"])));
    let problem = json!({ "title": "Not yours" });
    for (upstream, status, error) in [
        (422, 422, ApiError::Status { status: 422, problem: Some(problem.clone()) }),
        (500, 503, ApiError::Status { status: 500, problem: None }),
        (302, 502, ApiError::Status { status: 302, problem: Some(problem.clone()) }),
    ] {
        let problem = problem.clone();
        site.script(move |_| json_answer(upstream, &problem));
        let failed = site.post("/api/own_projects", &ana, "").await;
        assert_eq!(failed.status, status, "{upstream}");
        assert_eq!(ApiError::de(failed.body.into()), error);
    }
    let nobody = site.post("/api/own_projects", "", "").await;
    assert_eq!((nobody.status, ApiError::de(nobody.body.into())), (401, ApiError::SignedOut));
}
