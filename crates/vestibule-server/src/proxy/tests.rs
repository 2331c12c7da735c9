use axum::body::Body;
use axum::response::Response;
use bytes::Bytes;
use http::header::{COOKIE, HeaderMap};
use http::{Method, Request, StatusCode};
use serde_json::{Value, json};

use crate::fixture::{App, ORIGIN, body, cookies, json_answer, set_cookies};
use crate::session::rotating::{REFRESHING, Rotating};
use crate::upstream::TransportError;

type Answer = Result<http::Response<Bytes>, TransportError>;

/// An application whose API answers data with what it was asked, and the browser's cookies.
async fn echoing(toml: &str) -> (App, String) {
    let app = App::new(toml);
    let cookies = app.cookies_of("ana").await;
    app.script(|request| {
        let headers: Value = request
            .headers()
            .iter()
            .map(|(name, value)| (name.to_string(), Value::from(value.to_str().unwrap())))
            .collect();
        let path = request.uri().path_and_query().unwrap().as_str();
        let body = String::from_utf8_lossy(request.body());
        json_answer(
            200,
            &json!({ "method": request.method().as_str(), "path": path, "headers": headers, "body": body }),
        )
    });
    (app, cookies)
}

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

async fn call(app: &App, method: Method, path: &str, cookies: &str, body: &'static str) -> Response {
    app.send(Request::builder().method(method).uri(path).header(COOKIE, cookies).header("origin", ORIGIN), body).await
}

async fn read(response: Response) -> Value {
    serde_json::from_str(&body(response).await).unwrap()
}

fn calls(app: &App) -> usize {
    app.upstream.requests.lock().unwrap().len()
}

/// UP-01, UP-02
#[tokio::test]
async fn a_call_reaches_the_api_below_its_base_with_the_token_of_the_session() {
    let (app, cookies) = echoing("").await;
    let response = call(&app, Method::PUT, "/upstream/projects/a%20b;v=1?x=1&y=%2F", &cookies, "{\"a\":1}").await;
    assert_eq!(response.status(), StatusCode::OK);
    let asked = read(response).await;
    assert_eq!(asked["method"], "PUT");
    assert_eq!(asked["path"], "/projects/a%20b;v=1?x=1&y=%2F", "as it was sent");
    assert_eq!(asked["headers"]["authorization"], "Bearer canary-token-of-ana");
    assert_eq!((&asked["body"], &asked["headers"]["content-length"]), (&json!("{\"a\":1}"), &json!("7")));
}

/// UP-01, UP-02
#[tokio::test]
async fn no_path_leaves_the_base() {
    let (app, cookies) = echoing("").await;
    let before = calls(&app);
    for path in [
        "/upstream//evil.example/",
        "/upstream/http://evil.example/",
        "/upstream/a//b",
        "/upstream/..",
        "/upstream/../sign-in",
        "/upstream/a/../../b",
        "/upstream/./a",
        "/upstream/%2e%2e/a",
        "/upstream/%2E%2e/a",
        "/upstream/.%2e/a",
        "/upstream/%252e%252e/a",
        "/upstream/a%2fb",
        "/upstream/a%2Fb",
        "/upstream/a%5cb",
        "/upstream/..;/a",
        "/upstream/..;x=1/a",
        "/upstream/a%00",
        "/upstream/%c0%ae%c0%ae/a",
        "/upstream/%ff",
        "/upstream/%25",
    ] {
        let response = call(&app, Method::GET, path, &cookies, "").await;
        assert_eq!(response.status(), StatusCode::BAD_REQUEST, "{path}");
        assert_eq!(read(response).await["code"], "malformed", "{path}");
    }
    assert_eq!(calls(&app), before, "nothing of it was sent");
    let odd = read(call(&app, Method::GET, "/upstream/@evil.example/", &cookies, "").await).await;
    assert_eq!((&odd["path"], &odd["headers"]["host"]), (&json!("/@evil.example/"), &Value::Null), "a path of the API");
}

