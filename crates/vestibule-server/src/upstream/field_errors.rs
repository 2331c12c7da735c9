//! Messages for single fields of the form, in the shapes that real APIs use.
//!
//! - an object of texts or lists of texts: `{"username": ["This field may not be blank."]}`;
//! - a list of objects that name a field and say something: `[{"field": "username", "message": "…"}]`, JSON:API's
//!   `{"source": {"pointer": "/data/attributes/username"}, "detail": "…"}`, FastAPI's `{"loc": ["body", "username"],
//!   "msg": "…"}`.
//!
//! Only what belongs to a field of the form counts: anything else a person could not mend there. The API may know a
//! field by another name, the one in the contract's body.

use std::collections::BTreeMap;

use serde_json::Value;

use super::message::words;
use super::pointer::Pointer;
use super::template::BodyTemplate;

const NAMES: [&str; 6] = ["field", "path", "name", "param", "property", "loc"];
const TEXTS: [&str; 5] = ["message", "detail", "title", "msg", "messages"];

/// The messages by field of the login form, cleaned. Empty if there are none. Of several places the first counts.
pub(crate) fn find(
    pointers: &[Pointer],
    body: Option<&Value>,
    template: Option<&BodyTemplate>,
    is_field: impl Fn(&str) -> bool,
) -> BTreeMap<String, String> {
    let Some(body) = body else { return BTreeMap::new() };
    let field_of = |name: &str| -> Option<String> {
        let sent = template.into_iter().flat_map(BodyTemplate::fields);
        let mut sent = sent.filter(|(known, field)| same(known, name) && is_field(field));
        let aliased = sent.next().map(|(_, field)| field.to_owned());
        aliased.or_else(|| is_field(name).then(|| name.to_owned()))
    };
    let mut found = BTreeMap::new();
    for pointer in pointers {
        for (name, text) in pointer.find(body).map(messages).unwrap_or_default() {
            if let Some(field) = field_of(&name) {
                found.entry(field).or_insert(text);
            }
        }
        if !found.is_empty() {
            break;
        }
    }
    found
}

/// Names as the API writes them, and texts.
fn messages(value: &Value) -> Vec<(String, String)> {
    match value {
        Value::Object(members) => {
            members.iter().filter_map(|(name, value)| Some((name.clone(), said(value)?))).collect()
        }
        Value::Array(items) => items.iter().filter_map(|item| Some((name(item)?, said(item)?))).collect(),
        _ => Vec::new(),
    }
}

/// What a value says: itself a text or a list of them, or an object with one, or a list of such objects.
fn said(value: &Value) -> Option<String> {
    words(value).or_else(|| match value {
        Value::Object(members) => TEXTS.iter().find_map(|text| words(members.get(*text)?)),
        Value::Array(items) => items.iter().find_map(|item| said(item.as_object().map(|_| item)?)),
        _ => None,
    })
}

/// The field that an element of a list is about: the last name on the way to it.
fn name(item: &Value) -> Option<String> {
    if let Some(pointer) = item.pointer("/source/pointer").and_then(Value::as_str) {
        return Pointer::parse(pointer).ok()?.last();
    }
    let found = NAMES.iter().find_map(|name| item.get(name))?;
    let text = match found {
        Value::Array(way) => way.iter().rev().find_map(Value::as_str)?,
        other => other.as_str()?,
    };
    text.rsplit(['.', '/']).next().map(str::to_owned)
}

/// Names are compared without case, `_` and `-`: APIs are not of one mind about `userName`.
fn same(one: &str, other: &str) -> bool {
    let plain = |name: &str| name.replace(['_', '-'], "").to_lowercase();
    plain(one) == plain(other)
}

#[cfg(test)]
mod tests;
