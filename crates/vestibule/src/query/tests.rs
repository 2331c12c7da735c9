use super::*;

#[test]
fn the_first_of_two_values_counts_and_is_decoded_once() {
    assert_eq!(first("a=1&callbackUrl=%2Faccount%253F&callbackUrl=%2Fother", "callbackUrl").unwrap(), "/account%3F");
    assert_eq!(first("callback%55rl=/x", "callbackUrl").unwrap(), "/x");
    assert_eq!(first("reason", "reason").unwrap(), "");
    assert_eq!(first("", "reason"), None);
}

#[test]
fn broken_escapes_stay_as_they_are() {
    for (raw, read) in [("%", "%"), ("%2", "%2"), ("%zz", "%zz"), ("a+b%20c", "a b c"), ("%ff", "\u{fffd}")] {
        assert_eq!(first(&format!("x={raw}"), "x").unwrap(), read, "{raw}");
    }
}

/// RD-07: no character of the value can end the parameter, or the header that carries it.
#[test]
fn what_is_written_is_read_back_and_is_plain_ascii() {
    for value in ["/account?tab=1&x=%2F#ä", "/\r\nSet-Cookie: a=b", "//evil.example", "/😀"] {
        let written = to_login("/login", Some(value), None);
        assert!(written.bytes().all(|byte| byte.is_ascii_graphic()), "{written}");
        assert_eq!(first(written.strip_prefix("/login?").unwrap(), "callbackUrl").unwrap(), value);
    }
}

#[test]
fn a_reason_goes_along_beside_the_way_back() {
    let reason = Some(("reason", "ended"));
    assert_eq!(to_login("/welcome", Some("/account"), reason), "/welcome?callbackUrl=%2Faccount&reason=ended");
    assert_eq!(to_login("/welcome", None, reason), "/welcome?reason=ended");
    assert_eq!(to_login("/welcome", None, None), "/welcome");
}
