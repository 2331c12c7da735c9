//! `/api/*`: the session's server functions, and the application's own.

use http::header::{CONTENT_TYPE, COOKIE, ORIGIN};
use http::{Method, Request};
use serde_json::{Value, json};

use super::fixture::{Answer, FORM, PUBLIC_URL, RIGHT, Site, WRONG, form, ordinary, outcomes};

const FUNCTIONS: [&str; 5] = ["/api/sign_in", "/api/sign_out", "/api/current_session", "/api/update", "/api/own_data"];

fn credentials(password: &str) -> String {
    form(&[("callbackUrl", "/account?a=b"), ("username", "ana"), ("password", password)])
}

/// What no server function does, whatever it is asked.
fn assert_json(answer: &Answer, case: &str) -> Value {
    assert_eq!(answer.header("content-type"), Some("application/json"), "{case}: {}", answer.body);
    for header in ["location", "serverfnredirect"] {
        assert_eq!(answer.header(header), None, "{case}");
    }
    assert_eq!(answer.header("cache-control"), Some("no-store, private"), "{case}");
    for secret in [RIGHT, WRONG, "canary-refresh"] {
        assert!(!answer.everything().contains(secret), "{case}: {secret}");
    }
    answer.json()
}

#[tokio::test]
async fn signing_in_gives_the_session_and_the_way_on() {
    let site = Site::new("").await;
    let answer = site.post("/api/sign_in", "", &credentials(RIGHT)).await;
    assert_eq!(answer.status, 200);
    let session = json!({
        "profile": { "email": "ana@example.com", "displayName": "canary-ana" },
        "user": { "id": "ana@example.com", "name": "canary-ana", "email": "ana@example.com" },
        "accessToken": "canary-token-of-ana",
        "expires": "2027-01-15T20:00:00Z",
        "sessionExpires": "2027-01-15T20:00:00Z",
        "idleExpires": "2027-01-15T10:00:00Z",
        "identity": "8e43ca37701228e74983efdbd0cff5c1",
    });
    assert_eq!(assert_json(&answer, "sign_in"), json!({ "session": session, "callbackUrl": "/account?a=b" }));
    // CK-01
    let cookies = answer.set_cookies();
    assert_eq!(cookies.len(), 1);
    assert!(
        cookies[0].starts_with("__Host-session=v1.")
            && cookies[0].ends_with("; HttpOnly; SameSite=Lax; Secure; Path=/")
    );

    let current = site.post("/api/current_session", &answer.cookies(), "").await;
    assert_eq!((current.status, assert_json(&current, "current_session")), (200, session));
    let nobody = site.post("/api/current_session", "", "").await;
    assert_eq!((nobody.status, assert_json(&nobody, "signed out")), (200, Value::Null));
}

/// RD-01
#[tokio::test]
async fn the_way_on_is_a_path_of_this_site() {
    let site = Site::new("").await;
    for hostile in ["//evil", "/\\evil", "https://evil", "javascript:alert(1)", "/login", "/api/sign_out", ""] {
        let body = form(&[("username", "ana"), ("password", RIGHT), ("callbackUrl", hostile)]);
        let answer = site.post("/api/sign_in", "", &body).await;
        assert_eq!(assert_json(&answer, hostile)["callbackUrl"], "/", "{hostile}");
    }
}

/// OU-12, LG-01
#[tokio::test]
async fn a_sign_in_that_fails_has_the_status_of_the_form_s() {
    let site = Site::new("").await;
    let compare = async |body: String, case: &str| {
        let (function, page) = (site.post("/api/sign_in", "", &body).await, site.post("/login", "", &body).await);
        assert_eq!(
            (function.status, function.header("retry-after")),
            (page.status, page.header("retry-after")),
            "{case}"
        );
        assert!(function.set_cookies().is_empty() && !function.everything().contains("canary"), "{case}");
        (function.status, assert_json(&function, case)["code"].as_str().unwrap().to_owned())
    };
    for outcome in outcomes() {
        site.script(outcome.script);
        let told = compare(credentials(RIGHT), outcome.name).await;
        assert_eq!(told, (outcome.status, outcome.code.to_owned()), "{}", outcome.name);
    }
    site.script(ordinary);
    for (body, status, code) in [
        (credentials(WRONG), 401, "bad_credentials"),
        (String::new(), 422, "invalid_fields"),
        (format!("{}&username=zoe", credentials(RIGHT)), 400, "malformed"),
        (format!("{}&team=%FF", credentials(RIGHT)), 400, "malformed"),
        (format!("{}&more={}", credentials(RIGHT), "x".repeat(16_384)), 413, "too_large"),
    ] {
        assert_eq!(compare(body, code).await, (status, code.to_owned()));
    }
}

