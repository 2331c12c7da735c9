//! Names and values as `application/x-www-form-urlencoded` and queries have them, of whatever serde writes.
//!
//! It goes by way of JSON, whose writer and parser every application has already; a browser would pay for another.

use serde::Serialize;
use serde_json::Value;

use super::ApiError;
use crate::query;

/// The pairs of `data`, without a `?`: of an object, or of a list of pairs. Only RFC 3986's unreserved characters stand
/// for themselves, so that every server reads the same.
///
/// # Errors
/// [`ApiError::Unwritable`] for anything else, and for a list in a list.
pub(super) fn encoded<S: Serialize + ?Sized>(data: &S) -> Result<String, ApiError> {
    let text = serde_json::to_string(data).map_err(|_| ApiError::Unwritable)?;
    of_value(&serde_json::from_str(&text).map_err(|_| ApiError::Unwritable)?)
}

fn of_value(data: &Value) -> Result<String, ApiError> {
    let mut text = String::new();
    match data {
        Value::Null => {}
        Value::Object(members) => {
            for (name, value) in members {
                append(&mut text, name, value, true)?;
            }
        }
        Value::Array(pairs) => {
            for pair in pairs {
                match pair.as_array().map(Vec::as_slice) {
                    Some([Value::String(name), value]) => append(&mut text, name, value, true)?,
                    _ => return Err(ApiError::Unwritable),
                }
            }
        }
        _ => return Err(ApiError::Unwritable),
    }
    Ok(text)
}

fn append(text: &mut String, name: &str, value: &Value, may_nest: bool) -> Result<(), ApiError> {
    let value = match value {
        Value::Null => return Ok(()),
        Value::Array(items) if may_nest => {
            return items.iter().try_for_each(|item| append(text, name, item, false));
        }
        Value::Object(members) if may_nest => {
            return members
                .iter()
                .try_for_each(|(inner, value)| append(text, &[name, "[", inner, "]"].concat(), value, true));
        }
        Value::Array(_) | Value::Object(_) => return Err(ApiError::Unwritable),
        Value::String(value) => value,
        other => &other.to_string(),
    };
    if !text.is_empty() {
        text.push('&');
    }
    query::encode(name, text);
    text.push('=');
    query::encode(value, text);
    Ok(())
}

#[cfg(test)]
mod tests;
