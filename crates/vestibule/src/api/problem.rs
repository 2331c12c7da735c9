//! What an API says is wrong, in the standard's words.

use serde_json::{Map, Value};

/// The details of a problem, as RFC 9457 has them. Members of another type than the standard's count as absent
/// (section 3.1).
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Problem {
    /// `type`: a URI that names the kind of problem; `about:blank` where the API says nothing beyond the status.
    pub kind: String,
    /// `title`: what the kind of problem is, in short.
    pub title: Option<String>,
    /// `detail`: what is wrong this time.
    pub detail: Option<String>,
    /// `instance`: a URI that names this occurrence.
    pub instance: Option<String>,
    /// The status of the answer.
    pub status: u16,
    /// Whatever else the API says, such as `errors`.
    pub extensions: Map<String, Value>,
}

/// The standard's own.
const MEMBERS: [&str; 5] = ["type", "title", "status", "detail", "instance"];

impl Problem {
    /// The problem in an answer: an object that has a text as its `type`, `title` or `detail`. Many APIs send these
    /// without the media type `application/problem+json`, so that does not decide.
    pub(super) fn of(status: u16, answer: &Value) -> Option<Self> {
        let members = answer.as_object()?;
        let text = |name: &str| members.get(name).and_then(Value::as_str).map(str::to_owned);
        let (kind, title, detail) = (text("type"), text("title"), text("detail"));
        if kind.is_none() && title.is_none() && detail.is_none() {
            return None;
        }
        let mut extensions = Map::new();
        for (name, value) in members {
            if !MEMBERS.contains(&name.as_str()) {
                extensions.insert(name.clone(), value.clone());
            }
        }
        Some(Self {
            kind: kind.unwrap_or_else(|| "about:blank".to_owned()),
            title,
            detail,
            instance: text("instance"),
            status,
            extensions,
        })
    }
}

#[cfg(test)]
mod tests;
