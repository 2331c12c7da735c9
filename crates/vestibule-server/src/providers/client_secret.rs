//! A client secret that is a signed token (RFC 7523, section 2.2, as Apple has it): made anew for each use, so that nobody
//! replaces it every six months.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};
use serde_json::json;
use vestibule_core::Timestamp;
use zeroize::Zeroizing;

use crate::secret::Secret;

/// How long one is good for, in seconds: longer than anything that is made of it takes.
const GOOD_FOR: i64 = 10 * 60;
/// Who it is for.
const AUDIENCE: &str = "https://appleid.apple.com";

/// What signs the secrets. `Debug` of the key is redacted.
#[derive(Clone, Debug)]
pub(crate) struct SignedSecret {
    team_id: String,
    key_id: String,
    key: Secret,
}

/// No key to sign with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("is no private key of the curve P-256 in PEM (PKCS #8)")]
pub(crate) struct NotAKey;

impl SignedSecret {
    /// `key`: PKCS #8 in PEM, as Apple hands it out.
    pub(crate) fn new(team_id: String, key_id: String, key: Secret) -> Result<Self, NotAKey> {
        pair(&key).ok_or(NotAKey)?;
        Ok(Self { team_id, key_id, key })
    }

    /// A secret for a client, from `now`. `None` where the system has no randomness to give.
    pub(crate) fn sign(&self, client_id: &str, now: Timestamp) -> Option<Secret> {
        let header = json!({ "alg": "ES256", "kid": self.key_id, "typ": "JWT" });
        let (now, until) = (now.as_unix(), now.as_unix() + GOOD_FOR);
        let claims = json!({ "iss": self.team_id, "iat": now, "exp": until, "aud": AUDIENCE, "sub": client_id });
        let encoded = |value: serde_json::Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let message = [encoded(header), encoded(claims)].join(".");
        let signature = pair(&self.key)?.sign(&SystemRandom::new(), message.as_bytes()).ok()?;
        Some(Secret::new([message, URL_SAFE_NO_PAD.encode(signature)].join(".")))
    }
}

fn pair(key: &Secret) -> Option<EcdsaKeyPair> {
    let text = key.expose().trim().strip_prefix("-----BEGIN PRIVATE KEY-----")?;
    let text = text.strip_suffix("-----END PRIVATE KEY-----")?;
    let text: Zeroizing<String> = Zeroizing::new(text.chars().filter(|letter| !letter.is_whitespace()).collect());
    let der = Zeroizing::new(STANDARD.decode(text.as_bytes()).ok()?);
    EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &der, &SystemRandom::new()).ok()
}
