//! Sessions that end, and responses that come after.

use std::sync::Arc;
use std::time::Duration;

use http::header::{CONTENT_TYPE, COOKIE, ORIGIN};
use http::{Request, StatusCode};

use super::HOUR;
use crate::fixture::{App, body, cookies, set_cookies};
use crate::store::{Keep, Landing, SessionKey};

/// CK-11, SE-07
#[tokio::test]
async fn signing_out_takes_every_cookie_away_and_a_copy_of_it_is_nobody() {
    let app = App::new("[upstream.sign_out]\nauth = true");
    let cookies = app.cookies_of("ana").await;
    let response = app.post("/auth/sign-out", &cookies, "").await;
    assert_eq!(response.status(), StatusCode::SEE_OTHER);
    assert_eq!(response.headers()["location"], "/");
    let lines = set_cookies(&response);
    assert!(lines[0].starts_with("__Host-session=;") && lines[0].contains("Max-Age=0"));
    assert!(lines[0].ends_with("Path=/; Max-Age=0") || lines[0].contains("; Path=/"), "{}", lines[0]);
    // SE-08: the upstream heard of it.
    let told = app.upstream.requests.lock().unwrap().pop().unwrap();
    assert_eq!(
        (told.uri().path(), told.headers()["authorization"].to_str().unwrap()),
        ("/sign-out", "Bearer canary-token-of-ana")
    );

    let asked = app.upstream.requests.lock().unwrap().len();
    assert_eq!(app.who(&cookies).await, None, "the copied cookie");
    assert_eq!(app.upstream.requests.lock().unwrap().len(), asked, "no call bears the token");
}

/// CS-06
#[tokio::test]
async fn a_sign_out_that_cannot_be_read_ends_nothing() {
    let app = App::new("");
    let cookies = app.cookies_of("ana").await;
    const FORM: &str = "application/x-www-form-urlencoded";
    let large = format!("callbackUrl=/{}", "a".repeat(16 * 1_024));
    for (kind, body, status) in [
        ("text/plain", "everywhere=on", 415),
        ("application/json", "{}", 415),
        ("multipart/form-data; boundary=x", "--x--", 415),
        ("", "everywhere=on", 415),
        (FORM, "everywhere=on&everywhere=on", 400),
        (FORM, "everywhere=%FF", 400),
        (FORM, &large, 413),
    ] {
        let request = Request::post("/auth/sign-out").header(COOKIE, &cookies).header(ORIGIN, "https://app.example");
        let response = app.send(request.header(CONTENT_TYPE, kind), body.to_owned()).await;
        assert_eq!(response.status().as_u16(), status, "{kind}: {}", &body[..body.len().min(40)]);
        assert!(set_cookies(&response).is_empty(), "{kind}");
    }
    assert!(app.who(&cookies).await.is_some());
}

/// SE-07
#[tokio::test]
async fn a_slow_response_does_not_bring_back_a_session_that_was_signed_out_meanwhile() {
    let app = App::new("");
    let cookies = app.cookies_of("ana").await;
    app.clock.advance(HOUR);
    let record = app.record_of(&cookies).await;
    app.vestibule.store().end(&record.id, app.vestibule.left(&record)).await.unwrap();
    assert!(set_cookies(&app.get("/test/page", &cookies).await).is_empty());
}

/// The `Set-Cookie` lines of a response that was on its way, with the idle time to be written, when something happened
/// to its session.
async fn set_after(happens: impl AsyncFnOnce(&App, &SessionKey)) -> Vec<String> {
    let app = Arc::new(App::new(""));
    let cookies = app.cookies_of("ana").await;
    app.clock.advance(HOUR);
    app.upstream.hold();
    let slow = tokio::spawn({
        let (app, cookies) = (Arc::clone(&app), cookies.clone());
        async move { app.get("/test/call", &cookies).await }
    });
    app.upstream.called("/data", 1).await;
    happens(&app, &app.record_of(&cookies).await.key()).await;
    app.upstream.release();
    set_cookies(&slow.await.unwrap())
}

/// SE-07, SE-10
#[tokio::test]
async fn a_response_that_was_on_its_way_writes_nothing_of_a_session_that_ended_or_went_on() {
    assert_eq!(set_after(async |_, _| {}).await.len(), 1);
    let life = Duration::from_secs(600);
    let ended = set_after(async |app, key| app.store.end(&key.id, life).await.unwrap());
    assert!(ended.await.is_empty());
    for (spent, seconds) in [(None, 0), (Some(life), 0), (Some(life), 31)] {
        let renewed = set_after(async |app, key| {
            let keep = Keep { result: Duration::from_secs(30), spent };
            app.store.finish_flight(key, "another", &Landing::Renewed("sealed".to_owned()), keep).await.unwrap();
            app.clock.advance(seconds);
        });
        assert!(renewed.await.is_empty(), "{spent:?} {seconds}");
    }
}

/// SE-08, fault 1
#[tokio::test]
async fn signing_out_works_while_the_upstream_is_away() {
    let app = App::new("[upstream.sign_out]");
    let cookies = app.cookies_of("ana").await;
    app.script(|_| Err(crate::upstream::TransportError::Refused));
    assert_eq!(app.post("/auth/sign-out", &cookies, "").await.status(), StatusCode::SEE_OTHER);
    assert_eq!(app.who(&cookies).await, None);
}

#[tokio::test]
async fn signing_out_twice_is_no_error_and_get_does_not_do_it() {
    let app = App::new("");
    assert_eq!(app.post("/auth/sign-out", "", "").await.status(), StatusCode::SEE_OTHER);
    let cookies = app.cookies_of("ana").await;
    // CS-04
    assert_eq!(app.get("/auth/sign-out", &cookies).await.status(), StatusCode::METHOD_NOT_ALLOWED);
    assert!(app.who(&cookies).await.is_some());
}

/// SE-11
#[tokio::test]
async fn signing_in_ends_the_session_that_the_request_came_with() {
    let app = App::new("");
    let planted = app.cookies_of("mallory").await;
    let response = app.sign_in_as("ana", &planted).await;
    let ana = cookies(&response);
    assert_eq!(app.who(&ana).await.as_deref(), Some("ana@example.com"));
    assert_eq!(app.who(&planted).await, None, "the planted one is nobody's now");
}

/// SE-11
#[tokio::test]
async fn a_failed_sign_in_leaves_the_session_that_was_there() {
    let app = App::new("");
    let cookies = app.cookies_of("ana").await;
    let response = app.post("/test/sign-in", &cookies, "username=ana&password=wrong").await;
    assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
    assert!(set_cookies(&response).is_empty());
    assert!(app.who(&cookies).await.is_some());
}

/// The browser keeps what the headers said: a change that comes later must not be half done.
#[tokio::test]
async fn a_change_after_the_headers_left_changes_nothing() {
    let app = App::new("");
    let cookies = app.cookies_of("ana").await;
    assert_eq!(body(app.get("/test/stream", &cookies).await).await, "kept");
    assert!(app.who(&cookies).await.is_some());
}

/// OU-08
#[tokio::test]
async fn signing_out_empties_what_the_browser_kept_of_this_site_and_nothing_else_does() {
    let app = App::new("");
    let cookies = app.cookies_of("ana").await;
    let response = app.post("/auth/sign-out", &cookies, "").await;
    assert_eq!(response.headers()["clear-site-data"], "\"cache\", \"storage\"");
    let tampered = app.get("/test/page", &format!("{cookies}; {cookies}")).await;
    assert!(!set_cookies(&tampered).is_empty() && !tampered.headers().contains_key("clear-site-data"));
}
