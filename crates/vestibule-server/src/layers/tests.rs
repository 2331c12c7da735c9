use std::collections::HashSet;

use axum::body::Body;
use http::header::{ACCEPT, CONTENT_TYPE, COOKIE, HOST, ORIGIN, REFERER};
use http::{Method, Request, StatusCode};
use tower::ServiceExt;

use crate::fixture::{self, App, Log, body, set_cookies};

mod request_headers;

const FORM: &str = "application/x-www-form-urlencoded";

fn post(path: &str) -> http::request::Builder {
    Request::post(path).header(CONTENT_TYPE, FORM)
}

/// CS-01: the table of Go's `http.CrossOriginProtection`, and CS-02: against the public origin.
#[tokio::test]
async fn only_our_own_pages_change_anything() {
    let app = App::new("server.trusted_origins = ['https://trusted.example']");
    let cases: [(&[(&str, &str)], u16); 19] = [
        (&[("sec-fetch-site", "same-origin")], 303),
        (&[("sec-fetch-site", "none")], 303),
        (&[("sec-fetch-site", "cross-site")], 403),
        (&[("sec-fetch-site", "same-site")], 403),
        (&[("sec-fetch-site", "SAME-ORIGIN")], 403),
        (&[("sec-fetch-site", "")], 403),
        (&[("sec-fetch-site", "cross-site"), ("origin", "https://trusted.example")], 303),
        (&[("sec-fetch-site", "cross-site"), ("origin", "https://trusted.example.evil")], 403),
        (&[("origin", "https://app.example")], 303),
        (&[("origin", "https://trusted.example")], 303),
        (&[("origin", "http://app.example")], 403),
        (&[("origin", "https://app.example:8443")], 403),
        (&[("origin", "https://evil.example")], 403),
        (&[("origin", "null")], 403),
        (&[("sec-fetch-site", "cross-site"), ("origin", "https://app.example")], 403),
        (&[("origin", "https://app.example"), ("origin", "https://evil.example")], 403),
        (&[("sec-fetch-site", "same-origin"), ("origin", "null"), ("origin", "null")], 403),
        (&[("sec-fetch-site", "same-origin"), ("sec-fetch-site", "cross-site")], 403),
        (&[], 303),
    ];
    for (headers, status) in cases {
        let request =
            headers.iter().fold(post("/test/sign-in"), |request, (name, value)| request.header(*name, *value));
        let response = app.send(request, "username=ana&password=right").await;
        assert_eq!(response.status(), status, "{headers:?}");
        // CS-05: no cookie for a sign-in that another site started.
        assert_eq!(set_cookies(&response).is_empty(), status == 403, "{headers:?}");
    }
}

/// CS-02
#[tokio::test]
async fn the_host_that_a_request_names_proves_nothing() {
    let app = App::new("");
    let request = post("/auth/sign-out").header(HOST, "evil.example").header(ORIGIN, "https://evil.example");
    assert_eq!(app.send(request, Body::empty()).await.status(), StatusCode::MISDIRECTED_REQUEST);
}

/// CS-03
#[tokio::test]
async fn a_request_that_names_no_origin_may_not_bring_a_cookie() {
    let app = App::new("");
    let cookies = app.cookies_of("ana").await;
    let request = post("/auth/sign-out").header(COOKIE, &cookies);
    assert_eq!(app.send(request, Body::empty()).await.status(), StatusCode::FORBIDDEN);
    assert!(app.who(&cookies).await.is_some());
    let invalid = post("/auth/sign-out").header(COOKIE, "__Host-session=x");
    assert_eq!(app.send(invalid, Body::empty()).await.status(), StatusCode::FORBIDDEN);
    let foreign = post("/auth/sign-out").header(COOKIE, "other=x");
    assert_eq!(app.send(foreign, Body::empty()).await.status(), StatusCode::SEE_OTHER);
}

/// CS-01
#[tokio::test]
async fn every_method_that_changes_something_is_guarded() {
    let app = App::new("");
    for method in [Method::POST, Method::PUT, Method::PATCH, Method::DELETE] {
        let request =
            Request::builder().method(method.clone()).uri("/test/page").header("sec-fetch-site", "cross-site");
        assert_eq!(app.send(request, Body::empty()).await.status(), StatusCode::FORBIDDEN, "{method}");
    }
}

