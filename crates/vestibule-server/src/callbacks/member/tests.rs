use serde_json::{Value, json};

use super::{only, remove};

#[test]
fn what_a_pointer_names_is_taken_out_and_nothing_else() {
    let mut profile = json!({ "a": { "b/c": 1, "d": 2 }, "list": [1, 2, 3], "n": null });
    assert_eq!(remove(&mut profile, "/a/b~1c"), Some(json!(1)));
    assert_eq!(remove(&mut profile, "/list/1"), Some(json!(2)));
    assert_eq!(remove(&mut profile, "/n"), Some(Value::Null));
    for nothing in ["/x", "/a/d/e", "/list/9", "/list/-", "/list/x", "a", "/~"] {
        assert_eq!(remove(&mut profile, nothing), None, "{nothing}");
    }
    assert_eq!(profile, json!({ "a": { "d": 2 }, "list": [1, 3] }));
    assert_eq!(remove(&mut profile, ""), Some(json!({ "a": { "d": 2 }, "list": [1, 3] })));
    assert_eq!(profile, Value::Null);
}

#[test]
fn only_what_is_named_stays_where_it_stood() {
    let profile = json!({ "id": 7, "data": { "name": "Ana", "notes": "x" }, "roles": ["a", "b"] });
    assert_eq!(only(&profile, &["/id", "/data/name", "/nothing"]), json!({ "id": 7, "data": { "name": "Ana" } }));
    assert_eq!(only(&profile, &["/roles", "/roles/0"]), json!({ "roles": ["a", "b"] }));
    assert_eq!(only(&profile, &["/roles/1"]), json!({ "roles": ["b"] }));
    assert_eq!(only(&profile, &[]), json!({}));
    let by_year = json!({ "years": { "2024": 1, "2025": 2 } });
    assert_eq!(only(&by_year, &["/years/2025"]), json!({ "years": { "2025": 2 } }), "a number may be a member's name");
}
