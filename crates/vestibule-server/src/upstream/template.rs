//! Templates: what a body and a path of the contract become once the placeholders are filled in.

use std::fmt;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use serde_json::Value;
use url::form_urlencoded;
use zeroize::{Zeroize, Zeroizing};

use super::pointer::insert;

/// What a path's `{user_id}` may show as it is: the unreserved characters of RFC 3986, section 2.3.
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Where the values of placeholders come from; `None` and the empty text leave a template out.
pub(crate) trait Values {
    /// The value of `{name}`.
    fn value(&self, name: &str) -> Option<&str>;
}

/// A text with placeholders, such as `{username}` or `realm/{username}`.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Text(Vec<Piece>);

#[derive(Clone, PartialEq, Eq)]
enum Piece {
    Literal(String),
    Placeholder(String),
}

impl Text {
    /// Reads the placeholders: a name between braces. Other braces are text.
    pub(crate) fn parse(text: &str) -> Self {
        let (mut pieces, mut literal, mut rest) = (Vec::new(), String::new(), text);
        while let Some((before, after)) = rest.split_once('{') {
            literal.push_str(before);
            match after.split_once('}') {
                Some((name, behind)) if is_name(name) => {
                    pieces
                        .extend(Some(std::mem::take(&mut literal)).filter(|text| !text.is_empty()).map(Piece::Literal));
                    pieces.push(Piece::Placeholder(name.to_owned()));
                    rest = behind;
                }
                _ => {
                    literal.push('{');
                    rest = after;
                }
            }
        }
        literal.push_str(rest);
        pieces.extend(Some(literal).filter(|text| !text.is_empty()).map(Piece::Literal));
        Self(pieces)
    }

    /// The names of its placeholders.
    pub(crate) fn placeholders(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter_map(|piece| match piece {
            Piece::Placeholder(name) => Some(name.as_str()),
            Piece::Literal(_) => None,
        })
    }

    /// The text with its values; `None` when one of them is empty.
    fn fill(&self, values: &dyn Values) -> Option<Zeroizing<String>> {
        let mut text = Zeroizing::new(String::new());
        for piece in &self.0 {
            match piece {
                Piece::Literal(literal) => text.push_str(literal),
                Piece::Placeholder(name) => {
                    let value = values.value(name).filter(|value| !value.is_empty())?;
                    // Grown at once, so that no half-written copy stays behind in a buffer that was left.
                    let mut grown = String::with_capacity(text.len() + value.len() + 64);
                    grown.push_str(&text);
                    grown.push_str(value);
                    text = Zeroizing::new(grown);
                }
            }
        }
        Some(text)
    }
}

fn is_name(text: &str) -> bool {
    !text.is_empty() && !text.contains(|c: char| c.is_whitespace() || matches!(c, '{' | '"' | ':' | ',' | '\''))
}

/// A value with placeholders in its texts, at any depth.
#[derive(Clone, PartialEq)]
pub(crate) enum Template {
    /// A number, a truth value, or what else has no placeholder.
    Constant(Value),
    Text(Text),
    List(Vec<Template>),
    Members(Vec<(String, Template)>),
}

impl Template {
    /// Reads a constant or a template as the configuration has it. `None` for a number that JSON cannot write.
    pub(crate) fn parse(value: &toml::Value) -> Option<Self> {
        Some(match value {
            toml::Value::String(text) => Self::Text(Text::parse(text)),
            toml::Value::Array(items) => Self::List(items.iter().map(Self::parse).collect::<Option<_>>()?),
            toml::Value::Table(members) => {
                let member = |(name, value): (&String, _)| Some((name.clone(), Self::parse(value)?));
                Self::Members(members.iter().map(member).collect::<Option<_>>()?)
            }
            other => Self::Constant(constant(other)?),
        })
    }

    /// The names of all placeholders.
    pub(crate) fn placeholders(&self) -> Vec<&str> {
        match self {
            Self::Constant(_) => Vec::new(),
            Self::Text(text) => text.placeholders().collect(),
            Self::List(items) => items.iter().flat_map(Self::placeholders).collect(),
            Self::Members(members) => members.iter().flat_map(|(_, value)| value.placeholders()).collect(),
        }
    }

