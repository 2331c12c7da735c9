use http::StatusCode;
use serde_json::{Value, json};

use crate::fixture::{App, body, cookies, json_answer, set_cookies};
use crate::session::rotating::{REFRESHING, Rotating};
use crate::upstream::TransportError;

/// An upstream whose data wants the newest token.
fn strict(app: &App, life: i64) -> std::sync::Arc<Rotating> {
    let upstream = Rotating::living(life);
    let script = upstream.script();
    let newest = std::sync::Arc::clone(&upstream);
    app.script(move |request| {
        let bearer = request.headers().get("authorization").and_then(|value| value.to_str().ok());
        if request.uri().path() == "/data" && bearer != Some(&format!("Bearer access-{}", newest.refreshes())) {
            return json_answer(401, &json!({ "error": "dead token" }));
        }
        script(request)
    });
    upstream
}

/// An upstream that takes no token at its data.
fn refusing(app: &App, status: u16) -> std::sync::Arc<Rotating> {
    let upstream = Rotating::living(1_000);
    let script = upstream.script();
    app.script(move |request| match request.uri().path() {
        "/data" => json_answer(status, &json!({ "error": "refused" })),
        _ => script(request),
    });
    upstream
}

/// From now on the upstream does not know the token of the sign-in, long before its end.
fn forget_the_first_token(app: &App, upstream: &std::sync::Arc<Rotating>) {
    let script = upstream.script();
    app.script(move |request| {
        let dead = request.headers().get("authorization").is_some_and(|value| value == "Bearer access-0");
        if dead { json_answer(401, &json!({})) } else { script(request) }
    });
}

fn app(toml: &str) -> App {
    App::new(&format!("{REFRESHING}{toml}"))
}

