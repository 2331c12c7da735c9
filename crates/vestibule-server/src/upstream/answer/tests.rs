use serde_json::json;
use vestibule_core::Timestamp;

use super::Answer;
use crate::upstream::contract::TokenSource;
use crate::upstream::fake::{NOW, answer, json_answer};
use crate::upstream::pointer::Pointer;

/// Fault 13
#[test]
fn a_wait_is_between_a_second_and_an_hour() {
    for (header, expected) in [
        (Some("30"), 30),
        (Some("0"), 1),
        (Some("3600"), 3_600),
        (Some("86400"), 3_600),
        (Some("99999999999999999999999"), 3_600),
        (Some("-5"), 60),
        (Some("soon"), 60),
        (Some(""), 60),
        (None, 60),
        // NOW is Fri, 15 Jan 2027 08:00:00 GMT.
        (Some("Fri, 15 Jan 2027 08:02:00 GMT"), 120),
        (Some("Fri, 15 Jan 2027 07:00:00 GMT"), 1),
        (Some("Sat, 16 Jan 2027 08:00:00 GMT"), 3_600),
    ] {
        let headers: Vec<_> = header.iter().map(|value| ("retry-after", *value)).collect();
        let answer = Answer::read(answer(429, &headers, "").unwrap());
        assert_eq!(answer.retry_after(Timestamp::from_unix(NOW)), expected, "{header:?}");
    }
}

#[test]
fn a_token_is_a_text_that_is_not_empty() {
    let source = TokenSource::Pointer(Pointer::parse("/t").unwrap());
    let token = |body| Answer::read(json_answer(200, body).unwrap()).token(&source);
    assert_eq!(token(json!({ "t": "abc" })).as_deref(), Some("abc"));
    for body in [json!({}), json!({ "t": null }), json!({ "t": "" }), json!({ "t": 5 }), json!({ "t": ["abc"] })] {
        assert_eq!(token(body), None);
    }
}

#[test]
fn a_token_may_stand_in_a_cookie_and_the_last_counts() {
    let headers = [
        ("set-cookie", "access=old; Path=/"),
        ("set-cookie", "accessory=no"),
        ("set-cookie", "access=\"new\"; HttpOnly"),
    ];
    let read = Answer::read(answer(204, &headers, "").unwrap());
    assert_eq!(read.token(&TokenSource::Cookie("access".into())).as_deref(), Some("new"));
    assert_eq!(read.token(&TokenSource::Cookie("Access".into())), None);
    let cleared = Answer::read(answer(204, &[("set-cookie", "access=; Max-Age=0")], "").unwrap());
    assert_eq!(cleared.token(&TokenSource::Cookie("access".into())), None);
}

/// Fault 7
#[test]
fn what_cannot_be_read_has_no_body() {
    let deep = "[".repeat(100_000) + &"]".repeat(100_000);
    for body in ["<html>", "{\"a\":", "", &deep, "{\"a\": \"\\ud800\"}", "{\"a\": 1} x"] {
        assert!(Answer::read(answer(200, &[], body.to_owned()).unwrap()).body.is_none());
    }
    let twice = Answer::read(answer(200, &[], r#"{"a": 1, "a": 2}"#).unwrap());
    assert_eq!(twice.body, Some(json!({ "a": 2 })));
}
