//! Cookies of an older generation.

use std::sync::Arc;

use serde_json::json;

use super::{DUE, GRACE, rotating, token, with_door};
use crate::cookies::Presented;
use crate::fixture::{App, body, cookies, json_answer, set_cookies};
use crate::session::handle::{Change, SessionHandle};
use crate::session::rotating::{REFRESHING, Rotating};
use crate::upstream::ApiRequest;

/// TK-07
#[tokio::test]
async fn a_late_request_with_the_old_cookie_gets_the_new_tokens_without_the_upstream() {
    let (app, upstream) = rotating("");
    let old = app.cookies_of("ana").await;
    app.clock.advance(DUE);
    let lost = app.get("/test/page", &old).await;
    assert_eq!(set_cookies(&lost).len(), 1);
    app.clock.advance(GRACE - 1);
    let late = app.get("/test/page", &old).await;
    let new = cookies(&late);
    assert_eq!(body(late).await, "ana@example.com");
    assert_eq!(token(&app, &new).await, "access-1");
    assert_eq!(upstream.refreshes(), 1);
}

/// TK-07: a response may be lost twice in a row.
#[tokio::test]
async fn a_cookie_two_generations_behind_catches_up_within_the_grace() {
    let app = App::new(&format!("{REFRESHING}\nsession.grace = '5m'"));
    let upstream = Rotating::living(100);
    app.script(upstream.script());
    let old = app.cookies_of("ana").await;
    app.clock.advance(DUE);
    let newer = cookies(&app.get("/test/page", &old).await);
    app.clock.advance(DUE);
    app.get("/test/page", &newer).await;
    assert_eq!(token(&app, &old).await, "access-2");
    assert_eq!(upstream.refreshes(), 2);
}

/// SE-10
#[tokio::test]
async fn after_the_grace_an_older_cookie_is_nobody_and_its_refresh_token_is_never_sent() {
    let (app, upstream) = rotating("");
    let old = app.cookies_of("ana").await;
    app.clock.advance(DUE);
    let new = cookies(&app.get("/test/page", &old).await);
    app.clock.advance(GRACE + 1);
    let response = app.get("/test/page", &old).await;
    assert!(set_cookies(&response).is_empty(), "and nothing is taken from who has the new one");
    assert_eq!(body(response).await, "nobody");
    assert_eq!(app.who(&old).await, None);
    assert_eq!(app.who(&new).await.as_deref(), Some("ana@example.com"));
    assert_eq!((upstream.refreshes(), upstream.is_revoked()), (1, false));
}

/// SE-10: the grace begins with the refresh, not with the first response that gets through.
#[tokio::test]
async fn a_result_that_nobody_fetched_is_kept_for_the_grace_only() {
    let (app, upstream) = rotating("");
    let app = Arc::new(app);
    let old = app.cookies_of("ana").await;
    app.clock.advance(DUE);
    app.upstream.hold();
    let gone = tokio::spawn({
        let (app, old) = (Arc::clone(&app), old.clone());
        async move { app.get("/test/page", &old).await }
    });
    app.upstream.called("/refresh", 1).await;
    gone.abort();
    app.upstream.release();
    app.vestibule.flights().settled().await;
    app.clock.advance(GRACE + 1);
    assert_eq!(app.who(&old).await, None);
    assert_eq!((upstream.refreshes(), upstream.is_revoked()), (1, false));
}

/// SE-10
#[tokio::test]
async fn an_older_cookie_is_nobody_for_as_long_as_it_would_have_lived() {
    let (app, upstream) = rotating("\nsession.idle = '12h'");
    let old = app.cookies_of("ana").await;
    app.clock.advance(DUE);
    app.get("/test/page", &old).await;
    app.clock.advance(12 * 3_600 - DUE - 1);
    assert_eq!(app.who(&old).await, None);
    assert_eq!((upstream.refreshes(), upstream.is_revoked()), (1, false));
}