#[tokio::test]
async fn a_call_carries_the_token_of_the_session() {
    let app = app("");
    app.script(Rotating::living(1_000).script());
    let cookies = app.cookies_of("ana").await;
    assert_eq!(body(app.get("/test/call", &cookies).await).await, r#"200 {"bearer":"Bearer access-0"}"#);
    assert_eq!(body(app.get("/test/call", "").await).await, "nobody is signed in");
}

/// UP-07
#[tokio::test]
async fn a_dead_token_is_renewed_once_the_call_is_made_again_and_the_cookie_follows() {
    let app = app("");
    let upstream = strict(&app, 1_000);
    let old = app.cookies_of("ana").await;
    app.clock.advance(60);
    forget_the_first_token(&app, &upstream);
    let response = app.get("/test/call", &old).await;
    let new = cookies(&response);
    assert_eq!(body(response).await, r#"200 {"bearer":"Bearer access-1"}"#);
    assert_eq!(body(app.get("/test/call", &new).await).await, r#"200 {"bearer":"Bearer access-1"}"#);
    assert_eq!(upstream.refreshes(), 1);
}

/// Fault 27
#[tokio::test]
async fn a_token_that_came_a_moment_ago_is_not_renewed_and_the_answer_is_passed_on() {
    let app = app("");
    let upstream = refusing(&app, 401);
    let cookies = app.cookies_of("ana").await;
    app.clock.advance(9);
    assert_eq!(body(app.get("/test/call", &cookies).await).await, r#"401 {"error":"refused"}"#);
    assert_eq!(upstream.refreshes(), 0);
    assert!(app.who(&cookies).await.is_some());
}

/// Fault 25: the response may come after somebody signed in again, whose cookie must stay.
#[tokio::test]
async fn a_call_whose_session_was_signed_out_meanwhile_takes_no_cookie_away() {
    let app = std::sync::Arc::new(app(""));
    let upstream = Rotating::living(1_000);
    app.script(upstream.script());
    let cookies = app.cookies_of("ana").await;
    app.clock.advance(60);
    forget_the_first_token(&app, &upstream);
    app.upstream.hold();
    let slow = tokio::spawn({
        let (app, cookies) = (std::sync::Arc::clone(&app), cookies.clone());
        async move { app.get("/test/call", &cookies).await }
    });
    app.upstream.called("/data", 1).await;
    let id = app.record_of(&cookies).await.id.clone();
    app.store.end(&id, std::time::Duration::from_secs(9_000)).await.unwrap();
    app.upstream.release();
    let late = slow.await.unwrap();
    assert!(set_cookies(&late).is_empty());
    assert_eq!(body(late).await, "nobody is signed in");
}

#[tokio::test]
async fn a_new_token_that_is_refused_too_ends_the_session() {
    let app = app("");
    let upstream = refusing(&app, 401);
    let old = app.cookies_of("ana").await;
    app.clock.advance(10);
    let response = app.get("/test/call", &old).await;
    assert!(set_cookies(&response)[0].contains("Max-Age=0"));
    assert_eq!(body(response).await, "nobody is signed in");
    assert_eq!((upstream.refreshes(), app.upstream.count("/data")), (1, 2));
    assert_eq!(app.who(&old).await, None);
}

#[tokio::test]
async fn a_403_that_no_rule_matches_is_an_answer_and_nothing_else() {
    let app = app("");
    let upstream = refusing(&app, 403);
    let cookies = app.cookies_of("ana").await;
    app.clock.advance(60);
    assert_eq!(body(app.get("/test/call", &cookies).await).await, r#"403 {"error":"refused"}"#);
    assert_eq!((upstream.refreshes(), app.upstream.count("/data")), (0, 1));
    assert!(app.who(&cookies).await.is_some());
}

/// UP-07
#[tokio::test]
async fn what_must_not_happen_twice_is_not_sent_twice() {
    let app = app("");
    let upstream = strict(&app, 1_000);
    let old = app.cookies_of("ana").await;
    app.clock.advance(60);
    forget_the_first_token(&app, &upstream);
    let response = app.post("/test/call", &old, "").await;
    let new = cookies(&response);
    assert_eq!(body(response).await, "401 {}");
    assert_eq!(app.upstream.count("/data"), 1);
    assert_eq!(body(app.post("/test/call", &new, "").await).await, r#"200 {"bearer":"Bearer access-1"}"#);
}

/// Fault 20
#[tokio::test]
async fn a_refused_token_that_cannot_be_renewed_now_ends_nothing() {
    let app = app("");
    let upstream = refusing(&app, 401);
    let cookies = app.cookies_of("ana").await;
    app.clock.advance(60);
    upstream.answers_refreshes(Some(Err(TransportError::Refused)));
    assert_eq!(body(app.get("/test/call", &cookies).await).await, r#"401 {"error":"refused"}"#);
    assert!(app.who(&cookies).await.is_some());
}

#[tokio::test]
async fn without_a_way_to_renew_a_refused_token_ends_the_session() {
    let app = App::new("");
    app.script(|request| match request.uri().path() {
        "/sign-in" => json_answer(200, &json!({ "accessToken": "opaque" })),
        "/me" => json_answer(200, &json!({ "email": "ana@example.com" })),
        _ => json_answer(401, &json!({})),
    });
    let cookies = app.cookies_of("ana").await;
    app.clock.advance(60);
    assert_eq!(body(app.get("/test/call", &cookies).await).await, "nobody is signed in");
    assert_eq!(app.who(&cookies).await, None);
}

/// The head of a streamed response has left: no cookie can follow, so the store keeps the tokens for the next request.
#[tokio::test]
async fn tokens_that_came_too_late_for_a_cookie_are_handed_over_with_the_next_request() {
    let app = app("");
    let upstream = strict(&app, 10_000);
    let old = app.cookies_of("ana").await;
    app.clock.advance(60);
    forget_the_first_token(&app, &upstream);
    let response = app.get("/test/late-call", &old).await;
    assert!(set_cookies(&response).is_empty());
    let page = r#"200 {"bearer":"Bearer access-1"}<template id="vestibule-stale"></template>"#;
    assert_eq!(body(response).await, page, "and the page is told at its end");
    // Long after the grace: it begins with the delivery.
    app.clock.advance(600);
    let next = app.get("/auth/session?passive=1", &old).await;
    let new = cookies(&next);
    assert!(body(next).await.contains("access-1"));
    app.clock.advance(31);
    assert_eq!(app.who(&old).await, None);
    assert!(app.who(&new).await.is_some());
    assert_eq!(upstream.refreshes(), 1);
}

/// A page that is as new as the session is left as it is, and so is one whose session goes on as it was.
#[tokio::test]
async fn a_page_whose_session_stays_as_it_was_is_told_nothing() {
    let app = app("");
    strict(&app, 1_000);
    let cookies = app.cookies_of("ana").await;
    for cookies in ["", &cookies] {
        assert!(!body(app.get("/test/late-call", cookies).await).await.contains("template"));
    }
}

/// A session that ends while the page is on its way: the page is told too.
#[tokio::test]
async fn a_page_whose_session_ended_on_the_way_is_told_at_its_end() {
    let app = app("");
    let upstream = strict(&app, 1_000);
    let cookies = app.cookies_of("ana").await;
    app.clock.advance(60);
    forget_the_first_token(&app, &upstream);
    upstream.answers_refreshes(Some(json_answer(401, &json!({}))));
    let page = body(app.get("/test/late-call", &cookies).await).await;
    assert_eq!(page, r#"nobody is signed in<template id="vestibule-stale"></template>"#);
}

/// TK-03: the page has the old token; its own call tells it to ask for the new one.
#[tokio::test]
async fn a_call_of_a_page_says_that_the_token_is_another_one_now() {
    let app = app("");
    strict(&app, 100);
    let cookies = app.cookies_of("ana").await;
    let said = |response: &axum::response::Response| response.headers().contains_key("x-session-renewed");
    assert!(!said(&app.post("/api/test-call", &cookies, "").await));
    app.clock.advance(85);
    assert!(!said(&app.get("/test/page", &cookies).await), "a page has the new one in it");
    assert!(said(&app.post("/api/test-call", &cookies, "").await));
    assert!(said(&app.post("/upstream/data", &cookies, "").await));
}

#[tokio::test]
async fn updating_reads_the_profile_again_and_the_cookie_follows() {
    let app = app("");
    let upstream = Rotating::living(1_000);
    let script = upstream.script();
    app.script(script);
    let old = app.cookies_of("ana").await;
    let script = upstream.script();
    app.script(move |request| match request.uri().path() {
        "/me" => json_answer(200, &json!({ "id": 7, "email": "ana@example.com", "displayName": "Ana María" })),
        _ => script(request),
    });
    let response = app.get("/test/update", &old).await;
    let new = cookies(&response);
    assert!(body(response).await.contains("Ana María"));
    let session: Value = serde_json::from_str(&body(app.get("/auth/session", &new).await).await).unwrap();
    assert_eq!(
        (session["user"]["name"].as_str(), session["accessToken"].as_str()),
        (Some("Ana María"), Some("access-0"))
    );
    assert_eq!(app.upstream.count("/refresh"), 0);
}

#[tokio::test]
async fn updating_with_a_dead_token_renews_it_first() {
    let app = app("");
    let upstream = strict(&app, 1_000);
    let old = app.cookies_of("ana").await;
    app.clock.advance(60);
    forget_the_first_token(&app, &upstream);
    let response = app.get("/test/update", &old).await;
    let new = cookies(&response);
    assert!(body(response).await.contains("Ana"));
    assert!(body(app.get("/auth/session", &new).await).await.contains("access-1"));
}

#[tokio::test]
async fn a_profile_of_somebody_else_ends_the_session() {
    let app = app("");
    let upstream = Rotating::living(1_000);
    app.script(upstream.script());
    let cookies = app.cookies_of("ana").await;
    app.script(|_| json_answer(200, &json!({ "id": 8, "email": "zoe@example.com" })));
    assert_eq!(body(app.get("/test/update", &cookies).await).await, "nobody is signed in");
    assert_eq!(app.who(&cookies).await, None);
}

#[tokio::test]
async fn an_update_that_fails_leaves_the_session_as_it_was() {
    let app = app("");
    let upstream = Rotating::living(1_000);
    app.script(upstream.script());
    let cookies = app.cookies_of("ana").await;
    app.script(|_| json_answer(500, &json!({})));
    let response = app.get("/test/update", &cookies).await;
    assert_eq!(response.status(), StatusCode::OK);
    assert!(set_cookies(&response).is_empty());
    assert_eq!(body(response).await, "the upstream did not give the profile");
    assert!(app.who(&cookies).await.is_some());
}
