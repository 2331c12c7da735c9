use std::collections::BTreeSet;

use super::*;

const NOW: Timestamp = Timestamp::from_unix(1_800_000_000);

fn attempt() -> Attempt {
    Attempt::new("google", Some("/desk".into()), NOW).unwrap()
}

/// OA-01: state of 128 bits and more, a nonce and a verifier of their own, none of them twice.
#[test]
fn no_two_attempts_have_anything_in_common() {
    let mut seen = BTreeSet::new();
    for _ in 0..100 {
        let Attempt { state, nonce, verifier, .. } = attempt();
        assert_eq!((state.len(), nonce.len(), verifier.len()), (43, 22, 43));
        for text in [state, nonce, verifier.to_string()] {
            assert!(text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte)));
            assert!(seen.insert(text));
        }
    }
}

/// OA-01
#[test]
fn an_attempt_is_over_after_ten_minutes_by_the_server_s_clock() {
    let text = serde_json::to_string(&attempt()).unwrap();
    let at = |seconds| Attempt::from_text(&text, NOW.plus(seconds)).map(|attempt| attempt.callback);
    assert_eq!(at(599), Some(Some("/desk".into())));
    assert_eq!(at(600), None);
    assert!(Attempt::from_text(&text.replace("\"v\":1", "\"v\":2"), NOW).is_none(), "another release's");
    assert!(Attempt::from_text("{}", NOW).is_none());
}

/// RFC 7636, appendix B.
#[test]
fn the_challenge_is_that_of_the_rfc() {
    let verifier = Zeroizing::new("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk".to_owned());
    assert_eq!(Attempt { verifier, ..attempt() }.challenge(), "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
}

/// LG-01
#[test]
fn nothing_of_an_attempt_that_could_be_used_is_in_its_debug_output_or_its_mark() {
    let attempt = attempt();
    let shown = format!("{attempt:?} {} {}", attempt.mark(), cookie_of(&attempt.state));
    for secret in [&attempt.state, &attempt.nonce, attempt.verifier.as_str()] {
        assert!(!shown.contains(secret), "{shown}");
    }
    assert_eq!((attempt.mark().len(), cookie_of(&attempt.state).len()), (64, 8));
}
