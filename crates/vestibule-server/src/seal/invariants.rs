//! What holds for every sealed value and for whatever else is given to be opened.
#![allow(clippy::expect_used, reason = "where something does not hold, the tests are to stop")]

use std::sync::LazyLock;

use super::{KeyRing, Purpose, VERSION};
use crate::secret::Secret;

const NAME: &str = "session";

/// Keys that nobody else has.
pub(crate) static RING: LazyLock<KeyRing> = LazyLock::new(|| ring(&["ours"]));
static ROTATED: LazyLock<KeyRing> = LazyLock::new(|| ring(&["next", "ours"]));
static ANOTHER: LazyLock<KeyRing> = LazyLock::new(|| ring(&["theirs"]));
/// What a fuzzer is given out of comparisons with sealed values, which it hands back, is no forgery of its own: this one seals
/// nothing.
static SILENT: LazyLock<KeyRing> = LazyLock::new(|| ring(&["silent"]));

fn ring(secrets: &[&str]) -> KeyRing {
    KeyRing::new(&secrets.iter().map(|secret| Secret::new(*secret)).collect::<Vec<_>>()).expect("a secret")
}

/// SE-01, SE-02, SE-03, SE-04: what was not sealed here does not open, as whatever it is given out; a text that is sealed
/// comes out again, for its purpose, under its name and with its key alone; changed in whatever way, nothing does.
///
/// `data`: a byte each for the purpose, the kind of the change and what is put in, two for its place, and the text.
pub fn seal(data: &[u8]) {
    not_sealed_here(&String::from_utf8_lossy(data));
    let [purpose, kind, with, high, low, text @ ..] = data else { return };
    let purpose = Purpose::ALL.into_iter().cycle().nth(usize::from(*purpose)).expect("a cycle has no end");
    let text = String::from_utf8_lossy(text);
    let sealed = RING.seal(purpose, NAME, &text);
    comes_out_again(purpose, &sealed, &text);

    let place = usize::from(u16::from_be_bytes([*high, *low])) % sealed.len();
    let (front, back) = sealed.as_bytes().split_at(place);
    let (one, rest) = back.split_first().expect("the place is within it");
    let changed = match kind % 6 {
        0 => [front, &[*with], rest].concat(),
        1 => [front, &[one ^ (1 << (with % 8))], rest].concat(),
        2 => [front, &[*with], back].concat(),
        3 => [front, rest].concat(),
        4 => front.to_vec(),
        _ => [back, front].concat(),
    };
    // What is no text cannot be asked for.
    if let Ok(changed) = String::from_utf8(changed)
        && changed != sealed
    {
        assert!(RING.open(purpose, NAME, &changed).is_none(), "{sealed} opens as {changed}");
    }
}

fn not_sealed_here(text: &str) {
    let ours = format!("{VERSION}.{}.{text}", SILENT.first.kid);
    for purpose in Purpose::ALL {
        for value in [text, &ours] {
            assert!(SILENT.open(purpose, NAME, value).is_none(), "{value:?} opens");
        }
    }
}

fn comes_out_again(purpose: Purpose, sealed: &str, text: &str) {
    for (ring, is_current) in [(&RING, true), (&ROTATED, false)] {
        let opened = ring.open(purpose, NAME, sealed).expect("what was sealed opens");
        assert_eq!((opened.text.as_str(), opened.current), (text, is_current));
    }
    assert!(ANOTHER.open(purpose, NAME, sealed).is_none(), "another key opens it");
    assert!(RING.open(purpose, "sessions", sealed).is_none(), "it opens under another name");
    for other in Purpose::ALL.into_iter().filter(|other| *other != purpose) {
        assert!(RING.open(other, NAME, sealed).is_none(), "sealed for {purpose:?}, it opens for {other:?}");
    }
}
