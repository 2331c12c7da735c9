use std::sync::atomic::{AtomicUsize, Ordering};

use serde::Deserialize;
use serde_json::json;

use super::*;
use crate::seed::Seed;

fn session(profile: Value, token: &str) -> Option<Arc<Session>> {
    Some(Arc::new(Session {
        profile,
        user: User::default(),
        access_token: Some(AccessToken::new(token)),
        expires: Timestamp::from_unix(1_800_000_000),
        session_expires: Timestamp::from_unix(1_800_040_000),
        idle_expires: Timestamp::from_unix(1_800_020_000),
        renews: None,
        identity: None,
    }))
}

/// Runs `test` as a component of an application whose session is `session`.
fn with_session(session: Option<Arc<Session>>, test: impl FnOnce(SessionState)) {
    let owner = Owner::new();
    owner.with(|| {
        let state = SessionState::new(session, None);
        provide_context(Context {
            session: state,
            login: LoginState {
                form: StoredValue::new(Seed::default().login),
                failure: RwSignal::new(None),
                callback: RwSignal::new(None),
                last_provider: StoredValue::new(None),
                stays: RwSignal::new(false),
                pending: RwSignal::new(false),
            },
            words: StoredValue::default(),
            api: StoredValue::new(None),
            is_page: StoredValue::new(None),
            asks: RwSignal::new(false),
            skew: 0,
        });
        test(state);
    });
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
struct Profile {
    email: String,
}

#[test]
fn the_profile_is_read_as_the_application_s_type() {
    with_session(session(json!({ "email": "ana@example.com", "more": 1 }), "t"), |_| {
        let session = use_session::<Profile>();
        assert_eq!(session.profile().get_untracked(), Some(Profile { email: "ana@example.com".into() }));
        assert_eq!(session.profile_error().get_untracked(), None);
    });
}

#[test]
fn a_profile_that_does_not_fit_is_an_error_with_its_path() {
    with_session(session(json!({ "email": 7 }), "t"), |_| {
        let session = use_session::<Profile>();
        assert_eq!(session.profile().get_untracked(), None);
        assert_eq!(session.profile_error().get_untracked().unwrap().path, "email");
    });
}

#[test]
fn signed_out_has_a_status_and_nothing_else() {
    with_session(None, |_| {
        let session = use_session::<Value>();
        assert_eq!(session.status().get_untracked(), Status::SignedOut);
        assert_eq!(session.profile().get_untracked(), None);
        assert_eq!(session.profile_error().get_untracked(), None);
        assert_eq!(session.access_token().get_untracked(), None);
        assert_eq!(session.expires().get_untracked(), None);
    });
}

#[test]
fn a_new_token_does_not_disturb_the_readers_of_the_profile() {
    with_session(session(json!({ "email": "a" }), "one"), |state| {
        static READ: AtomicUsize = AtomicUsize::new(0);
        let session_context = use_session::<Profile>();
        let profile = session_context.profile();
        let greeting = Memo::new(move |_| {
            READ.fetch_add(1, Ordering::SeqCst);
            profile.get()
        });
        greeting.get_untracked();
        state.replace(session(json!({ "email": "a" }), "two").unwrap());
        greeting.get_untracked();
        assert_eq!(READ.load(Ordering::SeqCst), 1);
        assert_eq!(session_context.access_token().get_untracked(), Some(AccessToken::new("two")));
        state.replace(session(json!({ "email": "b" }), "two").unwrap());
        greeting.get_untracked();
        assert_eq!(READ.load(Ordering::SeqCst), 2);
    });
}

#[test]
fn a_session_that_ended_says_why_until_the_next_begins() {
    with_session(session(json!({}), "one"), |state| {
        let ended = use_session::<Value>().ended();
        assert_eq!(ended.get_untracked(), None);
        state.end(Ended::Expired);
        state.end(Ended::SignedOut);
        assert_eq!(ended.get_untracked(), Some(Ended::Expired), "it ended once");
        state.replace(session(json!({}), "two").unwrap());
        assert_eq!(ended.get_untracked(), None);
    });
}

#[test]
fn whoever_was_signed_out_all_along_has_nothing_that_ended() {
    with_session(None, |state| {
        state.end(Ended::SignedOut);
        assert_eq!(use_session::<Value>().ended().get_untracked(), None);
    });
}