/// SE-10: the store remembers a failure, and this process what it did by itself since.
#[tokio::test]
async fn what_was_spent_without_the_store_stays_spent_when_it_is_back_with_older_news() {
    let (app, upstream, store) = with_door("");
    store.gate.open();
    let old = app.cookies_of("ana").await;
    app.clock.advance(DUE);
    upstream.answers_refreshes(Some(json_answer(503, &json!({}))));
    app.get("/test/page", &old).await;
    upstream.answers_refreshes(None);
    store.gate.shut();
    app.clock.advance(5);
    assert_eq!(token(&app, &old).await, "access-1");
    store.gate.open();
    app.clock.advance(GRACE + 1);
    assert_eq!(app.who(&old).await, None);
    assert_eq!((upstream.refreshes(), upstream.is_revoked()), (1, false));
}

/// SE-10: tokens that came too late for a response wait on the instance that fetched them; once another instance has
/// handed them over, the grace counts there too.
#[tokio::test]
async fn a_late_landing_that_another_instance_delivered_is_over_everywhere() {
    let (app, upstream) = lasting();
    let other = app.beside(REFRESHING);
    let old = app.cookies_of("ana").await;
    app.clock.advance(60);
    refuse_first_token(&app, &upstream);
    body(app.get("/test/late-call", &old).await).await;
    app.clock.advance(10 * GRACE);
    assert_eq!(token(&other, &old).await, "access-1", "kept until somebody fetches it");
    app.clock.advance(GRACE + 1);
    assert_eq!((app.who(&old).await, other.who(&old).await), (None, None));
}

/// SE-10: who waits for a flight that another request's late call began delivers its result all the same.
#[tokio::test]
async fn a_landing_is_delivered_by_whichever_response_writes_it_first() {
    let (app, upstream) = lasting();
    let old = app.cookies_of("ana").await;
    app.clock.advance(60);
    refuse_first_token(&app, &upstream);
    let new = cookies(&app.get("/test/call", &old).await);
    assert_eq!(token(&app, &new).await, "access-1");
    app.clock.advance(GRACE + 1);
    assert_eq!(app.who(&old).await, None);
    assert_eq!(app.who(&new).await.as_deref(), Some("ana@example.com"));
}

/// TK-07: the head left while the refresh was in the air, so nobody has its result yet.
#[tokio::test]
async fn a_refresh_that_the_head_overtook_is_kept_until_it_is_delivered() {
    let (app, upstream) = lasting();
    let record = Arc::new(app.record_of(&app.cookies_of("ana").await).await);
    app.clock.advance(60);
    refuse_first_token(&app, &upstream);
    let handle =
        SessionHandle::new(&app.vestibule, None, Presented::none(), Some(Arc::clone(&record)), None, Change::None);
    app.upstream.hold();
    let call = tokio::spawn({
        let (vestibule, handle) = (app.vestibule.clone(), handle.clone());
        async move { vestibule.call(&handle, ApiRequest::new(http::Method::GET, "/data")).await }
    });
    app.upstream.called("/data", 1).await;
    handle.finish();
    app.upstream.release();
    call.await.unwrap().unwrap();
    app.clock.advance(10 * GRACE);
    let standing = app.vestibule.standing(&record.key()).await.unwrap();
    assert!(standing.is_renewed());
}

/// Tokens that are not due for long.
fn lasting() -> (App, Arc<Rotating>) {
    let app = App::new(REFRESHING);
    let upstream = Rotating::living(10_000);
    app.script(upstream.script());
    (app, upstream)
}

/// From now on the API does not know the token of the sign-in.
fn refuse_first_token(app: &App, upstream: &Arc<Rotating>) {
    let script = upstream.script();
    app.script(move |request| {
        let dead = request.headers().get("authorization").is_some_and(|value| value == "Bearer access-0");
        if dead { json_answer(401, &json!({})) } else { script(request) }
    });
}