/// UP-01
#[tokio::test]
async fn without_a_list_only_the_contract_s_own_calls_are_out_of_reach() {
    let toml = "upstream.refresh.path = '/refresh'\nupstream.sign_out.path = '/users/{user_id}/sign-out'";
    let (app, cookies) = echoing(toml).await;
    for path in ["/sign-in", "/SIGN-IN", "/sign-in/", "/sign%2Din", "/sign-in;x=1", "/refresh?a=b", "/users/9/sign-out"]
    {
        for method in [Method::GET, Method::POST] {
            let response = call(&app, method, &format!("/upstream{path}"), &cookies, "").await;
            assert_eq!(response.status(), StatusCode::NOT_FOUND, "{path}");
        }
    }
    for path in ["/me", "/", "/sign-in/help", "/users/9"] {
        let response = call(&app, Method::GET, &format!("/upstream{path}"), &cookies, "").await;
        assert_eq!(response.status(), StatusCode::OK, "{path}");
    }
}

/// UP-01
#[tokio::test]
async fn with_a_list_nothing_else_may_be_called() {
    let toml =
        "proxy.allow = [{ methods = ['GET'], path = '/projects/**' }, { methods = ['POST'], path = '/projects' }]";
    let (app, cookies) = echoing(toml).await;
    for (method, path, status) in [
        (Method::GET, "/projects/7", 200),
        (Method::HEAD, "/projects/7", 200),
        (Method::POST, "/projects", 200),
        (Method::POST, "/projects/7", 404),
        (Method::DELETE, "/projects/7", 404),
        (Method::GET, "/users", 404),
        (Method::GET, "/Projects", 404),
    ] {
        let response = call(&app, method.clone(), &format!("/upstream{path}"), &cookies, "").await;
        assert_eq!(response.status().as_u16(), status, "{method} {path}");
    }
}