/// RD-08
#[tokio::test]
async fn no_accept_header_makes_a_redirect_to_where_the_request_came_from() {
    let site = Site::new("").await;
    let ana = site.cookies_of("ana").await;
    for accept in ["text/html", "text/html,application/xhtml+xml,*/*;q=0.8", "*/*", "application/json", ""] {
        for (path, body, cookies, status) in [
            ("/api/sign_in", credentials(RIGHT), "", 200),
            ("/api/sign_in", credentials(WRONG), "", 401),
            ("/api/sign_in", String::new(), "", 422),
            ("/api/current_session", String::new(), ana.as_str(), 200),
            ("/api/own_data", String::new(), "", 401),
            ("/api/own_data", String::new(), ana.as_str(), 200),
            ("/api/sign_out", String::new(), "", 200),
        ] {
            let request = Request::post(path).header(ORIGIN, PUBLIC_URL).header(CONTENT_TYPE, FORM);
            let request = request.header(COOKIE, cookies).header("accept", accept);
            let answer = site.send(request.header("referer", "https://evil.example/?canary-path"), body).await;
            assert_eq!(answer.status, status, "{path} {accept}");
            assert_json(&answer, path);
            assert!(!answer.everything().contains("evil"), "{path} {accept}");
        }
    }
}

/// CK-11, SE-07
#[tokio::test]
async fn signing_out_takes_the_cookie_and_ends_the_session() {
    let site = Site::new("").await;
    let cookies = site.cookies_of("ana").await;
    let answer = site.post("/api/sign_out", &cookies, "").await;
    assert_eq!((answer.status, assert_json(&answer, "sign_out")), (200, Value::Null));
    let cleared = answer.set_cookies();
    assert_eq!(cleared.len(), 1);
    assert!(
        cleared[0].starts_with("__Host-session=;")
            && cleared[0].contains("Max-Age=0")
            && cleared[0].contains("; Path=/")
    );
    assert!(!site.is_signed_in(&cookies).await, "the copy, replayed");
    assert_eq!(site.post("/api/own_data", &cookies, "").await.status, 401);
    assert!(site.asked().is_empty());
}

/// CS-04
#[tokio::test]
async fn only_post_calls_a_function() {
    let site = Site::new("").await;
    let cookies = site.cookies_of("ana").await;
    for path in FUNCTIONS.into_iter().chain(["/api/own_get"]) {
        for method in [Method::GET, Method::HEAD, Method::PUT, Method::PATCH, Method::DELETE, Method::OPTIONS] {
            let uri = format!("{path}?username=zoe&password={RIGHT}");
            let request = Request::builder().method(&method).uri(uri).header(COOKIE, &cookies);
            let answer = site.send(request.header(ORIGIN, PUBLIC_URL).header("accept", "text/html"), "").await;
            assert_eq!((answer.status, answer.header("allow")), (405, Some("POST")), "{method} {path}");
            assert!(answer.set_cookies().is_empty() && answer.location().is_none(), "{method} {path}");
        }
    }
    assert!(site.asked().is_empty() && site.is_signed_in(&cookies).await);
}

/// CS-10: no function opens a WebSocket, neither as HTTP/1.1 asks for one (RFC 6455, section 4.1) nor as HTTP/2 does (RFC
/// 8441), and least of all for another site's script, which `SameSite` would not keep from sending the cookie.
#[tokio::test]
async fn no_handshake_of_a_web_socket_opens_anything() {
    let site = Site::new("").await;
    let cookies = site.cookies_of("ana").await;
    let origins = ["https://evil.example", "https://app.example.evil", "https://other.app.example", "null", PUBLIC_URL];
    for path in FUNCTIONS.into_iter().chain(["/api/own_get", "/api/own_socket", "/api/nothing"]) {
        for method in [Method::GET, Method::POST, Method::CONNECT] {
            for origin in origins {
                let request = Request::builder().method(&method).uri(path).header(COOKIE, &cookies);
                let request = request.header(ORIGIN, origin).header("sec-fetch-mode", "websocket");
                let request = request.header("connection", "Upgrade").header("upgrade", "websocket");
                let request = request.header("sec-websocket-version", "13");
                let request = request.header("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ==");
                if method == Method::POST && origin == PUBLIC_URL {
                    // An ordinary call, which the test of a call's own answers is about.
                    continue;
                }
                let answer = site.send(request, "").await;
                let case = format!("{method} {path} {origin}");
                let expected = if method == Method::GET { &[405][..] } else { &[403, 405] };
                assert!(expected.contains(&answer.status), "{case}: {}", answer.status);
                for header in ["upgrade", "sec-websocket-accept", "set-cookie"] {
                    assert_eq!(answer.header(header), None, "{case}");
                }
                assert!(!answer.body.contains("canary"), "{case}");
            }
        }
    }
    assert!(site.asked().is_empty() && site.is_signed_in(&cookies).await);
}

