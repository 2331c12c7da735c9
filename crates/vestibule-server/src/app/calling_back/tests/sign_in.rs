//! `sign_in`: who may come in.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::extract::ConnectInfo;
use http::header::{CONTENT_TYPE, COOKIE};
use http::{Request, StatusCode};
use serde_json::{Value, json};

use super::{Never, TOLD, forgotten};
use crate::callbacks::{Admission, Callbacks, SignInAttempt, Way};
use crate::fixture::{App, ORIGIN, body, json_answer, set_cookies};

/// Answers by a function.
struct Door<F>(F);

impl<F: Fn(&SignInAttempt) -> Admission + Send + Sync + 'static> Callbacks for Door<F> {
    async fn sign_in(&self, attempt: &SignInAttempt) -> Admission {
        (self.0)(attempt)
    }
}

async fn failure(app: &App, cookies: &str) -> (StatusCode, Value) {
    let response = app.sign_in_as("ana", cookies).await;
    assert!(set_cookies(&response).is_empty(), "no session");
    (response.status(), serde_json::from_str(&body(response).await).unwrap())
}

fn only_zoe(attempt: &SignInAttempt) -> Admission {
    if attempt.profile["displayName"] == "zoe" { Admission::Allow } else { Admission::Refuse }
}

#[tokio::test]
async fn whoever_is_refused_has_no_session_and_the_upstream_forgets_the_token() {
    let app = App::calling(TOLD, Door(only_zoe));
    let (status, failure) = failure(&app, "").await;
    assert_eq!((status, failure["code"].as_str()), (StatusCode::FORBIDDEN, Some("denied")));
    assert_eq!(failure.get("elsewhere"), None);
    assert_eq!(forgotten(&app), ["Bearer canary-token-of-ana"]);
}

#[tokio::test]
async fn whoever_is_allowed_has_one_and_the_upstream_hears_nothing() {
    let app = App::calling(TOLD, Door(only_zoe));
    let cookies = app.cookies_of("zoe").await;
    assert_eq!(app.who(&cookies).await.as_deref(), Some("zoe@example.com"));
    assert!(forgotten(&app).is_empty());
}

#[tokio::test]
async fn a_refusal_leaves_the_session_that_was_there() {
    let app = App::calling(TOLD, Door(only_zoe));
    let zoe = app.cookies_of("zoe").await;
    assert_eq!(failure(&app, &zoe).await.0, StatusCode::FORBIDDEN);
    assert_eq!(app.who(&zoe).await.as_deref(), Some("zoe@example.com"));
    assert_eq!(forgotten(&app), ["Bearer canary-token-of-ana"]);
}

#[tokio::test]
async fn the_application_is_told_who_it_is_and_how_they_came() {
    let seen = Arc::new(Mutex::new(None));
    let keeps = Arc::clone(&seen);
    let app = App::calling(
        "login.remember = true\n",
        Door(move |attempt: &SignInAttempt| {
            *keeps.lock().unwrap() = Some(attempt.clone());
            Admission::Allow
        }),
    );
    let peer = std::net::SocketAddr::from(([192, 0, 2, 7], 4_711));
    let request = Request::post("/test/sign-in")
        .header(COOKIE, "")
        .header("origin", ORIGIN)
        .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
        .extension(ConnectInfo(peer));
    let response = app.send(request, "username=ana&password=right&remember=on").await;
    assert_eq!(response.status(), StatusCode::SEE_OTHER);
    let attempt = seen.lock().unwrap().take().unwrap();
    assert_eq!(attempt.profile["fname"], "F");
    assert_eq!(attempt.user.email.as_deref(), Some("ana@example.com"));
    assert_eq!((attempt.way, attempt.remember, attempt.address), (Way::Credentials, true, Some(peer.ip())));
    assert_eq!(attempt.access_token.secret(), "canary-token-of-ana");
}