/// UP-03
#[tokio::test]
async fn neither_cookies_nor_claims_nor_hops_reach_the_api() {
    let (app, cookies) = echoing("upstream.headers = { x-api-key = 'ours' }").await;
    let mut request =
        Request::get("/upstream/data").header(COOKIE, &cookies).header("connection", "x-hop, Authorization");
    for (name, value) in [
        ("authorization", "Bearer theirs"),
        ("x-api-key", "theirs"),
        ("x-hop", "1"),
        ("keep-alive", "1"),
        ("te", "trailers"),
        ("upgrade", "websocket"),
        ("x-forwarded-for", "1.2.3.4"),
        ("x-forwarded-user", "root"),
        ("x_forwarded_user", "root"),
        ("forwarded", "for=1.2.3.4"),
        ("x-real-ip", "1.2.3.4"),
        ("x-original-url", "/admin"),
        ("x-http-method-override", "DELETE"),
        ("sec-fetch-mode", "cors"),
        ("referer", "https://app.example/secret"),
        ("accept-encoding", "br"),
        ("proxy-authorization", "Basic x"),
    ] {
        request = request.header(name, value);
    }
    let request = request.header("x-trace", "kept").header("if-none-match", "\"1\"").header("accept-language", "ca");
    let asked = read(app.send(request, Body::empty()).await).await;
    let headers = asked["headers"].as_object().unwrap();
    let mut names: Vec<_> = headers.keys().map(String::as_str).collect();
    names.sort_unstable();
    assert_eq!(
        names,
        ["accept", "accept-language", "authorization", "if-none-match", "user-agent", "x-api-key", "x-trace"]
    );
    assert_eq!(
        (&headers["authorization"], &headers["x-api-key"]),
        (&json!("Bearer canary-token-of-ana"), &json!("ours"))
    );
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
    assert_eq!(headers["content-security-policy"], "sandbox; default-src 'none'");
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

/// UP-05, CS-08
#[tokio::test]
async fn no_other_site_and_no_document_loads_anything_through_here() {
    let (app, cookies) = echoing("").await;
    let before = calls(&app);
    for (name, value) in [
        ("sec-fetch-dest", "document"),
        ("sec-fetch-dest", "iframe"),
        ("sec-fetch-dest", "script"),
        ("sec-fetch-dest", "style"),
        ("sec-fetch-dest", "worker"),
        ("sec-fetch-dest", "serviceworker"),
        ("sec-fetch-dest", "object"),
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
    ] {
        let request = Request::get("/upstream/data").header(COOKIE, &cookies).header(name, value);
        assert_eq!(app.send(request, Body::empty()).await.status(), StatusCode::FORBIDDEN, "{name}: {value}");
    }
    assert_eq!(calls(&app), before);
    for destination in ["empty", "image", "audio", "video", "font"] {
        let request = Request::get("/upstream/data").header(COOKIE, &cookies).header("sec-fetch-dest", destination);
        assert_eq!(app.send(request, Body::empty()).await.status(), StatusCode::OK, "{destination}");
    }
    let foreign = Request::post("/upstream/data").header(COOKIE, &cookies).header("origin", "https://evil.example");
    assert_eq!(app.send(foreign, Body::empty()).await.status(), StatusCode::FORBIDDEN);
}

/// CS-09
#[tokio::test]
async fn methods_that_are_no_calls_are_refused() {
    let (app, cookies) = echoing("").await;
    for method in [Method::OPTIONS, Method::TRACE, Method::from_bytes(b"PROPFIND").unwrap()] {
        let response = call(&app, method.clone(), "/upstream/data", &cookies, "").await;
        assert_eq!(response.status(), StatusCode::METHOD_NOT_ALLOWED, "{method}");
        assert_eq!(response.headers()["allow"], "GET, HEAD, POST, PUT, PATCH, DELETE");
    }
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

/// UP-07
#[tokio::test]
async fn who_is_signed_out_gets_401_in_json_and_the_api_is_not_asked() {
    let (app, cookies) = echoing("").await;
    app.post("/auth/sign-out", &cookies, "").await;
    let before = calls(&app);
    for cookies in ["", &cookies] {
        let response = call(&app, Method::GET, "/upstream/data", cookies, "").await;
        assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
        assert_eq!(read(response).await["code"], "signed_out");
    }
    assert_eq!(calls(&app), before);
}

/// An API that knows the newest token alone.
fn strict(app: &App) -> std::sync::Arc<Rotating> {
    let upstream = Rotating::living(10_000);
    let (script, newest) = (upstream.script(), std::sync::Arc::clone(&upstream));
    app.script(move |request| {
        let bearer = request.headers().get("authorization").map(|value| value.to_str().unwrap());
        let is_dead =
            request.uri().path() == "/data" && bearer != Some(&format!("Bearer access-{}", newest.refreshes()));
        if is_dead { json_answer(401, &json!({ "error": "dead" })) } else { script(request) }
    });
    upstream
}

/// UP-07: one refresh, and one retry for what may be repeated and is still there.
#[tokio::test]
async fn a_dead_token_is_renewed_once_and_a_call_that_may_be_repeated_is() {
    for (method, status) in [(Method::GET, 200), (Method::PUT, 200), (Method::DELETE, 200), (Method::POST, 401)] {
        let app = App::new(REFRESHING);
        let upstream = strict(&app);
        let old = app.cookies_of("ana").await;
        app.clock.advance(60);
        let script = upstream.script();
        app.script(move |request| {
            let dead = request.headers().get("authorization").is_some_and(|value| value == "Bearer access-0");
            if dead { json_answer(401, &json!({ "error": "dead" })) } else { script(request) }
        });
        let response = call(&app, method.clone(), "/upstream/data", &old, "{}").await;
        assert_eq!(response.status().as_u16(), status, "{method}");
        assert_eq!(response.headers()["x-session-renewed"], "1");
        let new = cookies(&response);
        assert_eq!(call(&app, method.clone(), "/upstream/data", &new, "{}").await.status(), StatusCode::OK, "{method}");
        assert_eq!(upstream.refreshes(), 1);
    }
}

/// UP-07, fault 27: an API that refuses everything gets one refresh; its own words reach the page, and no sign-in page.
#[tokio::test]
async fn a_refusal_of_a_fresh_token_is_passed_on_and_an_unmatched_403_is_no_dead_token() {
    let app = App::new(REFRESHING);
    let upstream = Rotating::living(10_000);
    let script = upstream.script();
    app.script(move |request| match request.uri().path() {
        "/data" => json_answer(401, &json!({ "message": "never" })),
        "/forbidden" => json_answer(403, &json!({ "message": "not yours" })),
        _ => script(request),
    });
    let cookies = app.cookies_of("ana").await;
    let fresh = call(&app, Method::GET, "/upstream/data", &cookies, "").await;
    assert_eq!(read(fresh).await["message"], "never");
    app.clock.advance(60);
    let forbidden = call(&app, Method::GET, "/upstream/forbidden", &cookies, "").await;
    assert_eq!((forbidden.status().as_u16(), upstream.refreshes()), (403, 0));
    assert_eq!(read(forbidden).await["message"], "not yours");
    let refused = call(&app, Method::GET, "/upstream/data", &cookies, "").await;
    assert_eq!((refused.status().as_u16(), upstream.refreshes()), (401, 1));
    assert_eq!(read(refused).await["code"], "signed_out", "it refused the token that it had just given");
}

/// UP-07: rules that look into the body see it, and it is passed on all the same.
#[tokio::test]
async fn a_rule_that_reads_the_body_leaves_it_for_the_page() {
    let toml = format!(
        "{REFRESHING}\nupstream.profile.unauthorized = [{{ status = 400, pointer = '/code', equals = 'expired' }}]"
    );
    let app = App::new(&toml);
    let upstream = Rotating::living(10_000);
    let script = upstream.script();
    app.script(move |request| match request.uri().path() {
        "/data" => json_answer(400, &json!({ "code": "invalid", "field": "name" })),
        "/old" => json_answer(400, &json!({ "code": "expired" })),
        _ => script(request),
    });
    let cookies = app.cookies_of("ana").await;
    app.clock.advance(60);
    let invalid = call(&app, Method::PUT, "/upstream/data", &cookies, "{}").await;
    assert_eq!(invalid.status(), StatusCode::BAD_REQUEST);
    assert_eq!((read(invalid).await["field"].as_str(), upstream.refreshes()), (Some("name"), 0));
    call(&app, Method::GET, "/upstream/old", &cookies, "").await;
    assert_eq!(upstream.refreshes(), 1);
}

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

#[tokio::test]
async fn a_body_beyond_the_limit_is_413_by_its_word_or_by_its_bytes() {
    let (app, cookies) = echoing("proxy.max_body = '100KiB'").await;
    let before = calls(&app);
    let long = "x".repeat(101 * 1_024);
    let request = || Request::post("/upstream/data").header(COOKIE, &cookies).header("origin", ORIGIN);
    assert_eq!(app.send(request(), long.clone()).await.status(), StatusCode::PAYLOAD_TOO_LARGE);
    let pieces: Vec<_> = long.as_bytes().chunks(1_000).map(|piece| Ok::<_, std::io::Error>(piece.to_vec())).collect();
    let stream = Body::from_stream(futures_util::stream::iter(pieces));
    assert_eq!(app.send(request(), stream).await.status(), StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(calls(&app), before);
    let short = "x".repeat(99 * 1_024);
    assert_eq!(read(app.send(request(), short.clone()).await).await["body"], short);
}

/// OU-09
#[tokio::test]
async fn a_call_of_a_page_that_was_made_for_somebody_else_is_409() {
    let (app, cookies) = echoing("").await;
    let request = Request::get("/upstream/data").header(COOKIE, &cookies).header("x-session-user", "somebody else");
    assert_eq!(app.send(request, Body::empty()).await.status(), StatusCode::CONFLICT);
}
