//! What holds for every JSON Pointer, in every document.

use serde_json::{Map, Value, json};

use super::{Pointer, insert};

/// The pointers of RFC 6901 are those that a second reader takes; both find the same; taken apart and put together a
/// pointer is the same; and of what is put into a document nothing is lost or stands twice.
///
/// `data`: a pointer, and behind it, from the second line on, the document, if it is one. Each line that is a pointer is
/// besides a place where something is put.
pub fn json_pointer(data: &[u8]) {
    let data = String::from_utf8_lossy(data);
    let (text, document) = data.split_once('\n').unwrap_or((&data, ""));
    let document = serde_json::from_str(document).unwrap_or_else(|_| {
        json!({ "": { "": 1, "a": 2 }, "a": { "b": 3, "~": 4, "/": 5, "0": 6 }, "b": [7, [8, 9], { "a": 10 }], "~1": 11 })
    });
    let names = names(text);
    let pointer = Pointer::parse(text).ok();
    assert_eq!(pointer.is_some(), names.is_some(), "{text:?}");
    if let (Some(pointer), Some(names)) = (&pointer, &names) {
        assert_eq!(pointer.find(&document), walk(&document, names), "{text:?} in {document}");
        assert_eq!(pointer.find(&document), document.pointer(text), "{text:?} in {document}");
        assert_eq!((&pointer.tokens(), pointer.last().as_ref()), (names, names.last()), "{text:?}");
        assert_eq!((pointer.as_str(), pointer.is_root()), (text, names.is_empty()));
        put_together(pointer, names);
    }
    nothing_is_lost(data.lines().filter_map(|line| Pointer::parse(line).ok()));
}

/// The names on the way, letter by letter; `None` where the text is no pointer.
fn names(text: &str) -> Option<Vec<String>> {
    let mut names: Vec<String> = Vec::new();
    let mut letters = text.chars();
    while let Some(letter) = letters.next() {
        if letter == '/' {
            names.push(String::new());
            continue;
        }
        let letter = match letter {
            '~' => match letters.next() {
                Some('0') => '~',
                Some('1') => '/',
                _ => return None,
            },
            other => other,
        };
        names.last_mut()?.push(letter);
    }
    Some(names)
}

fn walk<'a>(document: &'a Value, names: &[String]) -> Option<&'a Value> {
    let Some((name, rest)) = names.split_first() else { return Some(document) };
    let next = match document {
        Value::Object(members) => members.iter().find_map(|(key, value)| (key == name).then_some(value))?,
        Value::Array(items) => items.iter().enumerate().find_map(|(at, it)| (at.to_string() == *name).then_some(it))?,
        _ => return None,
    };
    walk(next, rest)
}

fn put_together(pointer: &Pointer, names: &[String]) {
    let mut built = Pointer::default();
    for name in names {
        let child = built.child(name);
        assert!(child.is_below(&built) && !built.is_below(&child) && !child.is_below(&child));
        built = child;
    }
    assert_eq!(built, *pointer);
    assert_eq!(pointer.is_below(&Pointer::default()), !names.is_empty());
}

/// Every value that found a place is in the document once, and nothing else is.
fn nothing_is_lost(pointers: impl Iterator<Item = Pointer>) {
    let mut document = Value::Object(Map::new());
    let mut put = Vec::new();
    for (number, pointer) in pointers.enumerate() {
        if insert(&mut document, &pointer.tokens(), json!(number)).is_ok() {
            put.push(json!(number));
        }
    }
    let mut found = Vec::new();
    leaves(&document, &mut found);
    found.sort_by_key(Value::as_u64);
    assert_eq!(found, put);
}

fn leaves(place: &Value, found: &mut Vec<Value>) {
    match place {
        Value::Object(members) => members.values().for_each(|member| leaves(member, found)),
        Value::Array(items) => items.iter().for_each(|item| leaves(item, found)),
        leaf => found.push(leaf.clone()),
    }
}
