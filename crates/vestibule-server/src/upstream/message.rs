//! The API's own words: found where the contract says, and cleaned before anybody sees them.

use serde_json::Value;

use super::pointer::Pointer;

/// The longest text of the API that is passed on, in characters.
const LONGEST: usize = 200;

/// The first text or list of texts that stands at one of the pointers.
pub(crate) fn find(pointers: &[Pointer], body: Option<&Value>) -> Option<String> {
    let body = body?;
    pointers.iter().find_map(|pointer| words(pointer.find(body)?))
}

/// A text, or a list of texts as one, cleaned; `None` if nothing is left.
pub(crate) fn words(value: &Value) -> Option<String> {
    let text = match value {
        Value::String(text) => clean(text),
        Value::Array(items) => clean(&items.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(" ")),
        _ => return None,
    };
    Some(text).filter(|text| !text.is_empty())
}

/// One line of at most 200 characters, without control characters and without marks that change the direction of text.
fn clean(text: &str) -> String {
    let mut cleaned = String::new();
    let mut count = 0;
    for word in text.split_whitespace() {
        let mut visible = word.chars().filter(|c| !c.is_control() && !is_invisible(*c)).peekable();
        if count > 0 && visible.peek().is_some() {
            cleaned.push(' ');
            count += 1;
        }
        for character in visible {
            if count >= LONGEST {
                return cleaned.trim_end().to_owned();
            }
            cleaned.push(character);
            count += 1;
        }
    }
    cleaned
}

fn is_invisible(character: char) -> bool {
    matches!(character, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

#[cfg(test)]
mod tests;
