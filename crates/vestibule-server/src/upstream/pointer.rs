//! JSON Pointers (RFC 6901): where a value stands in the upstream's answer, and where one goes in a request's body.

use serde_json::{Map, Value};

/// A JSON Pointer whose syntax was checked. The empty one is the whole document.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Pointer(String);

/// A text that is no JSON Pointer. `Display` says what is wrong and how to mend it; it does not repeat the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidPointer {
    /// It neither is empty nor begins with a slash. Remedy: `/name`.
    #[error("is not a JSON Pointer — begin it with a slash, such as \"/accessToken\"; \"\" is the whole answer")]
    NoSlash,
    /// A `~` that neither `0` nor `1` follows (RFC 6901, section 3). Remedy: `~0` for `~`, `~1` for `/`.
    #[error("is not a JSON Pointer: a ~ stands alone — write ~0 for ~ and ~1 for / (RFC 6901)")]
    LoneTilde,
}

impl Pointer {
    /// Checks the syntax.
    ///
    /// # Errors
    /// [`InvalidPointer`] says what is wrong.
    pub fn parse(text: &str) -> Result<Self, InvalidPointer> {
        if !text.is_empty() && !text.starts_with('/') {
            return Err(InvalidPointer::NoSlash);
        }
        if text.split('~').skip(1).any(|after| !after.starts_with(['0', '1'])) {
            return Err(InvalidPointer::LoneTilde);
        }
        Ok(Self(text.to_owned()))
    }

    /// The pointer as it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it is the whole document.
    #[must_use]
    pub fn is_root(&self) -> bool {
        self.0.is_empty()
    }

    /// What stands there; `null` is a value too.
    #[must_use]
    pub fn find<'a>(&self, document: &'a Value) -> Option<&'a Value> {
        document.pointer(&self.0)
    }

    /// The names on the way, unescaped.
    #[must_use]
    pub fn tokens(&self) -> Vec<String> {
        self.0.split('/').skip(1).map(|token| token.replace("~1", "/").replace("~0", "~")).collect()
    }

    /// The last name on the way, unescaped; `None` for the whole document.
    #[must_use]
    pub fn last(&self) -> Option<String> {
        self.tokens().pop()
    }

    /// The pointer to the member `name` of what this one points to.
    #[must_use]
    pub fn child(&self, name: &str) -> Self {
        Self(format!("{}/{}", self.0, name.replace('~', "~0").replace('/', "~1")))
    }

    /// Whether this pointer leads to something inside of what `other` points to.
    #[must_use]
    pub fn is_below(&self, other: &Self) -> bool {
        self.0.strip_prefix(&other.0).is_some_and(|rest| rest.starts_with('/'))
    }
}

/// Two templates of a body want the same place, or one wants to stand inside a text or a number of the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Taken;

/// Puts `value` where the names lead, making objects on the way; a list where the name is a number or `-`. In a list,
/// an index at or beyond the end appends, so that an element that was left out leaves no hole.
pub(crate) fn insert(place: &mut Value, names: &[String], value: Value) -> Result<(), Taken> {
    let Some((name, rest)) = names.split_first() else {
        if !place.is_null() {
            return Err(Taken);
        }
        *place = value;
        return Ok(());
    };
    if place.is_null() {
        *place = if index(name).is_some() { Value::Array(Vec::new()) } else { Value::Object(Map::new()) };
    }
    match place {
        Value::Object(members) => insert(members.entry(name.clone()).or_insert(Value::Null), rest, value),
        Value::Array(items) => {
            let at = index(name).ok_or(Taken)?;
            if at >= items.len() {
                items.push(Value::Null);
            }
            let last = items.len() - 1;
            insert(items.get_mut(at.min(last)).ok_or(Taken)?, rest, value)
        }
        _ => Err(Taken),
    }
}

/// The index that a name means in a list: digits without a leading zero, or `-` for the end (RFC 6901, section 4).
pub(crate) fn index(name: &str) -> Option<usize> {
    let canonical = name == "0" || (!name.starts_with('0') && name.bytes().all(|byte| byte.is_ascii_digit()));
    if name == "-" { Some(usize::MAX) } else { name.parse().ok().filter(|_| canonical) }
}

#[cfg(any(test, fuzzing))]
pub(crate) mod invariants;
#[cfg(test)]
mod tests;