/// CS-04
#[tokio::test]
async fn server_functions_and_sign_out_take_no_get() {
    let app = App::new("");
    let cookies = app.cookies_of("ana").await;
    for path in ["/api/echo", "/auth/sign-out"] {
        let request = Request::get(path).header(COOKIE, &cookies).header("sec-fetch-site", "cross-site");
        assert_eq!(app.send(request, Body::empty()).await.status(), StatusCode::METHOD_NOT_ALLOWED, "{path}");
    }
    assert!(app.who(&cookies).await.is_some());
}

/// CS-06
#[tokio::test]
async fn server_functions_take_forms_alone() {
    let app = App::new("");
    for kind in ["text/plain", "multipart/form-data; boundary=x", "application/json", ""] {
        let request = Request::post("/api/echo").header(CONTENT_TYPE, kind);
        assert_eq!(app.send(request, "a=b").await.status(), StatusCode::UNSUPPORTED_MEDIA_TYPE, "{kind}");
    }
    assert_eq!(app.send(Request::post("/api/echo"), "a=b").await.status(), StatusCode::UNSUPPORTED_MEDIA_TYPE);
    assert_eq!(app.send(post("/api/echo"), "a=b").await.status(), StatusCode::OK);
}

/// CS-07
#[tokio::test]
async fn no_answer_opens_itself_to_another_origin() {
    let app = App::new("");
    let cookies = app.cookies_of("ana").await;
    for origin in
        ["null", "https://app.evil", "https://evilapp.example", "https://evil.example", "http://app.example", "*"]
    {
        for method in [Method::GET, Method::OPTIONS] {
            let request = Request::builder()
                .method(method)
                .uri("/auth/session")
                .header(ORIGIN, origin)
                .header("access-control-request-method", "GET")
                .header(COOKIE, &cookies);
            let response = app.send(request, Body::empty()).await;
            assert!(response.headers().keys().all(|name| !name.as_str().starts_with("access-control-")), "{origin}");
        }
    }
}

/// RD-06
#[tokio::test]
async fn no_redirect_is_made_from_what_a_request_says_of_its_host() {
    let app = App::new("");
    for header in ["x-forwarded-host", "forwarded", "x-forwarded-proto", "x-host", "referer"] {
        let request = post("/auth/sign-out?callbackUrl=/account").header(header, "https://evil.example");
        let response = app.send(request, Body::empty()).await;
        assert_eq!(response.headers()["location"], "/account", "{header}");
        assert!(!format!("{:?}", response.headers()).contains("evil"), "{header}");
    }
}

/// SV-04
#[tokio::test]
async fn another_host_gets_none_of_this_site() {
    let app = App::new("");
    for host in
        ["evil.example", "app.example.evil", "app.example:8443", "app.example@evil", "", "localhost", "127.0.0.1"]
    {
        let request = Request::get("/test/page").header(HOST, host);
        assert_eq!(app.send(request, Body::empty()).await.status(), StatusCode::MISDIRECTED_REQUEST, "{host}");
    }
    for host in ["app.example", "APP.example", "app.example:443"] {
        let request = Request::get("/test/page").header(HOST, host);
        assert_eq!(app.send(request, Body::empty()).await.status(), StatusCode::OK, "{host}");
    }
    let absolute = Request::get("http://evil.example/test/page");
    assert_eq!(app.send(absolute, Body::empty()).await.status(), StatusCode::MISDIRECTED_REQUEST);
    let health = Request::get("/livez").header(HOST, "10.0.0.7:3000");
    assert_eq!(app.send(health, Body::empty()).await.status(), StatusCode::OK);
}

/// SV-04: a proxy may be asked for a host alone; here there is nothing at it.
#[tokio::test]
async fn a_target_without_a_path_is_400() {
    let app = App::new("");
    let pages = axum::Router::new().fallback(async || "a page of any path");
    let router = super::protect(&app.vestibule, pages, axum::Router::new());
    for method in [Method::CONNECT, Method::GET, Method::OPTIONS, Method::POST] {
        let request = Request::builder().method(method.clone()).uri("app.example").header(HOST, "app.example");
        let response = router.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
        assert_eq!(response.status(), StatusCode::BAD_REQUEST, "{method}");
    }
}

