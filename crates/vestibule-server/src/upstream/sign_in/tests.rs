use serde_json::{Value, json};
use vestibule_core::{Text, Timestamp};

use crate::config::Messages;
use crate::fixture::Log;
use crate::locale::Said;
use crate::secret::RefreshToken;
use crate::upstream::fake::{
    Answer, NOW, PASSWORD, Rig, ana, answer, contract, credentials, json_answer, jwt, lines, me, smallest,
};
use crate::upstream::{Away, Call, Contract, Oddity, SignInError, SignedIn, TransportError};

async fn attempt(contract: Contract, messages: Messages, given: Answer) -> Result<SignedIn, SignInError> {
    let rig = Rig::new(contract, messages, [given, me()]);
    let result = rig.upstream.sign_in(&ana()).await;
    let calls = rig.requests().len();
    assert_eq!(calls, if result.is_ok() { 2 } else { 1 }, "one attempt, and no profile call after a failure");
    result
}

async fn refused(given: Answer) -> SignInError {
    attempt(smallest(), Messages::Neutral, given).await.unwrap_err()
}

async fn refused_with(toml: &str, given: Answer) -> SignInError {
    attempt(contract(toml), Messages::Upstream, given).await.unwrap_err()
}

fn odd(oddity: Oddity) -> SignInError {
    SignInError::odd(Call::SignIn, oddity)
}

