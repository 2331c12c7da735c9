//! Who learns what of a session, and what may keep it.

use axum::body::Body;
use http::Request;
use http::header::{CACHE_CONTROL, COOKIE, VARY};
use serde_json::{Value, json};

use super::HOUR;
use crate::fixture::{App, body, cookies, set_cookies};

#[tokio::test]
async fn the_session_on_the_wire_has_the_whole_profile_and_the_token() {
    let app = App::new("");
    let cookies = app.cookies_of("ana").await;
    let session: Value = serde_json::from_str(&body(app.get("/auth/session", &cookies).await).await).unwrap();
    assert_eq!(
        session,
        json!({
            "user": { "id": "ana@example.com", "email": "ana@example.com", "displayName": "ana", "name": "ana", "fname": "F", "lname": "L" },
            "accessToken": "canary-token-of-ana",
            "expires": "2027-01-15T20:00:00Z",
            "sessionExpires": "2027-01-15T20:00:00Z",
        })
    );
    assert_eq!(body(app.get("/auth/session", "").await).await, "null");
}

/// OU-06
#[tokio::test]
async fn nothing_that_varies_by_session_may_be_kept_and_files_may() {
    let app = App::new("");
    let cookies = app.cookies_of("ana").await;
    for (path, who) in
        [("/test/page", ""), ("/test/page", &cookies[..]), ("/auth/session", &cookies), ("/auth/providers", "")]
    {
        let response = app.get(path, who).await;
        assert_eq!(response.headers()[CACHE_CONTROL], "no-store, private", "{path}");
        assert_eq!(response.headers()[VARY], "Cookie", "{path}");
    }
    app.clock.advance(HOUR);
    let file = app.get("/pkg/style.css", &cookies).await;
    assert!(file.headers()[CACHE_CONTROL].to_str().unwrap().contains("immutable"));
    assert!(set_cookies(&file).is_empty());
}

/// OU-06
#[tokio::test]
async fn what_a_page_says_of_caches_holds_only_while_it_carries_no_cookie() {
    let app = App::new("");
    let cookies = app.cookies_of("ana").await;
    assert_eq!(app.get("/test/kept", &cookies).await.headers()[CACHE_CONTROL], "public, max-age=60");
    app.clock.advance(HOUR);
    let response = app.get("/test/kept", &cookies).await;
    assert_eq!(set_cookies(&response).len(), 1);
    assert_eq!(response.headers()[CACHE_CONTROL], "no-store, private");
}

/// CS-08
#[tokio::test]
async fn the_session_is_not_told_to_other_sites() {
    let app = App::new("");
    let cookies = app.cookies_of("ana").await;
    for (site, status) in [("cross-site", 403), ("same-site", 403), ("same-origin", 200), ("none", 200)] {
        let request = Request::get("/auth/session").header(COOKIE, &cookies).header("sec-fetch-site", site);
        let response = app.send(request, Body::empty()).await;
        assert_eq!(response.status(), status, "{site}");
        assert_eq!(response.status() == 200, body(response).await.contains("canary"), "{site}");
    }
}

/// OU-10
#[tokio::test]
async fn a_token_that_stays_on_the_server_is_in_no_answer() {
    let app = App::new("session.access_token = 'server-only'");
    let response = app.sign_in_as("ana", "").await;
    let cookies = cookies(&response);
    assert!(!body(response).await.contains("canary"));
    let session = body(app.get("/auth/session", &cookies).await).await;
    assert!(session.contains("ana@example.com") && !session.contains("canary") && !session.contains("accessToken"));
}
