use proptest::prelude::*;
use serde_json::json;

use super::{Hints, hints, invariants};
use crate::upstream::fake::{jwt, jwt_of};

#[test]
fn exp_and_sub_are_read() {
    let read = hints(&jwt(&json!({ "sub": "ana@example.com", "exp": 1_800_000_100, "role": "admin" })));
    assert_eq!(read, Hints { exp: Some(1_800_000_100), sub: Some("ana@example.com".into()) });
}

/// TK-02
#[test]
fn twenty_shapes_of_tokens_have_no_hint_or_a_number_and_never_panic() {
    let huge = format!("{{\"exp\":1800000100,\"x\":\"{}\"}}", "y".repeat(1 << 20));
    let deep = "[".repeat(100_000);
    let shapes: [(String, Option<i64>); 22] = [
        (jwt(&json!({ "exp": 1_800_000_100 })), Some(1_800_000_100)),
        (jwt(&json!({ "exp": 1_800_000_100.75 })), Some(1_800_000_100)),
        (jwt(&json!({ "exp": -5 })), Some(-5)),
        (jwt(&json!({ "exp": 1_800_000_100_000_i64 })), Some(1_800_000_100_000)),
        (jwt(&json!({ "exp": 10_i64.pow(18) })), Some(10_i64.pow(18))),
        (jwt(&json!({ "exp": u64::MAX })), None),
        (jwt(&json!({ "exp": 1e300 })), None),
        (jwt(&json!({ "exp": "1800000100" })), None),
        (jwt(&json!({ "exp": null })), None),
        (jwt(&json!({ "exp": true })), None),
        (jwt(&json!({ "exp": [1_800_000_100] })), None),
        (jwt(&json!({ "exp": { "n": 1 } })), None),
        (jwt(&json!({})), None),
        (jwt(&json!([1, 2])), None),
        (jwt_of(b"not json"), None),
        (jwt_of(b"{\"exp\": 1e999}"), None),
        (jwt_of(huge.as_bytes()), None),
        (jwt_of(deep.as_bytes()), None),
        ("a.!!!.c".to_owned(), None),
        ("opaque".to_owned(), None),
        ("a.b".to_owned(), None),
        ("..".to_owned(), None),
    ];
    for (token, expected) in shapes {
        assert_eq!(hints(&token).exp, expected, "{}", token.get(..60.min(token.len())).unwrap());
    }
    assert_eq!(hints("a.eyJleHAiOjF9.c.d.e"), Hints::default());
}

/// What another library reads in the same token, without a look at its signature.
fn oracle(token: &str) -> Option<serde_json::Value> {
    jsonwebtoken::dangerous::insecure_decode::<serde_json::Value>(token).ok().map(|data| data.claims)
}

proptest! {
    /// TK-02
    #[test]
    fn no_text_upsets_the_reader(text in "\\PC{0,60}", dotted in "[A-Za-z0-9_-]{0,20}\\.[A-Za-z0-9_=-]{0,40}\\.[A-Za-z0-9_-]{0,20}") {
        prop_assert_eq!(hints(&text), Hints::default());
        invariants::jwt_exp(text.as_bytes());
        invariants::jwt_exp(dotted.as_bytes());
    }

    /// TK-02
    #[test]
    fn exp_and_sub_are_those_that_another_library_reads(exp in prop_oneof![
        any::<i64>().prop_map(|number| json!(number)),
        (-1.0e16..1.0e16).prop_map(|number: f64| json!(number)),
        "\\PC{0,8}".prop_map(|text| json!(text)),
        Just(json!(null)), Just(json!(true)), Just(json!([1])),
    ], sub in "\\PC{1,12}") {
        let claims = json!({ "exp": exp, "sub": sub });
        invariants::jwt_exp(claims.to_string().as_bytes());
        invariants::jwt_exp(exp.to_string().as_bytes());
        let token = jwt(&claims);
        let read = oracle(&token).unwrap();
        let expected = match &read["exp"] {
            number if number.is_i64() => number.as_i64(),
            number => number.as_f64().filter(|number| number.abs() < 9.0e15).map(|number| number.floor() as i64),
        };
        prop_assert_eq!(hints(&token), Hints { exp: expected, sub: read["sub"].as_str().map(str::to_owned) });
    }
}
