//! What operators read of requests that were denied.

use std::net::SocketAddr;

use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::response::Response;
use http::header::{CONTENT_TYPE, COOKIE, HOST, ORIGIN};
use http::request::Builder;
use http::{Method, Request, StatusCode};
use serde_json::{Value, json};
use tower::ServiceExt;

use crate::fixture::{self, App, Log, SECRET, body, json_answer};

/// A peer that is no trusted proxy.
const PEER: &str = "192.0.2.7";

async fn send(app: &App, request: Builder, content: impl Into<Body>) -> Response {
    let peer: SocketAddr = (PEER.parse::<std::net::IpAddr>().unwrap(), 4_711).into();
    app.send(request.extension(ConnectInfo(peer)), content).await
}

/// The events of what was denied.
fn denied(log: &Log) -> Vec<Value> {
    log.objects().into_iter().filter(|line| line["what"] == "denied").collect()
}

async fn counted(app: &App, why: &str) -> String {
    let request = Request::get("/metrics").body(Body::empty()).unwrap();
    let metrics = body(crate::routes::admin(&app.vestibule).oneshot(request).await.unwrap()).await;
    let beginning = format!("vestibule_events_total{{event=\"denied\",why=\"{why}\"}} ");
    metrics.lines().find_map(|line| line.strip_prefix(&beginning)).unwrap_or("0").to_owned()
}

/// Asks, and gives the only event of it, after a look at what every event has.
async fn event_of(app: &App, request: Builder, content: impl Into<Body>) -> Value {
    let log = Log::as_json();
    let response = send(app, request, content).await;
    let id = response.headers()["x-request-id"].to_str().unwrap();
    let events = denied(&log);
    let [event] = events.as_slice() else { panic!("{events:?}") };
    assert_eq!(event["target"], "audit", "{event}");
    assert_eq!(event["address"], PEER, "{event}");
    assert_eq!((&event["span"]["id"], &event["span"]["address"]), (&json!(id), &json!(PEER)), "{event}");
    assert!(event["timestamp"].as_str().unwrap().ends_with('Z'), "{event}");
    if let Some(status) = event["status"].as_u64() {
        assert_eq!(status, u64::from(response.status().as_u16()), "{event}");
    }
    let text = log.text();
    assert!(!text.contains("canary") && !text.contains("v1."), "{text}");
    event.clone()
}

fn said(event: &Value) -> (&str, &str, Option<u64>) {
    (event["why"].as_str().unwrap(), event["level"].as_str().unwrap(), event["status"].as_u64())
}

/// LG-02, ASVS 16.3.2 and 16.3.3
#[tokio::test]
async fn whatever_denies_a_request_is_one_event_with_its_reason() {
    let app = App::new("proxy.allow = [{ methods = ['GET'], path = '/projects' }]\nproxy.max_body = '1KiB'\n");
    let ana = app.cookies_of("ana").await;
    let get = |path: &str| Request::get(path);
    let signed_in = |path: &str| Request::get(path).header(COOKIE, &ana);
    let post = |path: &str| Request::post(path).header(COOKIE, &ana).header(ORIGIN, fixture::ORIGIN);
    let cases = [
        (get("/test/authenticated"), "signed_out", "INFO", 401),
        (get("/upstream/projects"), "signed_out", "INFO", 401),
        (signed_in("/upstream/a/%2e%2e/b"), "path", "WARN", 400),
        (signed_in("/upstream/users"), "not_allowed", "WARN", 404),
        (post("/upstream/projects"), "not_allowed", "WARN", 404),
        (signed_in("/upstream/projects").header("sec-fetch-dest", "script"), "cross_origin", "WARN", 403),
        (signed_in("/auth/session").header("sec-fetch-site", "cross-site"), "cross_origin", "WARN", 403),
        (post("/api/echo").header("x-session-user", "canary"), "other_user", "INFO", 409),
        (post("/api/echo").header(CONTENT_TYPE, "text/plain"), "malformed", "INFO", 415),
        (get("/test/page").header(HOST, "elsewhere.example"), "other_host", "INFO", 421),
        (get(&format!("/test/page?{}", "canary".repeat(2_000))), "too_large", "INFO", 414),
        (get("/test/page").header("x", "canary".repeat(6_000)), "too_large", "INFO", 431),
    ];
    for (request, why, level, status) in cases {
        let event = event_of(&app, request, "").await;
        assert_eq!(said(&event), (why, level, Some(status)), "{event}");
    }
    let large = post("/upstream/projects").method(Method::GET);
    let event = event_of(&app, large, "canary".repeat(200)).await;
    assert_eq!(said(&event), ("too_large", "INFO", Some(413)));
    for (why, times) in [("signed_out", "2"), ("not_allowed", "2"), ("too_large", "3"), ("cookie_twice", "0")] {
        assert_eq!(counted(&app, why).await, times, "{why}");
    }
}