/// RD-01
#[tokio::test]
async fn somebody_is_sent_elsewhere_on_this_site_only() {
    for (path, elsewhere) in [
        ("/help?topic=1#top", Some("/help?topic=1#top")),
        ("https://app.example/help", Some("/help")),
        ("//evil.example", None),
        ("https://evil.example/", None),
        ("/\\evil.example", None),
        ("/login", None),
    ] {
        let app = App::calling(TOLD, Door(|_: &SignInAttempt| Admission::SendTo(path.to_owned())));
        let (status, failure) = failure(&app, "").await;
        assert_eq!((status, failure["code"].as_str()), (StatusCode::FORBIDDEN, Some("denied")));
        assert_eq!(failure.get("elsewhere").and_then(Value::as_str), elsewhere, "{path}");
        assert_eq!(forgotten(&app).len(), 1);
    }
}

#[tokio::test]
async fn a_callback_that_panics_lets_nobody_in() {
    let app = App::calling(TOLD, Door(|_: &SignInAttempt| panic!("a fault of the application")));
    let (status, failure) = failure(&app, "").await;
    assert_eq!((status, failure["code"].as_str()), (StatusCode::INTERNAL_SERVER_ERROR, Some("internal")));
    assert_eq!(forgotten(&app).len(), 1);
}

impl Callbacks for Never {
    async fn sign_in(&self, _: &SignInAttempt) -> Admission {
        self.answer().await
    }
}

#[tokio::test(start_paused = true)]
async fn nor_does_one_that_never_answers() {
    let app = App::calling(TOLD, Never::default());
    let (status, failure) = failure(&app, "").await;
    assert_eq!((status, failure["code"].as_str()), (StatusCode::SERVICE_UNAVAILABLE, Some("service_unavailable")));
    assert_eq!(forgotten(&app).len(), 1);
}

#[tokio::test]
async fn a_browser_that_goes_away_meanwhile_leaves_no_token_behind() {
    let never = Never::default();
    let app = Arc::new(App::calling(TOLD, never.clone()));
    let request = tokio::spawn({
        let app = Arc::clone(&app);
        async move { app.sign_in_as("ana", "").await }
    });
    never.0.notified().await;
    request.abort();
    let told = app.upstream.called("/sign-out", 1);
    assert!(tokio::time::timeout(Duration::from_secs(20), told).await.is_ok());
}

#[tokio::test]
async fn a_refusal_after_the_second_step_begins_again_at_the_first() {
    let contract = "upstream.sign_in.mfa = [{ status = 401, pointer = '/mfa' }]\n\
         upstream.sign_in.body = { '/username' = '{username}', '/password' = '{password}', '/otp' = '{otp}' }\n";
    let app = App::calling(&format!("{TOLD}{contract}"), Door(|_: &SignInAttempt| Admission::Refuse));
    app.script(|request| match request.uri().path() {
        "/sign-in" => match serde_json::from_slice::<Value>(request.body()).unwrap().get("otp") {
            Some(_) => json_answer(200, &json!({ "accessToken": "canary-token" })),
            None => json_answer(401, &json!({ "mfa": true })),
        },
        "/me" => json_answer(200, &json!({ "id": 7 })),
        _ => json_answer(200, &json!({})),
    });
    let asked = app.sign_in_as("ana", "").await;
    let first = crate::fixture::cookies(&asked);
    assert_eq!(asked.status(), StatusCode::UNAUTHORIZED);
    let response = app.post("/test/sign-in", &first, "secondStep=on&otp=123456").await;
    assert_eq!(response.status(), StatusCode::FORBIDDEN);
    let cookies = set_cookies(&response);
    assert!(cookies.iter().all(|cookie| cookie.contains("Max-Age=0")), "the first step is over: {cookies:?}");
    let failure: Value = serde_json::from_str(&body(response).await).unwrap();
    assert_eq!((failure["code"].as_str(), failure.get("secondStep")), (Some("denied"), None));
    assert_eq!(forgotten(&app), ["Bearer canary-token"]);
}
