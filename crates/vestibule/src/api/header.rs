//! Which headers a call may have.

/// Whether name and value can stand in a request: a token (RFC 9110, section 5.6.2), and visible ASCII with spaces and
/// tabs between (section 5.5).
pub(super) fn is_sendable(name: &str, value: &str) -> bool {
    let in_name = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    let in_value = |byte: u8| byte.is_ascii_graphic() || matches!(byte, b' ' | b'\t');
    !name.is_empty() && name.bytes().all(in_name) && value.bytes().all(in_value)
}
