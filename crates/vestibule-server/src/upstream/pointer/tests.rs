use proptest::prelude::*;
use serde_json::{Value, json};

use super::{InvalidPointer, Pointer, insert, invariants};

#[test]
fn the_examples_of_rfc_6901_are_found() {
    let document = json!({ "foo": ["bar", "baz"], "": 0, "a/b": 1, "c%d": 2, "m~n": 8, " ": 7 });
    for (pointer, expected) in [
        ("/foo", json!(["bar", "baz"])),
        ("/foo/0", json!("bar")),
        ("/", json!(0)),
        ("/a~1b", json!(1)),
        ("/c%d", json!(2)),
        ("/ ", json!(7)),
        ("/m~0n", json!(8)),
    ] {
        assert_eq!(Pointer::parse(pointer).unwrap().find(&document), Some(&expected), "{pointer}");
    }
    assert_eq!(Pointer::parse("").unwrap().find(&document), Some(&document));
    assert_eq!(Pointer::parse("/foo/01").unwrap().find(&document), None);
    assert_eq!(Pointer::parse("/foo/-").unwrap().find(&document), None);
}

#[test]
fn what_is_no_pointer_is_refused() {
    assert_eq!(Pointer::parse("accessToken"), Err(InvalidPointer::NoSlash));
    assert_eq!(Pointer::parse("/a~"), Err(InvalidPointer::LoneTilde));
    assert_eq!(Pointer::parse("/a~2b"), Err(InvalidPointer::LoneTilde));
}

fn document(entries: &[(&str, Value)]) -> Result<Value, super::Taken> {
    let mut document = json!({});
    for (pointer, value) in entries {
        insert(&mut document, &Pointer::parse(pointer).unwrap().tokens(), value.clone())?;
    }
    Ok(document)
}

#[test]
fn values_are_put_into_nested_objects_and_lists() {
    let entries = [("/data/type", json!("tokens")), ("/data/attributes/email", json!("a")), ("/a~1b", json!(1))];
    assert_eq!(
        document(&entries),
        Ok(json!({ "data": { "type": "tokens", "attributes": { "email": "a" } }, "a/b": 1 }))
    );
    let entries = [("/items/0/name", json!("a")), ("/items/1/name", json!("b")), ("/items/-", json!("c"))];
    assert_eq!(document(&entries), Ok(json!({ "items": [{ "name": "a" }, { "name": "b" }, "c"] })));
}

#[test]
fn an_element_that_was_left_out_leaves_no_hole() {
    assert_eq!(document(&[("/items/2", json!("c"))]), Ok(json!({ "items": ["c"] })));
}

#[test]
fn one_place_takes_one_value() {
    assert!(document(&[("/a", json!(1)), ("/a", json!(2))]).is_err());
    assert!(document(&[("/a", json!("text")), ("/a/b", json!(2))]).is_err());
    assert!(document(&[("/a/0", json!(1)), ("/a/b", json!(2))]).is_err());
}

#[test]
fn below_means_inside_of_and_not_a_longer_name() {
    let pointer = |text| Pointer::parse(text).unwrap();
    assert!(pointer("/a/b").is_below(&pointer("/a")));
    assert!(!pointer("/ab").is_below(&pointer("/a")));
    assert!(!pointer("/a").is_below(&pointer("/a")));
    assert!(pointer("/a").is_below(&pointer("")));
}

proptest! {
    #[test]
    fn what_was_put_somewhere_is_found_there(names in prop::collection::vec("[^0-9-]\\PC{0,8}", 1..5)) {
        let mut document = json!({});
        insert(&mut document, &names, json!("here")).unwrap();
        let pointer = names.iter().fold(Pointer::default(), |pointer, name| pointer.child(name));
        prop_assert_eq!(Pointer::parse(pointer.as_str()).unwrap().find(&document), Some(&json!("here")));
        prop_assert_eq!(pointer.tokens(), names);
    }
}

proptest! {
    #[test]
    fn any_text_finds_what_another_reader_of_rfc_6901_finds(text in "(/([ab]|~0|~1|~|0|1|-|01|é){0,2}){0,3}") {
        invariants::json_pointer(text.as_bytes());
    }

    #[test]
    fn what_found_a_place_is_there_once(lines in "((/([ab]|~0|~1|0|1|-|01|é){0,2}){0,3}\n){0,8}") {
        invariants::json_pointer(lines.as_bytes());
    }
}
