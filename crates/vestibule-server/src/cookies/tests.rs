use http::header::COOKIE;
use http::{HeaderMap, HeaderValue};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use super::{BYTES_PER_COOKIE, CookiePolicy, Presented, invariants};
use crate::fixture::Log;

fn policy() -> CookiePolicy {
    CookiePolicy::new("session", true)
}

fn read(lines: &[&[u8]]) -> Presented {
    let mut headers = HeaderMap::new();
    for line in lines {
        headers.append(COOKIE, HeaderValue::from_bytes(line).unwrap());
    }
    policy().read(&headers)
}

fn sealed(cookies: &str) -> Option<String> {
    read(&[cookies.as_bytes()]).sealed
}

fn lines(values: &[HeaderValue]) -> Vec<&str> {
    values.iter().map(|value| value.to_str().unwrap()).collect()
}

/// What a browser would send back after these `Set-Cookie` lines.
fn sent_back(values: &[HeaderValue]) -> String {
    lines(values)
        .iter()
        .filter(|line| !line.contains("Max-Age=0"))
        .map(|line| line.split(';').next().unwrap())
        .collect::<Vec<_>>()
        .join("; ")
}

/// CK-03
#[test]
fn only_the_exact_name_is_ours() {
    assert_eq!(sealed("__Host-session=v1.k.v").as_deref(), Some("v1.k.v"));
    for spelling in [
        "%5F%5FHost-session=v1.k.v",
        "__host-session=v1.k.v",
        "__HOST-SESSION=v1.k.v",
        "\u{2000}__Host-session=v1.k.v",
        "\u{a0}__Host-session=v1.k.v",
        "$Version=1; __Host-session=v1.k.v",
        "$Version=1,__Host-session=v1.k.v",
        "\"__Host-session\"=v1.k.v",
        "__Host-session =v1.k.v",
        "__Host-session.0=v1.k.v",
        "__Host-session.01=v1.k.v",
        "__Host-session.5=v1.k.v",
        "session=v1.k.v",
        "x=\"; __Host-session=v1.k.v\"",
    ] {
        let got = sealed(spelling);
        assert!(got.is_none() || got.as_deref() != Some("v1.k.v"), "{spelling:?} was taken for our cookie");
    }
}

/// CK-04
#[test]
fn the_name_given_twice_is_tampering_in_either_order_and_over_several_lines() {
    for lines in [
        vec![&b"__Host-session=A; __Host-session=B"[..]],
        vec![b"__Host-session=B; x=1; __Host-session=A"],
        vec![b"__Host-session=A", b"__Host-session=B"],
        vec![b"__Host-session=A; __Host-session.1=B"],
        vec![b"__Host-session.1=A; __Host-session.1=B"],
    ] {
        let presented = read(&lines);
        assert!(presented.tampered && presented.sealed.is_none());
    }
}

/// CK-05
#[test]
fn cookies_of_others_change_nothing() {
    let huge = format!("big={}; __Host-session=ours", "x".repeat(20_000));
    let many = format!("{}; __Host-session=ours", (0..60).map(|n| format!("c{n}=v")).collect::<Vec<_>>().join("; "));
    let cases: [&[u8]; 7] = [
        "x=é; __Host-session=ours".as_bytes(),
        b"x=\xff\xfe; __Host-session=ours",
        b"valueless; __Host-session=ours",
        b"=nameless; __Host-session=ours; =",
        b";; ;__Host-session=ours;;",
        huge.as_bytes(),
        many.as_bytes(),
    ];
    for case in cases {
        assert_eq!(read(&[case]).sealed.as_deref(), Some("ours"), "{:?}", String::from_utf8_lossy(&case[..20]));
    }
}

proptest! {
    /// CK-03, CK-04, CK-05, CK-11
    #[test]
    fn any_header_is_read_as_a_second_reader_does(words in vec(prop_oneof![
        vec(any::<u8>(), 0..8),
        select(vec!["__Host-session", "session", ".1", ".2", ".5", "=", ";", " ", "$Version", "\n", "v1.k.v"])
            .prop_map(|word| word.as_bytes().to_vec()),
    ], 0..20)) {
        invariants::cookie_header(&words.concat());
    }

    /// CK-06, CK-08
    #[test]
    fn what_is_written_is_read_back_whole_within_the_bytes_that_browsers_keep(length in 0_usize..13_000) {
        invariants::chunks(format!("{length}\na4 a3 a2 a1 a0\nthe record of a session").as_bytes());
    }
}

/// CK-06: a name takes part of what a browser keeps.
#[test]
fn a_value_becomes_chunks_as_soon_as_one_cookie_cannot_hold_it_with_its_name() {
    let most = BYTES_PER_COOKIE - "__Host-session".len();
    for (bytes, cookies) in [(most, 1), (most + 1, 2)] {
        let written = policy().write(&"x".repeat(bytes), &Presented::none(), None).unwrap();
        assert_eq!(written.len(), cookies, "{bytes}");
    }
}

