//! One refresh, however many ask.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use serde_json::json;
use vestibule_core::{AccessToken, User};

use super::super::{Delivery, Errand, Flights, Flown};
use super::{DUE, rotating, token, with_door};
use crate::clock::Clock;
use crate::fixture::{App, body, json_answer};
use crate::session::rotating::{REFRESHING, Rotating};
use crate::store::{Keep, Landing, Store};

/// Requests that all come at once, each to the next of the instances, while the API takes its time.
async fn crowd(instances: &[Arc<App>], size: usize, cookies: &str) -> Vec<String> {
    let upstream = &instances[0].upstream;
    upstream.hold();
    let requests: Vec<_> = (0..size)
        .map(|number| {
            let (app, cookies) = (Arc::clone(&instances[number % instances.len()]), cookies.to_owned());
            tokio::spawn(async move { token(&app, &cookies).await })
        })
        .collect();
    upstream.called("/refresh", 1).await;
    for _ in 0..size {
        tokio::task::yield_now().await;
    }
    upstream.release();
    join_all(requests).await.into_iter().map(Result::unwrap).collect()
}

/// TK-06, fault 23
#[tokio::test]
async fn a_hundred_requests_at_expiry_are_one_refresh_and_a_hundred_successes() {
    for _ in 0..10 {
        let (app, upstream) = rotating("");
        let cookies = app.cookies_of("ana").await;
        app.clock.advance(DUE);
        assert_eq!(crowd(&[Arc::new(app)], 100, &cookies).await, ["access-1"; 100]);
        assert_eq!((upstream.refreshes(), upstream.is_revoked()), (1, false));
    }
}

/// TK-06: what one process orders by itself, instances order through the store.
#[tokio::test]
async fn three_instances_on_one_store_are_one_refresh() {
    for _ in 0..10 {
        let (first, upstream) = rotating("");
        let instances = [first.beside(REFRESHING), first.beside(REFRESHING), first].map(Arc::new);
        let cookies = instances[0].cookies_of("ana").await;
        instances[0].clock.advance(DUE);
        assert_eq!(crowd(&instances, 99, &cookies).await, ["access-1"; 99]);
        assert_eq!((upstream.refreshes(), upstream.is_revoked()), (1, false));
    }
}

fn without_store(toml: &str) -> (App, Arc<Rotating>) {
    let (app, upstream, _) = with_door(toml);
    (app, upstream)
}

/// TK-06: what the process orders by itself.
#[tokio::test]
async fn while_the_store_is_away_a_hundred_requests_of_one_instance_are_still_one_refresh() {
    let (app, upstream) = without_store("");
    let app = Arc::new(app);
    let cookies = app.cookies_of("ana").await;
    app.clock.advance(DUE);
    assert_eq!(crowd(&[Arc::clone(&app)], 100, &cookies).await, ["access-1"; 100]);
    assert_eq!((app.upstream.count("/refresh"), upstream.is_revoked()), (1, false));
}

/// SE-09
#[tokio::test]
async fn without_a_store_that_is_required_no_refresh_token_is_sent() {
    for (toml, refreshes) in [("", 1), ("\nstore = { url = 'redis://127.0.0.1:1', required = true }", 0)] {
        let (app, upstream) = without_store(toml);
        let record = Arc::new(app.record_of(&app.cookies_of("ana").await).await);
        let flown = Flights::renew(&app.vestibule, &record, Errand::Refresh, Delivery::Now, None).await;
        assert_eq!((matches!(flown, Flown::Renewed(_)), upstream.refreshes()), (refreshes == 1, refreshes));
    }
}

