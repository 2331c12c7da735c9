//! An API that signs its tokens.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::rand::SystemRandom;
use ring::signature::{Ed25519KeyPair, KeyPair};
use serde_json::{Value, json};

fn encoded(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// A JWT (RFC 7519) that nobody signed: to whoever does not verify it, it is as good as another.
pub(crate) fn unsigned(claims: &Value) -> String {
    format!("{}.{}.canary", encoded(r#"{"alg":"EdDSA"}"#), encoded(claims.to_string()))
}

/// A key pair of Ed25519, with a name.
pub(crate) struct Key {
    id: &'static str,
    pair: Ed25519KeyPair,
}

impl Key {
    pub(crate) fn new(id: &'static str) -> Self {
        let document = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).unwrap();
        Self { id, pair: Ed25519KeyPair::from_pkcs8(document.as_ref()).unwrap() }
    }

    /// A JWT with these claims.
    pub(crate) fn signs(&self, claims: &Value) -> String {
        let header = json!({ "alg": "EdDSA", "typ": "JWT", "kid": self.id });
        let message = format!("{}.{}", encoded(header.to_string()), encoded(claims.to_string()));
        format!("{message}.{}", encoded(self.pair.sign(message.as_bytes())))
    }

    /// The public half, as a key set has it (RFC 8037).
    pub(crate) fn public(&self) -> Value {
        json!({ "kty": "OKP", "crv": "Ed25519", "x": encoded(self.pair.public_key()), "kid": self.id, "use": "sig" })
    }
}
