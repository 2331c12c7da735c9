use axum::Router;
use axum::body::Body;
use axum::response::Response;
use axum::routing::any;
use http::header::{CACHE_CONTROL, CONTENT_TYPE, HOST, ORIGIN};
use http::{Request, StatusCode};
use tower::ServiceExt;
use vestibule_core::ErrorCode;

use crate::fixture::{App, body};
use crate::layers;

fn header<'a>(response: &'a Response, name: &str) -> &'a str {
    response.headers()[name].to_str().unwrap()
}

/// Asks an application whose every page panics.
async fn panicked(path: &str) -> Response {
    let handler = any(async || -> &'static str { panic!("canary: a fault in a page") });
    let pages = ["/page", "/apiary", "/api/fault", "/auth/fault"]
        .into_iter()
        .fold(Router::new(), |router, path| router.route(path, handler.clone()));
    let app = App::new("");
    let router = layers::protect(&app.vestibule, pages, Router::new());
    let request = Request::post(path)
        .header(HOST, "app.example")
        .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(Body::empty());
    router.oneshot(request.unwrap()).await.unwrap()
}

/// SV-07, OU-12: what a person can quote, and nothing of the fault.
#[tokio::test]
async fn a_page_that_failed_shows_the_request_s_id() {
    for path in ["/page", "/apiary"] {
        let response = panicked(path).await;
        assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
        assert_eq!(header(&response, "content-type"), "text/html; charset=utf-8");
        let id = header(&response, "x-request-id").to_owned();
        let page = body(response).await;
        assert!(page.contains(&id), "{page}");
        assert!(!page.contains("canary"), "{page}");
    }
}

/// SV-07
#[tokio::test]
async fn a_program_gets_json_whatever_failed() {
    for path in ["/api/fault", "/auth/fault"] {
        let response = panicked(path).await;
        assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR, "{path}");
        assert_eq!(header(&response, "content-type"), "application/json", "{path}");
        let failure: serde_json::Value = serde_json::from_str(&body(response).await).unwrap();
        assert_eq!(failure["code"], "internal");
    }
}

/// OU-04: a style of its own, which the policy lets pass, and nothing inline beside it.
#[tokio::test]
async fn the_page_is_a_whole_document_in_the_colours_that_the_reader_chose() {
    let response = panicked("/page").await;
    let policy = header(&response, "content-security-policy").to_owned();
    let page = body(response).await;
    for part in [
        "<!DOCTYPE html><html lang=\"en\">",
        "<meta name=\"color-scheme\" content=\"light dark\">",
        "<title>Something went wrong</title>",
        "<main>",
        "<h1>Something went wrong</h1>",
        "</main>",
        "@media(prefers-color-scheme:dark)",
    ] {
        assert!(page.contains(part), "{part} in {page}");
    }
    let nonce = page.split("<style nonce=\"").nth(1).unwrap().split('"').next().unwrap();
    assert!(policy.contains(&format!("style-src 'self' 'nonce-{nonce}'")), "{policy}");
    assert_eq!((nonce.len(), page.matches("style").count()), (32, 2), "{page}");
}

