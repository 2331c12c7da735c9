//! Refreshes after which there is no session.

use std::sync::Arc;
use std::time::Duration;

use http::StatusCode;
use serde_json::json;

use super::super::{Delivery, Errand, Flights, Flown};
use super::{DUE, rotating, with_door};
use crate::fixture::{App, NOW, body, json_answer, set_cookies};
use crate::store::{Keep, Landing};
use crate::upstream::fake::jwt;

/// SE-07, SE-10: what ended or went on since the request opened it.
#[tokio::test]
async fn a_session_that_is_over_since_a_moment_ago_is_not_renewed() {
    for is_ended in [true, false] {
        let (app, upstream) = rotating("");
        let record = Arc::new(app.record_of(&app.cookies_of("ana").await).await);
        let life = app.vestibule.left(&record);
        if is_ended {
            app.store.end(&record.id, life).await.unwrap();
        } else {
            let keep = Keep { result: Duration::ZERO, spent: Some(life) };
            let landing = Landing::Renewed("sealed".to_owned());
            app.store.finish_flight(&record.key(), "another", &landing, keep).await.unwrap();
        }
        let flown = Flights::renew(&app.vestibule, &record, Errand::Refresh, Delivery::Now, None).await;
        assert!(matches!(flown, Flown::Over(_)), "{flown:?}");
        assert_eq!(upstream.refreshes(), 0);
    }
}

/// Fault 22
#[tokio::test]
async fn a_refusal_ends_the_session_takes_the_cookie_away_and_is_not_asked_for_again() {
    for refusal in [json_answer(401, &json!({})), json_answer(400, &json!({ "error": "invalid_grant" }))] {
        let (app, upstream) = rotating("");
        let cookies = app.cookies_of("ana").await;
        app.clock.advance(DUE);
        upstream.answers_refreshes(Some(refusal));
        let response = app.get("/test/page", &cookies).await;
        assert!(set_cookies(&response)[0].contains("Max-Age=0"));
        assert_eq!(body(response).await, "nobody");
        upstream.answers_refreshes(None);
        assert_eq!(app.who(&cookies).await, None);
        assert_eq!(app.upstream.count("/refresh"), 1);
    }
}

/// Fault 25
#[tokio::test]
async fn a_refresh_that_lands_after_the_sign_out_revives_nothing_and_gives_its_tokens_back() {
    let (app, _) = rotating("\n[upstream.sign_out]");
    let app = Arc::new(app);
    let cookies = app.cookies_of("ana").await;
    app.clock.advance(DUE);
    app.upstream.hold();
    let slow = tokio::spawn({
        let (app, cookies) = (Arc::clone(&app), cookies.clone());
        async move { app.get("/test/page", &cookies).await }
    });
    app.upstream.called("/refresh", 1).await;
    // Signing out does not wait for the flight: the session is over before the upstream answers anything.
    let sign_out = tokio::spawn({
        let (app, cookies) = (Arc::clone(&app), cookies.clone());
        async move { app.post("/auth/sign-out", &cookies, "").await }
    });
    app.upstream.called("/sign-out", 1).await;
    app.upstream.release();
    assert_eq!(sign_out.await.unwrap().status(), StatusCode::SEE_OTHER);
    let late = slow.await.unwrap();
    assert!(set_cookies(&late).is_empty(), "who signed in again has the cookie of a new session by now");
    assert_eq!(body(late).await, "nobody");
    assert_eq!(app.who(&cookies).await, None);
    let told: Vec<_> = app
        .upstream
        .requests
        .lock()
        .unwrap()
        .iter()
        .filter(|it| it.uri().path() == "/sign-out")
        .map(|it| it.headers()["authorization"].to_str().unwrap().to_owned())
        .collect();
    assert_eq!(told, ["Bearer access-0", "Bearer access-1"]);
}

/// Fault 26: also where the token alone says whose it is.
#[tokio::test]
async fn a_token_that_names_somebody_else_ends_the_session() {
    let app = App::new("[upstream.refresh]\n");
    let named = |sub: &str, life: i64| jwt(&json!({ "sub": sub, "exp": NOW + life }));
    app.script(move |request| match request.uri().path() {
        "/sign-in" => json_answer(200, &json!({ "accessToken": named("ana", 100), "refreshToken": "r" })),
        "/refresh" => json_answer(200, &json!({ "accessToken": named("zoe", 300) })),
        _ => json_answer(200, &json!({ "email": "ana@example.com" })),
    });
    let cookies = app.cookies_of("ana").await;
    app.clock.advance(DUE);
    let response = app.get("/auth/session", &cookies).await;
    assert!(set_cookies(&response)[0].contains("Max-Age=0"));
    assert_eq!(body(response).await, "null");
    assert_eq!(app.who(&cookies).await, None);
}

/// Fault 26
#[tokio::test]
async fn somebody_elses_tokens_end_the_session() {
    let (app, upstream) = rotating("");
    let cookies = app.cookies_of("ana").await;
    app.clock.advance(DUE);
    let stranger = json!({ "accessToken": "canary-of-zoe", "user": { "id": 8 }, "expiresIn": 100 });
    upstream.answers_refreshes(Some(json_answer(200, &stranger)));
    let response = app.get("/auth/session", &cookies).await;
    assert!(set_cookies(&response)[0].contains("Max-Age=0"));
    assert_eq!(body(response).await, "null");
    assert_eq!(app.who(&cookies).await, None);
}

/// Fault 25, with a store that is back by the time of the sign-out.
#[tokio::test]
async fn a_refresh_that_took_off_without_the_store_gives_its_tokens_back_too() {
    let (app, _, store) = with_door("\n[upstream.sign_out]");
    let app = Arc::new(app);
    let cookies = app.cookies_of("ana").await;
    app.clock.advance(DUE);
    app.upstream.hold();
    let slow = tokio::spawn({
        let (app, cookies) = (Arc::clone(&app), cookies.clone());
        async move { app.get("/test/page", &cookies).await }
    });
    app.upstream.called("/refresh", 1).await;
    store.gate.open();
    let sign_out = tokio::spawn({
        let (app, cookies) = (Arc::clone(&app), cookies.clone());
        async move { app.post("/auth/sign-out", &cookies, "").await }
    });
    app.upstream.called("/sign-out", 1).await;
    app.upstream.release();
    sign_out.await.unwrap();
    assert!(set_cookies(&slow.await.unwrap()).is_empty(), "nothing is revived");
    let told = app.upstream.requests.lock().unwrap();
    let told: Vec<_> = told.iter().filter(|request| request.uri().path() == "/sign-out").collect();
    let bearers: Vec<_> = told.iter().map(|request| request.headers()["authorization"].to_str().unwrap()).collect();
    assert_eq!(bearers, ["Bearer access-0", "Bearer access-1"]);
}
