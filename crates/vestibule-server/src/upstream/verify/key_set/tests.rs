use serde_json::{Value, json};

use super::super::signing::{ED25519, P256, RSA, encoded, jwk, key_set};
use super::{Algorithm, KeySet};

fn count(keys: &[Value], allowed: &[Algorithm]) -> Option<usize> {
    KeySet::parse(key_set(keys).to_string().as_bytes(), allowed).map(|set| set.0.len())
}

fn with(mut key: Value, name: &str, value: Value) -> Value {
    key[name] = value;
    key
}

/// TK-04: a key is taken for signatures, by an algorithm that is allowed and is its own.
#[test]
fn keys_that_are_for_something_else_are_left_out() {
    let (rsa, p256, ed) = (jwk(RSA, "r"), jwk(P256, "p"), jwk(ED25519, "e"));
    let usual = [Algorithm::Rs256, Algorithm::Es256, Algorithm::EdDsa];
    assert_eq!(count(&[rsa.clone(), p256.clone(), ed], &usual), Some(3));
    for other in [
        with(rsa.clone(), "use", json!("enc")),
        with(rsa.clone(), "key_ops", json!(["sign"])),
        with(rsa.clone(), "alg", json!("RS512")),
        with(rsa.clone(), "alg", json!("RSA-OAEP")),
        with(rsa.clone(), "alg", json!("HS256")),
        with(rsa.clone(), "n", json!(encoded([0xff; 128]))),
        with(rsa.clone(), "n", json!("!")),
        with(rsa.clone(), "e", json!(null)),
        with(rsa.clone(), "kid", json!(7)),
        with(rsa.clone(), "kty", json!("EC")),
        with(p256.clone(), "crv", json!("P-384")),
        with(p256.clone(), "crv", json!("P-521")),
        with(p256.clone(), "x", json!(encoded([1; 31]))),
        with(with(p256.clone(), "x", json!(encoded([1; 31]))), "y", json!(encoded([1; 33]))),
        json!({ "kty": "oct", "k": encoded([7; 32]), "alg": "HS256" }),
        json!({ "kty": "OKP", "crv": "X25519", "x": encoded([7; 32]) }),
        json!({ "kty": "OKP", "crv": "Ed25519", "x": encoded([7; 31]) }),
        json!({ "kty": "OKP", "crv": "Ed25519", "x": "" }),
        json!({ "kty": "lattice" }),
        json!({}),
        json!("canary"),
        json!(null),
    ] {
        assert_eq!(count(std::slice::from_ref(&other), &usual), None, "{other}");
        assert_eq!(count(&[other, p256.clone()], &usual), Some(1));
    }
    assert_eq!(count(&[with(rsa.clone(), "key_ops", json!(["verify"]))], &usual), Some(1));
    assert_eq!(count(&[with(rsa, "alg", json!("RS256"))], &usual), Some(1));
    assert_eq!(count(&[p256], &[Algorithm::Rs256]), None);
}

#[test]
fn what_is_no_key_set_is_none() {
    for text in ["", "[]", "{}", "{\"keys\":{}}", "{\"keys\":[]}", "<html>", "{\"keys\":[", "null"] {
        assert!(KeySet::parse(text.as_bytes(), &Algorithm::ALL).is_none(), "{text}");
    }
    assert!(KeySet::parse("[".repeat(60_000).as_bytes(), &Algorithm::ALL).is_none());
}
