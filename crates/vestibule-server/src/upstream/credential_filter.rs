//! What is plainly a credential does not stay in a profile: APIs return password hashes and fresh tokens with it.

use serde_json::Value;

use super::pointer::Pointer;

/// Names of members that are dropped at any depth, without case, `_` and `-`.
const NAMES: [&str; 15] = [
    "password",
    "passwordhash",
    "hashedpassword",
    "passwd",
    "pwd",
    "secret",
    "clientsecret",
    "otpsecret",
    "tfasecret",
    "token",
    "accesstoken",
    "refreshtoken",
    "sessiontoken",
    "apikey",
    "privatekey",
];

/// What to drop and what to keep; the pointers are relative to the profile.
pub(crate) struct CredentialFilter<'a> {
    /// Never kept.
    pub(crate) omit: &'a [Pointer],
    /// Kept whatever else says.
    pub(crate) keep: &'a [Pointer],
    /// The session's tokens: a text that equals one is dropped.
    pub(crate) tokens: &'a [&'a str],
}

impl CredentialFilter<'_> {
    /// The profile without credentials; everything else is as it was.
    pub(crate) fn clean(&self, profile: Value) -> Value {
        self.kept(profile, &Pointer::default(), false).unwrap_or(Value::Null)
    }

    /// What is kept of a value. Of a dropped one that is what `keep` names inside of it.
    fn kept(&self, value: Value, place: &Pointer, dropped: bool) -> Option<Value> {
        if self.keep.contains(place) {
            return Some(value);
        }
        let dropped = dropped || self.omit.contains(place);
        if dropped && !self.keep.iter().any(|kept| kept.is_below(place)) {
            return None;
        }
        match value {
            Value::Object(members) => {
                let kept: serde_json::Map<String, Value> = members
                    .into_iter()
                    .filter_map(|(name, value)| {
                        let dropped = dropped || is_credential_name(&name);
                        let value = self.kept(value, &place.child(&name), dropped)?;
                        Some((name, value))
                    })
                    .collect();
                (!dropped || !kept.is_empty()).then_some(Value::Object(kept))
            }
            Value::Array(items) => {
                let items = items.into_iter().enumerate();
                let kept: Vec<Value> = items
                    .filter_map(|(number, value)| self.kept(value, &place.child(&number.to_string()), dropped))
                    .collect();
                (!dropped || !kept.is_empty()).then_some(Value::Array(kept))
            }
            Value::String(text) if dropped || self.tokens.contains(&text.as_str()) || is_password_hash(&text) => None,
            other => (!dropped).then_some(other),
        }
    }
}

fn is_credential_name(name: &str) -> bool {
    let plain: String = name.chars().filter(|c| !matches!(c, '_' | '-')).flat_map(char::to_lowercase).collect();
    NAMES.contains(&plain.as_str())
}

/// Whether a text is a password hash: bcrypt (`$2b$12$` and 53 characters), or a PHC string (`$argon2id$…$salt$hash`)
/// and its older relatives (`$6$salt$hash`).
fn is_password_hash(text: &str) -> bool {
    let Some(rest) = text.strip_prefix('$') else { return false };
    let parts: Vec<&str> = rest.split('$').collect();
    match parts.as_slice() {
        ["2" | "2a" | "2b" | "2x" | "2y", cost, hash] => {
            cost.len() == 2 && cost.bytes().all(|byte| byte.is_ascii_digit()) && hash.len() == 53 && is_base64(hash)
        }
        [id, middle @ .., salt, hash] => {
            let name = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
            let parameter = |byte: u8| byte.is_ascii_alphanumeric() || b"=,/+.-".contains(&byte);
            (1..=32).contains(&id.len())
                && id.bytes().all(name)
                && middle.len() <= 2
                && middle.iter().all(|part| !part.is_empty() && part.bytes().all(parameter))
                && !salt.is_empty()
                && is_base64(salt)
                && hash.len() >= 16
                && is_base64(hash)
        }
        _ => false,
    }
}

fn is_base64(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+/.-=_".contains(&byte))
}

#[cfg(test)]
mod tests;
