use std::sync::{Arc, Mutex};
use std::time::Duration;

use http::StatusCode;
use http::header::COOKIE;
use serde_json::{Value, json};
use vestibule_core::{AccessToken, User};

use super::{Delivery, Errand, Flights, Flown};
use crate::clock::TestClock;
use crate::fixture::{App, NOW, body, config, cookies, json_answer, set_cookies};
use crate::session::rotating::{REFRESHING, Rotating};
use crate::store::absent::AbsentStore;
use crate::store::{Keep, Landing};
use crate::upstream::TransportError;
use crate::upstream::fake::jwt;

/// Tokens that live 100 s are due in their last 20.
const DUE: i64 = 85;
const GRACE: i64 = 30;

fn rotating(toml: &str) -> (App, Arc<Rotating>) {
    let app = App::new(&format!("{REFRESHING}{toml}"));
    let upstream = Rotating::living(100);
    app.script(upstream.script());
    (app, upstream)
}

async fn token(app: &App, cookies: &str) -> String {
    let session: Value = serde_json::from_str(&body(app.get("/auth/session", cookies).await).await).unwrap();
    session["accessToken"].as_str().unwrap_or("none").to_owned()
}

/// TK-06, fault 23
#[tokio::test]
async fn a_hundred_requests_at_expiry_are_one_refresh_and_a_hundred_successes() {
    for _ in 0..10 {
        let (app, upstream) = rotating("");
        let app = Arc::new(app);
        let cookies = app.cookies_of("ana").await;
        app.clock.advance(DUE);
        app.upstream.hold();
        let requests: Vec<_> = (0..100)
            .map(|_| {
                let (app, cookies) = (Arc::clone(&app), cookies.clone());
                tokio::spawn(async move { token(&app, &cookies).await })
            })
            .collect();
        app.upstream.called("/refresh", 1).await;
        app.upstream.release();
        for request in requests {
            assert_eq!(request.await.unwrap(), "access-1");
        }
        assert_eq!((upstream.refreshes(), upstream.is_revoked()), (1, false));
    }
}

/// TK-06: what one process orders by itself, instances order through the store.
#[tokio::test]
async fn three_instances_on_one_store_are_one_refresh() {
    for _ in 0..10 {
        let (first, upstream) = rotating("");
        let instances = [first.beside(REFRESHING), first.beside(REFRESHING), first].map(Arc::new);
        let cookies = instances[0].cookies_of("ana").await;
        instances[0].clock.advance(DUE);
        instances[0].upstream.hold();
        let requests: Vec<_> = (0..99)
            .map(|number| {
                let (app, cookies) = (Arc::clone(&instances[number % 3]), cookies.clone());
                tokio::spawn(async move { token(&app, &cookies).await })
            })
            .collect();
        instances[0].upstream.called("/refresh", 1).await;
        instances[0].upstream.release();
        for request in requests {
            assert_eq!(request.await.unwrap(), "access-1");
        }
        assert_eq!((upstream.refreshes(), upstream.is_revoked()), (1, false));
    }
}

fn without_store(toml: &str) -> (App, Arc<Rotating>) {
    let app = App::with_store(config(&format!("{REFRESHING}{toml}")), Arc::new(AbsentStore), TestClock::at(NOW));
    let upstream = Rotating::living(100);
    app.script(upstream.script());
    (app, upstream)
}

/// TK-06: what the process orders by itself.
#[tokio::test]
async fn while_the_store_is_away_a_hundred_requests_of_one_instance_are_still_one_refresh() {
    let (app, upstream) = without_store("");
    let app = Arc::new(app);
    let cookies = app.cookies_of("ana").await;
    app.clock.advance(DUE);
    app.upstream.hold();
    let requests: Vec<_> = (0..100)
        .map(|_| {
            let (app, cookies) = (Arc::clone(&app), cookies.clone());
            tokio::spawn(async move { token(&app, &cookies).await })
        })
        .collect();
    app.upstream.called("/refresh", 1).await;
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
    app.upstream.release();
    for request in requests {
        assert_eq!(request.await.unwrap(), "access-1");
    }
    assert_eq!((app.upstream.count("/refresh"), upstream.is_revoked()), (1, false));
}

/// SE-09
#[tokio::test]
async fn without_a_store_that_is_required_no_refresh_token_is_sent() {
    for (toml, refreshes) in [("", 1), ("\nstore = { url = 'redis://127.0.0.1:1', required = true }", 0)] {
        let (app, upstream) = without_store(toml);
        let record = Arc::new(app.record_of(&app.cookies_of("ana").await).await);
        let flown = Flights::renew(&app.vestibule, &record, Errand::Refresh, Delivery::Now).await;
        assert_eq!((matches!(flown, Flown::Renewed(_)), upstream.refreshes()), (refreshes == 1, refreshes));
    }
}

