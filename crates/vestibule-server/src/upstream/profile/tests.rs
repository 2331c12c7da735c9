use serde_json::{Value, json};
use vestibule_core::{AccessToken, User};

use crate::config::Messages;
use crate::fixture::{self, App};
use crate::secret::RefreshToken;
use crate::upstream::fake::{Answer, Rig, answer, contract, json_answer, smallest};
use crate::upstream::{Away, Contract, Oddity, ProfileAnswer, ProfileCallError, Tokens, TransportError};

async fn ask(contract: Contract, given: Answer, subject: Option<&str>) -> Result<ProfileAnswer, ProfileCallError> {
    let tokens = Tokens {
        access_token: AccessToken::new("canary-access"),
        refresh_token: Some(RefreshToken::new("canary-refresh")),
        user_id: Some(json!(0)),
    };
    Rig::new(contract, Messages::Neutral, [given]).upstream.profile(&tokens, subject).await
}

async fn of(toml: &str, body: Value) -> Result<ProfileAnswer, ProfileCallError> {
    ask(contract(toml), json_answer(200, body), Some("the-subject")).await
}

#[tokio::test]
async fn the_profile_is_kept_whole_with_its_well_known_names() {
    let body =
        json!({ "email": "ana@example.com", "displayName": "Ana", "fname": "A", "unknown": { "deep": [1, null] } });
    let answer = of("", body.clone()).await.unwrap();
    assert_eq!(answer.profile, body);
    let expected = User {
        id: Some(json!("the-subject")),
        name: Some("Ana".into()),
        email: Some("ana@example.com".into()),
        ..User::default()
    };
    assert_eq!(answer.user, expected);
}

#[tokio::test]
async fn pointers_are_relative_to_the_profile() {
    let toml = "profile = { pointer = '/data', id = '/id', attributes = { email = '/attributes/email' }, \
                omit = ['/attributes/x'] }";
    let body = json!({ "data": { "id": 0, "attributes": { "email": "a@b", "x": 1 } }, "meta": 1 });
    let answer = of(toml, body).await.unwrap();
    assert_eq!(answer.profile, json!({ "id": 0, "attributes": { "email": "a@b" } }));
    assert_eq!((answer.user.id, answer.user.email.as_deref()), (Some(json!(0)), Some("a@b")));
}

#[tokio::test]
async fn identity_falls_back_from_id_to_subject_to_e_mail() {
    let body = json!({ "id": 7, "email": "a@b" });
    assert_eq!(of("", body).await.unwrap().user.id, Some(json!(7)));
    for nothing in [json!(null), json!(""), json!([1])] {
        let body = json!({ "id": nothing, "email": "a@b" });
        assert_eq!(of("", body.clone()).await.unwrap().user.id, Some(json!("the-subject")));
        assert_eq!(ask(smallest(), json_answer(200, body), None).await.unwrap().user.id, Some(json!("a@b")));
    }
    assert_eq!(ask(smallest(), json_answer(200, json!({})), None).await.unwrap().user.id, None);
}

#[tokio::test]
async fn a_configured_identity_must_be_there() {
    for body in [json!({ "id": 7 }), json!({ "uuid": null }), json!({ "uuid": "" })] {
        assert_eq!(of("profile.id = '/uuid'", body).await, Err(ProfileCallError::Unexpected(Oddity::NoIdentity)));
    }
}

#[tokio::test]
async fn credentials_do_not_stay_in_the_profile() {
    let body = json!({ "id": 1, "password_hash": "x", "session": "canary-access", "other": ["canary-refresh"] });
    assert_eq!(of("", body).await.unwrap().profile, json!({ "id": 1, "other": [] }));
}

/// TK-01
#[tokio::test]
async fn what_a_token_claims_is_no_part_of_the_profile() {
    let answer = of("", json!({ "id": 1, "role": "reader" })).await.unwrap();
    assert_eq!(answer.profile, json!({ "id": 1, "role": "reader" }));
}

