use std::time::Duration;

use serde_json::{Value, json};
use vestibule_core::Timestamp;

use super::{Dead, of};
use crate::upstream::contract::{Expiry, ExpiryUnit};
use crate::upstream::fake::{NOW, jwt};
use crate::upstream::pointer::Pointer;

fn of_jwt(exp: impl Into<Value>) -> Result<Option<i64>, Dead> {
    let expires = of(&Expiry::Jwt, &jwt(&json!({ "exp": exp.into() })), None, NOW * 1_000 + 999);
    expires.map(|expires| expires.map(Timestamp::as_unix))
}

fn of_pointer(unit: ExpiryUnit, value: Value) -> Result<Option<i64>, Dead> {
    let expiry = Expiry::Pointer { pointer: Pointer::parse("/e").unwrap(), unit };
    of(&expiry, "opaque", Some(&json!({ "e": value })), NOW * 1_000).map(|expires| expires.map(Timestamp::as_unix))
}

/// TK-02, fault 18
#[test]
fn an_implausible_exp_means_the_end_of_the_session() {
    for exp in
        [json!("1800000100"), json!(-1), json!(0), json!(999_999_999), json!(10_i64.pow(18)), json!((NOW + 60) * 1_000)]
    {
        assert_eq!(of_jwt(exp.clone()), Ok(None), "{exp}");
    }
    assert_eq!(of_jwt(NOW + 11 * 366 * 86_400), Ok(None));
    assert_eq!(of_jwt(NOW + 9 * 366 * 86_400), Ok(Some(NOW + 9 * 366 * 86_400)));
}

/// Fault 19
#[test]
fn a_token_that_died_within_a_minute_lives_a_minute() {
    assert_eq!(of_jwt(NOW + 1), Ok(Some(NOW + 1)));
    assert_eq!(of_jwt(NOW), Ok(Some(NOW + 60)));
    assert_eq!(of_jwt(NOW - 59), Ok(Some(NOW + 60)));
    assert_eq!(of_jwt(NOW - 60), Err(Dead));
    assert_eq!(of_jwt(1_000_000_000), Err(Dead));
}

#[test]
fn every_unit_of_a_pointer_is_understood() {
    assert_eq!(of_pointer(ExpiryUnit::Seconds, json!(900)), Ok(Some(NOW + 900)));
    assert_eq!(of_pointer(ExpiryUnit::Seconds, json!("900")), Ok(Some(NOW + 900)));
    assert_eq!(of_pointer(ExpiryUnit::Millis, json!(900_000)), Ok(Some(NOW + 900)));
    assert_eq!(of_pointer(ExpiryUnit::EpochSeconds, json!(NOW + 900)), Ok(Some(NOW + 900)));
    assert_eq!(of_pointer(ExpiryUnit::EpochMillis, json!((NOW + 900) * 1_000)), Ok(Some(NOW + 900)));
    assert_eq!(of_pointer(ExpiryUnit::Rfc3339, json!("2027-01-15T09:15:00+01:00")), Ok(Some(NOW + 900)));
    assert_eq!(of_pointer(ExpiryUnit::Seconds, json!(-90)), Err(Dead));
}

#[test]
fn a_pointer_that_finds_nothing_means_the_end_of_the_session() {
    for unit in [ExpiryUnit::Seconds, ExpiryUnit::Millis, ExpiryUnit::EpochSeconds, ExpiryUnit::Rfc3339] {
        for value in [Value::Null, json!("soon"), json!([]), json!(i64::MAX), json!(i64::MIN)] {
            assert_eq!(of_pointer(unit, value), Ok(None));
        }
    }
    let expiry = Expiry::Pointer { pointer: Pointer::parse("/e").unwrap(), unit: ExpiryUnit::Seconds };
    assert_eq!(of(&expiry, "opaque", None, NOW * 1_000), Ok(None));
}

#[test]
fn only_what_is_declared_a_jwt_is_looked_into() {
    let dead = jwt(&json!({ "exp": NOW - 9_999 }));
    let expires = of(&Expiry::Fixed(Duration::from_secs(86_400)), &dead, None, NOW * 1_000);
    assert_eq!(expires, Ok(Some(Timestamp::from_unix(NOW + 86_400))));
}
