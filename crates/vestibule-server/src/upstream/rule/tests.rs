use http::StatusCode;
use serde_json::{Value, json};

use super::Rule;
use crate::upstream::pointer::Pointer;

fn rule(pointer: Option<&str>, equals: Option<Value>) -> Rule {
    let pointer = pointer.map(|text| Pointer::parse(text).unwrap());
    Rule { status: StatusCode::BAD_REQUEST, pointer, equals }
}

fn matches(rule: &Rule, body: Value) -> bool {
    rule.matches(StatusCode::BAD_REQUEST, Some(&body))
}

#[test]
fn a_status_alone_matches_any_body() {
    assert!(rule(None, None).matches(StatusCode::BAD_REQUEST, None));
    assert!(!rule(None, None).matches(StatusCode::UNAUTHORIZED, None));
}

#[test]
fn equals_compares_json_values_with_their_type() {
    let code = rule(Some("/code"), Some(json!(17)));
    assert!(matches(&code, json!({ "code": 17 })));
    assert!(!matches(&code, json!({ "code": "17" })));
    assert!(!matches(&code, json!({})));
    assert!(matches(&rule(None, Some(json!("Invalid login"))), json!("Invalid login")));
}

#[test]
fn a_pointer_alone_matches_any_value_but_null() {
    let present = rule(Some("/error"), None);
    assert!(matches(&present, json!({ "error": false })));
    assert!(!matches(&present, json!({ "error": null })));
    assert!(!matches(&present, json!({})));
    assert!(!present.matches(StatusCode::BAD_REQUEST, None));
}
