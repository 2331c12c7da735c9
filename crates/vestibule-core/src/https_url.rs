//! Addresses that somebody else wrote, before they become a link or a picture.

/// `address`, if a browser reads it as an https address of some host; else `None`.
///
/// A profile may hold any text where a picture or a website should stand. `javascript:` in a link runs in the session's
/// own origin, `data:` is whatever its author likes, and a path would call this site in the reader's name. What is given
/// back is the text as it was. It is checked for attributes such as `href` and `src`, not for places inside CSS.
///
/// Browsers drop tabs and line breaks from an address, and controls and spaces before it (WHATWG URL, section 4.4). So
/// none of these may stand anywhere, nor a backslash, which they read as a slash.
///
/// ```
/// use vestibule_core::https_url;
///
/// assert_eq!(https_url("https://ana.example/"), Some("https://ana.example/"));
/// assert_eq!(https_url("javascript:alert(1)"), None);
/// ```
#[must_use]
pub fn https_url(address: &str) -> Option<&str> {
    let (scheme, rest) = address.split_at_checked("https://".len())?;
    let has_host = rest.starts_with(|first: char| !matches!(first, '/' | '?' | '#' | ':' | '@'));
    let odd = |letter: char| letter.is_control() || letter.is_whitespace() || letter == '\\';
    (scheme.eq_ignore_ascii_case("https://") && has_host && !address.contains(odd)).then_some(address)
}

#[cfg(test)]
mod tests;