/// CS-12
#[tokio::test]
async fn a_direct_call_without_a_session_never_reaches_the_upstream() {
    let site = Site::new("").await;
    let ended = site.cookies_of("zoe").await;
    site.post("/api/sign_out", &ended, "").await;
    for cookies in ["", &ended, "__Host-session=v1.00000000.AAAA"] {
        let answer = site.post("/api/own_data", cookies, "").await;
        assert_eq!((answer.status, &assert_json(&answer, cookies)["code"]), (401, &json!("signed_out")), "{cookies}");
        for path in ["/api/current_session", "/api/sign_out"] {
            let answer = site.post(path, cookies, "").await;
            assert_eq!((answer.status, assert_json(&answer, path)), (200, Value::Null), "{path}");
        }
    }
    assert!(site.asked().is_empty());
    let answer = site.post("/api/own_data", &site.cookies_of("ana").await, "").await;
    assert_eq!((answer.status, assert_json(&answer, "own_data")), (200, json!(["canary-project-of-ana"])));
    assert_eq!(site.asked(), ["GET /projects"]);
}

/// CS-01
#[tokio::test]
async fn another_site_calls_nothing() {
    let site = Site::new("").await;
    let cookies = site.cookies_of("ana").await;
    for path in FUNCTIONS {
        for (name, value) in [("origin", "https://evil.example"), ("origin", "null"), ("sec-fetch-site", "cross-site")]
        {
            let request = Request::post(path).header(CONTENT_TYPE, FORM).header(COOKIE, &cookies).header(name, value);
            let answer = site.send(request, credentials(RIGHT)).await;
            assert_eq!((answer.status, answer.set_cookies().len()), (403, 0), "{path} {name}: {value}");
            assert_eq!(answer.json()["code"], "cross_origin");
        }
    }
    assert!(site.asked().is_empty() && site.is_signed_in(&cookies).await);
}

/// SV-01, CS-06
#[tokio::test]
async fn bodies_are_bounded_and_of_one_type() {
    let site = Site::new("").await;
    for (length, status) in [(1_024 * 1_024, 401), (1_024 * 1_024 + 1, 413), (3_000_000, 413)] {
        let answer = site.post("/api/own_data", "", &"x".repeat(length)).await;
        assert_eq!(answer.status, status, "{length}");
        assert_json(&answer, "length");
    }
    for path in FUNCTIONS {
        for kind in ["text/plain", "application/json", "multipart/form-data; boundary=x"] {
            let request = Request::post(path).header(ORIGIN, PUBLIC_URL).header(CONTENT_TYPE, kind);
            let answer = site.send(request, credentials(RIGHT)).await;
            assert_eq!(
                (answer.status, &assert_json(&answer, kind)["code"]),
                (415, &json!("unsupported_type")),
                "{path}"
            );
        }
        let request = Request::post(path).header(ORIGIN, PUBLIC_URL).header(CONTENT_TYPE, FORM);
        let answer = site.send(request, b"username=\xff".to_vec()).await;
        assert_eq!((answer.status, &assert_json(&answer, path)["code"]), (400, &json!("malformed")));
    }
    assert!(site.asked().is_empty());
}

#[tokio::test]
async fn an_unknown_function_is_404_and_leads_nowhere() {
    let site = Site::new("").await;
    for path in ["/api/nothing", "/api/", "/api/sign_in/", "/api/sign_in/x"] {
        let request = Request::post(path).header(ORIGIN, PUBLIC_URL).header(CONTENT_TYPE, FORM);
        let answer =
            site.send(request.header("accept", "text/html").header("referer", "https://evil.example/"), "").await;
        assert_eq!((answer.status, answer.location()), (404, None), "{path}");
        assert!(!answer.everything().contains("evil"), "{path}");
    }
}
