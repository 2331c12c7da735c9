use std::sync::Arc;
use std::time::Duration;

use serde_json::json;

use crate::fixture::{App, NOW, body, config, cookies, json_answer, set_cookies};
use crate::record::Record;
use crate::session::rotating::{REFRESHING, Rotating};
use crate::store::{Keep, Landing};

const STORED: &str = "session.storage = 'store'\n";
const LIFE: Duration = Duration::from_secs(600);

fn app(toml: &str) -> App {
    App::new(&format!("{REFRESHING}{STORED}{toml}"))
}

/// Fault 15, CK-06: what no cookie could hold.
#[tokio::test]
async fn a_profile_of_a_hundred_kilobytes_is_a_session_in_one_small_cookie() {
    let app = app("");
    let long = "n".repeat(100 * 1_024);
    app.script(move |request| match request.uri().path() {
        "/sign-in" => json_answer(200, &json!({ "accessToken": "t".repeat(20_000), "expiresIn": 1_000 })),
        _ => json_answer(200, &json!({ "id": 7, "email": "ana@example.com", "displayName": long })),
    });
    let response = app.sign_in_as("ana", "").await;
    let lines = set_cookies(&response);
    assert!(lines.len() == 1 && lines[0].len() < 400, "{lines:?}");
    let cookies = cookies(&response);
    assert!(body(app.get("/auth/session", &cookies).await).await.len() > 100 * 1_024);
}

/// CK-07
#[tokio::test]
async fn a_session_beyond_what_the_store_takes_is_refused_in_words() {
    let app = app("");
    app.script(move |request| match request.uri().path() {
        "/sign-in" => json_answer(200, &json!({ "accessToken": "t", "expiresIn": 1_000 })),
        _ => json_answer(200, &json!({ "id": 7, "email": "n".repeat(1_000_000) })),
    });
    let response = app.sign_in_as("ana", "").await;
    assert_eq!(response.status(), 502);
    assert!(body(response).await.contains("session_too_large"));
}

#[tokio::test]
async fn renewing_moving_the_idle_time_and_signing_out_work_as_with_cookies() {
    let app = app("session.idle = '5m'");
    let upstream = Rotating::living(100);
    app.script(upstream.script());
    let cookies = app.cookies_of("ana").await;
    for generation in 1..=4 {
        app.clock.advance(85);
        // The browser may go on with the cookie of the sign-in: it is only a name.
        let session = body(app.get("/auth/session", &cookies).await).await;
        assert!(session.contains(&format!("\"access-{generation}\"")), "{session}");
    }
    assert_eq!((upstream.refreshes(), upstream.is_revoked()), (4, false));
    let other = app.beside(&format!("{REFRESHING}{STORED}session.idle = '5m'"));
    assert!(other.who(&cookies).await.is_some());
    app.post("/auth/sign-out", &cookies, "").await;
    assert_eq!((app.who(&cookies).await, other.who(&cookies).await), (None, None));
}

/// UP-08: the record in the store goes on, though no response says so.
#[tokio::test]
async fn a_renewed_session_is_stored_though_the_browser_went_away() {
    let app = Arc::new(app(""));
    app.script(Rotating::living(100).script());
    let cookies = app.cookies_of("ana").await;
    app.clock.advance(85);
    app.upstream.hold();
    let gone = tokio::spawn({
        let (app, cookies) = (Arc::clone(&app), cookies.clone());
        async move { app.get("/test/page", &cookies).await }
    });
    app.upstream.called("/refresh", 1).await;
    gone.abort();
    app.upstream.release();
    app.vestibule.flights().settled().await;
    app.clock.advance(31);
    assert!(body(app.get("/auth/session", &cookies).await).await.contains("access-1"), "after the grace");
}

/// CK-10
#[tokio::test]
async fn an_untouched_session_in_the_store_ends_too() {
    let app = app("session.idle = '5m'");
    app.script(Rotating::living(10_000).script());
    let cookies = app.cookies_of("ana").await;
    app.clock.advance(300);
    assert_eq!(app.who(&cookies).await, None);
}

/// SE-03: a record in a cookie and a name in a cookie do not stand for each other.
#[tokio::test]
async fn a_cookie_of_the_other_kind_is_nobody() {
    let (stored, whole) = (App::new(STORED), App::new(""));
    let (reference, record) = (stored.cookies_of("ana").await, whole.cookies_of("ana").await);
    assert_eq!((stored.who(&record).await, whole.who(&reference).await), (None, None));
}

/// SE-03: who can write to the store cannot make one person another.
#[tokio::test]
async fn a_record_of_another_session_in_the_store_is_nobody() {
    let app = App::new(STORED);
    let (ana, zoe) = (app.cookies_of("ana").await, app.cookies_of("zoe").await);
    let (of_ana, of_zoe) = (app.record_of(&ana).await, app.record_of(&zoe).await);
    let sealed = app.store.record(&of_zoe.id).await.unwrap().unwrap();
    app.store.put_record(&of_ana.key(), &sealed, LIFE).await.unwrap();
    assert_eq!(app.who(&ana).await, None);
    assert_eq!(app.who(&zoe).await.as_deref(), Some("zoe@example.com"));
}

/// SE-03: nor by what a refresh brought, nor take a session back to what it was.
#[tokio::test]
async fn what_a_refresh_brought_to_another_session_or_generation_is_nobody() {
    let app = App::new("");
    let (ana, ben, zoe) = (app.cookies_of("ana").await, app.cookies_of("ben").await, app.cookies_of("zoe").await);
    let (of_ana, of_ben, of_zoe) = (app.record_of(&ana).await, app.record_of(&ben).await, app.record_of(&zoe).await);
    let renewed = of_zoe.with_profile(of_zoe.profile.clone(), of_zoe.user.clone());
    let brought =
        |before: &Record, after: &Record| Landing::Renewed(app.vestibule.seal_landing(before, after).unwrap());
    let keep = Keep { result: LIFE, spent: None };
    for (record, landing) in [
        (&of_ana, brought(&of_zoe, &renewed)),
        (&of_ben, brought(&of_ben, &of_ben)),
        (&of_zoe, brought(&of_zoe, &renewed)),
    ] {
        app.store.finish_flight(&record.key(), "another", &landing, keep).await.unwrap();
    }
    assert_eq!((app.who(&ana).await, app.who(&ben).await), (None, None));
    assert_eq!(app.who(&zoe).await.as_deref(), Some("zoe@example.com"));
}

/// SE-04
#[tokio::test]
async fn what_the_store_holds_is_sealed_by_the_ring_too() {
    let old = crate::fixture::SECRET;
    let new = "pR5-next-Yt9kMwEb2VhXzNdCqSgLuAoF";
    let first = app("");
    first.script(Rotating::living(10_000).script());
    let cookies = first.cookies_of("ana").await;
    let sharing = |secrets: &[&str]| {
        let mut config = config(&format!("{REFRESHING}{STORED}"));
        config.session.secrets = secrets.iter().map(|secret| crate::secret::Secret::new(*secret)).collect();
        App::with_store(config, Arc::clone(&first.store), crate::clock::TestClock::at(NOW))
    };
    assert!(sharing(&[new, old]).who(&cookies).await.is_some());
    assert_eq!(sharing(&[new]).who(&cookies).await, None);
    let record = first.record_of(&cookies).await;
    let stored = first.store.record(&record.id).await.unwrap().unwrap();
    assert!(stored.starts_with("v1.") && !stored.contains("ana") && !stored.contains("access-0"));
}