/// TK-06: a call outlasted its lease and another one landed; there is one next generation, not two.
#[tokio::test]
async fn who_lands_second_goes_on_with_what_landed_first() {
    let (app, _) = rotating("");
    let app = Arc::new(app);
    let cookies = app.cookies_of("ana").await;
    let record = app.record_of(&cookies).await;
    app.clock.advance(DUE);
    app.upstream.hold();
    let slow = tokio::spawn({
        let (app, cookies) = (Arc::clone(&app), cookies.clone());
        async move { token(&app, &cookies).await }
    });
    app.upstream.called("/refresh", 1).await;
    let mut first = record.with_profile(json!({}), User::default());
    first.access_token = AccessToken::new("landed first");
    let landing = Landing::Renewed(app.vestibule.seal_landing(&record, &first).unwrap());
    let keep = Keep { result: app.vestibule.config().session.grace, spent: None };
    app.store.finish_flight(&record.key(), "another", &landing, keep).await.unwrap();
    app.upstream.release();
    assert_eq!(slow.await.unwrap(), "landed first");
}

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
        let flown = Flights::renew(&app.vestibule, &record, Errand::Refresh, Delivery::Now).await;
        assert!(matches!(flown, Flown::Over(_)), "{flown:?}");
        assert_eq!(upstream.refreshes(), 0);
    }
}

/// TK-06: nobody takes a call for lost that may still be answered.
#[tokio::test]
async fn a_call_that_takes_all_its_time_is_the_only_one_on_every_instance() {
    let (one, upstream) = rotating("");
    let [one, other] = [one.beside(REFRESHING), one].map(Arc::new);
    let cookies = one.cookies_of("ana").await;
    one.clock.advance(DUE);
    one.upstream.hold();
    let ask = |app: &Arc<App>| {
        let (app, cookies) = (Arc::clone(app), cookies.clone());
        tokio::spawn(async move { token(&app, &cookies).await })
    };
    let slow = ask(&one);
    one.upstream.called("/refresh", 1).await;
    one.clock.advance(one.vestibule.upstream().contract().timeout().as_secs().cast_signed());
    let late = ask(&other);
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
    one.upstream.release();
    assert_eq!((slow.await.unwrap(), late.await.unwrap()), ("access-1".to_owned(), "access-1".to_owned()));
    assert_eq!((one.upstream.count("/refresh"), upstream.is_revoked()), (1, false));
}

/// TK-07
#[tokio::test]
async fn a_late_request_with_the_old_cookie_gets_the_new_tokens_without_the_upstream() {
    let (app, upstream) = rotating("");
    let old = app.cookies_of("ana").await;
    app.clock.advance(DUE);
    let lost = app.get("/test/page", &old).await;
    assert_eq!(set_cookies(&lost).len(), 1);
    app.clock.advance(GRACE - 1);
    let late = app.get("/test/page", &old).await;
    let new = cookies(&late);
    assert_eq!(body(late).await, "ana@example.com");
    assert_eq!(token(&app, &new).await, "access-1");
    assert_eq!(upstream.refreshes(), 1);
}

/// TK-07: a response may be lost twice in a row.
#[tokio::test]
async fn a_cookie_two_generations_behind_catches_up_within_the_grace() {
    let app = App::new(&format!("{REFRESHING}\nsession.grace = '5m'"));
    let upstream = Rotating::living(100);
    app.script(upstream.script());
    let old = app.cookies_of("ana").await;
    app.clock.advance(DUE);
    let newer = cookies(&app.get("/test/page", &old).await);
    app.clock.advance(DUE);
    app.get("/test/page", &newer).await;
    assert_eq!(token(&app, &old).await, "access-2");
    assert_eq!(upstream.refreshes(), 2);
}

/// SE-10
#[tokio::test]
async fn after_the_grace_an_older_cookie_is_nobody_and_its_refresh_token_is_never_sent() {
    let (app, upstream) = rotating("");
    let old = app.cookies_of("ana").await;
    app.clock.advance(DUE);
    let new = cookies(&app.get("/test/page", &old).await);
    app.clock.advance(GRACE + 1);
    let response = app.get("/test/page", &old).await;
    assert!(set_cookies(&response).is_empty(), "and nothing is taken from who has the new one");
    assert_eq!(body(response).await, "nobody");
    assert_eq!(app.who(&old).await, None);
    assert_eq!(app.who(&new).await.as_deref(), Some("ana@example.com"));
    assert_eq!((upstream.refreshes(), upstream.is_revoked()), (1, false));
}

