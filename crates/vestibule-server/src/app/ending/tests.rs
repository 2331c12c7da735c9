use std::sync::Arc;

use http::StatusCode;

use crate::clock::TestClock;
use crate::fixture::{App, NOW, config, cookies, set_cookies};
use crate::session::rotating::{REFRESHING, Rotating};
use crate::store::gated::{Door, GatedStore};
use crate::store::{Identity, Whose};

/// SE-07
#[tokio::test]
async fn signing_out_on_one_instance_signs_a_copied_cookie_out_on_the_other() {
    let one = App::new("");
    let other = one.beside("");
    let cookies = one.cookies_of("ana").await;
    assert!(other.who(&cookies).await.is_some());
    one.post("/auth/sign-out", &cookies, "").await;
    assert_eq!(other.who(&cookies).await, None);
}

/// SE-09
#[tokio::test]
async fn signing_out_everywhere_ends_what_the_person_began_before_on_every_instance_and_nothing_else() {
    let one = App::new("");
    let other = one.beside("");
    let (here, there, zoe) =
        (one.cookies_of("ana").await, other.cookies_of("ana").await, other.cookies_of("zoe").await);
    one.clock.advance(60);
    let response = one.post("/auth/sign-out", &here, "everywhere=on").await;
    assert_eq!(response.status(), StatusCode::SEE_OTHER);
    assert!(set_cookies(&response)[0].contains("Max-Age=0"));
    for app in [&one, &other] {
        assert_eq!((app.who(&here).await, app.who(&there).await), (None, None));
        assert!(app.who(&zoe).await.is_some());
    }
    one.clock.advance(1);
    let again = one.cookies_of("ana").await;
    assert!(other.who(&again).await.is_some(), "a session that began later");
}

/// SE-09
#[tokio::test]
async fn an_operator_ends_one_user_or_all() {
    let app = App::new("");
    let (ana, zoe) = (app.cookies_of("ana").await, app.cookies_of("zoe").await);
    app.vestibule.end_before_now(&Whose::Of(Identity::of_text("ana@example.com"))).await.unwrap();
    assert_eq!(app.who(&ana).await, None);
    assert!(app.who(&zoe).await.is_some());
    app.vestibule.end_before_now(&Whose::All).await.unwrap();
    assert_eq!(app.who(&zoe).await, None);
}

/// SE-09
#[tokio::test]
async fn a_session_that_was_ended_stays_so_for_as_long_as_it_would_have_lived() {
    let app = App::new("login.remember = true\nsession.remember_idle = '30d'");
    let (ana, ben) = (app.cookies_of("ana").await, app.cookies_of("ben").await);
    let (here, there) = (app.cookies_of("zoe").await, app.cookies_of("zoe").await);
    app.post("/auth/sign-out", &ana, "").await;
    app.post("/auth/sign-out", &here, "everywhere=on").await;
    app.clock.advance(30 * 86_400 - 1);
    for cookies in [ana, here, there] {
        assert_eq!(app.who(&cookies).await, None);
    }
    assert!(app.who(&ben).await.is_some(), "the one that nobody ended");
}

fn without_store(toml: &str) -> App {
    let clock = TestClock::at(NOW);
    App::with_store(config(toml), GatedStore::new(Door::default(), &clock), clock)
}

/// SE-09
#[tokio::test]
async fn while_the_store_is_away_people_sign_in_and_pages_go_on() {
    let app = without_store("");
    let response = app.sign_in_as("ana", "").await;
    assert_eq!(response.status(), StatusCode::SEE_OTHER);
    let cookies = cookies(&response);
    assert_eq!(app.who(&cookies).await.as_deref(), Some("ana@example.com"));
    let response = app.post("/auth/sign-out", &cookies, "").await;
    assert!(response.status() == StatusCode::SEE_OTHER && set_cookies(&response)[0].contains("Max-Age=0"));
    assert_eq!(app.get("/readyz", "").await.status(), StatusCode::OK);
}