#[tokio::test]
async fn in_development_other_loopback_names_lead_to_the_public_one() {
    let mut config = fixture::config("");
    config.environment = crate::config::Environment::Development;
    config.server.public_url = "http://127.0.0.1:3000".parse().unwrap();
    let app = App::with(config);
    for (host, status) in [
        ("127.0.0.1:3000", 200),
        ("localhost:3000", 303),
        ("[::1]:3000", 303),
        ("127.0.0.2:3000", 303),
        ("localhost:3001", 421),
        ("evil@localhost:3000", 421),
        ("localhost:3000/evil", 421),
        ("localhost:3000?evil", 421),
        ("localhost:3000#evil", 421),
        ("localhost:3000\\evil", 421),
        ("localhost.evil:3000", 421),
    ] {
        let response = app.send(Request::get("/test/page?a=b").header(HOST, host), Body::empty()).await;
        assert_eq!(response.status(), status, "{host}");
        if status == 303 {
            assert_eq!(response.headers()["location"], "http://127.0.0.1:3000/test/page?a=b");
        }
    }
}

/// OU-04, OU-05, OU-12
#[tokio::test]
async fn every_answer_carries_the_security_headers() {
    let app = App::new("");
    let cases = [
        (Request::get("/test/page"), 200),
        (Request::get("/pkg/style.css"), 200),
        (Request::get("/livez"), 200),
        (post("/auth/sign-out"), 303),
        (Request::get("/nowhere"), 404),
        (Request::get("/auth/sign-out"), 405),
        (post("/auth/sign-out").header(ORIGIN, "null"), 403),
        (Request::get("/test/page").header(HOST, "evil"), 421),
        (Request::get("/test/panic"), 500),
    ];
    for (request, status) in cases {
        let response = app.send(request, Body::empty()).await;
        assert_eq!(response.status(), status);
        let headers = response.headers();
        let policy = headers["content-security-policy"].to_str().unwrap();
        for part in [
            "default-src 'self';",
            "img-src 'self';",
            "script-src 'nonce-",
            "'strict-dynamic'",
            "'wasm-unsafe-eval'",
            "object-src 'none'",
            "base-uri 'none'",
            "frame-ancestors 'none'",
            "form-action 'self'",
        ] {
            assert!(policy.contains(part), "{status}: {part}");
        }
        assert!(!policy.contains("unsafe-inline") && !policy.contains("'unsafe-eval'"), "{policy}");
        assert_eq!(headers["strict-transport-security"], "max-age=31536000", "{status}");
        assert_eq!(headers["x-content-type-options"], "nosniff");
        assert_eq!(headers["x-frame-options"], "DENY");
        assert_eq!(headers["referrer-policy"], "strict-origin");
        assert_eq!(headers["cross-origin-opener-policy"], "same-origin");
        assert_eq!(headers["cross-origin-resource-policy"], "same-origin");
        assert_eq!(headers["x-request-id"].len(), 16);
        assert!(!headers.contains_key("server") && !headers.contains_key("x-powered-by"), "{status}: a banner");
    }
}

/// OU-04
#[tokio::test]
async fn a_thousand_answers_have_a_thousand_nonces() {
    let app = App::new("");
    let mut halves = HashSet::new();
    for _ in 0..1_000 {
        let response = app.get("/test/page", "").await;
        let policy = response.headers()["content-security-policy"].to_str().unwrap();
        let nonce = policy.split("'nonce-").nth(1).unwrap().split('\'').next().unwrap();
        assert_eq!(nonce.len(), 32);
        let (first, second) = nonce.split_at(16);
        assert!(
            halves.insert(first.to_owned()) && halves.insert(second.to_owned()),
            "all 128 bits are random: {nonce}"
        );
    }
}

/// OU-04
#[tokio::test]
async fn a_page_may_connect_to_the_upstream_only_where_its_scripts_call_it() {
    let policy = async |toml: &str| {
        let response = App::new(toml).get("/test/page", "").await;
        response.headers()["content-security-policy"].to_str().unwrap().to_owned()
    };
    assert!(policy("api.browser = 'direct'").await.contains("connect-src 'self' https://api.example;"));
    assert!(policy("").await.contains("connect-src 'self';"));
}