/// TK-06: the store goes away while another instance is at it. Who waits keeps what there is, and sends no second refresh.
#[tokio::test(start_paused = true)]
async fn who_saw_another_s_refresh_sends_none_when_the_store_goes_away() {
    let (one, upstream, store) = with_door("");
    store.gate.open();
    let other = Arc::new(one.beside(REFRESHING));
    let cookies = one.cookies_of("ana").await;
    let record = Arc::new(one.record_of(&cookies).await);
    one.clock.advance(DUE);
    store.start_flight(&record.key(), "another", Duration::from_secs(60), one.clock.now_millis()).await.unwrap();
    let renew = || {
        let (other, record) = (Arc::clone(&other), Arc::clone(&record));
        tokio::spawn(
            async move { Flights::renew(&other.vestibule, &record, Errand::Refresh, Delivery::Now, None).await },
        )
    };
    let waiting = renew();
    tokio::time::sleep(Duration::from_millis(100)).await;
    store.gate.shut();
    for (flown, who) in [(waiting.await.unwrap(), "who waited"), (renew().await.unwrap(), "who comes next")] {
        assert!(matches!(flown, Flown::Kept(_)), "{who}: {flown:?}");
    }
    assert_eq!(upstream.refreshes(), 0);
    one.clock.advance(60);
    assert!(matches!(renew().await.unwrap(), Flown::Renewed(_)), "the other is not waited for without an end");
}

/// TK-06: a call outlasted its lease and another one landed; there is one next generation, not two.
#[tokio::test]
async fn who_lands_second_goes_on_with_what_landed_first() {
    let (app, _) = rotating("");
    let app = Arc::new(app);
    let cookies = app.cookies_of("ana").await;
    let record = app.record_of(&cookies).await;
    app.clock.advance(DUE);
    app.upstream.hold();
    let slow = tokio::spawn({
        let (app, cookies) = (Arc::clone(&app), cookies.clone());
        async move { token(&app, &cookies).await }
    });
    app.upstream.called("/refresh", 1).await;
    let mut first = record.with_profile(json!({}), User::default());
    first.access_token = AccessToken::new("landed first");
    let landing = Landing::Renewed(app.vestibule.seal_landing(&record, &first).unwrap());
    let keep = Keep { result: app.vestibule.config().session.grace, spent: None };
    app.store.finish_flight(&record.key(), "another", &landing, keep).await.unwrap();
    app.upstream.release();
    assert_eq!(slow.await.unwrap(), "landed first");
}

/// TK-06: a profile that was not read says nothing about the token that somebody else wants renewed meanwhile.
#[tokio::test]
async fn who_waits_for_a_profile_that_fails_gets_new_tokens_all_the_same() {
    let (app, upstream) = rotating("");
    let app = Arc::new(app);
    let record = Arc::new(app.record_of(&app.cookies_of("ana").await).await);
    let script = upstream.script();
    app.script(move |request| match request.uri().path() {
        "/me" => json_answer(500, &json!({})),
        _ => script(request),
    });
    let read = app.upstream.count("/me");
    app.upstream.hold();
    let renew = |errand| {
        let (app, record) = (Arc::clone(&app), Arc::clone(&record));
        tokio::spawn(async move { Flights::renew(&app.vestibule, &record, errand, Delivery::Now, None).await })
    };
    let profile = renew(Errand::Profile);
    app.upstream.called("/me", read + 1).await;
    let tokens = renew(Errand::Refresh);
    tokio::task::yield_now().await;
    assert_eq!(app.upstream.count("/refresh"), 0, "one flight at a time");
    app.upstream.release();
    assert!(matches!(profile.await.unwrap(), Flown::Kept(_)));
    assert!(matches!(tokens.await.unwrap(), Flown::Renewed(_)));
    assert_eq!((upstream.refreshes(), upstream.is_revoked()), (1, false));
}

/// A profile that is being read again does not stand for the tokens that a request needs.
#[tokio::test]
async fn a_refresh_that_finds_a_profile_in_the_air_follows_it() {
    let (app, upstream) = rotating("");
    let app = Arc::new(app);
    let cookies = app.cookies_of("ana").await;
    app.clock.advance(79);
    app.upstream.hold();
    let asking = |path: &'static str| {
        let (app, cookies) = (Arc::clone(&app), cookies.clone());
        tokio::spawn(async move { body(app.get(path, &cookies).await).await })
    };
    let update = asking("/test/update");
    app.upstream.called("/me", 2).await;
    app.clock.advance(6);
    let session = asking("/auth/session");
    tokio::task::yield_now().await;
    app.upstream.release();
    assert!(update.await.unwrap().contains("Ana"));
    assert!(session.await.unwrap().contains("access-1"));
    assert_eq!((upstream.refreshes(), upstream.is_revoked()), (1, false));
}