#[tokio::test]
async fn the_smallest_contract_signs_in_as_documented() {
    let profile = json!({ "email": "ana@example.com", "displayName": "Ana", "fname": "Ana", "lname": "B" });
    let token = jwt(&json!({ "sub": "ana@example.com", "exp": NOW + 7_200 }));
    let answers = [json_answer(201, json!({ "accessToken": token })), json_answer(200, profile.clone())];
    let rig = Rig::new(smallest(), Messages::Neutral, answers);
    let signed_in = rig.upstream.sign_in(&ana()).await.unwrap();

    assert_eq!(signed_in.profile, profile);
    assert_eq!(signed_in.access_token.secret(), token);
    assert_eq!(signed_in.refresh_token, None);
    assert_eq!(signed_in.subject.as_deref(), Some("ana@example.com"));
    assert_eq!(signed_in.expires, Some(Timestamp::from_unix(NOW + 7_200)));
    assert_eq!(signed_in.user.name.as_deref(), Some("Ana"));
    let sent: Vec<_> = rig.requests().iter().map(lines).collect();
    assert_eq!(
        sent,
        [
            vec![
                "POST https://api.example/sign-in".to_owned(),
                "content-type: application/json".to_owned(),
                format!(r#"{{"password":"{PASSWORD}","username":"ana"}}"#),
            ],
            vec!["GET https://api.example/me".to_owned(), format!("authorization: Bearer {token}")],
        ]
    );
    assert_eq!(rig.deadlines(), [contract("").timeout(); 2]);
}

/// TK-02: an opaque token is no mistake, and one that only looks like a JWT is not trusted to be one.
#[tokio::test]
async fn an_opaque_token_lasts_as_long_as_the_session() {
    for token in ["opaque", "a.b.c", "x.eyJleHAiOiIxODAwMDAwMTAwIn0.y"] {
        let given = json_answer(200, json!({ "accessToken": token, "refreshToken": "r" }));
        let signed_in = attempt(smallest(), Messages::Neutral, given).await.unwrap();
        assert_eq!((signed_in.expires, signed_in.subject), (None, None));
        assert_eq!(signed_in.refresh_token, Some(RefreshToken::new("r")));
    }
}

#[tokio::test]
async fn what_is_not_declared_a_jwt_gives_no_subject() {
    let token = jwt(&json!({ "sub": "mallory", "exp": 1 }));
    let given = json_answer(200, json!({ "accessToken": token, "ttl": 900 }));
    let toml = "expiry = { from = 'pointer', pointer = '/ttl', unit = 's' }";
    let signed_in = attempt(contract(toml), Messages::Neutral, given).await.unwrap();
    assert_eq!((signed_in.subject, signed_in.expires), (None, Some(Timestamp::from_unix(NOW + 900))));
}

#[tokio::test]
async fn a_refresh_token_that_is_none_is_not_kept() {
    for nothing in [json!(null), json!(""), json!(5), json!(["r"])] {
        let given = json_answer(200, json!({ "accessToken": "opaque", "refreshToken": nothing }));
        assert_eq!(attempt(smallest(), Messages::Neutral, given).await.unwrap().refresh_token, None);
    }
}

#[tokio::test]
async fn a_token_in_a_cookie_needs_no_body() {
    let given = answer(204, &[("set-cookie", "jwt=opaque; HttpOnly")], "");
    let signed_in = attempt(contract("sign_in.token_cookie = 'jwt'"), Messages::Neutral, given).await.unwrap();
    assert_eq!(signed_in.access_token.secret(), "opaque");
}

#[tokio::test]
async fn a_user_id_goes_into_the_path_of_the_profile() {
    let answers = [json_answer(201, json!({ "accessToken": "opaque", "user": { "id": 0 } })), me()];
    let rig = Rig::new(contract("profile.path = '/users/{user_id}'"), Messages::Neutral, answers);
    rig.upstream.sign_in(&ana()).await.unwrap();
    assert_eq!(rig.requests()[1].uri(), "https://api.example/users/0");

    let answers = [json_answer(201, json!({ "accessToken": "opaque" }))];
    let rig = Rig::new(contract("profile.path = '/users/{user_id}'"), Messages::Neutral, answers);
    let error = rig.upstream.sign_in(&ana()).await.unwrap_err();
    assert_eq!(error, SignInError::odd(Call::Profile, Oddity::NoUserId));
}

#[tokio::test]
async fn fields_that_the_contract_does_not_name_are_not_sent() {
    let fields = credentials(&[("username", "ana"), ("password", PASSWORD), ("remember", "on"), ("colour", "red")]);
    let rig = Rig::new(smallest(), Messages::Neutral, [json_answer(401, json!({}))]);
    assert!(rig.upstream.sign_in(&fields).await.is_err());
    let sent: Value = serde_json::from_slice(rig.requests()[0].body()).unwrap();
    assert_eq!(sent, json!({ "username": "ana", "password": PASSWORD }));
}

/// Faults 11, 12
#[tokio::test]
async fn only_declared_rules_tell_a_wrong_password() {
    assert_eq!(refused(json_answer(401, json!({}))).await, SignInError::BadCredentials { message: None });
    for status in [403, 423] {
        assert_eq!(refused(json_answer(status, json!({}))).await, SignInError::Locked { message: None });
    }
    for status in [400, 402, 404, 405, 409, 415, 418, 422, 451, 499] {
        assert_eq!(
            refused(json_answer(status, json!({ "message": "no" }))).await,
            SignInError::Configuration { status }
        );
    }
    let toml = "sign_in = { bad_credentials = [{ status = 400, pointer = '/code', equals = 'BAD' }], \
                locked = [{ status = 400, pointer = '/code', equals = 'LOCKED' }], \
                mfa = [{ status = 400, pointer = '/code' }] }";
    let code = |code: &str| json_answer(400, json!({ "code": code }));
    assert_eq!(refused_with(toml, code("BAD")).await, SignInError::BadCredentials { message: None });
    assert_eq!(refused_with(toml, code("LOCKED")).await, SignInError::Locked { message: None });
    assert_eq!(refused_with(toml, code("OTP")).await, SignInError::SecondStep { message: None });
    assert_eq!(refused_with(toml, json_answer(400, json!({}))).await, SignInError::Configuration { status: 400 });
    assert_eq!(refused_with(toml, json_answer(401, json!({}))).await, SignInError::Configuration { status: 401 });
}

#[tokio::test]
async fn a_rule_may_match_an_answer_that_says_200() {
    let toml = "sign_in.bad_credentials = [{ status = 200, pointer = '/error' }]";
    assert_eq!(
        refused_with(toml, json_answer(200, json!({ "error": "nope" }))).await,
        SignInError::BadCredentials { message: None }
    );
}

/// Fault 11
#[tokio::test]
async fn messages_for_fields_are_found_in_400_and_422() {
    let body = json!({ "errors": { "username": ["Not an\u{0} address."], "strategy": "x" } });
    for status in [400, 422] {
        let SignInError::InvalidFields { fields, .. } = refused_with("", json_answer(status, body.clone())).await
        else {
            panic!("no field errors in {status}");
        };
        assert_eq!(fields.into_iter().collect::<Vec<_>>(), [("username".into(), "Not an address.".into())]);
    }
    assert_eq!(refused(json_answer(409, body)).await, SignInError::Configuration { status: 409 });
}

/// LG-01: also where the API echoes what was typed.
#[tokio::test]
async fn the_password_is_never_repeated() {
    let echo = json!({ "errors": [{ "title": format!("{PASSWORD} is wrong") }] });
    let error = refused_with("", json_answer(401, echo)).await;
    assert_eq!(error, SignInError::BadCredentials { message: None });
    let echo = json!({ "errors": { "password": format!("Got {PASSWORD}.") } });
    let error = refused_with("", json_answer(422, echo)).await;
    let refused = error.refused(Messages::Upstream);
    assert_eq!(refused.fields["password"], Said::Ours(Text::CheckValue));
    assert!(!format!("{error:?} {error} {refused:?}").contains(PASSWORD));
}

#[tokio::test]
async fn the_apis_words_are_read_only_where_they_may_be_shown() {
    let body = json!({ "errors": [{ "title": " Wrong\n<b>password</b> " }] });
    let error = refused_with("", json_answer(401, body.clone())).await;
    assert_eq!(error, SignInError::BadCredentials { message: Some("Wrong <b>password</b>".into()) });
    assert_eq!(refused(json_answer(401, body)).await, SignInError::BadCredentials { message: None });
    let bare = refused_with("sign_in.message = ['']", json_answer(401, json!("Incorrect"))).await;
    assert_eq!(bare, SignInError::BadCredentials { message: Some("Incorrect".into()) });
}

/// Fault 13
#[tokio::test]
async fn too_many_attempts_say_when_the_next_may_be_made() {
    let limited = |headers: &[(&str, &str)]| answer(429, headers, "{}");
    let of = |retry_after| SignInError::TooManyAttempts { message: None, retry_after };
    assert_eq!(refused(limited(&[("retry-after", "30")])).await, of(30));
    assert_eq!(refused(limited(&[("retry-after", "9999")])).await, of(3_600));
    assert_eq!(refused(limited(&[])).await, of(60));
}

/// Faults 1, 2, 3, 14
#[tokio::test]
async fn an_upstream_that_is_away_is_no_wrong_password() {
    let away = |cause| SignInError::ServiceUnavailable { call: Call::SignIn, cause };
    for status in [500, 501, 502, 503, 504, 599] {
        assert_eq!(refused(answer(status, &[], "<html>")).await, away(Away::Status(status)));
    }
    for error in [TransportError::Refused, TransportError::Unresolved, TransportError::Tls] {
        assert_eq!(refused(Err(error)).await, away(Away::Transport(error)));
    }
    assert_eq!(refused(Err(TransportError::Timeout)).await, SignInError::ServiceTimeout { call: Call::SignIn });
}

/// Faults 5, 6, 7, 9, 10
#[tokio::test]
async fn an_answer_that_nobody_can_read_is_unexpected() {
    for error in [TransportError::Reset, TransportError::TooLarge, TransportError::Unreadable] {
        assert_eq!(refused(Err(error)).await, odd(Oddity::Transport(error)));
    }
    for status in [301, 302, 303, 307, 308, 304] {
        let redirect = answer(status, &[("location", "https://evil.example/")], "");
        assert_eq!(refused(redirect).await, odd(Oddity::Status(status)));
    }
    let deep = "[".repeat(100_000);
    for body in ["<!doctype html><p>Hello", "{\"accessToken\": \"abc", "", deep.as_str()] {
        assert_eq!(refused(answer(200, &[], body.to_owned())).await, odd(Oddity::NotJson));
    }
    assert_eq!(refused_with("sign_in.success = [201]", json_answer(200, json!({}))).await, odd(Oddity::Status(200)));
}

/// Fault 7
#[tokio::test]
async fn of_duplicate_members_the_last_counts() {
    let given = answer(200, &[], r#"{"accessToken": "first", "accessToken": "last"}"#);
    let signed_in = attempt(smallest(), Messages::Neutral, given).await.unwrap();
    assert_eq!(signed_in.access_token.secret(), "last");
}

/// Fault 8
#[tokio::test]
async fn a_token_must_be_a_text_that_a_header_can_carry() {
    for token in [json!(null), json!(""), json!(42), json!(["abc"]), json!({ "a": 1 }), json!(true)] {
        assert_eq!(refused(json_answer(200, json!({ "accessToken": token }))).await, odd(Oddity::NoToken));
    }
    assert_eq!(refused(json_answer(200, json!({}))).await, odd(Oddity::NoToken));
    for token in ["a b", "a\r\nX-Evil: 1", "\u{0}", "caf\u{e9}", "a\n", " a"] {
        assert_eq!(refused(json_answer(200, json!({ "accessToken": token }))).await, odd(Oddity::UnfitToken));
    }
}

/// Faults 18, 19
#[tokio::test]
async fn a_token_that_died_long_ago_is_unexpected() {
    let of = |exp: i64| json_answer(200, json!({ "accessToken": jwt(&json!({ "exp": exp })) }));
    assert_eq!(refused(of(NOW - 300)).await, odd(Oddity::DeadToken));
    let signed_in = attempt(smallest(), Messages::Neutral, of(NOW - 30)).await.unwrap();
    assert_eq!(signed_in.expires, Some(Timestamp::from_unix(NOW + 60)));
}

#[tokio::test]
async fn a_profile_that_does_not_come_ends_the_sign_in() {
    let granted = || json_answer(200, json!({ "accessToken": "opaque" }));
    for (given, expected) in [
        (json_answer(401, json!({})), SignInError::odd(Call::Profile, Oddity::Status(401))),
        (json_answer(404, json!({})), SignInError::odd(Call::Profile, Oddity::Status(404))),
        (answer(200, &[], "<html>"), SignInError::odd(Call::Profile, Oddity::NotJson)),
        (answer(204, &[], ""), SignInError::odd(Call::Profile, Oddity::NotJson)),
        (
            json_answer(500, json!({})),
            SignInError::ServiceUnavailable { call: Call::Profile, cause: Away::Status(500) },
        ),
        (Err(TransportError::Timeout), SignInError::ServiceTimeout { call: Call::Profile }),
    ] {
        let rig = Rig::new(smallest(), Messages::Neutral, [granted(), given]);
        assert_eq!(rig.upstream.sign_in(&ana()).await.unwrap_err(), expected);
    }
}

fn logged(error: &SignInError) -> String {
    let log = Log::listen();
    error.log(Some("0f"));
    log.text()
}

/// Fault 11
#[tokio::test]
async fn an_unmatched_status_is_one_log_line_with_the_status_and_the_key() {
    let line = logged(&refused(json_answer(404, json!({ "message": "canary-body" }))).await);
    assert_eq!(line.lines().count(), 1, "{line}");
    assert!(line.contains("404") && line.contains("upstream.sign_in.bad_credentials"), "{line}");
}

/// LG-01
#[tokio::test]
async fn no_log_line_repeats_what_was_typed_or_answered() {
    let canary = |status| {
        json_answer(
            status,
            json!({ "accessToken": "canary token", "message": "canary-body", "errors": [{ "title": "canary-title" }] }),
        )
    };
    for status in [200, 302, 400, 401, 403, 404, 422, 429, 500] {
        let error = attempt(smallest(), Messages::Upstream, canary(status)).await.unwrap_err();
        let line = logged(&error);
        assert_eq!(line.lines().count(), 1, "{status}: {line}");
        assert!(!line.contains("canary") && !line.contains(PASSWORD), "{status}: {line}");
    }
}
