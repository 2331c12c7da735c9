//! What an upstream that fails does to a session.

use serde_json::{Value, json};
use vestibule_core::Timestamp;

use super::{DUE, rotating, token};
use crate::fixture::{body, cookies, json_answer};
use crate::upstream::TransportError;

/// TK-08, fault 20: whatever is no refusal keeps the session, and is not asked for again at once.
#[tokio::test]
async fn an_upstream_that_is_away_or_talks_nonsense_ends_nothing() {
    for fault in [
        Err(TransportError::Refused),
        Err(TransportError::Timeout),
        Err(TransportError::Reset),
        json_answer(429, &json!({})),
        json_answer(500, &json!({})),
        json_answer(503, &json!({})),
        json_answer(404, &json!({})),
        json_answer(403, &json!({})),
        json_answer(200, &json!({ "accessToken": "" })),
        json_answer(200, &json!({ "accessToken": "no header carries this", "expiresIn": 100 })),
        json_answer(200, &json!("garbage")),
        Ok(http::Response::new("<html>".into())),
    ] {
        let (app, upstream) = rotating("");
        let cookies = app.cookies_of("ana").await;
        app.clock.advance(DUE);
        upstream.answers_refreshes(Some(fault));
        for _ in 0..5 {
            assert_eq!(token(&app, &cookies).await, "access-0", "the token that still lives");
        }
        assert_eq!(app.upstream.count("/refresh"), 1, "one attempt, then a pause");
    }
}

/// Fault 21
#[tokio::test]
async fn with_a_dead_token_the_person_stays_signed_in_and_recovers_by_itself() {
    let (app, upstream) = rotating("");
    let old = app.cookies_of("ana").await;
    app.clock.advance(DUE);
    upstream.answers_refreshes(Some(json_answer(503, &json!({}))));
    app.get("/test/page", &old).await;
    app.clock.advance(60);
    let session: Value = serde_json::from_str(&body(app.get("/auth/session", &old).await).await).unwrap();
    assert_eq!(session["accessToken"], "access-0");
    assert_eq!(session["expires"], "2027-01-15T08:01:40Z", "in the past");
    upstream.answers_refreshes(None);
    app.clock.advance(60);
    assert_eq!(token(&app, &old).await, "access-1", "the first request after the pause");
}

/// Fault 31: a coin decides each answer; ten minutes of it, with a request each second.
#[tokio::test]
async fn an_upstream_that_fails_every_other_time_signs_nobody_out() {
    for seed in 0..20 {
        let (app, upstream) = rotating("");
        let mut cookies_now = app.cookies_of("ana").await;
        let mut coin = fastrand::Rng::with_seed(seed);
        let (mut attempts, mut pause) = (0, 0);
        for _ in 0..600 {
            app.clock.advance(1);
            let fails = coin.bool().then(|| json_answer(503, &json!({})));
            upstream.answers_refreshes(fails);
            let response = app.get("/auth/session", &cookies_now).await;
            let given = cookies(&response);
            let session: Value = serde_json::from_str(&body(response).await).unwrap();
            assert_eq!(session["user"]["email"], "ana@example.com", "seed {seed}");
            let expires: Timestamp = session["expires"].as_str().unwrap().parse().unwrap();
            let is_dead = expires <= app.vestibule.clock().now();
            pause = if is_dead && attempts == app.upstream.count("/refresh") { pause + 1 } else { 0 };
            attempts = app.upstream.count("/refresh");
            assert!(pause <= 30, "seed {seed}: nobody tried for {pause} s");
            if !given.is_empty() {
                cookies_now = given;
            }
        }
        assert!(!upstream.is_revoked() && upstream.refreshes() > 0, "seed {seed}");
    }
}

/// Fault 13: a 429 says itself when.
#[tokio::test]
async fn a_limit_upstream_is_respected_to_the_second() {
    let (app, upstream) = rotating("");
    let cookies = app.cookies_of("ana").await;
    app.clock.advance(DUE);
    let mut limited = json_answer(429, &json!({})).unwrap();
    limited.headers_mut().insert("retry-after", 300.into());
    upstream.answers_refreshes(Some(Ok(limited)));
    token(&app, &cookies).await;
    app.clock.advance(299);
    token(&app, &cookies).await;
    assert_eq!(app.upstream.count("/refresh"), 1);
    app.clock.advance(1);
    token(&app, &cookies).await;
    assert_eq!(app.upstream.count("/refresh"), 2);
}

/// Fault 24: the answer was lost, so the token may be spent. It is sent once more, and never a third time.
#[tokio::test]
async fn a_lost_answer_is_asked_for_once_more_and_then_the_session_ends_with_its_token() {
    let (app, upstream) = rotating("\nsession.idle = '11h'");
    let cookies = app.cookies_of("ana").await;
    app.clock.advance(DUE);
    upstream.answers_refreshes(Some(Err(TransportError::Reset)));
    token(&app, &cookies).await;
    app.clock.advance(5);
    token(&app, &cookies).await;
    assert_eq!(app.upstream.count("/refresh"), 2);
    app.clock.advance(9);
    assert_eq!(token(&app, &cookies).await, "access-0", "while it lives");
    app.clock.advance(10 * 3_600);
    assert_eq!(app.who(&cookies).await, None);
    assert_eq!(app.upstream.count("/refresh"), 2, "however long nobody asked");
}