/// OU-06, OU-12
#[tokio::test]
async fn no_refusal_is_kept_by_a_cache_and_only_faults_name_the_request() {
    let app = App::new("");
    let long = format!("/test/page?{}", "q".repeat(9_000));
    let cases = [
        (Request::get(&long), 414),
        (Request::get("/test/page").header("h", "v".repeat(33_000)), 431),
        (Request::get("/test/page").header(HOST, "evil.example"), 421),
        (Request::get("/pkg/style.css").header(HOST, "evil.example"), 421),
        (Request::post("/pkg/style.css").header(ORIGIN, "null"), 403),
        (Request::post("/auth/sign-out").header(ORIGIN, "null"), 403),
        (Request::get("/auth/session").header("sec-fetch-site", "cross-site"), 403),
        (Request::get("/api/echo"), 405),
        (Request::put("/test/page"), 405),
        (Request::get("/auth/sign-out"), 405),
        (Request::get("/auth/nope"), 404),
        (Request::post("/api/echo").header(CONTENT_TYPE, "text/plain"), 415),
        (Request::get("/test/panic"), 500),
    ];
    for (request, status) in cases {
        let response = app.send(request, Body::empty()).await;
        assert_eq!(response.status(), status);
        assert!(header(&response, CACHE_CONTROL.as_str()).contains("no-store"), "{status}");
        let id = header(&response, "x-request-id").to_owned();
        assert!(status != 405 || response.headers().contains_key("allow"));
        assert!(response.headers().contains_key("x-session-refused"), "{status}");
        let text = body(response).await;
        assert_eq!((text.is_empty(), text.contains(&id)), (false, status >= 500), "{status}");
    }
}

/// A refusal speaks the language of whoever asks, to people and to programs.
#[tokio::test]
async fn a_refusal_is_in_the_language_of_whoever_asks() {
    let app = App::new("login.text.es = { home = 'A <casa> & \"ya\"' }");
    for path in ["/test/page", "/auth/sign-out", "/api/echo", "/upstream/projects"] {
        let request = Request::post(path).header(ORIGIN, "null").header("accept-language", "es");
        let refused = app.send(request, Body::empty()).await;
        assert_eq!((refused.status().as_u16(), header(&refused, "x-session-refused")), (403, "cross_origin"), "{path}");
        let is_json = header(&refused, "content-type") == "application/json";
        let text = body(refused).await;
        let words = app.vestibule.locales().named("es").unwrap();
        assert!(text.contains(words.message(ErrorCode::CrossOrigin)), "{path}: {text}");
        assert!(!text.contains(ErrorCode::CrossOrigin.message()), "{path}: {text}");
        let home = "<html lang=\"es\"";
        let escaped = ">A &lt;casa> &amp; &quot;ya&quot;</a>";
        assert_eq!((text.contains(home), text.contains(escaped)), (!is_json, !is_json), "{path}: {text}");
    }
}

/// OU-12: the application's own page, with what it is told and no more; its fault is not the visitor's.
#[tokio::test]
async fn an_application_may_have_a_page_of_its_own_for_refusals() {
    let app = App::built("", |parts| {
        parts.refusal_page(|refusal| {
            assert_ne!(refusal.status, StatusCode::URI_TOO_LONG, "a fault of the application");
            let id = refusal.request_id.unwrap_or("none");
            format!(
                "{} {:?} {} {} {id} {}",
                refusal.status,
                refusal.code,
                refusal.message,
                refusal.lang,
                refusal.nonce.is_some()
            )
        })
    });
    let spanish = |request: http::request::Builder| request.header("accept-language", "es");
    let refused = app.send(spanish(Request::post("/test/page")).header(ORIGIN, "null"), Body::empty()).await;
    assert_eq!(refused.status(), StatusCode::FORBIDDEN);
    let page = body(refused).await;
    assert!(page.starts_with("403 Forbidden CrossOrigin ") && page.ends_with(" es none true"), "{page}");

    let fault = app.send(Request::get("/test/panic"), Body::empty()).await;
    let id = header(&fault, "x-request-id").to_owned();
    let page = body(fault).await;
    assert!(page.starts_with("500 ") && page.ends_with(&format!(" en {id} true")), "{page}");

    let failing = app.send(Request::get(format!("/test/page?{}", "q".repeat(9_000))), Body::empty()).await;
    assert_eq!(failing.status(), StatusCode::URI_TOO_LONG);
    assert!(body(failing).await.contains("<h1>Something went wrong</h1>"));

    // Programs read JSON.
    let refused = app.send(Request::post("/auth/sign-out").header(ORIGIN, "null"), Body::empty()).await;
    assert_eq!(header(&refused, "content-type"), "application/json");
}
