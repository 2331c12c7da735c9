use axum::Router;
use axum::body::Body;
use axum::routing::get;
use http::{Request, StatusCode};
use serde_json::json;
use tower::ServiceExt;

use super::Authenticated;
use crate::fixture::{App, body, json_answer};

#[tokio::test]
async fn a_handler_has_the_session_and_the_api_in_its_name() {
    let app = App::new("");
    let cookies = app.cookies_of("ana").await;
    app.script(|request| json_answer(200, &json!(request.headers()["authorization"].to_str().unwrap())));
    let answer = app.get("/test/authenticated", &cookies).await;
    assert_eq!(body(answer).await, "ana@example.com \"Bearer canary-token-of-ana\"");
}

/// CS-12
#[tokio::test]
async fn nobody_is_401_and_the_handler_does_not_run() {
    let app = App::new("");
    let cookies = app.cookies_of("ana").await;
    app.post("/auth/sign-out", &cookies, "").await;
    let before = app.upstream.requests.lock().unwrap().len();
    for cookies in ["", &cookies] {
        assert_eq!(app.get("/test/authenticated", cookies).await.status(), StatusCode::UNAUTHORIZED);
    }
    assert_eq!(app.upstream.requests.lock().unwrap().len(), before);
}

/// A mistake of the program, found by the first request.
#[tokio::test]
async fn outside_the_session_layer_nobody_is_let_in() {
    let router: Router = Router::new().route("/", get(async |_: Authenticated| "let in"));
    let response = router.oneshot(Request::get("/").body(Body::empty()).unwrap()).await.unwrap();
    assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
}