/// Fault 15
#[tokio::test]
async fn awkward_text_is_kept_as_it_is() {
    let name = "</script><script>alert(1)</script>\u{202e}\u{0}\u{2028}".to_owned() + &"a".repeat(4_096);
    let answer = of("", json!({ "displayName": name })).await.unwrap();
    assert_eq!((answer.user.name.as_deref(), &answer.profile["displayName"]), (Some(name.as_str()), &json!(name)));
}

#[tokio::test]
async fn a_dead_token_is_told_from_everything_else() {
    let of = |given| ask(smallest(), given, None);
    assert_eq!(of(json_answer(401, json!({}))).await, Err(ProfileCallError::Unauthorized { status: 401 }));
    let odd = ProfileCallError::Unexpected;
    assert_eq!(of(json_answer(403, json!({}))).await, Err(odd(Oddity::Status(403))));
    assert_eq!(of(json_answer(302, json!({}))).await, Err(odd(Oddity::Status(302))));
    assert_eq!(of(answer(200, &[], "<html>")).await, Err(odd(Oddity::NotJson)));
    assert_eq!(of(answer(200, &[], "")).await, Err(odd(Oddity::NotJson)));
    assert_eq!(of(json_answer(200, json!(null))).await, Err(odd(Oddity::NoProfile)));
    assert_eq!(of(json_answer(503, json!({}))).await, Err(ProfileCallError::Away(Away::Status(503))));
    assert_eq!(of(Err(TransportError::Timeout)).await, Err(ProfileCallError::Timeout));
    assert_eq!(of(Err(TransportError::Reset)).await, Err(odd(Oddity::Transport(TransportError::Reset))));
}

/// Fault 7: what is sealed must open again. The record and the page's seed wrap the profile, and a parser of JSON stops
/// at 128 levels.
#[tokio::test]
async fn a_profile_that_is_nested_too_deeply_is_refused_at_sign_in() {
    let lists = |levels: usize| "[".repeat(levels) + &"]".repeat(levels);
    let objects = |levels: usize| "{\"a\":".repeat(levels) + "1" + &"}".repeat(levels);
    for levels in [1, 64] {
        assert!(ask(smallest(), answer(200, &[], lists(levels)), None).await.is_ok(), "{levels}");
        assert!(ask(smallest(), answer(200, &[], objects(levels)), None).await.is_ok(), "{levels}");
    }
    let too_deep = Err(ProfileCallError::Unexpected(Oddity::TooDeep));
    for levels in [65, 127] {
        assert_eq!(ask(smallest(), answer(200, &[], lists(levels)), None).await, too_deep, "{levels}");
        assert_eq!(ask(smallest(), answer(200, &[], objects(levels)), None).await, too_deep, "{levels}");
    }
    let unread = Err(ProfileCallError::Unexpected(Oddity::NotJson));
    assert_eq!(ask(smallest(), answer(200, &[], lists(128)), None).await, unread);
}

/// Fault 7: the remedies that the log names.
#[tokio::test]
async fn what_is_left_out_of_a_profile_may_be_as_deep_as_it_likes() {
    let deep = "[".repeat(100) + &"]".repeat(100);
    let body = format!("{{\"data\":{{\"id\":1}},\"tree\":{deep}}}");
    for toml in ["profile.omit = ['/tree']", "profile.pointer = '/data'"] {
        assert!(ask(contract(toml), answer(200, &[], body.clone()), None).await.is_ok(), "{toml}");
    }
}

/// Fault 7
#[tokio::test]
async fn the_deepest_profile_that_is_taken_is_sealed_and_opened_again() {
    let app = App::new("");
    let tree: Value = serde_json::from_str(&("[".repeat(63) + &"]".repeat(63))).unwrap();
    let profile = json!({ "email": "ana@example.com", "tree": tree });
    app.script(move |request| match request.uri().path() {
        "/sign-in" => fixture::json_answer(200, &json!({ "accessToken": "token" })),
        _ => fixture::json_answer(200, &profile),
    });
    let cookies = app.cookies_of("ana").await;
    assert_eq!(app.who(&cookies).await.as_deref(), Some("ana@example.com"));
}
