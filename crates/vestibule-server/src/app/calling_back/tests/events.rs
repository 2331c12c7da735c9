//! `event`: what an audit hears, and what it cannot break.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::extract::ConnectInfo;
use http::header::COOKIE;
use http::{Request, StatusCode};
use serde_json::json;
use tokio::sync::Semaphore;
use vestibule_core::ErrorCode;

use super::{TOLD, with_id};
use crate::callbacks::{Admission, Callbacks, Event, Happening, SignInAttempt, Way};
use crate::fixture::{App, Log, NOW, cookies, json_answer};
use crate::providers::fixture::{Browser, Idp};
use crate::record::Over;
use crate::session::rotating::{REFRESHING, Rotating};

/// Writes down what it hears, and refuses zoe.
#[derive(Clone, Default)]
struct Ear(Arc<Mutex<Vec<Event>>>);

impl Ear {
    async fn heard(&self, app: &App) -> Vec<Event> {
        app.vestibule.told().await;
        std::mem::take(&mut self.0.lock().unwrap())
    }

    async fn happenings(&self, app: &App) -> Vec<Happening> {
        self.heard(app).await.into_iter().map(|event| event.happening).collect()
    }
}

impl Callbacks for Ear {
    async fn sign_in(&self, attempt: &SignInAttempt) -> Admission {
        if attempt.user.name.as_deref() == Some("zoe") { Admission::Refuse } else { Admission::Allow }
    }

    async fn event(&self, event: &Event) {
        self.0.lock().unwrap().push(event.clone());
    }
}

fn listening(toml: &str) -> (App, Ear) {
    let ear = Ear::default();
    (App::calling(toml, ear.clone()), ear)
}

const IN: Happening = Happening::SignedIn { remember: false };
const OUT: Happening = Happening::SignedOut { everywhere: false };

const fn ended(why: Over) -> Happening {
    Happening::Ended { why }
}

const fn refused(code: ErrorCode) -> Happening {
    Happening::Refused { code }
}

/// LG-01
#[tokio::test]
async fn an_event_has_what_an_audit_needs_and_no_secret() {
    let (app, ear) = listening(TOLD);
    with_id(&app);
    let cookies = app.cookies_of("ana").await;
    let record = app.record_of(&cookies).await;
    app.clock.advance(60);
    let peer = std::net::SocketAddr::from(([192, 0, 2, 7], 4_711));
    let request = Request::post("/auth/sign-out").header(COOKIE, &cookies).header("origin", crate::fixture::ORIGIN);
    app.send(request.extension(ConnectInfo(peer)), "").await;
    let heard = ear.heard(&app).await;
    let [signed_in, signed_out] = heard.as_slice() else { panic!("{heard:?}") };
    assert_eq!((signed_in.happening, signed_out.happening), (IN, OUT));
    assert_eq!((signed_in.at.as_unix(), signed_out.at.as_unix()), (NOW, NOW + 60));
    assert_eq!((signed_in.address, signed_out.address), (None, Some(peer.ip())));
    for event in &heard {
        assert_eq!(event.session, Some(record.id.for_log()), "as the log names it");
        assert_eq!(event.user_for_log(), record.key().identity.map(|identity| identity.as_str().to_owned()));
        assert_eq!((&event.user, &event.way), (&Some(json!(7)), &Some(Way::Credentials)));
        let shown = format!("{event:?}");
        assert!(!shown.contains("canary") && !shown.contains("right"), "{shown}");
    }
}

#[tokio::test]
async fn a_sign_in_over_a_session_ends_it_and_signing_out_everywhere_says_so() {
    let (app, ear) = listening("");
    let first = app.cookies_of("ana").await;
    let other = app.cookies_of("ana").await;
    let second = cookies(&app.sign_in_as("ana", &first).await);
    assert_eq!(ear.happenings(&app).await, [IN, IN, ended(Over::SignedOut), IN]);
    app.clock.advance(1);
    app.post("/auth/sign-out", &second, "everywhere=on").await;
    for _ in 0..3 {
        app.get("/test/page", &other).await;
        app.get("/test/page", &second).await;
    }
    let all = Happening::SignedOut { everywhere: true };
    assert_eq!(ear.happenings(&app).await, [all, ended(Over::SignedOut)], "the other session's end, once");
}

