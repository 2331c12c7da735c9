//! Callback URLs: where a person goes after signing in or out, and never off this site.

use percent_encoding::percent_decode_str;
use url::{Url, form_urlencoded};
use vestibule_core::wire;

/// Longer ones are refused, in bytes.
pub(crate) const MOST_BYTES: usize = 2_048;
/// Where everybody goes whose callback URL is refused.
const HOME: &str = "/";

/// The first callback URL in a query string.
pub(crate) fn from_query(query: Option<&str>) -> Option<String> {
    let mut pairs = form_urlencoded::parse(query?.as_bytes());
    pairs.find_map(|(name, value)| (name == wire::CALLBACK_URL).then(|| value.into_owned()))
}

/// A path-absolute target on this site, or `/`.
///
/// The value is parsed as a browser would parse it (WHATWG URL, against our own origin), accepted only if the origin
/// is ours, and written again from its parts: what the browser then gets is what was checked, with no second decoding
/// (ASVS 3.7.2, RFC 9700 section 4.11). `login_page`: the path of the page that signs people in.
pub(crate) fn target(public_url: &Url, login_page: &str, raw: Option<&str>) -> String {
    raw.and_then(|raw| checked(public_url, login_page, raw)).unwrap_or_else(|| HOME.to_owned())
}

/// The same, and `None` in place of `/` for what is refused.
pub(crate) fn checked(public_url: &Url, login_page: &str, raw: &str) -> Option<String> {
    if raw.len() > MOST_BYTES {
        return None;
    }
    let url = public_url.join(raw).ok()?;
    if url.origin() != public_url.origin() {
        return None;
    }
    let path = url.path();
    // `blob:` addresses have the origin of what is inside them; a browser would take `//host` as another site.
    if !path.starts_with('/') || path.starts_with("//") || path.starts_with("/\\") || leads_back(path, login_page) {
        return None;
    }
    let mut target = path.to_owned();
    if let Some(query) = url.query() {
        target.extend(["?", query]);
    }
    if let Some(fragment) = url.fragment() {
        target.extend(["#", fragment]);
    }
    (target.len() <= MOST_BYTES).then_some(target)
}

/// Whether the path is one of those that lead to or from signing in: a person sent there would go in circles.
fn leads_back(path: &str, login_page: &str) -> bool {
    let decoded = percent_decode_str(path).decode_utf8_lossy();
    let path = decoded.trim_end_matches('/');
    is_reserved(path) || path == login_page
}

/// Whether a path is answered here, and not by a page of the application. `path`: decoded.
pub(crate) fn is_reserved(path: &str) -> bool {
    [wire::LOGIN, wire::LOGOUT, "/auth", wire::SERVER_FUNCTIONS]
        .into_iter()
        .any(|own| path.strip_prefix(own).is_some_and(|rest| rest.is_empty() || rest.starts_with('/')))
}

#[cfg(any(test, fuzzing))]
pub(crate) mod invariants;
#[cfg(test)]
mod tests;