#[tokio::test]
async fn transport_security_is_for_https_alone() {
    let mut config = fixture::config("");
    config.server.public_url = "http://127.0.0.1:3000".parse().unwrap();
    let response = App::with(config).send(Request::get("/livez"), Body::empty()).await;
    assert!(!response.headers().contains_key("strict-transport-security"));
    let mut config = fixture::config("");
    config.server.hsts_subdomains = true;
    let response = App::with(config).send(Request::get("/livez"), Body::empty()).await;
    assert_eq!(response.headers()["strict-transport-security"], "max-age=31536000; includeSubDomains");
}

/// RD-08
#[tokio::test]
async fn server_functions_never_see_what_would_make_them_redirect() {
    let app = App::new("");
    let request = post("/api/echo").header(ACCEPT, "text/html").header(REFERER, "https://evil.example/");
    assert_eq!(body(app.send(request, "a=b").await).await, "Some(\"application/json\") None");
}

/// LG-01: a query may hold what a log must not.
#[tokio::test]
async fn the_log_names_the_path_of_a_request_and_not_its_query() {
    let app = App::new("");
    let log = Log::listen();
    app.get("/test/page?code=canary", "").await;
    let text = log.text();
    assert!(text.contains("/test/page") && !text.contains("canary"), "{text}");
}

/// LG-02: however little is logged, what a person quotes can be found.
#[tokio::test]
async fn every_line_of_a_request_has_its_id_at_every_level() {
    let app = App::new("");
    // What is told once, of the start, is told.
    app.get("/test/page", "").await;
    for level in ["info", "warn", "error"] {
        let log = Log::as_json_from(level);
        let response = app.get("/test/panic", "").await;
        let id = response.headers()["x-request-id"].to_str().unwrap();
        let lines = log.objects();
        assert!(!lines.is_empty(), "{level}");
        assert!(lines.iter().all(|line| line["span"]["id"] == id), "{level}: {lines:?}");
    }
}

/// SV-07, OU-12
#[tokio::test]
async fn a_panic_is_one_request_s_500_and_says_nothing() {
    let app = App::new("");
    let response = app.get("/test/panic", "").await;
    assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
    assert!(!body(response).await.contains("canary"));
    assert_eq!(app.get("/test/page", "").await.status(), StatusCode::OK);
}

/// SV-01
#[tokio::test]
async fn what_is_too_long_is_refused_at_its_own_limit() {
    let app = App::new("");
    let target = |length: usize| Request::get(format!("/test/page?{}", "q".repeat(length - "/test/page?".len())));
    assert_eq!(app.send(target(8_192), Body::empty()).await.status(), StatusCode::OK);
    assert_eq!(app.send(target(8_193), Body::empty()).await.status(), StatusCode::URI_TOO_LONG);
    let many =
        |count: usize| (0..count).fold(Request::get("/test/page"), |request, n| request.header(format!("h{n}"), "v"));
    assert_eq!(app.send(many(99), Body::empty()).await.status(), StatusCode::OK);
    assert_eq!(app.send(many(100), Body::empty()).await.status(), StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE);
    let large = Request::get("/test/page").header("h", "v".repeat(33_000));
    assert_eq!(app.send(large, Body::empty()).await.status(), StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE);
}

/// SV-05
#[tokio::test]
async fn health_is_ok_until_the_process_drains() {
    let app = App::new("");
    app.script(|_| Err(crate::upstream::TransportError::Refused));
    for path in ["/livez", "/readyz"] {
        let response = app.get(path, "").await;
        assert_eq!(response.headers()["cache-control"], "no-store");
        assert_eq!((response.status(), body(response).await.as_str()), (StatusCode::OK, "ok"));
    }
    app.vestibule.enter(crate::app::Phase::Draining);
    let log = Log::as_json();
    assert_eq!(app.get("/livez", "").await.status(), StatusCode::OK);
    assert_eq!(app.get("/readyz", "").await.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert!(!log.text().contains("answered"), "not ready is no fault: {}", log.text());
}
