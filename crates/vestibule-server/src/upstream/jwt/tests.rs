use serde_json::json;

use super::{Hints, hints};
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
