use serde::Deserialize;
use serde_json::json;

use super::{Session, User};
use crate::{AccessToken, Timestamp};

fn session(profile: serde_json::Value) -> Session {
    Session {
        profile,
        user: User {
            id: Some(json!(0)),
            name: Some("Ana".into()),
            email: Some("ana@example.com".into()),
            ..User::default()
        },
        access_token: Some(AccessToken::new("canary-token")),
        expires: Timestamp::from_unix(1_800_000_000),
        session_expires: Timestamp::from_unix(1_800_040_000),
        idle_expires: Timestamp::from_unix(1_800_040_000),
        renews: None,
        identity: None,
    }
}

#[derive(Debug, Deserialize)]
#[allow(dead_code, reason = "only the shape matters")]
struct Profile {
    organisation: Organisation,
}

#[derive(Debug, Deserialize)]
#[allow(dead_code, reason = "only the shape matters")]
struct Organisation {
    roles: Vec<u8>,
}

#[test]
fn an_id_is_asked_for_as_a_text() {
    for (id, text) in [(Some(json!(0)), Some("0")), (Some(json!("a-\"7\"")), Some("a-\"7\"")), (None, None)] {
        assert_eq!(User { id, ..User::default() }.id_text().as_deref(), text);
    }
}

#[test]
fn a_profile_that_does_not_fit_names_the_path_and_not_the_value() {
    let error =
        session(json!({ "organisation": { "roles": [1, 2, "a \"secret\" role"] } })).typed::<Profile>().unwrap_err();
    assert_eq!(error.path, "organisation.roles[2]");
    assert!(!error.to_string().contains("secret"), "{error}");
    assert!(error.to_string().contains("expected u8"), "{error}");
}

/// OU-12: the kinds of values that serde quotes, each in its own way.
#[test]
fn a_profile_that_does_not_fit_says_nothing_of_what_it_holds() {
    for value in [json!(4917), json!(4917.5), json!("4917"), json!("x, expected `4917"), json!(-4917)] {
        let error = session(json!({ "organisation": { "roles": [1, 2, value] } })).typed::<Profile>().unwrap_err();
        assert!(!error.to_string().contains("4917"), "{error}");
        assert!(error.to_string().ends_with("expected u8"), "{error}");
    }
}

#[test]
fn the_wire_puts_the_well_known_members_over_the_profile() {
    let wire = session(json!({ "id": "other", "name": { "first": "A" }, "theme": "dark" })).to_wire();
    assert_eq!(
        wire,
        json!({
            "user": { "id": 0, "name": "Ana", "email": "ana@example.com", "theme": "dark" },
            "accessToken": "canary-token",
            "expires": "2027-01-15T08:00:00Z",
            "sessionExpires": "2027-01-15T19:06:40Z",
        })
    );
}

#[test]
fn a_token_that_stays_on_the_server_has_no_member_on_the_wire() {
    let mut session = session(json!({}));
    session.access_token = None;
    assert!(session.to_wire().get("accessToken").is_none());
    assert!(!serde_json::to_string(&session).unwrap().contains("accessToken"));
}

#[test]
fn debug_says_nothing_of_the_token() {
    assert!(!format!("{:?}", session(json!({}))).contains("canary-token"));
}
