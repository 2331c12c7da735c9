use axum::body::Body;
use bytes::Bytes;
use futures_util::stream;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use http::{Request, StatusCode};

use crate::fixture::App;

/// CS-06: a request of HTTP/1.1 that announces no body has none (RFC 9112, section 6.3), so it needs no type.
#[tokio::test]
async fn a_call_without_a_body_needs_no_type() {
    let app = App::new("");
    for request in [Request::post("/api/echo"), Request::post("/api/echo").header(CONTENT_LENGTH, "0")] {
        assert_eq!(app.send(request, Body::empty()).await.status(), StatusCode::OK);
    }
}

/// CS-06
#[tokio::test]
async fn a_body_without_a_type_is_refused_however_it_is_sent() {
    let app = App::new("");
    let in_chunks = Body::from_stream(stream::iter([Ok::<_, std::convert::Infallible>(Bytes::from_static(b"a=b"))]));
    for body in [Body::from("a=b"), in_chunks] {
        let response = app.send(Request::post("/api/echo"), body).await;
        assert_eq!(response.status(), StatusCode::UNSUPPORTED_MEDIA_TYPE);
    }
    let typed = Request::post("/api/echo").header(CONTENT_TYPE, "text/plain");
    assert_eq!(app.send(typed, Body::empty()).await.status(), StatusCode::UNSUPPORTED_MEDIA_TYPE);
}
