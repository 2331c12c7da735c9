//! Which paths a call may name: those that stay below the API's base URL, whoever decodes them.

/// Whether `path` begins with one slash and cannot climb, change the host or break the request.
///
/// Dot segments are refused, and so is every encoded character that some server decodes into one or into a slash; a
/// backslash is a slash to some parsers; a fragment would be lost on the way. The server's client has the same rule, so
/// that a path works on both sides or on neither.
pub(super) fn stays_below(path: &str) -> bool {
    let (route, _) = path.split_once('?').unwrap_or((path, ""));
    let route = route.to_ascii_lowercase();
    path.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\' && byte != b'#')
        && route.starts_with('/')
        && !route.contains("//")
        && !["%2f", "%5c", "%2e", "%00", "%25"].iter().any(|encoded| route.contains(encoded))
        && !route.split('/').any(|segment| matches!(segment.split(';').next(), Some("." | "..")))
}

#[cfg(test)]
mod tests;
