//! `record`: what is kept of a profile.

use std::sync::{Arc, Mutex};

use http::StatusCode;
use serde_json::{Value, json};

use super::{Never, TOLD, forgotten, session, with_id};
use crate::callbacks::{Callbacks, Keeping, Occasion, RecordError};
use crate::fixture::{App, body, cookies, set_cookies};
use crate::session::rotating::{REFRESHING, Rotating};

/// What is done with a profile, and nothing captured.
type Step = fn(&mut Keeping) -> Result<(), RecordError>;

/// Keeps by a function.
struct Keeper<F>(F);

impl<F: Fn(&mut Keeping) -> Result<(), RecordError> + Send + Sync + 'static> Callbacks for Keeper<F> {
    async fn record(&self, keeping: &mut Keeping) -> Result<(), RecordError> {
        (self.0)(keeping)
    }
}

#[tokio::test]
async fn what_is_added_is_kept_what_is_removed_is_not_and_the_identity_stays() {
    let app = App::calling(
        "",
        Keeper(|keeping: &mut Keeping| {
            assert_eq!((keeping.occasion, &keeping.former), (Occasion::SignIn, &None));
            assert_eq!(keeping.user().id, Some(json!(7)));
            for place in ["/id", "/email", "/notes"] {
                keeping.remove(place).unwrap();
            }
            keeping.profile["roles"] = json!(["owner"]);
            keeping.profile["displayName"] = json!("Ana María");
            Ok(())
        }),
    );
    with_id(&app);
    let cookies = app.cookies_of("ana").await;
    let record = app.record_of(&cookies).await;
    assert_eq!(record.profile, json!({ "displayName": "Ana María", "roles": ["owner"] }));
    assert_eq!((&record.user.id, &record.user.email), (&Some(json!(7)), &None));
    assert_eq!(record.user.name.as_deref(), Some("Ana María"));
    assert!(!record.to_text().unwrap().contains("canary-mail"));
    let session = session(&app, &cookies).await;
    assert_eq!(session["user"]["roles"], json!(["owner"]));
    assert_eq!(session["user"]["id"], 7);
}

/// Not even with a token that only the server may have.
#[tokio::test]
async fn a_token_in_the_profile_is_dropped() {
    let app = App::calling(
        "session.access_token = 'server-only'\n",
        Keeper(|keeping: &mut Keeping| {
            let token = keeping.access_token().secret().to_owned();
            keeping.profile["forTheApi"] = json!({ "bearer": token, "kept": 1 });
            keeping.profile["apiKey"] = json!("canary-key");
            Ok(())
        }),
    );
    let cookies = app.cookies_of("ana").await;
    let page = body(app.get("/auth/session", &cookies).await).await;
    assert!(!page.contains("canary"), "{page}");
    assert_eq!(app.record_of(&cookies).await.profile["forTheApi"], json!({ "kept": 1 }));
}

#[tokio::test]
async fn what_cannot_be_kept_is_no_session_and_the_upstream_forgets_the_token() {
    let deep = |keeping: &mut Keeping| {
        keeping.profile["deep"] = (0..200).fold(json!(1), |inner, _| json!([inner]));
        Ok(())
    };
    let cases: [(Step, u16, &str); 6] = [
        (|_| Err(RecordError::Away), 503, "service_unavailable"),
        (|_| Err(RecordError::Unexpected), 502, "unexpected_answer"),
        (|_| Err(RecordError::Internal), 500, "internal"),
        (|_| panic!("a fault of the application"), 500, "internal"),
        (deep, 500, "internal"),
        // CK-07
        (
            |keeping| {
                keeping.profile["more"] = "x".repeat(20_000).into();
                Ok(())
            },
            502,
            "session_too_large",
        ),
    ];
    for (step, status, code) in cases {
        let app = App::calling(TOLD, Keeper(step));
        let response = app.sign_in_as("ana", "").await;
        assert!(set_cookies(&response).is_empty(), "{code}");
        assert_eq!(response.status().as_u16(), status, "{code}");
        let failure: Value = serde_json::from_str(&body(response).await).unwrap();
        assert_eq!(failure["code"], code);
        assert_eq!(forgotten(&app), ["Bearer canary-token-of-ana"], "{code}");
    }
}

impl Callbacks for Arc<Never> {
    async fn record(&self, _: &mut Keeping) -> Result<(), RecordError> {
        self.answer().await
    }
}

