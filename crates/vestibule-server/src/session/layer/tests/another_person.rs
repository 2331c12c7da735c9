//! Requests of a page that was made for somebody else.

use axum::body::Body;
use http::header::COOKIE;
use http::{Request, StatusCode};
use serde_json::json;

use crate::fixture::{App, body, cookies, json_answer, set_cookies};
use crate::session::rotating::{REFRESHING, Rotating};

/// OU-09
#[tokio::test]
async fn what_a_page_of_somebody_else_asks_for_is_not_done() {
    let app = App::new("");
    let (ana, zoe) = (app.cookies_of("ana").await, app.cookies_of("zoe").await);
    let name = app.record_of(&ana).await.key().identity.unwrap();
    let asks = async |cookies: &str| {
        let request = Request::post("/api/test-call")
            .header(COOKIE, cookies)
            .header("origin", crate::fixture::ORIGIN)
            .header("x-session-user", name.as_str());
        app.send(request, Body::empty()).await
    };
    assert_eq!(asks(&ana).await.status(), StatusCode::OK);
    let calls = app.upstream.requests.lock().unwrap().len();
    let refused = asks(&zoe).await;
    assert_eq!(refused.status(), StatusCode::CONFLICT);
    assert!(set_cookies(&refused).is_empty());
    assert_eq!(app.upstream.requests.lock().unwrap().len(), calls);
    assert!(app.who(&zoe).await.is_some());
    assert_eq!(body(asks("").await).await, "nobody is signed in", "that is for the route to say");
}

/// OU-09, TK-07: the refusal is for the page; the tokens that came with it are the browser's.
#[tokio::test]
async fn what_was_renewed_for_a_refused_request_reaches_the_browser() {
    let app = App::new(REFRESHING);
    let upstream = Rotating::living(100);
    app.script(upstream.script());
    let old = app.cookies_of("ana").await;
    app.clock.advance(85);
    let request = Request::post("/api/test-call")
        .header(COOKIE, &old)
        .header("origin", crate::fixture::ORIGIN)
        .header("x-session-user", "0123456789abcdef0123456789abcdef");
    let refused = app.send(request, Body::empty()).await;
    assert_eq!(refused.status(), StatusCode::CONFLICT);
    let new = cookies(&refused);
    app.clock.advance(60);
    assert_eq!(app.who(&new).await.as_deref(), Some("ana@example.com"));
    assert_eq!(upstream.refreshes(), 1);
}

/// OU-09: also what is passed on to the API, and where the API names nobody in particular.
#[tokio::test]
async fn a_page_of_somebody_else_is_refused_at_the_proxy_and_by_who_has_no_identity() {
    let app = App::new("");
    let ana = app.cookies_of("ana").await;
    app.script(|request| match request.uri().path() {
        "/sign-in" => json_answer(200, &json!({ "accessToken": "opaque" })),
        _ => json_answer(200, &json!({})),
    });
    let nobody_known = app.cookies_of("zoe").await;
    for (path, cookies) in
        [("/upstream/data", &ana), ("/upstream/data", &nobody_known), ("/api/test-call", &nobody_known)]
    {
        let request = Request::post(path)
            .header(COOKIE, cookies)
            .header("origin", crate::fixture::ORIGIN)
            .header("x-session-user", "0123456789abcdef0123456789abcdef");
        assert_eq!(app.send(request, Body::empty()).await.status(), StatusCode::CONFLICT, "{path}");
    }
}
