use proptest::prelude::*;

use super::*;

fn weakness(text: &str) -> Result<(), Weakness> {
    check(&Secret::new(text))
}

const GOOD: &str = "9f2c41d07be86a35c1f4e02d98b7560a";

/// SE-05
#[test]
fn thirty_two_mixed_bytes_pass_and_thirty_one_do_not() {
    assert_eq!(GOOD.len(), 32);
    assert_eq!(weakness(GOOD), Ok(()));
    assert_eq!(weakness(&GOOD[1..]), Err(Weakness::Short(31)));
    assert_eq!(weakness("changeme"), Err(Weakness::Short(8)));
    assert_eq!(weakness(""), Err(Weakness::Short(0)));
}

/// SE-05: bytes count, not characters.
#[test]
fn length_is_counted_in_bytes_of_utf_8() {
    assert_eq!(weakness("ñandú-früh-žluť-ťukal-øre-çà-"), Ok(()));
    assert_eq!("ñandú-früh-žluť-ťukal-øre-çà-".chars().count(), 29);
}

/// SE-05
#[test]
fn few_different_bytes_are_refused() {
    assert_eq!(weakness(&"\0".repeat(64)), Err(Weakness::Monotonous(1)));
    assert_eq!(weakness(&"0".repeat(32)), Err(Weakness::Monotonous(1)));
    // Nine different bytes, in no order; with a tenth it passes.
    assert_eq!(weakness("acegikmoqacegqomkigacaeciemgkaqoi"), Err(Weakness::Monotonous(9)));
    assert_eq!(weakness("acegikmoqacegqomkigacaeciemgkaqos"), Ok(()));
}

/// SE-05
#[test]
fn a_repeated_block_is_refused() {
    let block = "q7Zr1Xm94Kc0VtWb";
    assert_eq!(block.len(), 16);
    assert_eq!(weakness(&block.repeat(2)), Err(Weakness::Repeated));
    assert_eq!(weakness(&block[..11].repeat(3)), Err(Weakness::Repeated));
    // Cut off in its last repetition.
    assert_eq!(weakness(&block.repeat(3)[..40]), Err(Weakness::Repeated));
    // A block of 17 bytes is no short block, and a differing end is no repetition.
    assert_eq!(weakness(&format!("{block}y").repeat(2)), Ok(()));
    assert_eq!(weakness(&format!("{}x", block.repeat(2))), Ok(()));
}

/// SE-05
#[test]
fn a_run_of_the_alphabet_or_of_digits_is_refused() {
    for run in ["abcdefgh", "stuvwxyz", "ABCDEFGH", "01234567", "23456789"] {
        assert_eq!(weakness(&format!("{GOOD}{run}")), Err(Weakness::Run), "{run} at the end");
        assert_eq!(weakness(&format!("{run}{GOOD}")), Err(Weakness::Run), "{run} at the start");
        assert_eq!(weakness(&format!("{GOOD}!{run}!{GOOD}x")), Err(Weakness::Run), "{run} in the middle");
        let (shorter, _) = run.split_at(7);
        assert_eq!(weakness(&format!("{GOOD}!{shorter}")), Ok(()), "{shorter}");
    }
    assert_eq!(weakness("abcdefghijklmnopqrstuvwxyz0123456789"), Err(Weakness::Run));
    // Neighbours in ASCII, but not in any alphabet.
    assert_eq!(weakness(&format!("{GOOD}!456789:;<=>?@ABCDEFG!")), Ok(()));
}

/// SE-05
#[test]
fn an_example_of_the_documentation_is_refused_in_whatever_dress() {
    for example in EXAMPLES {
        assert!(example.len() >= 32, "an example would be refused for its length, not for being one");
        assert_eq!(weakness(example), Err(Weakness::Example));
        assert_eq!(weakness(&example.to_uppercase()), Err(Weakness::Example));
        assert_eq!(weakness(&format!("{example}-2")), Err(Weakness::Example));
    }
}

#[test]
fn a_weakness_does_not_repeat_the_secret() {
    for text in ["hunter2", "hunter2hunter2hunter2hunter2hunter2", "hunter2-abcdefghijklmnopqrstuvwxyz-0-AQZ"] {
        let message = weakness(text).unwrap_err().to_string();
        assert!(!message.contains("hunter2"), "{message}");
    }
}

#[test]
fn a_new_secret_always_passes_its_own_check_and_is_never_the_same() {
    let many: BTreeSet<String> = (0..2_000).map(|_| generate_secret().expose().to_owned()).collect();
    assert_eq!(many.len(), 2_000);
    for text in many {
        assert_eq!(text.len(), 64);
        assert_eq!(weakness(&text), Ok(()));
    }
}

#[test]
fn a_weak_draw_is_drawn_again() {
    let mut draws = [
        [0; 32],
        [0x5a; 32],
        *b"\x01\x23\x45\x67\x89\xab\xcd\xef2c41d07be86a35c1f4e02d9a",
        *b"k2V9zQ7x1Lm84RtYw0PbNc6GdHs35JfA",
    ]
    .into_iter();
    let secret = generate_with(|bytes| *bytes = draws.next().unwrap());
    assert_eq!(draws.len(), 0, "the first three draws are weak");
    assert!(secret.expose().starts_with("6b3256397a5137"), "the fourth, in hexadecimal");
}

proptest! {
    #[test]
    fn random_bytes_as_hexadecimal_give_a_secret_that_passes(seed: [u8; 32], next: [u8; 32]) {
        let mut draws = [seed, next].into_iter().chain(std::iter::repeat_with(|| *b"k2V9zQ7x1Lm84RtYw0PbNc6GdHs35JfA"));
        let secret = generate_with(|bytes| *bytes = draws.next().unwrap());
        prop_assert_eq!(check(&secret), Ok(()));
    }

    #[test]
    fn no_text_upsets_the_check(text: String) {
        let _ = check(&Secret::new(text));
    }
}
