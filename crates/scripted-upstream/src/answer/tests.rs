use serde_json::json;

use super::Answer;
use crate::Gate;

fn written(answer: &Answer, method: &str) -> String {
    String::from_utf8(answer.bytes(method)).unwrap()
}

#[test]
fn an_answer_is_a_correct_response() {
    let answer = Answer::json(201, json!({ "a": 1 })).header("x-a", "1").header("x-a", "2");
    assert_eq!(
        written(&answer, "POST"),
        "HTTP/1.1 201 Created\r\nconnection: close\r\ncontent-type: application/json\r\nx-a: 1\r\nx-a: 2\r\n\
         content-length: 7\r\n\r\n{\"a\":1}"
    );
    assert!(written(&answer, "HEAD").ends_with("content-length: 7\r\n\r\n"));
    assert_eq!(written(&Answer::status(204), "POST"), "HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n");
}

#[test]
fn a_short_body_promises_more_than_it_has() {
    let answer = Answer::text(200, "text/plain", "four").short_body(6);
    assert!(written(&answer, "GET").ends_with("content-length: 10\r\n\r\nfour"));
}

#[test]
fn debug_shows_no_body() {
    let answers = [
        Answer::json(200, json!({ "accessToken": "canary" })).header("set-cookie", "s=canary"),
        Answer::raw("canary").held_by(&Gate::new()),
    ];
    let shown = format!("{answers:?}");
    assert!(shown.contains("Raw(6 bytes)") && shown.contains("Gate(closed)"), "{shown}");
    assert!(!shown.contains("canary"), "{shown}");
}
