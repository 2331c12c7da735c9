//! An API that signs tokens, for tests: well, and in every way that it must not.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::rand::SystemRandom;
use ring::{hmac, signature};
use rustls::pki_types::pem::{PemObject, SectionKind};
use serde_json::{Value, json};

use super::Algorithm;
use super::key::Key;
use crate::upstream::fake::NOW;

pub(crate) const SECRET: &str = "the-apis-own-Q7w3-secret-of-40-characters";
pub(crate) const ISSUER: &str = "https://api.example";
pub(crate) const AUDIENCE: &str = "the-application";

pub(crate) const RSA: &str = include_str!("keys/rsa.pub");
pub(crate) const P256: &str = include_str!("keys/p256.pub");
pub(crate) const P384: &str = include_str!("keys/p384.pub");
pub(crate) const ED25519: &str = include_str!("keys/ed.pub");

/// The bytes in a PEM file.
pub(crate) fn der(pem: &str) -> Vec<u8> {
    <(SectionKind, Vec<u8>)>::from_pem_slice(pem.as_bytes()).unwrap().1
}

pub(crate) fn encoded(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// The signature of a message by the API's key of the algorithm's kind; for the HMACs, by [`SECRET`].
pub(crate) fn sign(algorithm: Algorithm, message: &[u8]) -> Vec<u8> {
    let random = SystemRandom::new();
    let rsa = |padding: &'static dyn signature::RsaEncoding| {
        let key = signature::RsaKeyPair::from_pkcs8(&der(include_str!("keys/rsa.pem"))).unwrap();
        let mut bytes = vec![0; key.public().modulus_len()];
        key.sign(padding, &random, message, &mut bytes).unwrap();
        bytes
    };
    let curve = |kind, pem| {
        let key = signature::EcdsaKeyPair::from_pkcs8(kind, &der(pem), &random).unwrap();
        key.sign(&random, message).unwrap().as_ref().to_vec()
    };
    match algorithm {
        Algorithm::Hs256 => hs(hmac::HMAC_SHA256, SECRET, message),
        Algorithm::Hs384 => hs(hmac::HMAC_SHA384, SECRET, message),
        Algorithm::Hs512 => hs(hmac::HMAC_SHA512, SECRET, message),
        Algorithm::Rs256 => rsa(&signature::RSA_PKCS1_SHA256),
        Algorithm::Rs384 => rsa(&signature::RSA_PKCS1_SHA384),
        Algorithm::Rs512 => rsa(&signature::RSA_PKCS1_SHA512),
        Algorithm::Ps256 => rsa(&signature::RSA_PSS_SHA256),
        Algorithm::Ps384 => rsa(&signature::RSA_PSS_SHA384),
        Algorithm::Ps512 => rsa(&signature::RSA_PSS_SHA512),
        Algorithm::Es256 => curve(&signature::ECDSA_P256_SHA256_FIXED_SIGNING, include_str!("keys/p256.pem")),
        Algorithm::Es384 => curve(&signature::ECDSA_P384_SHA384_FIXED_SIGNING, include_str!("keys/p384.pem")),
        Algorithm::EdDsa | Algorithm::Ed25519 => {
            let key = signature::Ed25519KeyPair::from_pkcs8_maybe_unchecked(&der(include_str!("keys/ed.pem"))).unwrap();
            key.sign(message).as_ref().to_vec()
        }
    }
}

pub(crate) fn hs(kind: hmac::Algorithm, secret: impl AsRef<[u8]>, message: &[u8]) -> Vec<u8> {
    hmac::sign(&hmac::Key::new(kind, secret.as_ref()), message).as_ref().to_vec()
}

/// A token of these bytes, signed by the algorithm, whatever the header says.
pub(crate) fn raw(header: &str, payload: &str, algorithm: Algorithm) -> String {
    let message = format!("{}.{}", encoded(header), encoded(payload));
    let signature = encoded(sign(algorithm, message.as_bytes()));
    format!("{message}.{signature}")
}

/// A token with the usual header.
pub(crate) fn token(algorithm: Algorithm, kid: Option<&str>, claims: &Value) -> String {
    let mut header = json!({ "alg": algorithm.name(), "typ": "JWT" });
    if let Some(kid) = kid {
        header["kid"] = kid.into();
    }
    raw(&header.to_string(), &claims.to_string(), algorithm)
}

/// The claims of a token that is good for two hours from `now`.
pub(crate) fn claims_at(now: i64) -> Value {
    json!({ "iss": ISSUER, "aud": AUDIENCE, "sub": "7", "role": "admin", "iat": now, "exp": now + 7_200 })
}

pub(crate) fn claims() -> Value {
    claims_at(NOW)
}

/// The public key of a PEM file, as a key set has it.
pub(crate) fn jwk(pem: &str, kid: &str) -> Value {
    let point = |crv: &str, bytes: &[u8]| {
        let (x, y) = bytes[1..].split_at((bytes.len() - 1) / 2);
        json!({ "kty": "EC", "crv": crv, "x": encoded(x), "y": encoded(y), "kid": kid, "use": "sig" })
    };
    match Key::from_pem(pem).unwrap() {
        Key::Rsa { modulus, exponent } => {
            json!({ "kty": "RSA", "n": encoded(modulus), "e": encoded(exponent), "kid": kid, "use": "sig" })
        }
        Key::P256(bytes) => point("P-256", &bytes),
        Key::P384(bytes) => point("P-384", &bytes),
        Key::Ed25519(bytes) => json!({ "kty": "OKP", "crv": "Ed25519", "x": encoded(bytes), "kid": kid }),
        Key::Secret(_) => unreachable!("no PEM holds a secret"),
    }
}

/// A key set of these keys.
pub(crate) fn key_set(keys: &[Value]) -> Value {
    json!({ "keys": keys })
}