/// TK-06: nobody takes a call for lost that may still be answered.
#[tokio::test]
async fn a_call_that_takes_all_its_time_is_the_only_one_on_every_instance() {
    let (one, upstream) = rotating("");
    let [one, other] = [one.beside(REFRESHING), one].map(Arc::new);
    let cookies = one.cookies_of("ana").await;
    one.clock.advance(DUE);
    one.upstream.hold();
    let ask = |app: &Arc<App>| {
        let (app, cookies) = (Arc::clone(app), cookies.clone());
        tokio::spawn(async move { token(&app, &cookies).await })
    };
    let slow = ask(&one);
    one.upstream.called("/refresh", 1).await;
    one.clock.advance(one.vestibule.upstream().contract().timeout().as_secs().cast_signed());
    let late = ask(&other);
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
    one.upstream.release();
    assert_eq!((slow.await.unwrap(), late.await.unwrap()), ("access-1".to_owned(), "access-1".to_owned()));
    assert_eq!((one.upstream.count("/refresh"), upstream.is_revoked()), (1, false));
}

/// UP-08
#[tokio::test]
async fn a_refresh_runs_to_its_end_though_the_browser_went_away() {
    let (app, upstream) = rotating("");
    let app = Arc::new(app);
    let cookies = app.cookies_of("ana").await;
    app.clock.advance(DUE);
    app.upstream.hold();
    let impatient = tokio::spawn({
        let (app, cookies) = (Arc::clone(&app), cookies.clone());
        async move { app.get("/test/page", &cookies).await }
    });
    app.upstream.called("/refresh", 1).await;
    impatient.abort();
    let _ = impatient.await;
    app.upstream.release();
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
    let key = app.record_of(&cookies).await.key();
    assert!(app.store.look_up(&key).await.unwrap().is_renewed(), "though nobody waits for it");
    assert_eq!(token(&app, &cookies).await, "access-1");
    assert_eq!(upstream.refreshes(), 1);
}

/// TK-06: the store was out of reach for one instance and one moment; the others learn what it spent meanwhile.
#[tokio::test]
async fn what_one_instance_fetched_without_the_store_the_others_find_when_it_is_back() {
    let (one, upstream, store) = with_door("");
    let other = one.beside(REFRESHING);
    let one = Arc::new(one);
    let cookies = one.cookies_of("ana").await;
    one.clock.advance(DUE);
    one.upstream.hold();
    let flying = tokio::spawn({
        let (app, cookies) = (Arc::clone(&one), cookies.clone());
        async move { token(&app, &cookies).await }
    });
    one.upstream.called("/refresh", 1).await;
    store.gate.open();
    one.upstream.release();
    assert_eq!(flying.await.unwrap(), "access-1");
    assert_eq!(token(&other, &cookies).await, "access-1");
    assert_eq!((upstream.refreshes(), upstream.is_revoked()), (1, false));
}

/// A profile that was read again has the old token: who was refused with that gets a new one.
#[tokio::test]
async fn a_refresh_that_finds_a_profile_that_landed_elsewhere_follows_it() {
    let (app, upstream) = rotating("");
    let other = app.beside(REFRESHING);
    let old = app.cookies_of("ana").await;
    body(app.get("/test/update", &old).await).await;
    let record = Arc::new(app.record_of(&old).await);
    let flown = Flights::renew(&other.vestibule, &record, Errand::Refresh, Delivery::Now, None).await;
    assert!(matches!(&flown, Flown::Renewed(renewed) if renewed.access_token.secret() == "access-1"), "{flown:?}");
    assert_eq!((upstream.refreshes(), upstream.is_revoked()), (1, false));
}
