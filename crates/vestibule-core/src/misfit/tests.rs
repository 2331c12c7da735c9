use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::without_values;

#[derive(Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Role {
    User,
    Admin,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(dead_code, reason = "only the shape matters")]
struct Profile {
    email: String,
    #[serde(default)]
    age: u8,
    #[serde(default)]
    roles: Vec<Role>,
}

/// What is said of a value that does not fit `T`, as it stands in a log.
fn said<T: DeserializeOwned + std::fmt::Debug>(value: Value) -> String {
    without_values(&serde_json::from_value::<T>(value).unwrap_err().to_string())
}

/// OU-12: whatever kind of value it is.
#[test]
fn a_value_that_does_not_fit_is_not_repeated() {
    assert_eq!(said::<String>(json!(4917)), "invalid type: integer, expected a string");
    assert_eq!(said::<String>(json!(-4917)), "invalid type: integer, expected a string");
    assert_eq!(said::<String>(json!(49.17)), "invalid type: floating point, expected a string");
    assert_eq!(said::<String>(json!(true)), "invalid type: boolean, expected a string");
    assert_eq!(said::<String>(json!(null)), "invalid type: null, expected a string");
    assert_eq!(said::<u8>(json!(4917)), "invalid value: integer, expected u8");
    assert_eq!(said::<u8>(json!("canary")), "invalid type: string, expected u8");
    assert_eq!(said::<char>(json!("canary")), "invalid value: string, expected a character");
    assert_eq!(said::<Role>(json!("canary")), "unknown variant, expected `user` or `admin`");
    assert_eq!(said::<BTreeMap<Role, u8>>(json!({ "canary": 1 })), "unknown variant, expected `user` or `admin`");
}

/// OU-12: a value may hold the marks and the words that serde writes around it.
#[test]
fn a_value_that_looks_like_the_message_is_not_repeated_either() {
    for value in ["a \"canary\" b", "a`canary", "canary`, expected `x", "canary\", expected u8, canary", "`\"canary"] {
        assert_eq!(said::<u8>(json!(value)), "invalid type: string, expected u8", "{value}");
        assert_eq!(said::<Role>(json!(value)), "unknown variant, expected `user` or `admin`", "{value}");
    }
}

#[test]
fn the_names_of_members_are_kept() {
    assert_eq!(said::<Profile>(json!({})), "missing field `email`");
    assert_eq!(
        said::<Profile>(json!({ "mail": "canary" })),
        "unknown field `mail`, expected one of `email`, `age`, `roles`"
    );
    let twice = serde_json::from_str::<Profile>(r#"{ "email": "canary", "email": "canary" }"#).unwrap_err();
    assert!(without_values(&twice.to_string()).starts_with("duplicate field `email`"), "{twice}");
}

#[test]
fn of_other_messages_everything_in_quotation_marks_goes() {
    assert_eq!(without_values("no \"canary\" of `canary` here"), "no here");
    assert_eq!(without_values("an odd `canary"), "an odd");
    assert_eq!(without_values("the premature end"), "the premature end");
    assert_eq!(
        without_values("invalid length 3, expected a tuple of size 2"),
        "invalid length 3, expected a tuple of size 2"
    );
    assert_eq!(without_values(""), "");
}
