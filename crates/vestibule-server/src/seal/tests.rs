use std::collections::HashSet;

use proptest::prelude::*;

use super::{KeyRing, Purpose, invariants};
use crate::secret::Secret;

const NEW: &str = "0mQ-new-Vd2xJtE8yR5wKzLhNcGbUfSa";
const OLD: &str = "7pX-old-Ge4vBnM1qW9sDkFjTyHuIzCo";

fn ring(secrets: &[&str]) -> KeyRing {
    KeyRing::new(&secrets.iter().map(|secret| Secret::new(*secret)).collect::<Vec<_>>()).unwrap()
}

fn opens(ring: &KeyRing, sealed: &str) -> bool {
    ring.open(Purpose::Session, "session", sealed).is_some()
}

/// Made by the first release. If this fails, the format changed: every session of every deployment would end.
#[test]
fn a_value_sealed_by_the_first_release_still_opens() {
    let frozen = include_str!("vectors/v1.txt").trim();
    let opened = ring(&[OLD]).open(Purpose::Session, "session", frozen).unwrap();
    assert_eq!(opened.text.as_str(), "frozen: ünïcödé, \"quotes\" and 0123456789");
}

/// SE-01
#[test]
fn the_same_text_is_never_sealed_to_the_same_value() {
    let ring = ring(&[NEW]);
    let mut blocks = HashSet::new();
    for _ in 0..1_000 {
        let sealed = ring.seal(Purpose::Session, "session", "the same record");
        let value = sealed.rsplit('.').next().unwrap();
        for window in value.as_bytes().windows(12) {
            assert!(blocks.insert(window.to_vec()), "twelve characters stand in two sealed values");
        }
    }
}

/// SE-02
#[test]
fn a_value_with_any_bit_flipped_does_not_open() {
    let ring = ring(&[NEW]);
    let sealed = ring.seal(Purpose::Session, "session", "a record");
    for position in 0..sealed.len() {
        for bit in 0..7 {
            let mut bytes = sealed.clone().into_bytes();
            bytes[position] ^= 1 << bit;
            let Ok(changed) = String::from_utf8(bytes) else { continue };
            assert!(!opens(&ring, &changed), "bit {bit} of byte {position}");
        }
    }
}

/// SE-02
#[test]
fn a_value_cut_lengthened_or_with_its_halves_swapped_does_not_open() {
    let ring = ring(&[NEW]);
    let sealed = ring.seal(Purpose::Session, "session", "a record of some length");
    for length in 0..sealed.len() {
        assert!(!opens(&ring, &sealed[..length]), "cut at {length}");
    }
    for tail in ["A", "=", "AAAA", " ", "."] {
        assert!(!opens(&ring, &format!("{sealed}{tail}")), "lengthened by {tail:?}");
    }
    let (front, back) = sealed.split_at(sealed.len() / 2);
    assert!(!opens(&ring, &format!("{back}{front}")));
}

/// SE-03
#[test]
fn a_value_sealed_under_another_name_does_not_open() {
    let ring = ring(&[NEW]);
    let sealed = ring.seal(Purpose::Session, "state", "a record");
    assert!(!opens(&ring, &sealed));
}

/// SE-03
#[test]
fn a_value_sealed_for_another_purpose_does_not_open() {
    let ring = ring(&[NEW]);
    for meant in Purpose::ALL {
        let sealed = ring.seal(meant, "session", "a record");
        for asked in Purpose::ALL {
            let opened = ring.open(asked, "session", &sealed);
            assert_eq!(opened.is_some(), asked == meant, "{meant:?} opened as {asked:?}");
        }
    }
}

/// SE-04
#[test]
fn an_older_key_opens_and_says_that_the_value_is_due_to_be_sealed_anew() {
    let sealed = ring(&[OLD]).seal(Purpose::Session, "session", "a record");
    let rotated = ring(&[NEW, OLD]);
    assert!(!rotated.open(Purpose::Session, "session", &sealed).unwrap().current);
    let anew = rotated.seal(Purpose::Session, "session", "a record");
    assert!(rotated.open(Purpose::Session, "session", &anew).unwrap().current);
    assert!(!opens(&ring(&[OLD]), &anew), "the first key seals");
}

/// SE-04
#[test]
fn a_removed_key_opens_nothing() {
    let sealed = ring(&[OLD]).seal(Purpose::Session, "session", "a record");
    assert!(!opens(&ring(&[NEW]), &sealed));
}

/// LG-01
#[test]
fn debug_shows_neither_keys_nor_text() {
    let ring = ring(&[NEW]);
    let sealed = ring.seal(Purpose::Session, "session", "canary-text");
    let opened = ring.open(Purpose::Session, "session", &sealed).unwrap();
    let shown = format!("{ring:?} {opened:?}");
    assert!(!shown.contains("canary") && !shown.contains(&NEW[..8]), "{shown}");
}

/// SE-06
#[test]
fn seals_are_counted_and_openings_are_not() {
    let ring = KeyRing::new(&[Secret::new("kV8-test-Qz3nXcRm6TbWyLpHsDfGaJeU")]).unwrap();
    for _ in 0..3 {
        let sealed = ring.seal(Purpose::Session, "session", "text");
        ring.open(Purpose::Session, "session", &sealed).unwrap();
    }
    assert_eq!(ring.seals(), 3);
}

proptest! {
    /// SE-02
    #[test]
    fn what_was_not_sealed_here_does_not_open(text in "\\PC{0,80}", value in "v1\\.[0-9a-f]{8}\\.[A-Za-z0-9+/=]{0,80}") {
        invariants::seal(text.as_bytes());
        invariants::seal(value.as_bytes());
    }

    /// SE-01, SE-02, SE-03, SE-04: what went in comes out, and after any change nothing does.
    #[test]
    fn a_sealed_value_opens_whole_or_not_at_all(text in "\\PC{0,200}", how in any::<[u8; 5]>(), letter in "[A-Za-z0-9+/=.]") {
        let [purpose, kind, any, high, low] = how;
        for with in [any, letter.as_bytes()[0]] {
            invariants::seal(&[&[purpose, kind, with, high, low], text.as_bytes()].concat());
        }
    }
}

/// LG-01: whoever has the log has no names of people, nor what was typed instead of one.
#[test]
fn a_name_is_told_by_the_first_secret_alone() {
    let name = |secrets: &[&str], text: &str| ring(secrets).name(text);
    let ours = name(&[OLD], "ana@example.com");
    assert_eq!((ours.len(), &ours), (32, &name(&[OLD, NEW], "ana@example.com")), "on every instance");
    assert_ne!(ours, name(&[NEW, OLD], "ana@example.com"));
    assert_ne!(ours, name(&[OLD], "zoe@example.com"));
    assert_eq!(name(&[OLD], &"x".repeat(20_000)).len(), 32);
}
