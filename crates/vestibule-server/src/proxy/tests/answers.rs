//! What of the API's answers reaches the browser.

use super::*;

/// One whose API gives this answer.
async fn answering(answer: Answer) -> (App, String) {
    let app = App::new("");
    let cookies = app.cookies_of("ana").await;
    app.script(move |_| answer.clone());
    (app, cookies)
}

fn answer(status: u16, headers: &[(&str, &str)], body: &'static str) -> Answer {
    let mut answer = http::Response::builder().status(status);
    for (name, value) in headers {
        answer = answer.header(*name, *value);
    }
    Ok(answer.body(Bytes::from_static(body.as_bytes())).unwrap())
}

/// UP-04
#[tokio::test]
async fn the_api_acts_in_nobody_s_name_but_its_own() {
    let hostile = [
        ("content-type", "application/json"),
        ("set-cookie", "__Host-session=stolen; Path=/; Secure"),
        ("access-control-allow-origin", "*"),
        ("clear-site-data", "\"*\""),
        ("content-security-policy", "default-src *"),
        ("content-security-policy-report-only", "default-src *; report-uri https://evil.example"),
        ("strict-transport-security", "max-age=0"),
        ("service-worker-allowed", "/"),
        ("location", "https://evil.example/"),
        ("refresh", "0; url=https://evil.example/"),
        ("link", "<https://evil.example/>; rel=preload"),
        ("www-authenticate", "Basic realm=canary"),
        ("x-accel-redirect", "/internal"),
        ("x-session-user", "canary"),
        ("x-session-refused", "signed_out"),
        ("x-powered-by", "canary"),
        ("server", "canary"),
        ("connection", "close"),
        ("alt-svc", "h3=\":443\""),
        ("cache-control", "public, max-age=60, s-maxage=3600"),
        ("x-total-count", "7"),
        ("etag", "\"1\""),
    ];
    let (app, cookies) = answering(answer(200, &hostile, "{}")).await;
    let ordinary = app.get("/test/page", &cookies).await;
    let response = call(&app, Method::GET, "/upstream/data", &cookies, "").await;
    let headers: &HeaderMap = response.headers();
    let only_here: Vec<_> =
        headers.keys().map(|name| name.as_str()).filter(|name| !ordinary.headers().contains_key(*name)).collect();
    let mut only_here = only_here;
    only_here.sort_unstable();
    assert_eq!(only_here, ["etag", "x-total-count"]);
    assert_eq!(headers["cache-control"], "private, max-age=60");
    let policy = "sandbox; default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
    assert_eq!(headers["content-security-policy"], policy);
    assert_eq!(headers["x-content-type-options"], "nosniff");
    assert_eq!(headers["strict-transport-security"], ordinary.headers()["strict-transport-security"]);
    assert!(set_cookies(&response).is_empty() && !headers.contains_key("location"));
}

/// UP-04: what was made is found by the way that leads through here, if it is the API's at all.
#[tokio::test]
async fn the_address_of_what_was_made_leads_through_here() {
    for (location, expected) in [
        ("/projects/7?x=1", Some("/upstream/projects/7?x=1")),
        ("https://api.example/projects/7", Some("/upstream/projects/7")),
        ("https://api.example.evil/projects/7", None),
        ("//evil.example/", None),
        ("javascript:alert(1)", None),
    ] {
        let made = [("content-type", "application/json"), ("location", location)];
        let (app, cookies) = answering(answer(201, &made, "{}")).await;
        let response = call(&app, Method::POST, "/upstream/projects", &cookies, "{}").await;
        let found = response.headers().get("location").map(|value| value.to_str().unwrap());
        assert_eq!(found, expected, "{location}");
    }
}

/// UP-05
#[tokio::test]
async fn what_a_browser_would_run_does_not_pass_and_what_it_cannot_show_is_a_file() {
    for (kind, status, is_file) in [
        ("application/json", 200, false),
        ("application/problem+json; charset=utf-8", 200, false),
        ("text/plain", 200, false),
        ("text/event-stream", 200, false),
        ("image/png", 200, false),
        ("application/pdf", 200, true),
        ("text/csv", 200, true),
        ("application/octet-stream", 200, true),
        ("text/html", 415, false),
        ("TEXT/HTML; charset=utf-8", 415, false),
        ("application/xhtml+xml", 415, false),
        ("image/svg+xml", 415, false),
        ("application/xml", 415, false),
        ("text/xml", 415, false),
        ("text/javascript", 415, false),
        ("application/x-javascript", 415, false),
        ("application/ecmascript", 415, false),
        ("multipart/x-mixed-replace; boundary=x", 415, false),
        ("application/json, text/html", 415, false),
    ] {
        let (app, cookies) = answering(answer(200, &[("content-type", kind)], "<script>canary</script>")).await;
        let response = call(&app, Method::GET, "/upstream/data", &cookies, "").await;
        assert_eq!(response.status().as_u16(), status, "{kind}");
        let disposition = response.headers().get("content-disposition").map(|value| value.to_str().unwrap());
        assert_eq!(disposition, is_file.then_some("attachment"), "{kind}");
        assert_eq!(body(response).await.contains("canary"), status == 200, "{kind}");
    }
    let (app, cookies) = answering(answer(200, &[], "canary")).await;
    let response = call(&app, Method::GET, "/upstream/data", &cookies, "").await;
    assert_eq!(response.headers()["content-type"], "application/octet-stream");
    let named = [("content-type", "application/pdf"), ("content-disposition", "attachment; filename=\"a.pdf\"")];
    let (app, cookies) = answering(answer(200, &named, "canary")).await;
    let response = call(&app, Method::GET, "/upstream/data", &cookies, "").await;
    assert_eq!(response.headers()["content-disposition"], "attachment; filename=\"a.pdf\"");
}

/// UP-06, fault 10
#[tokio::test]
async fn a_redirect_of_the_api_is_followed_by_nobody() {
    for status in [301, 302, 303, 307, 308] {
        let (app, cookies) = answering(answer(status, &[("location", "https://evil.example/")], "")).await;
        let before = calls(&app);
        let response = call(&app, Method::GET, "/upstream/data", &cookies, "").await;
        assert_eq!(response.status(), StatusCode::BAD_GATEWAY, "{status}");
        assert!(!response.headers().contains_key("location"));
        assert_eq!(calls(&app), before + 1);
    }
    let (app, cookies) = answering(answer(304, &[("etag", "\"1\"")], "")).await;
    assert_eq!(call(&app, Method::GET, "/upstream/data", &cookies, "").await.status(), StatusCode::NOT_MODIFIED);
}

/// Faults 1, 2, 3, 4, 5, 9
#[tokio::test]
async fn an_api_that_is_away_is_503_and_one_that_is_silent_504() {
    for (error, status) in [
        (TransportError::Refused, 503),
        (TransportError::Tls, 503),
        (TransportError::Timeout, 504),
        (TransportError::Reset, 502),
        (TransportError::TooLarge, 502),
    ] {
        let (app, cookies) = answering(Err(error)).await;
        let response = call(&app, Method::GET, "/upstream/data", &cookies, "").await;
        assert_eq!(response.status().as_u16(), status, "{error}");
        assert!(app.who(&cookies).await.is_some(), "{error}");
    }
}
