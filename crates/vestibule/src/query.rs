//! Query strings, read and written the same way on the server and in the browser.
//!
//! The router's own map decodes a value once more in the browser than on the server, so what decides where somebody
//! goes is read here, from the raw text.

use std::fmt::Write as _;

use vestibule_core::wire;

/// The first value of `name` in a query string (without `?`), decoded as `application/x-www-form-urlencoded`.
pub(crate) fn first(query: &str, name: &str) -> Option<String> {
    query.split('&').find_map(|pair| {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        (decode(key) == name).then(|| decode(value))
    })
}

/// The login `page`, for somebody who wants to be `here`, with one more parameter, if there is one.
pub(crate) fn to_login(page: &str, here: Option<&str>, more: Option<(&str, &str)>) -> String {
    let here = here.map(|here| (wire::CALLBACK_URL, here));
    let mut text = page.to_owned();
    for ((name, value), mark) in here.into_iter().chain(more).zip(["?", "&"]) {
        text.extend([mark, name, "="]);
        encode(value, &mut text);
    }
    text
}

/// Appends `value`, percent-encoded but for RFC 3986's unreserved characters.
pub(crate) fn encode(value: &str, text: &mut String) {
    for byte in value.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            text.push(char::from(byte));
        } else {
            // Writing to a string does not fail.
            let _ = write!(text, "%{byte:02X}");
        }
    }
}

fn decode(text: &str) -> String {
    let hex = |byte: Option<&u8>| byte.and_then(|byte| char::from(*byte).to_digit(16));
    let bytes = text.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        at += 1;
        match (byte, hex(bytes.get(at)), hex(bytes.get(at + 1))) {
            (b'%', Some(high), Some(low)) => {
                decoded.push(u8::try_from(high * 16 + low).unwrap_or_default());
                at += 2;
            }
            (b'+', ..) => decoded.push(b' '),
            (other, ..) => decoded.push(*other),
        }
    }
    String::from_utf8_lossy(&decoded).into_owned()
}

#[cfg(test)]
mod tests;
