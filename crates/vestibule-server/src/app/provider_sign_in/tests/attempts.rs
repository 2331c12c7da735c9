//! An attempt, from the way there to its one use.

use std::sync::Arc;

use http::header::{COOKIE, SET_COOKIE};
use http::{HeaderMap, Request};
use serde_json::Value;

use crate::clock::TestClock;
use crate::fixture::{App, NOW, config};
use crate::providers::fixture::{Browser, Idp, PROVIDERS};
use crate::store::gated::{Door, GatedStore};

/// RD-04: what is no callback URL does not travel.
#[tokio::test]
async fn a_wish_that_cannot_be_granted_is_left_behind() {
    let longest = format!("/{}", "a".repeat(2_047));
    for (asked, landed) in [
        (longest.as_str(), longest.as_str()),
        (&format!("{longest}a"), "/"),
        ("/a\u{7}b", "/"),
        ("//evil.example", "/"),
        ("/login", "/"),
    ] {
        let (app, idp) = Idp::with("");
        let mut browser = Browser::default();
        let address = browser.leave(&app, "id", asked).await;
        assert_eq!(browser.arrive(&app, "id", &idp.visit(&address)).await, landed);
        assert_ne!(browser.session(&app).await, Value::Null);
    }
}

/// OA-01: once, also while the store is away; and where the store is required, not at all then.
#[tokio::test]
async fn without_the_store_an_attempt_is_good_once_here_or_not_at_all() {
    for (toml, landed) in
        [("", "/desk"), ("store = { url = 'redis://127.0.0.1:9', required = true }\n", "/login?reason=unavailable")]
    {
        let clock = TestClock::at(NOW);
        let store = GatedStore::new(Door::default(), &clock);
        store.gate.open();
        let (app, idp) =
            Idp::of(App::with_store(config(&format!("{toml}{PROVIDERS}")), Arc::clone(&store) as _, clock));
        let mut browser = Browser::default();
        let address = browser.leave(&app, "id", "/desk").await;
        let (query, copied) = (idp.visit(&address), Browser(browser.0.clone()));
        store.gate.shut();
        assert_eq!(browser.arrive(&app, "id", &query).await, landed, "{toml}");
        let mut copied = copied;
        assert_eq!(copied.arrive(&app, "id", &query).await, "/login?reason=error", "{toml}");
    }
}

/// CK-01: over plain http browsers keep no `__Host-` cookie.
#[tokio::test]
async fn over_plain_http_the_cookies_have_plain_names() {
    let mut plain = config(PROVIDERS);
    plain.server.public_url = "http://localhost:3000".parse().unwrap();
    let (app, _idp) = Idp::of(App::with(plain));
    let request =
        Request::post("/auth/sign-in/id").header("host", "localhost:3000").header("origin", "http://localhost:3000");
    let response = app.send(request, "").await;
    let cookie = response.headers()[SET_COOKIE].to_str().unwrap();
    assert!(cookie.starts_with("session-attempt-") && !cookie.contains("Secure"), "{cookie}");
}

#[tokio::test]
async fn the_last_choice_is_remembered_while_it_is_one() {
    let (app, _idp) = Idp::with("");
    let last = |value: &str| {
        let mut headers = HeaderMap::new();
        headers.insert(COOKIE, format!("__Host-last-provider={value}").parse().unwrap());
        app.vestibule.last_provider(&headers).map(str::to_owned)
    };
    assert_eq!(last("id").as_deref(), Some("id"));
    assert_eq!((last("gone"), app.vestibule.last_provider(&HeaderMap::new())), (None, None));
}
