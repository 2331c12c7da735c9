use std::collections::BTreeMap;

use vestibule_core::{ErrorCode, Text};

use super::{Away, Call, Oddity, SignInError};
use crate::config::Messages;
use crate::locale::Said;
use crate::upstream::transport::TransportError;

fn words(text: &str) -> Option<String> {
    Some(text.to_owned())
}

/// RL-05, fault 12
#[test]
fn wrong_and_locked_are_the_same_while_messages_are_neutral() {
    let wrong = SignInError::BadCredentials { message: words("No such user.") }.refused(Messages::Neutral);
    let locked = SignInError::Locked { message: words("You are banned.") }.refused(Messages::Neutral);
    assert_eq!(wrong, locked);
    assert_eq!((wrong.code, wrong.message), (ErrorCode::BadCredentials, None));
}

#[test]
fn the_apis_words_are_shown_only_where_the_operator_wants_them() {
    let locked = SignInError::Locked { message: words("You are banned.") }.refused(Messages::Upstream);
    assert_eq!((locked.code, locked.message), (ErrorCode::Locked, words("You are banned.").map(Said::Theirs)));
    let silent = SignInError::BadCredentials { message: None }.refused(Messages::Upstream);
    assert_eq!(silent.message, None);
    let fields = BTreeMap::from([("username".to_owned(), "Not an address.".to_owned())]);
    let invalid = SignInError::InvalidFields { message: None, fields };
    assert_eq!(invalid.refused(Messages::Upstream).fields["username"], Said::Theirs("Not an address.".into()));
    assert_eq!(invalid.refused(Messages::Neutral).fields["username"], Said::Ours(Text::CheckValue));
}

/// Faults 1, 2, 3, 5, 9, 13, 14
#[test]
fn every_fault_has_its_status() {
    let of = |error: TransportError| SignInError::transport(Call::SignIn, error).code(Messages::Neutral).status();
    assert_eq!(of(TransportError::Refused), 503);
    assert_eq!(of(TransportError::Unresolved), 503);
    assert_eq!(of(TransportError::Tls), 503);
    assert_eq!(of(TransportError::Timeout), 504);
    for error in [TransportError::Reset, TransportError::TooLarge, TransportError::Unreadable] {
        assert_eq!(of(error), 502);
    }
    let limited = SignInError::TooManyAttempts { message: None, retry_after: 30 }.refused(Messages::Neutral);
    assert_eq!((limited.code.status(), limited.retry_after), (429, Some(30)));
    let away = SignInError::ServiceUnavailable { call: Call::SignIn, cause: Away::Status(500) };
    assert_eq!(away.code(Messages::Neutral).status(), 503);
    assert_eq!(SignInError::Configuration { status: 404 }.code(Messages::Neutral), ErrorCode::Configuration);
    assert_eq!(SignInError::odd(Call::Profile, Oddity::NoProfile).code(Messages::Neutral), ErrorCode::UnexpectedAnswer);
}