/// SE-09, SV-05
#[tokio::test]
async fn a_required_store_that_is_away_is_503_for_who_has_a_session_and_never_signed_out() {
    let app = without_store("store = { url = 'redis://127.0.0.1:1', required = true }");
    let cookies = cookies(&app.sign_in_as("ana", "").await);
    for path in ["/test/page", "/auth/session"] {
        let response = app.get(path, &cookies).await;
        assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE, "{path}");
        assert!(set_cookies(&response).is_empty() && response.headers().contains_key("retry-after"));
        assert_eq!(app.get(path, "").await.status(), StatusCode::OK, "{path}: nobody to be wrong about");
    }
    assert_eq!(app.get("/readyz", "").await.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(app.get("/livez", "").await.status(), StatusCode::OK);
}

/// SE-08
#[tokio::test]
async fn signing_out_takes_the_cookie_away_whatever_has_become_of_the_store() {
    let required = "store = { url = 'redis://127.0.0.1:1', required = true }";
    for toml in ["", required, "session.storage = 'store'"] {
        let sealing = App::new(if toml == required { "" } else { toml });
        let cookies = sealing.cookies_of("ana").await;
        let app = without_store(toml);
        let response = app.post("/auth/sign-out", &cookies, "").await;
        assert_eq!(response.status(), StatusCode::SEE_OTHER, "{toml}");
        assert!(set_cookies(&response)[0].contains("Max-Age=0"), "{toml}");
    }
}

/// SE-08: a copy of the cookie is nobody's when the store is back, though its record could not be read.
#[tokio::test]
async fn signing_out_while_the_record_is_out_of_reach_still_ends_the_session() {
    let sealing = App::new("session.storage = 'store'");
    let cookies = sealing.cookies_of("ana").await;
    let id = sealing.record_of(&cookies).await.id.clone();
    let clock = TestClock::at(NOW);
    let store = GatedStore::new(Door::default(), &clock);
    let app = App::with_store(config("session.storage = 'store'"), Arc::clone(&store) as _, clock);
    app.post("/auth/sign-out", &cookies, "").await;
    assert_eq!(*store.told.lock().unwrap(), [id]);
}

/// Nobody is told that they are signed in when their session cannot be kept.
#[tokio::test]
async fn signing_in_is_503_while_the_store_that_would_keep_the_session_is_away() {
    let app = without_store("session.storage = 'store'");
    let response = app.sign_in_as("ana", "").await;
    assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert!(set_cookies(&response).is_empty());
}

/// SE-07: a thief's copy of the cookie was renewed first; the person who signs out ends it, with an older one.
#[tokio::test]
async fn signing_out_with_a_cookie_that_was_overtaken_ends_the_session_of_who_overtook_it() {
    for everywhere in ["", "everywhere=on"] {
        let app = App::new(REFRESHING);
        let upstream = Rotating::living(100);
        app.script(upstream.script());
        let copied = app.cookies_of("ana").await;
        app.clock.advance(85);
        let stolen = cookies(&app.get("/test/page", &copied).await);
        app.clock.advance(31);
        assert_eq!(app.who(&copied).await, None);
        assert!(app.who(&stolen).await.is_some());
        let response = app.post("/auth/sign-out", &copied, everywhere).await;
        assert!(set_cookies(&response)[0].contains("Max-Age=0"));
        assert_eq!(app.who(&stolen).await, None);
    }
}

/// SE-07: who closes the tab at once has signed out all the same.
#[tokio::test]
async fn a_sign_out_whose_browser_goes_away_runs_to_its_end() {
    let app = Arc::new(App::new("[upstream.sign_out]"));
    let cookies = app.cookies_of("ana").await;
    let there = app.cookies_of("ana").await;
    app.upstream.hold();
    let impatient = tokio::spawn({
        let (app, cookies) = (Arc::clone(&app), cookies.clone());
        async move { app.post("/auth/sign-out", &cookies, "everywhere=on").await }
    });
    // The store's every operation is a point at which the request can be given up.
    tokio::task::yield_now().await;
    impatient.abort();
    app.upstream.release();
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
    assert_eq!((app.who(&cookies).await, app.who(&there).await), (None, None));
    assert_eq!(app.upstream.count("/sign-out"), 1);
}
