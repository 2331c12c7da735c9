use http::{HeaderName, HeaderValue, Method, StatusCode};
use proptest::prelude::*;
use serde_json::json;
use vestibule_core::AccessToken;

use super::{ApiRequest, stays_below};
use crate::config::Messages;
use crate::proxy::invariants::proxy_path;
use crate::upstream::fake::{Rig, answer, contract, json_answer, lines, smallest};
use crate::upstream::{ApiError, TransportError};

#[tokio::test]
async fn a_request_of_a_page_carries_the_token_and_nothing_else() {
    let rig = Rig::new(smallest(), Messages::Neutral, [json_answer(404, json!({ "message": "none" }))]);
    let request = ApiRequest::new(Method::POST, "/api/v1/projects?page=1").with_json(&json!({ "name": "Reef" }));
    let response = rig.upstream.call(&AccessToken::new("access"), request).await.unwrap();
    assert_eq!(response.status, StatusCode::NOT_FOUND);
    assert_eq!(response.content_type.as_deref(), Some("application/json"));
    assert_eq!(response.body, json!({ "message": "none" }).to_string());
    assert_eq!(
        lines(&rig.requests()[0]),
        [
            "POST https://api.example/api/v1/projects?page=1",
            "authorization: Bearer access",
            "content-type: application/json",
            r#"{"name":"Reef"}"#,
        ]
    );
}

/// UP-03
#[tokio::test]
async fn a_request_has_more_headers_but_none_that_speak_for_the_person() {
    let contract = contract("headers = { x-api-key = 'ours' }");
    let rig = Rig::new(contract, Messages::Neutral, [answer(200, &[], "")]);
    let given = [
        ("if-match", "7"),
        ("content-type", "application/merge-patch+json"),
        ("authorization", "Bearer another's"),
        ("cookie", "a=b"),
        ("host", "evil.example"),
        ("x-forwarded-for", "10.0.0.1"),
        ("x-api-key", "another's"),
    ];
    let request = ApiRequest::new(Method::PATCH, "/x").with_json(&json!({}));
    let request = given.into_iter().fold(request, |request, (name, value)| {
        request.with_header(HeaderName::from_static(name), HeaderValue::from_static(value))
    });
    rig.upstream.call(&AccessToken::new("access"), request).await.unwrap();
    let mut sent = lines(&rig.requests()[0]);
    sent.sort();
    assert_eq!(
        sent,
        [
            "PATCH https://api.example/x",
            "authorization: Bearer access",
            "content-type: application/merge-patch+json",
            "if-match: 7",
            "x-api-key: ours",
            "{}",
        ]
    );
}

#[tokio::test]
async fn the_base_path_stays_in_front() {
    let mut contract = contract("auth = { in = 'cookie', cookie = 'jwt' }");
    contract.base_url = "https://api.example/v2/".parse().unwrap();
    let rig = Rig::new(contract, Messages::Neutral, [answer(200, &[], "")]);
    rig.upstream.call(&AccessToken::new("access"), ApiRequest::new(Method::GET, "/x")).await.unwrap();
    assert_eq!(lines(&rig.requests()[0]), ["GET https://api.example/v2/x", "cookie: jwt=access"]);
}

/// UP-01, UP-02
#[tokio::test]
async fn a_path_cannot_leave_the_base_address() {
    let rig = Rig::new(smallest(), Messages::Neutral, []);
    for path in [
        "",
        "projects",
        "//evil.example",
        "/a//b",
        "/..",
        "/a/../b",
        "/./a",
        "/a/%2e%2e/b",
        "/%2E%2e/b",
        "/a%2fb",
        "/a%5Cb",
        "/a\\b",
        "/a%00",
        "/a%252e",
        "/..;/b",
        "/.;x/b",
        "/..%3Bx/b",
        "/;/evil.example/",
        "/a/;x=1/b",
        "/.%09./b",
        "/a%0D%0Ab",
        "/a%7f",
        "/a%2%65",
        "/%2%65%2%65/b",
        "/a%",
        "/..%23",
        "/a/..%3Fx",
        "/..%20",
        "/a b",
        "/a\r\nX: 1",
        "/ä",
        "/a#b",
        "@evil.example",
        "https://evil.example/",
        "/a?x=\n",
    ] {
        assert!(!stays_below(path), "{path:?}");
        let result = rig.upstream.call(&AccessToken::new("access"), ApiRequest::new(Method::GET, path)).await;
        assert_eq!(result.unwrap_err(), ApiError::Path, "{path:?}");
    }
    for path in ["/", "/a", "/a/", "/a.b/c..d", "/a;v=1", "/a?next=//evil/../x&y=%2F", "/caf%C3%A9", "/a:b@c"] {
        assert!(stays_below(path), "{path:?}");
    }
    assert!(rig.requests().is_empty());
}

#[tokio::test]
async fn a_fault_is_told_by_its_kind() {
    for (fault, expected) in [
        (TransportError::Refused, ApiError::Away(TransportError::Refused)),
        (TransportError::Timeout, ApiError::Timeout),
        (TransportError::TooLarge, ApiError::Unexpected(TransportError::TooLarge)),
    ] {
        let rig = Rig::new(smallest(), Messages::Neutral, [Err(fault)]);
        let result = rig.upstream.call(&AccessToken::new("access"), ApiRequest::new(Method::GET, "/x")).await;
        assert_eq!(result.unwrap_err(), expected);
    }
    let rig = Rig::new(smallest(), Messages::Neutral, []);
    let result = rig.upstream.call(&AccessToken::new("a b"), ApiRequest::new(Method::GET, "/x")).await;
    assert_eq!(result.unwrap_err(), ApiError::Token);
}

/// LG-01
#[test]
fn debug_shows_neither_body_nor_query() {
    let request = ApiRequest::new(Method::GET, "/x?canary=1").with_json(&json!({ "a": "canary" }));
    assert!(!format!("{request:?}").contains("canary"));
}

proptest! {
    /// UP-01, UP-02: the parser of the `url` crate, which is a browser's, is the oracle.
    #[test]
    fn a_path_that_is_sent_stays_where_it_was_put(
        pattern in "(/([ab*]|sign-in|\\*\\*){0,2}){0,3}",
        path in "/([a./;?#@:\\\\ ]|%2[eEfF]|%5c|%00|%25|%2e|%09|%3b|\\.\\.|//|é|sign-in){0,8}",
    ) {
        proxy_path(format!("{pattern}\n{path}").as_bytes());
    }
}