#[tokio::test]
async fn a_refused_sign_in_is_told_with_its_code_and_by_whom_if_that_is_known() {
    let (app, ear) = listening("");
    app.post("/test/sign-in", "", "username=ana&password=wrong").await;
    app.sign_in_as("zoe", "").await;
    app.script(|_| json_answer(500, &json!({})));
    app.sign_in_as("ana", "").await;
    let heard = ear.heard(&app).await;
    let codes: Vec<_> = heard.iter().map(|event| event.happening).collect();
    let expected = [ErrorCode::BadCredentials, ErrorCode::Denied, ErrorCode::ServiceUnavailable].map(refused);
    assert_eq!(codes, expected);
    let users: Vec<_> = heard.iter().map(|event| event.user.clone()).collect();
    assert_eq!(users, [None, Some(json!("zoe@example.com")), None]);
    assert!(heard.iter().all(|event| event.session.is_none() && event.way == Some(Way::Credentials)));
}

#[tokio::test]
async fn the_question_for_a_code_is_no_refusal() {
    let (app, ear) = listening(
        "upstream.sign_in.mfa = [{ status = 401, pointer = '/message' }]\n\
         upstream.sign_in.body = { '/username' = '{username}', '/password' = '{password}', '/otp' = '{otp}' }\n",
    );
    app.post("/test/sign-in", "", "username=ana&password=wrong").await;
    assert!(ear.happenings(&app).await.is_empty());
}

#[tokio::test]
async fn a_refresh_is_told_once_however_many_ask() {
    let (app, ear) = listening(REFRESHING);
    app.script(Rotating::living(100).script());
    let old = app.cookies_of("ana").await;
    app.clock.advance(90);
    futures_util::future::join_all((0..8).map(|_| app.get("/test/page", &old))).await;
    assert_eq!(ear.happenings(&app).await, [IN, Happening::Refreshed]);
}

#[tokio::test]
async fn an_end_is_told_once_with_its_reason() {
    let (app, ear) = listening(REFRESHING);
    let upstream = Rotating::living(100);
    app.script(upstream.script());
    let cookies = app.cookies_of("ana").await;
    app.clock.advance(90);
    upstream.answers_refreshes(Some(json_answer(401, &json!({}))));
    for _ in 0..3 {
        assert_eq!(app.who(&cookies).await, None);
    }
    assert_eq!(ear.happenings(&app).await, [IN, ended(Over::Refused)]);

    for (seconds, why) in [(3 * 3_600, Over::Idle), (13 * 3_600, Over::Absolute)] {
        let (app, ear) = listening("");
        let cookies = app.cookies_of("ana").await;
        app.clock.advance(seconds);
        for _ in 0..3 {
            assert_eq!(app.who(&cookies).await, None);
        }
        assert_eq!(ear.happenings(&app).await, [IN, ended(why)]);
    }
}

#[tokio::test]
async fn a_token_that_is_refused_in_a_call_ends_a_session_too() {
    let (app, ear) = listening("");
    let cookies = app.cookies_of("ana").await;
    app.clock.advance(60);
    app.script(|_| json_answer(401, &json!({})));
    app.get("/test/call", &cookies).await;
    assert_eq!(ear.happenings(&app).await, [IN, ended(Over::Token)]);
}

/// Says in the log what it hears.
struct Scribe;

impl Callbacks for Scribe {
    async fn event(&self, event: &Event) {
        tracing::info!(what = event.happening.name(), "audit");
    }
}

/// LG-02
#[tokio::test]
async fn what_it_logs_carries_the_id_of_the_request() {
    let app = App::calling("", Scribe);
    let log = Log::listen();
    let response = app.sign_in_as("ana", "").await;
    app.vestibule.told().await;
    let id = response.headers()["x-request-id"].to_str().unwrap();
    let text = log.text();
    let line = text.lines().find(|line| line.contains("audit")).unwrap();
    assert!(line.contains(id) && line.contains("signed_in"), "{line}");
}

