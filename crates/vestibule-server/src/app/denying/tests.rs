use std::collections::BTreeSet;

use http::HeaderValue;

use super::{Denial, Denials, Line, MOST_LINES, legible};

/// LG-02: a thousand of one kind are a hundred lines, and hide none of another.
#[test]
fn the_log_of_a_minute_is_bounded_and_says_what_it_left_out() {
    let denials = Denials::default();
    let plain = Line { left_out: 0, is_last: false };
    for number in 1..=1_000 {
        let line = denials.next(Denial::SignedOut, 120);
        match number {
            1..MOST_LINES => assert_eq!(line, Some(Line { left_out: 0, is_last: false })),
            MOST_LINES => assert_eq!(line, Some(Line { left_out: 0, is_last: true })),
            _ => assert_eq!(line, None),
        }
    }
    assert_eq!(denials.next(Denial::CookieTwice, 179).as_ref(), Some(&plain));
    assert_eq!(denials.next(Denial::SignedOut, 180), Some(Line { left_out: 900, is_last: false }));
    assert_eq!(denials.next(Denial::SignedOut, 181).as_ref(), Some(&plain), "told once");
    assert_eq!(denials.next(Denial::SignedOut, 120).as_ref(), Some(&plain), "a clock that was put back");
}

/// LG-02
#[test]
fn an_origin_is_repeated_as_far_as_a_terminal_may_have_it() {
    let origin = |bytes: &[u8]| legible(&HeaderValue::from_bytes(bytes).unwrap());
    assert_eq!(origin(b"https://evil.example:8443"), "https://evil.example:8443");
    assert_eq!(origin("https://e\u{301}vil\u{9b}31m\tx y".as_bytes()), "https://e??vil??31m?x?y");
    assert_eq!(origin(&[b'x'; 5_000]).len(), 200);
}

/// The table of the guide, and `Denial`.
#[test]
fn the_guide_lists_every_reason_and_no_other() {
    let guide = include_str!("../../../../../docs/operating.md");
    let (_, rest) = guide.split_once("| `why` of `denied` |").expect("the table of reasons");
    let rows = rest.lines().skip(2).take_while(|line| line.starts_with('|'));
    let listed: Vec<_> = rows.map(|row| row.split('|').map(str::trim).collect::<Vec<_>>()).collect();
    let listed: BTreeSet<_> = listed.iter().map(|row| (row[1].trim_matches('`'), row[2].trim_matches('`'))).collect();
    let level = |why: Denial| if why.is_ordinary() { "info" } else { "warn" };
    assert_eq!(listed, Denial::ALL.into_iter().map(|why| (why.name(), level(why))).collect());
}