    fn fill(&self, values: &dyn Values) -> Option<Value> {
        Some(match self {
            Self::Constant(value) => value.clone(),
            Self::Text(text) => Value::String(std::mem::take(&mut *text.fill(values)?)),
            Self::List(items) => Value::Array(items.iter().filter_map(|item| item.fill(values)).collect()),
            Self::Members(members) => {
                let member = |(name, value): &(String, Self)| Some((name.clone(), value.fill(values)?));
                Value::Object(members.iter().filter_map(member).collect())
            }
        })
    }
}

/// A constant of the configuration as JSON; `None` for a number that JSON cannot write.
pub(crate) fn constant(value: &toml::Value) -> Option<Value> {
    Some(match value {
        toml::Value::String(text) => Value::String(text.clone()),
        toml::Value::Integer(number) => Value::from(*number),
        toml::Value::Float(number) => Value::Number(serde_json::Number::from_f64(*number)?),
        toml::Value::Boolean(flag) => Value::Bool(*flag),
        toml::Value::Datetime(moment) => Value::String(moment.to_string()),
        toml::Value::Array(items) => Value::Array(items.iter().map(constant).collect::<Option<_>>()?),
        toml::Value::Table(members) => Value::Object(
            members.iter().map(|(name, value)| Some((name.clone(), constant(value)?))).collect::<Option<_>>()?,
        ),
    })
}

/// How a body is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Encoding {
    /// A JSON document; the templates stand at JSON Pointers.
    #[default]
    Json,
    /// `application/x-www-form-urlencoded`; the templates have bare names.
    Form,
}

impl Encoding {
    /// The `Content-Type` that it implies.
    #[must_use]
    pub const fn content_type(self) -> &'static str {
        match self {
            Self::Json => "application/json",
            Self::Form => "application/x-www-form-urlencoded",
        }
    }
}

/// The body of an endpoint. `Debug` shows the names only: a constant may be a secret.
#[derive(Clone, Default, PartialEq)]
pub struct BodyTemplate {
    pub(crate) entries: Vec<Entry>,
    /// Not written by the operator but a default: with nothing to fill in, no body is sent at all.
    pub(crate) is_default: bool,
}

/// A template and its place: the names on the way of a JSON Pointer, or the one name of a form field.
#[derive(Clone, PartialEq)]
pub(crate) struct Entry {
    pub(crate) names: Vec<String>,
    pub(crate) template: Template,
}

impl fmt::Debug for BodyTemplate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.entries.iter().map(|entry| entry.names.join("/"))).finish()
    }
}

impl BodyTemplate {
    /// The body's bytes; `None` when none is to be sent. `more` are names and texts that go along.
    pub(crate) fn render(
        &self,
        encoding: Encoding,
        values: &dyn Values,
        more: &[(&str, &str)],
    ) -> Option<Zeroizing<Vec<u8>>> {
        let mut filled: Vec<(&[String], Value)> = self
            .entries
            .iter()
            .filter_map(|entry| Some((entry.names.as_slice(), entry.template.fill(values)?)))
            .collect();
        if self.is_default && filled.is_empty() && more.is_empty() {
            return None;
        }
        let names: Vec<Vec<String>> = more.iter().map(|(name, _)| vec![(*name).to_owned()]).collect();
        for (name, (_, text)) in names.iter().zip(more) {
            filled.push((name.as_slice(), Value::String((*text).to_owned())));
        }
        Some(match encoding {
            Encoding::Json => json(filled),
            Encoding::Form => form(filled),
        })
    }

    /// Whether every template has a place of its own in a JSON document.
    pub(crate) fn fits(&self) -> bool {
        let mut document = start(self.entries.iter().map(|entry| entry.names.as_slice()));
        self.entries.iter().all(|entry| insert(&mut document, &entry.names, Value::Bool(true)).is_ok())
    }

    /// Whether the placeholder `{name}` stands in it.
    pub(crate) fn uses(&self, name: &str) -> bool {
        self.entries.iter().any(|entry| entry.template.placeholders().contains(&name))
    }

    /// The name by which the API knows a field of the login form, and that field.
    pub(crate) fn fields(&self) -> impl Iterator<Item = (&str, &str)> {
        self.entries.iter().filter_map(|entry| match &entry.template {
            Template::Text(text) => Some((entry.names.last()?.as_str(), text.placeholders().next()?)),
            _ => None,
        })
    }
}

