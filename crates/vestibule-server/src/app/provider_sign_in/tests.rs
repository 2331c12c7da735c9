use http::header::{COOKIE, ORIGIN as ORIGIN_HEADER};
use http::{Request, StatusCode};
use serde_json::{Value, json};

use crate::fixture::{App, Log, ORIGIN, body, json_answer, set_cookies};
use crate::providers::fixture::{Browser, Idp};

mod attempts;
mod exchange;
mod lies;
mod session;
mod well_known;

/// OA-01: what leaves, where to, and what stays behind in the browser.
#[tokio::test]
async fn a_person_leaves_with_a_state_a_nonce_and_a_challenge_of_their_own() {
    let (app, _) = Idp::with("");
    let mut browser = Browser::default();
    let first = browser.leave(&app, "id", "/desk").await;
    let second = browser.leave(&app, "id", "/").await;
    let of = |address: &url::Url, name: &str| {
        address.query_pairs().find_map(|(key, value)| (key == name).then(|| value.into_owned())).unwrap_or_default()
    };
    assert_eq!(first.as_str().split('?').next(), Some("https://id.example/authorize"));
    for (name, value) in [
        ("response_type", "code"),
        ("client_id", "the-client"),
        ("redirect_uri", "https://app.example/auth/callback/id"),
        ("scope", "openid email"),
        ("code_challenge_method", "S256"),
    ] {
        assert_eq!(of(&first, name), value, "{name}");
    }
    for name in ["state", "nonce", "code_challenge"] {
        assert!(of(&first, name).len() >= 22 && of(&first, name) != of(&second, name), "{name}");
    }
    // Two tabs do not disturb each other.
    assert_eq!(browser.0.len(), 2);
    assert!(browser.0.keys().all(|name| name.starts_with("__Host-session-attempt-")), "{:?}", browser.0.keys());
    let response = app.send(Request::post("/auth/sign-in/id").header(ORIGIN_HEADER, ORIGIN), "").await;
    let cookie = set_cookies(&response).remove(0);
    assert!(cookie.ends_with("; HttpOnly; SameSite=Lax; Secure; Path=/; Max-Age=600"), "{cookie}");
    let state = of(&first, "state");
    assert!(!cookie.contains(&state), "it is sealed");
}

#[tokio::test]
async fn whoever_is_not_configured_is_nobody() {
    let (app, _) = Idp::with("");
    for (request, status) in [
        (Request::post("/auth/sign-in/nobody").header(ORIGIN_HEADER, ORIGIN), 404),
        (Request::get("/auth/callback/nobody?code=a&state=b"), 404),
        (Request::post("/auth/callback/id").header(ORIGIN_HEADER, ORIGIN), 404),
        (Request::get("/auth/sign-in/id"), 405),
        // CS-01: another site cannot send anybody anywhere.
        (Request::post("/auth/sign-in/id").header(ORIGIN_HEADER, "https://evil.example"), 403),
        (Request::post("/auth/callback/id").header(ORIGIN_HEADER, "https://id.example"), 403),
        (Request::post("/auth/logout/nobody"), 404),
    ] {
        let (path, response) = (format!("{:?}", request.uri_ref()), app.send(request, "").await);
        assert_eq!(response.status().as_u16(), status, "{path}");
        assert!(set_cookies(&response).is_empty(), "{path}");
    }
}

/// Whoever begins again and again does not fill the request's header.
#[tokio::test]
async fn a_browser_has_a_handful_of_attempts_at_most() {
    let (app, _) = Idp::with("");
    let mut browser = Browser::default();
    for _ in 0..30 {
        browser.leave(&app, "id", "/").await;
        assert!(browser.0.len() <= 5, "{}", browser.0.len());
    }
}

/// A provider that is away is a sentence on the login page, and no error page.
#[tokio::test]
async fn a_provider_that_is_away_is_told_on_the_login_page() {
    let (app, idp) = Idp::with("");
    idp.instead.lock().unwrap().insert("/.well-known/openid-configuration", json_answer(503, &json!({})));
    let request = Request::post("/auth/sign-in/id?callbackUrl=/desk").header(ORIGIN_HEADER, ORIGIN);
    let response = app.send(request, "").await;
    assert_eq!(response.status(), StatusCode::SEE_OTHER);
    assert_eq!(response.headers()["location"], "/login?callbackUrl=%2Fdesk&reason=unavailable");
}

