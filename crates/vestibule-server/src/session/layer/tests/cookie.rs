//! What of a cookie is a session.

use std::collections::HashSet;

use axum::body::Body;
use http::header::COOKIE;
use http::{Request, StatusCode};
use serde_json::json;

use super::HOUR;
use crate::fixture::{App, body, config, cookies, json_answer, set_cookies};

/// CK-01
#[tokio::test]
async fn signing_in_sets_one_host_cookie_with_all_attributes() {
    let response = App::new("").sign_in_as("ana", "").await;
    let lines = set_cookies(&response);
    assert_eq!(lines.len(), 1);
    assert!(lines[0].starts_with("__Host-session=v1."), "{}", lines[0]);
    assert!(lines[0].ends_with("; HttpOnly; SameSite=Lax; Secure; Path=/"), "{}", lines[0]);
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