#[tokio::test(start_paused = true)]
async fn one_that_never_answers_is_away() {
    let app = App::calling(TOLD, Arc::new(Never::default()));
    assert_eq!(app.sign_in_as("ana", "").await.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(forgotten(&app).len(), 1);
}

/// An upstream whose tokens live 100 s, and a callback that counts refreshes in the profile.
fn refreshing(at_refresh: Step) -> App {
    let app = App::calling(
        REFRESHING,
        Keeper(move |keeping: &mut Keeping| match keeping.occasion {
            Occasion::Refresh => at_refresh(keeping),
            _ => {
                keeping.profile["mark"] = json!("kept");
                Ok(())
            }
        }),
    );
    app.script(Rotating::living(100).script());
    app
}

#[tokio::test]
async fn a_refresh_may_change_what_is_kept() {
    let app = refreshing(|keeping| {
        assert_eq!(keeping.profile["mark"], "kept", "the kept profile");
        keeping.profile["mark"] = json!(format!("with {}", keeping.access_token().secret().len()));
        Ok(())
    });
    let old = app.cookies_of("ana").await;
    app.clock.advance(90);
    let response = app.get("/test/page", &old).await;
    let record = app.record_of(&cookies(&response)).await;
    assert_eq!((record.access_token.secret(), record.generation), ("access-1", 1));
    assert_eq!(record.profile["mark"], "with 8");
}

/// TK-08: the old refresh token is spent; nothing that an application does may lose the new one.
#[tokio::test]
async fn a_refresh_that_it_fails_keeps_the_former_profile_and_the_new_tokens() {
    let faults: [Step; 4] = [
        |keeping| {
            keeping.profile["mark"] = json!("half done");
            Err(RecordError::Away)
        },
        |keeping| {
            keeping.profile["mark"] = json!("half done");
            panic!("a fault of the application")
        },
        |keeping| {
            keeping.profile["mark"] = "x".repeat(20_000).into();
            Ok(())
        },
        |keeping| {
            keeping.profile["mark"] = (0..200).fold(json!(1), |inner, _| json!([inner]));
            Ok(())
        },
    ];
    for fault in faults {
        let app = refreshing(fault);
        let old = app.cookies_of("ana").await;
        app.clock.advance(90);
        let record = app.record_of(&cookies(&app.get("/test/page", &old).await)).await;
        assert_eq!((record.access_token.secret(), record.profile["mark"].as_str()), ("access-1", Some("kept")));
        assert_eq!(record.user.id, Some(json!(7)));
    }
}

#[tokio::test]
async fn an_update_has_the_fresh_profile_and_the_former_one() {
    let app = App::calling(
        "",
        Keeper(|keeping: &mut Keeping| {
            keeping.profile["visits"] = match (keeping.occasion, &keeping.former) {
                (Occasion::Update, Some(former)) => json!(former["visits"].as_i64().unwrap() + 1),
                _ => json!(1),
            };
            Ok(())
        }),
    );
    with_id(&app);
    let old = app.cookies_of("ana").await;
    let response = app.get("/test/update", &old).await;
    let new = cookies(&response);
    let profile: Value = serde_json::from_str(&body(response).await).unwrap();
    assert_eq!((&profile["visits"], &profile["displayName"]), (&json!(2), &json!("Ana")));
    assert_eq!(app.record_of(&new).await.profile["visits"], 2);
}

#[tokio::test]
async fn an_update_that_it_fails_leaves_the_session_as_it_was() {
    let fails: Arc<Mutex<Option<RecordError>>> = Arc::default();
    for fault in [Some(RecordError::Away), None] {
        let switch = Arc::clone(&fails);
        let app = App::calling(
            "",
            Keeper(move |keeping: &mut Keeping| {
                if keeping.occasion == Occasion::SignIn {
                    return Ok(());
                }
                keeping.profile["more"] = "x".repeat(20_000).into();
                switch.lock().unwrap().map_or(Ok(()), Err)
            }),
        );
        *fails.lock().unwrap() = fault;
        let cookies = app.cookies_of("ana").await;
        let response = app.get("/test/update", &cookies).await;
        assert!(set_cookies(&response).is_empty());
        assert_eq!(body(response).await, "the upstream did not give the profile");
        assert_eq!(app.who(&cookies).await.as_deref(), Some("ana@example.com"));
    }
}
