use serde_json::{Value, json};

use super::find;
use crate::upstream::pointer::Pointer;

fn found(pointers: &[&str], body: Value) -> Option<String> {
    let pointers: Vec<_> = pointers.iter().map(|text| Pointer::parse(text).unwrap()).collect();
    find(&pointers, Some(&body))
}

#[test]
fn the_first_place_with_words_counts() {
    let body = json!({ "errors": [], "detail": ["One.", "Two."], "message": "Three." });
    assert_eq!(found(&["/errors/0/title", "/detail", "/message"], body).as_deref(), Some("One. Two."));
}

#[test]
fn the_whole_body_may_be_the_message() {
    assert_eq!(found(&[""], json!("Incorrect password")).as_deref(), Some("Incorrect password"));
    assert_eq!(found(&[""], json!({ "message": "no" })), None);
    assert_eq!(found(&["/a"], json!({ "a": 3 })), None);
    assert_eq!(found(&["/a"], json!({ "a": " \u{0} " })), None);
}

#[test]
fn words_are_one_line_without_invisible_marks() {
    let text = "  Wrong\r\n\tpassword\u{1b}[31m \u{202e}now\u{0} ";
    assert_eq!(found(&[""], json!(text)).as_deref(), Some("Wrong password[31m now"));
}

#[test]
fn words_end_after_200_characters() {
    assert_eq!(found(&[""], json!("\u{e4}".repeat(500))).unwrap().chars().count(), 200);
    assert_eq!(found(&[""], json!("ab ".repeat(500))).unwrap().chars().count(), 200);
}
