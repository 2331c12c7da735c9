//! Headers that a request may bring and that must change nothing: what others take for their own word, and cookies.

use axum::body::Body;
use http::header::{COOKIE, ORIGIN};
use http::{Request, StatusCode};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::TestRunner;

use super::post;
use crate::fixture::{App, body};

/// CS-11: what frameworks, gateways and proxies have taken for a word of their own (CVE-2025-29927, CVE-2025-64484).
const INTERNAL_HEADERS: [&str; 32] = [
    "authorization",
    "cf-connecting-ip",
    "client-ip",
    "forwarded",
    "proxy-authorization",
    "remote-user",
    "true-client-ip",
    "x-amzn-oidc-identity",
    "x-auth-request-email",
    "x-auth-request-user",
    "x-authenticated-userid",
    "x-client-ip",
    "x-envoy-original-path",
    "x-forwarded-email",
    "x-forwarded-for",
    "x-forwarded-groups",
    "x-forwarded-host",
    "x-forwarded-prefix",
    "x-forwarded-proto",
    "x-forwarded-uri",
    "x-forwarded-user",
    "x-goog-authenticated-user-email",
    "x-http-method-override",
    "x-middleware-prefetch",
    "x-middleware-subrequest",
    "x-original-url",
    "x-real-ip",
    "x-remote-user",
    "x-request-id",
    "x-rewrite-url",
    "x-session-user",
    "x-user-id",
];

/// CS-11: nobody becomes somebody, and nobody becomes somebody else, on a page or at the session's own route.
#[tokio::test]
async fn no_internal_header_changes_who_somebody_is() {
    let app = App::new("");
    let ben = app.cookies_of("ben").await;
    for (cookies, page, email) in [("", "nobody", None), (ben.as_str(), "ben@example.com", Some("ben@example.com"))] {
        for header in INTERNAL_HEADERS {
            for value in
                ["ana@example.com", "1", "/test/page", "middleware:middleware:middleware:middleware:middleware"]
            {
                for agent in ["kube-probe/1.30", "GoogleHC/1.0", "ELB-HealthChecker/2.0", "Mozilla/5.0"] {
                    let request = |path: &str| {
                        Request::get(path).header(COOKIE, cookies).header(header, value).header("user-agent", agent)
                    };
                    let seen = body(app.send(request("/test/page"), Body::empty()).await).await;
                    assert_eq!(seen, page, "{header}: {value}");
                    let session = body(app.send(request("/auth/session"), Body::empty()).await).await;
                    let session: serde_json::Value = serde_json::from_str(&session).unwrap();
                    assert_eq!(session["user"]["email"].as_str(), email, "{header}: {value}");
                }
            }
        }
    }
}

/// CS-11: what changes something asks for our own origin, whatever else is said.
#[tokio::test]
async fn no_internal_header_opens_what_is_guarded() {
    let app = App::new("");
    let cookies = app.cookies_of("ana").await;
    for header in INTERNAL_HEADERS {
        let request = post("/auth/sign-out").header(COOKIE, &cookies).header(ORIGIN, "https://evil.example");
        let response = app.send(request.header(header, "https://app.example"), Body::empty()).await;
        assert_eq!(response.status(), StatusCode::FORBIDDEN, "{header}");
    }
    assert!(app.who(&cookies).await.is_some());
}

/// CK-05: a thousand `Cookie` headers through every layer, with a session among them and without.
#[test]
fn no_cookie_header_makes_the_application_fail() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let app = App::new("");
    let ours = runtime.block_on(app.cookies_of("ana"));
    // Bytes that a header may hold, mostly those that matter to a reader of cookies, and words that are nearly ours.
    let byte = prop_oneof![
        4 => select(b";=, \t\"%$._-".as_slice()),
        3 => b'a'..=b'z',
        1 => (0x20_u8..=0xff).prop_filter("not in a header", |byte| *byte != 0x7f),
    ];
    let word = prop_oneof![
        6 => vec(byte, 0..12),
        1 => select(vec!["__Host-session", "%5F%5FHost-session", "session", "__Host-session.1", "$Version", "v1.", "=;"])
            .prop_map(|word| word.as_bytes().to_vec()),
    ];
    let mut runner = TestRunner::new(ProptestConfig::with_cases(1_000));
    let outcome = runner.run(&vec(word, 0..24), |words| {
        let foreign = words.concat();
        let with_ours = [foreign.as_slice(), b"; ", ours.as_bytes()].concat();
        for header in [foreign.as_slice(), with_ours.as_slice()] {
            let value = http::HeaderValue::from_bytes(header).unwrap();
            let response =
                runtime.block_on(app.send(Request::get("/auth/session").header(COOKIE, value), Body::empty()));
            prop_assert_eq!(response.status(), StatusCode::OK);
            let session = runtime.block_on(body(response));
            let session: serde_json::Value = serde_json::from_str(&session).unwrap();
            let name_is_ours = |pair: &[u8]| pair.trim_ascii().starts_with(b"__Host-session");
            let is_foreign = !foreign.split(|byte| *byte == b';').any(name_is_ours);
            let is_old_syntax = foreign.trim_ascii().starts_with(b"$Version");
            if header.len() > foreign.len() && is_foreign && !is_old_syntax {
                prop_assert_eq!(session["user"]["email"].as_str(), Some("ana@example.com"));
            } else if header.len() == foreign.len() {
                prop_assert!(session.is_null());
            }
        }
        Ok(())
    });
    outcome.unwrap();
}
