use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use http::header::{CACHE_CONTROL, COOKIE, VARY};
use http::{Request, StatusCode};
use serde_json::{Value, json};

use crate::fixture::{App, body, config, cookies, json_answer, set_cookies};
use crate::store::{Keep, Landing, SessionKey};

const HOUR: i64 = 3_600;

/// CK-01
#[tokio::test]
async fn signing_in_sets_one_host_cookie_with_all_attributes() {
    let response = App::new("").sign_in_as("ana", "").await;
    let lines = set_cookies(&response);
    assert_eq!(lines.len(), 1);
    assert!(lines[0].starts_with("__Host-session=v1."), "{}", lines[0]);
    assert!(lines[0].ends_with("; HttpOnly; SameSite=Lax; Secure; Path=/"), "{}", lines[0]);
}

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

/// CK-03
#[tokio::test]
async fn a_valid_value_under_any_other_spelling_of_the_name_is_nobody() {
    let app = App::new("");
    let valid = app.cookies_of("ana").await;
    assert!(app.who(&valid).await.is_some());
    let value = valid.strip_prefix("__Host-session=").unwrap();
    for name in [
        "%5F%5FHost-session",
        "__host-session",
        "session",
        "\u{2000}__Host-session",
        "\u{a0}__Host-session",
        "$Version=1; __Host-session",
        "\"__Host-session\"",
        "__Host-session.1.1",
    ] {
        assert_eq!(app.who(&format!("{name}={value}")).await, None, "{name}");
    }
}

/// CK-04
#[tokio::test]
async fn two_cookies_of_the_name_are_nobody_and_are_taken_away_once() {
    let app = App::new("");
    let (ana, zoe) = (app.cookies_of("ana").await, app.cookies_of("zoe").await);
    for both in [format!("{ana}; {zoe}"), format!("{zoe}; {ana}")] {
        let response = app.get("/test/page", &both).await;
        let lines = set_cookies(&response);
        assert_eq!(lines.len(), 1);
        assert!(lines[0].starts_with("__Host-session=;") && lines[0].contains("Max-Age=0"));
        assert_eq!(body(response).await, "nobody");
    }
}

/// CK-05
#[tokio::test]
async fn cookies_of_others_do_not_sign_anybody_out() {
    let app = App::new("");
    let cookies = app.cookies_of("ana").await;
    for foreign in ["x=\u{e9}", "valueless", "=nameless", "session=other", "a=1; b=2; c"] {
        assert!(app.who(&format!("{foreign}; {cookies}")).await.is_some(), "{foreign}");
        assert!(app.who(&format!("{cookies}; {foreign}")).await.is_some(), "{foreign}");
    }
}

/// CK-06, fault 17
#[tokio::test]
async fn tokens_of_every_size_sign_in_or_are_refused_in_words() {
    let app = App::new("");
    for kilobytes in [1, 2, 4, 6, 8, 16, 32, 64, 128] {
        let token = "t".repeat(kilobytes * 512);
        app.script(move |request| match request.uri().path() {
            "/sign-in" => json_answer(200, &json!({ "accessToken": token })),
            _ => json_answer(200, &json!({ "email": "ana@example.com" })),
        });
        let response = app.sign_in_as("ana", "").await;
        if kilobytes <= 16 {
            assert_eq!(response.status(), StatusCode::SEE_OTHER, "{kilobytes} half KiB");
            assert!(set_cookies(&response).iter().all(|line| line.split(';').next().unwrap().len() - 1 <= 4_096));
            assert!(app.who(&cookies(&response)).await.is_some());
        } else {
            // CK-07
            assert_eq!(response.status(), StatusCode::BAD_GATEWAY, "{kilobytes} half KiB");
            assert!(set_cookies(&response).is_empty());
            assert!(body(response).await.contains("session_too_large"));
        }
    }
}

/// CK-08
#[tokio::test]
async fn chunks_that_are_missing_or_mixed_are_nobody() {
    let app = App::new("");
    app.script(|request| match request.uri().path() {
        "/sign-in" => json_answer(200, &json!({ "accessToken": "t".repeat(7_000) })),
        _ => json_answer(200, &json!({ "email": "ana@example.com" })),
    });
    let (one, other) = (app.cookies_of("ana").await, app.cookies_of("ana").await);
    let (one, other): (Vec<_>, Vec<_>) = (one.split("; ").collect(), other.split("; ").collect());
    assert_eq!(one.len(), 3);
    assert!(app.who(&one.join("; ")).await.is_some());
    for chunks in [
        vec![one[0], one[1]],
        vec![one[1], one[2]],
        vec![one[0], one[2]],
        vec![one[0], one[1], other[2]],
        vec![other[0], one[1], one[2]],
    ] {
        assert_eq!(app.who(&chunks.join("; ")).await, None);
    }
}

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

/// SE-01
#[tokio::test]
async fn a_thousand_sign_ins_give_a_thousand_values() {
    let app = App::new("");
    let mut values = HashSet::new();
    for _ in 0..1_000 {
        assert!(values.insert(app.cookies_of("ana").await));
    }
}

/// SE-02
#[tokio::test]
async fn every_broken_value_gets_the_same_answer() {
    let app = App::new("");
    let valid = app.cookies_of("ana").await;
    let mut answers = HashSet::new();
    for position in "__Host-session=".len()..valid.len() {
        let mut broken = valid.clone().into_bytes();
        broken[position] ^= 1;
        for cookies in [broken, valid.as_bytes()[..position].to_vec()] {
            let request =
                Request::get("/auth/session").header(COOKIE, http::HeaderValue::from_bytes(&cookies).unwrap());
            let response = app.send(request, Body::empty()).await;
            let (status, lines) = (response.status(), set_cookies(&response));
            answers.insert((status.as_u16(), lines, body(response).await));
        }
    }
    assert_eq!(answers.into_iter().collect::<Vec<_>>(), [(200, vec![], "null".to_owned())]);
}

/// SE-04
#[tokio::test]
async fn a_new_key_in_front_signs_nobody_out_and_a_removed_one_ends_its_sessions() {
    let old = crate::fixture::SECRET;
    let new = "pR5-next-Yt9kMwEb2VhXzNdCqSgLuAoF";
    let with = |secrets: &[&str]| {
        let mut config = config("");
        config.session.secrets = secrets.iter().map(|secret| crate::secret::Secret::new(*secret)).collect();
        App::with(config)
    };
    let sealed_by_old = with(&[old]).cookies_of("ana").await;
    let rotated = with(&[new, old]);
    assert!(rotated.who(&sealed_by_old).await.is_some());
    rotated.clock.advance(HOUR);
    let sealed_anew = cookies(&rotated.get("/test/page", &sealed_by_old).await);
    let only_new = with(&[new]);
    only_new.clock.advance(HOUR);
    assert!(only_new.who(&sealed_anew).await.is_some());
    assert_eq!(only_new.who(&sealed_by_old).await, None);
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

/// The browser keeps what the headers said: a change that comes later must not be half done.
#[tokio::test]
async fn a_change_after_the_headers_left_changes_nothing() {
    let app = App::new("");
    let cookies = app.cookies_of("ana").await;
    assert_eq!(body(app.get("/test/stream", &cookies).await).await, "kept");
    assert!(app.who(&cookies).await.is_some());
}

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
