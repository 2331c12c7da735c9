//! `session`: what a browser may see.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::{Value, json};

use super::{TOLD, forgotten, session, with_id};
use crate::callbacks::{Callbacks, Shown};
use crate::fixture::{App, body, cookies};

/// Shows by a function.
struct Window<F>(F);

impl<F: Fn(&mut Shown) + Send + Sync + 'static> Callbacks for Window<F> {
    fn session(&self, shown: &mut Shown) {
        (self.0)(shown);
    }
}

/// OU-09 of an application's own: what it hides is in no byte of what leaves.
#[tokio::test]
async fn what_is_cut_reaches_no_browser_and_the_server_keeps_it() {
    let app = App::calling(
        "session.access_token = 'server-only'\n",
        Window(|shown: &mut Shown| {
            shown.remove("/notes");
            shown.remove("/email");
            shown.profile["isOwner"] = json!(true);
        }),
    );
    with_id(&app);
    let cookies = app.cookies_of("ana").await;
    for path in ["/auth/session", "/auth/session?passive=1", "/test/page"] {
        let response = app.get(path, &cookies).await;
        let head = format!("{:?}", response.headers());
        let body = body(response).await;
        assert!(!head.contains("canary") && !body.contains("canary"), "{path}: {body}");
    }
    let updated = body(app.get("/test/update", &cookies).await).await;
    assert!(!updated.contains("canary") && updated.contains("isOwner"), "{updated}");
    assert_eq!(
        session(&app, &cookies).await["user"],
        json!({ "id": 7, "displayName": "Ana", "name": "Ana", "isOwner": true })
    );
    let full: Value = serde_json::from_str(&body(app.get("/test/full", &cookies).await).await).unwrap();
    assert_eq!(
        full,
        json!({ "profile": "canary-notes", "email": "canary-mail@example.com", "token": "canary-token-of-ana" })
    );
    assert_eq!(app.record_of(&cookies).await.profile.get("isOwner"), None, "what is added for a browser is not kept");
}

#[tokio::test]
async fn an_identity_that_is_the_address_goes_with_the_address() {
    // Without an id in the profile the e-mail address is the identity.
    let app = App::calling("", Window(|shown: &mut Shown| shown.keep_only(&["/displayName"])));
    let cookies = app.cookies_of("ana").await;
    let page = body(app.get("/auth/session", &cookies).await).await;
    assert!(!page.contains("ana@example.com"), "{page}");
    let session: Value = serde_json::from_str(&page).unwrap();
    assert_eq!(session["user"], json!({ "displayName": "ana", "name": "ana" }));
    assert_eq!(app.record_of(&cookies).await.user.id, Some(json!("ana@example.com")));
}

#[tokio::test]
async fn an_identity_of_the_token_s_stays_where_the_profile_never_had_it() {
    let app = App::calling("", Window(|shown: &mut Shown| shown.keep_only(&[])));
    // {"alg":"none"}.{"sub":"user-9"}
    let token = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJ1c2VyLTkifQ.x";
    app.script(move |request| match request.uri().path() {
        "/sign-in" => crate::fixture::json_answer(200, &json!({ "accessToken": token })),
        _ => crate::fixture::json_answer(200, &json!({ "email": "ana@example.com" })),
    });
    let cookies = app.cookies_of("ana").await;
    assert_eq!(session(&app, &cookies).await["user"], json!({ "id": "user-9" }));
}

#[tokio::test]
async fn a_callback_that_panics_shows_nothing() {
    let app = App::calling("", Window(|_: &mut Shown| panic!("a fault of the application")));
    let response = app.sign_in_as("ana", "").await;
    assert_eq!(response.status(), 500);
    assert!(!body(response).await.contains("ana@example.com"));
}

/// A sign-in whose session nobody can be shown is none: the tokens go back, and the session that was there stays.
#[tokio::test]
async fn a_sign_in_that_cannot_be_shown_leaves_everything_as_it_was() {
    let is_faulty = Arc::new(AtomicBool::new(false));
    let fault = Arc::clone(&is_faulty);
    let app = App::calling(
        TOLD,
        Window(move |_: &mut Shown| assert!(!fault.load(Ordering::Relaxed), "a fault of the application")),
    );
    let former = app.cookies_of("ana").await;
    is_faulty.store(true, Ordering::Relaxed);
    let response = app.sign_in_as("zoe", &former).await;
    assert_eq!((response.status().as_u16(), cookies(&response)), (500, String::new()));
    for _ in 0..1_000 {
        tokio::task::yield_now().await;
    }
    assert_eq!(forgotten(&app).len(), 1, "the token of the second sign-in alone");
    is_faulty.store(false, Ordering::Relaxed);
    assert_ne!(session(&app, &former).await, Value::Null);
}