/// An empty document: an object, unless the one template is the whole of it.
fn start<'a>(mut places: impl Iterator<Item = &'a [String]>) -> Value {
    if places.any(<[String]>::is_empty) { Value::Null } else { Value::Object(serde_json::Map::new()) }
}

fn json(filled: Vec<(&[String], Value)>) -> Zeroizing<Vec<u8>> {
    let mut document = start(filled.iter().map(|(names, _)| *names));
    for (names, value) in filled {
        // `fits` held when the contract was read, and a template that was left out takes no place.
        let _ = insert(&mut document, names, value);
    }
    // Room for every character escaped, so that the text is written once and no shorter buffer is left behind.
    let mut bytes = Zeroizing::new(Vec::with_capacity(2 * 1_024 + 6 * length(&document)));
    if serde_json::to_writer(&mut *bytes, &document).is_err() {
        bytes.zeroize(); // Not reached: a `Value` has text keys only, and a vector takes every byte.
    }
    wipe(document);
    bytes
}

fn form(filled: Vec<(&[String], Value)>) -> Zeroizing<Vec<u8>> {
    let room = filled.iter().map(|(names, value)| names.concat().len() + length(value) + 32).sum::<usize>();
    let mut body = form_urlencoded::Serializer::new(String::with_capacity(3 * room));
    for (names, value) in filled {
        let name = names.concat();
        match &value {
            Value::String(text) => body.append_pair(&name, text),
            other => body.append_pair(&name, &other.to_string()),
        };
        wipe(value);
    }
    Zeroizing::new(body.finish().into_bytes())
}

/// The bytes of all texts in a document.
fn length(value: &Value) -> usize {
    match value {
        Value::String(text) => text.len() + 2,
        Value::Array(items) => items.iter().map(length).sum(),
        Value::Object(members) => members.iter().map(|(name, value)| name.len() + 4 + length(value)).sum(),
        _ => 32,
    }
}

fn wipe(value: Value) {
    match value {
        Value::String(mut text) => text.zeroize(),
        Value::Array(items) => items.into_iter().for_each(wipe),
        Value::Object(members) => members.into_iter().for_each(|(_, value)| wipe(value)),
        _ => {}
    }
}

/// The path of an endpoint, with its constant query if any, and with `{user_id}` in it or not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PathTemplate(pub(crate) String);

/// The one placeholder of a path.
pub(crate) const USER_ID: &str = "{user_id}";

impl PathTemplate {
    /// The path as the contract has it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether the path carries the user's id.
    #[must_use]
    pub fn needs_user_id(&self) -> bool {
        self.0.contains(USER_ID)
    }

    /// Whether a request's path could be this one, as generously as any server reads it: whatever the case, with a slash
    /// at the end or none, with parameters, and for any user.
    pub(crate) fn could_be(&self, path: &str) -> bool {
        let plain = |path: &str| {
            let path = path.split(['?', '#']).next().unwrap_or_default();
            let decoded = percent_decode_str(path).decode_utf8_lossy().to_lowercase();
            let segments = decoded.split('/').map(|segment| segment.split(';').next().unwrap_or_default().to_owned());
            segments.filter(|segment| !segment.is_empty()).collect::<Vec<_>>()
        };
        let (ours, theirs) = (plain(&self.0), plain(path));
        ours.len() == theirs.len()
            && ours.iter().zip(&theirs).all(|(ours, theirs)| ours.contains(USER_ID) || ours == theirs)
    }

    /// The path with the user's id as one percent-encoded segment. `None` when it is needed and there is none, or when
    /// it would lead elsewhere (`..`).
    pub(crate) fn fill(&self, values: &dyn Values) -> Option<String> {
        if !self.needs_user_id() {
            return Some(self.0.clone());
        }
        let id = values.value("user_id").filter(|id| !id.is_empty())?;
        let path = self.0.replace(USER_ID, &utf8_percent_encode(id, SEGMENT).to_string());
        (!has_dot_segment(&path)).then_some(path)
    }
}

/// Whether a path has a segment that means "here" or "up", plain or percent-encoded.
pub(crate) fn has_dot_segment(path: &str) -> bool {
    let path = path.split(['?', '#']).next().unwrap_or_default();
    path.split('/').any(|segment| {
        let plain = segment.to_ascii_lowercase().replace("%2e", ".");
        plain == "." || plain == ".."
    })
}

#[cfg(test)]
mod tests;
