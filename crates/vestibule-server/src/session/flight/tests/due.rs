//! When a token is renewed, and with what.

use std::sync::{Arc, Mutex};

use http::header::COOKIE;
use serde_json::{Value, json};

use super::{DUE, rotating, token};
use crate::fixture::{App, Log, cookies, json_answer, set_cookies};

/// TK-03: no earlier than needed, and again for the new token.
#[tokio::test]
async fn a_token_is_renewed_in_its_last_fifth_and_each_one_anew() {
    let (app, upstream) = rotating("");
    let mut cookies_now = app.cookies_of("ana").await;
    for generation in 1..=5 {
        app.clock.advance(80);
        assert!(set_cookies(&app.get("/test/page", &cookies_now).await).is_empty(), "{generation}");
        app.clock.advance(1);
        let response = app.get("/test/page", &cookies_now).await;
        cookies_now = cookies(&response);
        assert_eq!(token(&app, &cookies_now).await, format!("access-{generation}"));
    }
    assert_eq!(upstream.refreshes(), 5);
}

/// A configuration that asks for more than the API gives is obeyed, and the operator is told, once.
#[tokio::test]
async fn where_every_request_renews_the_log_names_the_key_once() {
    for (before, warnings) in [("100s", 1), ("99s", 0)] {
        let (app, upstream) = rotating(&format!("\nsession.refresh_before = '{before}'"));
        let mut cookies_now = app.cookies_of("ana").await;
        let log = Log::listen();
        for _ in 0..3 {
            app.clock.advance(2);
            cookies_now = cookies(&app.get("/test/page", &cookies_now).await);
        }
        assert_eq!((upstream.refreshes(), log.text().matches("session.refresh_before").count()), (3, warnings));
    }
}

#[tokio::test]
async fn neither_head_nor_files_nor_health_nor_sign_out_renews() {
    let (app, upstream) = rotating("");
    let cookies = app.cookies_of("ana").await;
    app.clock.advance(DUE);
    for path in ["/pkg/style.css", "/livez", "/readyz", "/auth/providers"] {
        app.get(path, &cookies).await;
    }
    let head = http::Request::head("/test/page").header(COOKIE, &cookies);
    app.send(head, axum::body::Body::empty()).await;
    app.post("/auth/sign-out", &cookies, "").await;
    assert_eq!(upstream.refreshes(), 0);
}

/// CK-10: an untouched tab asks, and ends all the same.
#[tokio::test]
async fn a_passive_check_renews_the_token_and_does_not_move_the_idle_time() {
    let (app, upstream) = rotating("\nsession.idle = '5m'");
    let mut now = app.cookies_of("ana").await;
    for _ in 0..3 {
        app.clock.advance(DUE);
        now = cookies(&app.get("/auth/session?passive=1", &now).await);
    }
    assert_eq!(upstream.refreshes(), 3);
    app.clock.advance(45);
    assert_eq!(app.who(&now).await, None, "five minutes after the last use");
}

/// TK-09
#[tokio::test]
async fn a_refresh_token_that_does_not_come_stays_the_old_one() {
    for absent in [json!(null), json!(""), json!(7), json!(["x"])] {
        let (app, upstream) = rotating("");
        let old = app.cookies_of("ana").await;
        for generation in 1..=2 {
            app.clock.advance(DUE * generation);
            let answer =
                json!({ "accessToken": format!("kept-{generation}"), "refreshToken": absent, "expiresIn": 100 });
            upstream.answers_refreshes(Some(json_answer(200, &answer)));
            // The cookie from before, outside the grace: its refresh token was not spent.
            assert_eq!(token(&app, &old).await, format!("kept-{generation}"));
        }
        let requests = app.upstream.requests.lock().unwrap();
        for request in requests.iter().filter(|request| request.uri().path() == "/refresh") {
            let sent: Value = serde_json::from_slice(request.body()).unwrap();
            assert_eq!(sent, json!({ "refresh_token": "refresh-0" }));
        }
    }
}

/// Some APIs answer with the token that was there.
#[tokio::test]
async fn the_same_token_is_not_asked_for_again_before_it_is_dead() {
    let (app, upstream) = rotating("");
    let mut now = app.cookies_of("ana").await;
    app.clock.advance(DUE);
    upstream.answers_refreshes(Some(json_answer(200, &json!({ "accessToken": "access-0", "expiresIn": 15 }))));
    now = cookies(&app.get("/test/page", &now).await);
    for _ in 0..7 {
        app.clock.advance(2);
        app.get("/test/page", &now).await;
    }
    assert_eq!(app.upstream.count("/refresh"), 1, "also in its last fifth");
    app.clock.advance(1);
    app.get("/test/page", &now).await;
    assert_eq!(app.upstream.count("/refresh"), 2);
}

/// Marxan's way: the access token, while it lives, renews itself.
#[tokio::test]
async fn an_api_without_refresh_tokens_renews_with_the_token_that_lives() {
    let toml =
        "[upstream.refresh]\nauth = true\n[upstream.expiry]\nfrom = 'pointer'\npointer = '/expiresIn'\nunit = 's'";
    let app = App::new(toml);
    let count = Arc::new(Mutex::new(0));
    app.script(move |request| match request.uri().path() {
        "/sign-in" => json_answer(201, &json!({ "accessToken": "first", "expiresIn": 100 })),
        "/refresh" if request.headers().contains_key("authorization") && request.body().is_empty() => {
            let mut count = count.lock().unwrap();
            *count += 1;
            json_answer(201, &json!({ "accessToken": format!("renewed-{count}"), "expiresIn": 100 }))
        }
        "/refresh" => json_answer(400, &json!({})),
        _ => json_answer(200, &json!({ "id": 7, "email": "ana@example.com" })),
    });
    let mut now = app.cookies_of("ana").await;
    app.clock.advance(DUE);
    now = cookies(&app.get("/auth/session?passive=1", &now).await);
    assert_eq!(token(&app, &now).await, "renewed-1");
}

#[tokio::test]
async fn without_a_way_to_renew_the_session_ends_with_its_token() {
    for toml in ["", "[upstream.refresh]\nbody = { '/refresh_token' = '{refresh}' }\n"] {
        let expiry = "[upstream.expiry]\nfrom = 'fixed'\nmax_age = '100s'";
        let app = App::new(&format!("{toml}{expiry}"));
        let cookies = app.cookies_of("ana").await;
        app.clock.advance(99);
        assert!(app.who(&cookies).await.is_some());
        app.clock.advance(1);
        assert_eq!(app.who(&cookies).await, None);
        assert_eq!(app.upstream.count("/refresh"), 0);
    }
}