/// LG-02: whose session it was is told as everywhere in the log, and the origin as far as it is one.
#[tokio::test]
async fn an_event_says_whose_session_it_was_and_which_site_asked() {
    let app = App::new("proxy.allow = []\nlimits.trusted_proxies = ['192.0.2.0/24']\n");
    let ana = app.cookies_of("ana").await;
    let record = app.record_of(&ana).await;
    let event = event_of(&app, Request::get("/upstream/users").header(COOKIE, &ana), "").await;
    assert_eq!(event["session"], record.id.for_log());
    assert_eq!(event["user"], record.key().identity.unwrap().as_str());
    assert_eq!(event["origin"], Value::Null, "our own pages name none");

    let log = Log::as_json();
    let elsewhere = Request::post("/auth/sign-out").header(COOKIE, &ana).header(ORIGIN, "https://evil.example");
    send(&app, elsewhere.header("x-forwarded-for", "10.9.9.9, 198.51.100.3"), "").await;
    let events = denied(&log);
    let [event] = events.as_slice() else { panic!("{events:?}") };
    assert_eq!(said(event), ("cross_origin", "WARN", Some(403)));
    assert_eq!((&event["origin"], &event["address"]), (&json!("https://evil.example"), &json!("198.51.100.3")));
    assert_eq!((&event["session"], &event["user"]), (&Value::Null, &Value::Null), "nobody looked at the cookie");
}

/// LG-02: the request goes on as nobody's, and is told of once.
#[tokio::test]
async fn a_cookie_that_somebody_changed_is_an_event() {
    let app = App::new("");
    let (ana, zoe) = (app.cookies_of("ana").await, app.cookies_of("zoe").await);
    let mut bent = ana.clone().into_bytes();
    let last = bent.len() - 3;
    bent[last] = if bent[last] == b'A' { b'B' } else { b'A' };
    let bent = String::from_utf8(bent).unwrap();
    let piece = ana.replace("__Host-session=", "__Host-session.2=");
    for (cookies, why) in [
        (format!("{ana}; {zoe}"), "cookie_twice"),
        (format!("{ana}; {piece}"), "cookie_twice"),
        (bent, "cookie_changed"),
        (ana[..ana.len() - 8].to_owned(), "cookie_changed"),
        (piece, "cookie_changed"),
    ] {
        let event = event_of(&app, Request::get("/test/page").header(COOKIE, &cookies), "").await;
        assert_eq!(said(&event), (why, "WARN", None), "{cookies}");
        assert_eq!((&event["session"], &event["user"]), (&Value::Null, &Value::Null));
    }
}

/// What happens every day is no event: no session, one that is over, a wrong password (which is an event of its own), what
/// the API denies, cookies of a key that was removed and of other programs.
#[tokio::test]
async fn what_denies_nothing_is_no_event() {
    let app = App::new("");
    let ana = app.cookies_of("ana").await;
    let mut renewed = fixture::config("");
    renewed.session.secrets = vec![crate::secret::Secret::new(SECRET.chars().rev().collect::<String>())];
    let renewed = App::with(renewed);
    let in_store = app.beside("session.storage = 'store'\n");
    let log = Log::as_json();
    for path in ["/test/page", "/auth/session", "/nothing", "/pkg/style.css", "/livez"] {
        send(&app, Request::get(path), "").await;
    }
    app.post("/test/sign-in", "", "username=ana&password=wrong").await;
    app.script(|_| json_answer(403, &json!({})));
    let denied_there = app.get("/upstream/users", &ana).await;
    assert_eq!(denied_there.status(), StatusCode::FORBIDDEN);
    for app in [&renewed, &in_store] {
        assert_eq!(app.who(&ana).await, None);
    }
    for other in ["__Host-session=", "__Host-session=x", "__Host-session=eyJhbGciOiJIUzI1NiJ9.e30.x", "session=v1.x.y"]
    {
        assert_eq!(app.who(other).await, None);
    }
    app.post("/auth/sign-out", &ana, "").await;
    assert_eq!(app.who(&ana).await, None);
    assert!(denied(&log).is_empty(), "{}", log.text());
}

/// LG-02: whatever a request says, a line is one object, and says what this server says.
#[tokio::test]
async fn no_request_writes_a_line_of_the_log() {
    let app = App::new("");
    let log = Log::as_json();
    let form = "username=x%0A%7B%22what%22%3A%22denied%22%7D%1B%5B31m&password=wrong";
    app.post("/test/sign-in", "", form).await;
    let path = "/upstream/%0a%1b[31m\u{9b}31m\"}";
    assert_eq!(send(&app, Request::get(path), "").await.status(), StatusCode::BAD_REQUEST);
    let origin = http::HeaderValue::from_bytes(b"\"}\t{\"what\":\"x\"\xc2\x9b31m").unwrap();
    let elsewhere = Request::post("/test/page").header("sec-fetch-site", "cross-site").header(ORIGIN, origin);
    assert_eq!(send(&app, elsewhere, "").await.status(), StatusCode::FORBIDDEN);
    let whats: Vec<_> = log.objects().iter().filter_map(|line| line["what"].as_str().map(str::to_owned)).collect();
    assert_eq!(whats, ["denied", "denied"]);
    let text = log.text();
    assert!(!text.contains(|c: char| c.is_control() && c != '\n'), "{text:?}");
}

/// LG-02: nobody fills the log; the metrics count all.
#[tokio::test]
async fn a_flood_is_a_hundred_lines_a_minute() {
    let app = App::new("");
    let log = Log::as_json();
    for _ in 0..150 {
        send(&app, Request::get("/test/authenticated"), "").await;
    }
    assert_eq!(denied(&log).len(), 100);
    app.clock.advance(60);
    send(&app, Request::get("/test/authenticated"), "").await;
    assert_eq!(denied(&log).last().unwrap()["left_out"], 50);
    assert_eq!(counted(&app, "signed_out").await, "151");
}
