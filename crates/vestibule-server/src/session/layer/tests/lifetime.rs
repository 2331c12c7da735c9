//! How long a session lives.

use axum::body::Body;
use http::Request;
use http::header::COOKIE;

use super::HOUR;
use crate::fixture::{App, cookies, set_cookies};

/// CK-09, CK-10
#[tokio::test]
async fn the_absolute_end_and_the_idle_time_are_kept_by_the_server() {
    let app = App::new("");
    let cookies = app.cookies_of("ana").await;
    app.clock.advance(2 * HOUR - 1);
    assert!(app.who(&cookies).await.is_some());
    app.clock.advance(1);
    assert_eq!(app.who(&cookies).await, None, "the raw value, replayed after the idle time");
}

/// CK-09
#[tokio::test]
async fn only_a_remembered_session_outlives_the_browser_and_never_its_own_end() {
    let plain = set_cookies(&App::new("").sign_in_as("ana", "").await);
    assert!(!plain[0].contains("Max-Age"), "remember is not offered, so it is not honoured");
    let remembered = set_cookies(&App::new("login.remember = true").sign_in_as("ana", "").await);
    assert!(remembered[0].contains("; Max-Age=2592000"), "{}", remembered[0]);
}

/// CK-10
#[tokio::test]
async fn use_moves_the_idle_time_and_nothing_else_rewrites_the_cookie() {
    let app = App::new("");
    let mut cookies_now = app.cookies_of("ana").await;
    app.clock.advance(60);
    assert!(set_cookies(&app.get("/test/page", &cookies_now).await).is_empty(), "not yet a tenth of the idle time");
    app.clock.advance(HOUR);
    for quiet in [
        app.get("/auth/session?passive=1", &cookies_now).await,
        app.send(Request::head("/test/page").header(COOKIE, &cookies_now), Body::empty()).await,
        app.get("/pkg/style.css", &cookies_now).await,
        app.get("/livez", &cookies_now).await,
    ] {
        assert!(set_cookies(&quiet).is_empty());
    }
    let response = app.get("/test/page", &cookies_now).await;
    assert_eq!(set_cookies(&response).len(), 1);
    cookies_now = cookies(&response);
    app.clock.advance(2 * HOUR - 1);
    assert!(app.who(&cookies_now).await.is_some());
}

/// CK-10
#[tokio::test]
async fn only_what_shows_that_somebody_is_there_moves_the_idle_time() {
    let app = App::new("");
    let cookies = app.cookies_of("ana").await;
    app.clock.advance(HOUR);
    let sibling = Request::get("/auth/session").header(COOKIE, &cookies).header("sec-fetch-site", "same-site");
    for quiet in [
        app.get("/auth/providers", &cookies).await,
        app.get("/no/such/page", &cookies).await,
        app.get("/test/sign-in", &cookies).await,
        app.get("/auth/sign-out", &cookies).await,
        app.post("/test/page", &cookies, "").await,
        app.post("/api/test-call?passive=1", &cookies, "").await,
        app.send(sibling, Body::empty()).await,
    ] {
        assert!(set_cookies(&quiet).is_empty(), "{}", quiet.status());
    }
    assert_eq!(set_cookies(&app.get("/test/page", &cookies).await).len(), 1);
}

/// CK-10
#[tokio::test]
async fn the_browser_learns_when_to_come_again() {
    let app = App::new("[upstream.refresh]\nauth = true\n[upstream.expiry]\nfrom = 'fixed'\nmax_age = '1h'");
    let cookies = app.cookies_of("ana").await;
    let response = app.get("/auth/session?passive=1", &cookies).await;
    assert_eq!(response.headers()["x-session-idle-expires"], "2027-01-15T10:00:00Z");
    assert_eq!(response.headers()["x-session-renews"], "2027-01-15T08:59:00Z");
    let nobody = app.get("/auth/session", "").await;
    assert!(!nobody.headers().contains_key("x-session-idle-expires"));
}