/// CK-06
#[test]
fn more_than_proxies_take_is_written_with_a_warning() {
    let log = Log::listen();
    policy().write(&"x".repeat(8_192), &Presented::none(), None).unwrap();
    assert_eq!(log.text(), "");
    policy().write(&"x".repeat(8_193), &Presented::none(), None).unwrap();
    let line = log.text();
    assert!(line.contains("WARN") && line.contains("8193") && line.contains("upstream.profile.omit"), "{line}");
}

/// CK-07
#[test]
fn what_four_cookies_cannot_hold_is_refused_with_both_sizes() {
    let error = policy().write(&"x".repeat(64 * 1_024), &Presented::none(), None).unwrap_err();
    assert_eq!(error.bytes, 64 * 1_024);
    assert!(policy().write(&"x".repeat(error.most), &Presented::none(), None).is_ok());
    assert!(policy().write(&"x".repeat(error.most + 1), &Presented::none(), None).is_err());
}

/// CK-08
#[test]
fn a_missing_or_reordered_chunk_is_not_joined_to_the_value_that_was_written() {
    let value: String = (0..9_000).map(|n| char::from(b'a' + (n % 26) as u8)).collect();
    let written = policy().write(&value, &Presented::none(), None).unwrap();
    let cookies: Vec<_> = lines(&written).iter().map(|line| line.split(';').next().unwrap().to_owned()).collect();
    assert_eq!(cookies.len(), 3);
    assert_eq!(sealed(&cookies.join("; ")), Some(value.clone()));
    assert_eq!(
        sealed(&[&cookies[2][..], &cookies[0], &cookies[1]].join("; ")),
        Some(value.clone()),
        "order in the header is free"
    );
    assert_eq!(sealed(&format!("{}; {}", cookies[1], cookies[2])), None, "the first is missing");
    assert_eq!(sealed(&format!("{}; {}", cookies[0], cookies[2])), None, "the middle is missing");
    assert_ne!(sealed(&format!("{}; {}", cookies[0], cookies[1])), Some(value.clone()), "the last is missing");
    let swapped = cookies.join("; ").replace("n.1=", "n.x=").replace("n.2=", "n.1=").replace("n.x=", "n.2=");
    assert_ne!(sealed(&swapped), Some(value));
}

/// CK-08
#[test]
fn shrinking_and_growing_take_the_stale_cookies_away() {
    let policy = policy();
    let large = policy.write(&"x".repeat(9_000), &Presented::none(), None).unwrap();
    let shrunk = policy.write("small", &read(&[sent_back(&large).as_bytes()]), None).unwrap();
    let removed: Vec<_> = lines(&shrunk).into_iter().filter(|line| line.contains("Max-Age=0")).collect();
    assert_eq!(removed.len(), 3);
    assert!((1..=3).all(|n| removed.iter().any(|line| line.starts_with(&format!("__Host-session.{n}=;")))));

    let grown = policy.write(&"x".repeat(5_000), &read(&[b"__Host-session=small"]), None).unwrap();
    assert!(lines(&grown).iter().any(|line| line.starts_with("__Host-session=;") && line.contains("Max-Age=0")));
}

/// CK-01, CK-11
#[test]
fn every_cookie_written_or_taken_away_has_all_attributes() {
    let policy = policy();
    let presented = read(&[b"__Host-session.1=a; __Host-session.2=b"]);
    let written = policy.write("value", &presented, Some(60)).unwrap();
    let cleared = policy.clear(&presented);
    assert_eq!(cleared.len(), 3);
    for line in lines(&written).into_iter().chain(lines(&cleared)) {
        for attribute in ["; HttpOnly", "; SameSite=Lax", "; Secure", "; Path=/"] {
            assert!(line.contains(attribute), "{line} has no {attribute}");
        }
        assert!(!line.contains("Domain"), "{line}");
    }
}

/// CK-01
#[test]
fn over_plain_http_the_cookie_has_neither_prefix_nor_secure() {
    let written = CookiePolicy::new("session", false).write("value", &Presented::none(), None).unwrap();
    assert_eq!(lines(&written), ["session=value; HttpOnly; SameSite=Lax; Path=/"]);
}

/// CK-09
#[test]
fn a_remembered_session_has_the_time_left_as_its_age_and_another_none() {
    let remembered = policy().write("value", &Presented::none(), Some(600)).unwrap();
    assert!(lines(&remembered)[0].contains("; Max-Age=600"));
    let until_the_browser_closes = policy().write("value", &Presented::none(), None).unwrap();
    assert!(!lines(&until_the_browser_closes)[0].contains("Max-Age"));
}

proptest! {
    /// CK-04, CK-08: some of the chunks of two generations, in any order, more than once: all of one, or nothing opens.
    #[test]
    fn chunks_are_joined_whole_or_not_at_all(lengths in "[0-9]{1,5} [0-9]{1,5}", sent in "([ab][0-4]-? ){0,7}") {
        invariants::chunks(format!("{lengths}\n{sent}\nthe record of a session").as_bytes());
    }
}
