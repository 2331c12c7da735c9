//! Members of a profile, by their JSON Pointers (RFC 6901).

use serde_json::{Map, Value};

use crate::upstream::pointer::{self, Pointer};

/// Takes out what stands at `place`; `None` where nothing does, or it is no pointer. The empty one takes everything.
pub(super) fn remove(document: &mut Value, place: &str) -> Option<Value> {
    let pointer = Pointer::parse(place).ok()?;
    let Some(name) = pointer.last() else { return Some(document.take()) };
    let (parent, _) = place.rsplit_once('/')?;
    match document.pointer_mut(parent)? {
        Value::Object(members) => members.remove(&name),
        Value::Array(items) => {
            let index = pointer::index(&name).filter(|index| *index < items.len())?;
            Some(items.remove(index))
        }
        _ => None,
    }
}

/// What stands at `places`, alone, where it stood; places that have nothing are left out. Items of a list move up.
pub(super) fn only(document: &Value, places: &[&str]) -> Value {
    let places: Vec<Vec<String>> =
        places.iter().filter_map(|place| Some(Pointer::parse(place).ok()?.tokens())).collect();
    let empty = if document.is_object() { Value::Object(Map::new()) } else { Value::Null };
    chosen(document, &places.iter().map(Vec::as_slice).collect::<Vec<_>>()).unwrap_or(empty)
}

/// What of a value the ways lead to.
fn chosen(value: &Value, ways: &[&[String]]) -> Option<Value> {
    if ways.iter().any(|way| way.is_empty()) {
        return Some(value.clone());
    }
    let below = |name: &str, value: &Value| {
        let on =
            ways.iter().filter_map(|way| way.split_first().filter(|(first, _)| *first == name).map(|(_, rest)| rest));
        let on: Vec<_> = on.collect();
        if on.is_empty() { None } else { chosen(value, &on) }
    };
    match value {
        Value::Object(members) => {
            let kept = members.iter().filter_map(|(name, value)| Some((name.clone(), below(name, value)?)));
            Some(kept.collect::<Map<_, _>>()).filter(|kept| !kept.is_empty()).map(Value::Object)
        }
        Value::Array(items) => {
            let kept = items.iter().enumerate().filter_map(|(index, value)| below(&index.to_string(), value));
            Some(kept.collect::<Vec<_>>()).filter(|kept| !kept.is_empty()).map(Value::Array)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests;