#[tokio::test]
async fn the_ways_in_are_listed() {
    let (app, _) = Idp::with("login.title = 'Sign in with Marxan'");
    let listed: Value = serde_json::from_str(&body(app.get("/auth/providers", "").await).await).unwrap();
    assert_eq!(
        listed,
        json!([
            { "id": "credentials", "name": "Sign in with Marxan", "kind": "credentials" },
            { "id": "id", "name": "Example", "kind": "oidc", "signIn": "/auth/sign-in/id" },
            { "id": "other", "name": "Other", "kind": "oidc", "signIn": "/auth/sign-in/other" },
        ])
    );
    let page = app.get("/test/page", "").await;
    let policy = page.headers()["content-security-policy"].to_str().unwrap().to_owned();
    assert!(policy.ends_with("form-action 'self' https://id.example https://other.example"), "{policy}");
}

/// `login.auto`: nobody sees a page with one button on it, unless it has something to say.
#[tokio::test]
async fn with_one_provider_and_no_form_the_login_page_sends_people_straight_on() {
    let only = "login.fields = []\nlogin.auto = true\n[[providers]]\nid = 'id'\nname = 'Example'\nkind = 'oidc'\n\
                issuer = 'https://id.example'\nclient_id = 'the-client'\nscopes = ['openid']\n";
    let (app, _) = Idp::of(App::new(only));
    let response = app.get("/login?callbackUrl=/desk", "").await;
    assert_eq!(response.status(), StatusCode::SEE_OTHER);
    assert!(response.headers()["location"].to_str().unwrap().starts_with("https://id.example/authorize?"));
    for query in ["?reason=signed-out", "?reason=error&callbackUrl=/desk", "?lang=es"] {
        assert_eq!(app.get(&format!("/login{query}"), "").await.headers().get("location"), None, "{query}");
    }
    // Another site's link begins nothing.
    let request = Request::get("/login").header("sec-fetch-site", "cross-site");
    assert_eq!(app.send(request, "").await.status(), StatusCode::OK);
    // Whoever signed out is not signed in again by the next gate.
    let left = app.post("/auth/sign-out", "", "callbackUrl=/").await;
    assert_eq!(left.headers()["location"], "/login?reason=signed-out");
    // Nobody signs in with a form that is not there.
    let posted = app.sign_in_as("ana", "").await;
    assert_eq!(posted.status(), StatusCode::NOT_FOUND);
    assert_eq!(app.upstream.count("/sign-in"), 0);
}

/// LG-01, LG-03: no secret, code or token is in any line of the log.
#[tokio::test]
async fn nothing_secret_is_in_the_log() {
    let log = Log::listen();
    let (app, idp) = Idp::with("");
    for query in ["", "error=access_denied&state=x", "error=%0aforged%20line&state="] {
        let mut browser = Browser::default();
        let address = browser.leave(&app, "id", "/").await;
        let returned = idp.visit(&address);
        let state = returned.split("state=").nth(1).unwrap().split('&').next().unwrap();
        let query =
            if query.is_empty() { returned.clone() } else { query.replace("state=", &format!("state={state}")) };
        browser.arrive(&app, "id", &query).await;
    }
    let text = log.text();
    assert!(!text.contains("canary") && !text.contains("forged line") && !text.contains("eyJ"), "{text}");
}

/// A cookie of an attempt is no session, and the other way round (SE-03).
#[tokio::test]
async fn an_attempt_is_no_session_and_a_session_no_attempt() {
    let (app, idp) = Idp::with("");
    let mut browser = Browser::default();
    let address = browser.leave(&app, "id", "/").await;
    let (name, sealed) = browser.0.iter().next().map(|(name, value)| (name.clone(), value.clone())).unwrap();
    let response = app.get("/auth/session", &format!("__Host-session={sealed}")).await;
    assert_eq!(body(response).await, "null");
    let session = app.cookies_of("ana").await;
    let sealed = session.split_once('=').unwrap().1;
    let mut forged = Browser::default();
    forged.0.insert(name, sealed.to_owned());
    assert_eq!(forged.arrive(&app, "id", &idp.visit(&address)).await, "/login?reason=error");
    let request = Request::get("/auth/session").header(COOKIE, forged.header());
    assert_eq!(body(app.send(request, "").await).await, "null");
}
