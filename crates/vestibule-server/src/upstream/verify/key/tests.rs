use super::super::signing::{ED25519, P256, P384, RSA, der};
use super::{Key, KeyKind, NotAKey};

#[test]
fn public_keys_are_read_from_pem() {
    for (pem, kind) in [(RSA, KeyKind::Rsa), (P256, KeyKind::P256), (P384, KeyKind::P384), (ED25519, KeyKind::Ed25519)]
    {
        assert_eq!(Key::from_pem(pem).unwrap().kind(), kind);
        assert_eq!(
            Key::from_pem(&format!("a note before it\n{}\r\n", pem.replace('\n', "\r\n"))).unwrap().kind(),
            kind
        );
    }
}

/// What is no public key is told apart, so that the operator knows what to do.
#[test]
fn what_is_no_public_key_is_told() {
    let why = |pem: &str| Key::from_pem(pem).unwrap_err();
    for private in [include_str!("../keys/rsa.pem"), include_str!("../keys/p256.pem"), include_str!("../keys/ed.pem")] {
        assert_eq!(why(private), NotAKey::Private);
        assert_eq!(why(&format!("{RSA}{private}")), NotAKey::Private);
    }
    assert_eq!(
        why("-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----"),
        NotAKey::Private
    );
    assert_eq!(why(include_str!("../../http/self_signed.pem")), NotAKey::Certificate);
    assert_eq!(why(include_str!("../keys/small.pub")), NotAKey::Size);
    assert_eq!(why(include_str!("../keys/p521.pub")), NotAKey::Kind);
    for nothing in ["", "ssh-ed25519 AAAA", "{\"kty\":\"RSA\"}", "-----BEGIN PUBLIC KEY-----\nAAAA\n", &RSA[..200]] {
        assert_eq!(why(nothing), NotAKey::Unknown, "{nothing}");
    }
    assert_eq!(why(&format!("{RSA}{P256}")), NotAKey::Unknown, "which of the two?");
}

#[test]
fn a_key_that_is_cut_or_goes_on_is_none_and_never_panics() {
    for pem in [RSA, P256, P384, ED25519] {
        let whole = der(pem);
        assert!(Key::from_der(&whole).is_ok());
        for end in 0..whole.len() {
            assert!(Key::from_der(&whole[..end]).is_err(), "cut at {end}");
        }
        assert!(Key::from_der(&[whole.as_slice(), &[0]].concat()).is_err());
        for place in 0..whole.len() {
            let mut changed = whole.clone();
            changed[place] ^= 0xff;
            let _ = Key::from_der(&changed);
        }
    }
}

/// TK-04: keys that anybody could break are none.
#[test]
fn rsa_keys_have_a_size_and_an_exponent_that_are_sound() {
    let modulus = |bits: usize| {
        let mut bytes = vec![0xff; bits / 8];
        bytes[0] = 0x80;
        bytes
    };
    let e = [1, 0, 1];
    assert!(Key::rsa(&modulus(2_048), &e).is_some() && Key::rsa(&modulus(8_192), &e).is_some());
    assert!(Key::rsa(&[vec![0, 0], modulus(2_048)].concat(), &[0, 1, 0, 1]).is_some());
    for (n, e) in [
        (modulus(1_024), &e[..]),
        (modulus(2_040), &e),
        ([&[0x7f], &modulus(2_048)[1..]].concat(), &e),
        (modulus(8_200), &e),
        (modulus(2_048), &[]),
        (modulus(2_048), &[0]),
        (modulus(2_048), &[1]),
        (modulus(2_048), &[2]),
        (modulus(2_048), &[1, 0, 0, 0, 1]),
        (vec![], &e),
    ] {
        assert!(Key::rsa(&n, e).is_none(), "{} bytes, {e:?}", n.len());
    }
}
