use axum::body::Body;
use bytes::Bytes;
use futures_util::stream;
use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use http::{Request, StatusCode};

use crate::fixture::{App, body};

/// SV-01: the clock of the runtime jumps to the next timer, so nobody waits.
#[tokio::test(start_paused = true)]
async fn a_body_that_never_comes_is_408_in_true_words() {
    let app = App::new("");
    let request = Request::post("/test/sign-in").header(CONTENT_TYPE, "application/x-www-form-urlencoded");
    let never = Body::from_stream(stream::pending::<Result<Bytes, std::convert::Infallible>>());
    let begun = tokio::time::Instant::now();
    let response = app.send(request, never).await;
    assert_eq!(begun.elapsed().as_secs(), 30);
    assert_eq!(response.status(), StatusCode::REQUEST_TIMEOUT);
    assert_eq!(response.headers()[CACHE_CONTROL], "no-store, private");
    let page = body(response).await;
    assert!(page.contains("The request took too long"), "{page}");
    assert!(!page.contains("sign-in service"), "nobody asked the upstream: {page}");
}