/// Breaks, or waits, when it is told.
struct Trouble {
    waits: Arc<Semaphore>,
    heard: Arc<Mutex<Vec<Happening>>>,
}

impl Callbacks for Trouble {
    async fn event(&self, event: &Event) {
        let _leave = self.waits.acquire().await.unwrap();
        self.heard.lock().unwrap().push(event.happening);
        if event.happening == IN {
            panic!("a fault of the application");
        }
    }
}

fn troubled(leave: usize) -> (App, Arc<Semaphore>, Arc<Mutex<Vec<Happening>>>) {
    let (waits, heard) = (Arc::new(Semaphore::new(leave)), Arc::default());
    let app = App::calling("", Trouble { waits: Arc::clone(&waits), heard: Arc::clone(&heard) });
    (app, waits, heard)
}

#[tokio::test]
async fn one_that_panics_breaks_no_sign_in_and_hears_of_what_comes_next() {
    let (app, _, heard) = troubled(1);
    let cookies = app.cookies_of("ana").await;
    assert_eq!(app.post("/auth/sign-out", &cookies, "").await.status(), StatusCode::SEE_OTHER);
    app.vestibule.told().await;
    assert_eq!(*heard.lock().unwrap(), [IN, OUT]);
}

#[tokio::test]
async fn one_that_waits_holds_no_response_and_hears_in_order() {
    let (app, waits, heard) = troubled(0);
    let cookies = app.cookies_of("ana").await;
    assert_eq!(app.post("/auth/sign-out", &cookies, "").await.status(), StatusCode::SEE_OTHER);
    assert!(heard.lock().unwrap().is_empty(), "the responses did not wait");
    waits.add_permits(1);
    app.vestibule.told().await;
    assert_eq!(*heard.lock().unwrap(), [IN, OUT]);
}

#[tokio::test(start_paused = true)]
async fn one_that_never_ends_is_given_up_and_hears_of_what_comes_next() {
    let (app, waits, heard) = troubled(0);
    let cookies = app.cookies_of("ana").await;
    let told = tokio::time::timeout(Duration::from_secs(31), app.vestibule.told()).await;
    assert!(told.is_ok() && heard.lock().unwrap().is_empty());
    waits.add_permits(1);
    app.post("/auth/sign-out", &cookies, "").await;
    app.vestibule.told().await;
    assert_eq!(*heard.lock().unwrap(), [OUT]);
}

#[tokio::test]
async fn events_beyond_the_queue_are_in_the_log() {
    let (app, ..) = troubled(0);
    let cookies = app.cookies_of("ana").await;
    let record = app.record_of(&cookies).await;
    let log = Log::listen();
    for _ in 0..1_024 {
        app.vestibule.tell(&record, Happening::Refreshed, None);
    }
    // One may be in the application's hands, and not in the queue.
    for _ in 0..2 {
        app.vestibule.tell(&record, OUT, None);
    }
    let text = log.text();
    assert!(text.contains("signed_out") && text.contains("was not told"), "{text}");
    assert!(text.contains(&record.id.for_log()), "{text}");
}

/// LG-02: whoever did not get in by a provider, from the way there to the way back.
#[tokio::test]
async fn a_provider_s_refusal_is_told_with_its_name() {
    let (app, ear) = listening(crate::providers::fixture::PROVIDERS);
    let (app, idp) = Idp::of(app);
    let mut browser = Browser::default();
    let address = browser.leave(&app, "id", "/desk").await;
    let query = idp.visit(&address).replace("code=", "error=access_denied&no=");
    browser.arrive(&app, "id", &query).await;
    app.clock.advance(90_000);
    app.script(|_| json_answer(503, &json!({})));
    app.post("/auth/sign-in/id", "", "").await;
    let heard = ear.heard(&app).await;
    assert_eq!(
        heard.iter().map(|event| event.happening).collect::<Vec<_>>(),
        [refused(ErrorCode::Denied), refused(ErrorCode::ServiceUnavailable)]
    );
    assert!(heard.iter().all(|event| event.way == Some(Way::Provider("id".to_owned()))), "{heard:?}");
}