/// SE-10: the grace begins with the refresh, not with the first response that gets through.
#[tokio::test]
async fn a_result_that_nobody_fetched_is_kept_for_the_grace_only() {
    let (app, upstream) = rotating("");
    let app = Arc::new(app);
    let old = app.cookies_of("ana").await;
    app.clock.advance(DUE);
    app.upstream.hold();
    let gone = tokio::spawn({
        let (app, old) = (Arc::clone(&app), old.clone());
        async move { app.get("/test/page", &old).await }
    });
    app.upstream.called("/refresh", 1).await;
    gone.abort();
    app.upstream.release();
    app.vestibule.flights().settled().await;
    app.clock.advance(GRACE + 1);
    assert_eq!(app.who(&old).await, None);
    assert_eq!((upstream.refreshes(), upstream.is_revoked()), (1, false));
}

/// SE-10
#[tokio::test]
async fn an_older_cookie_is_nobody_for_as_long_as_it_would_have_lived() {
    let (app, upstream) = rotating("\nsession.idle = '12h'");
    let old = app.cookies_of("ana").await;
    app.clock.advance(DUE);
    app.get("/test/page", &old).await;
    app.clock.advance(12 * 3_600 - DUE - 1);
    assert_eq!(app.who(&old).await, None);
    assert_eq!((upstream.refreshes(), upstream.is_revoked()), (1, false));
}

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

/// Fault 24: the answer was lost, so the token may be spent. It is sent once more, and never a third time.
#[tokio::test]
async fn a_lost_answer_is_asked_for_once_more_and_then_the_session_ends_with_its_token() {
    let (app, upstream) = rotating("");
    let cookies = app.cookies_of("ana").await;
    app.clock.advance(DUE);
    upstream.answers_refreshes(Some(Err(TransportError::Reset)));
    token(&app, &cookies).await;
    app.clock.advance(5);
    token(&app, &cookies).await;
    assert_eq!(app.upstream.count("/refresh"), 2);
    app.clock.advance(9);
    assert_eq!(token(&app, &cookies).await, "access-0", "while it lives");
    app.clock.advance(3_000);
    assert_eq!(app.who(&cookies).await, None);
    assert_eq!(app.upstream.count("/refresh"), 2);
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
    assert!(set_cookies(&late).iter().all(|line| line.contains("Max-Age=0")), "{:?}", set_cookies(&late));
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

/// UP-08
#[tokio::test]
async fn a_refresh_runs_to_its_end_though_the_browser_went_away() {
    let (app, upstream) = rotating("");
    let app = Arc::new(app);
    let cookies = app.cookies_of("ana").await;
    app.clock.advance(DUE);
    app.upstream.hold();
    let impatient = tokio::spawn({
        let (app, cookies) = (Arc::clone(&app), cookies.clone());
        async move { app.get("/test/page", &cookies).await }
    });
    app.upstream.called("/refresh", 1).await;
    impatient.abort();
    let _ = impatient.await;
    app.upstream.release();
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
    let key = app.record_of(&cookies).await.key();
    assert!(app.store.look_up(&key).await.unwrap().is_renewed(), "though nobody waits for it");
    assert_eq!(token(&app, &cookies).await, "access-1");
    assert_eq!(upstream.refreshes(), 1);
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

/// A profile that is being read again does not stand for the tokens that a request needs.
#[tokio::test]
async fn a_refresh_that_finds_a_profile_in_the_air_follows_it() {
    let (app, upstream) = rotating("");
    let app = Arc::new(app);
    let cookies = app.cookies_of("ana").await;
    app.clock.advance(79);
    app.upstream.hold();
    let asking = |path: &'static str| {
        let (app, cookies) = (Arc::clone(&app), cookies.clone());
        tokio::spawn(async move { body(app.get(path, &cookies).await).await })
    };
    let update = asking("/test/update");
    app.upstream.called("/me", 2).await;
    app.clock.advance(6);
    let session = asking("/auth/session");
    tokio::task::yield_now().await;
    app.upstream.release();
    assert!(update.await.unwrap().contains("Ana"));
    assert!(session.await.unwrap().contains("access-1"));
    assert_eq!((upstream.refreshes(), upstream.is_revoked()), (1, false));
}
