//! A key that verifies signatures.

use std::fmt;

use ring::signature::VerificationAlgorithm;
use ring::{hmac, signature};
use rustls::pki_types::pem::{PemObject, SectionKind};

use super::der::{BIT_STRING, Der, OBJECT_IDENTIFIER, SEQUENCE};
use super::{Algorithm, KeyKind};
use crate::secret::Secret;

/// The smallest and the largest modulus of an RSA key, in bits (RFC 7518, section 3.3; what ring verifies).
const RSA_BITS: std::ops::RangeInclusive<usize> = 2_048..=8_192;
/// The largest public exponent, in bytes.
const MOST_EXPONENT: usize = 4;

/// A key of the API. `Debug` shows its kind only.
#[derive(Clone)]
pub(crate) enum Key {
    /// The secret's UTF-8 bytes as they are.
    Secret(Secret),
    /// Modulus and exponent, without zeros before them.
    Rsa { modulus: Vec<u8>, exponent: Vec<u8> },
    /// An uncompressed point (SEC 1, section 2.3.3).
    P256(Vec<u8>),
    /// An uncompressed point.
    P384(Vec<u8>),
    /// 32 bytes (RFC 8032).
    Ed25519(Vec<u8>),
}

/// A text that is no public key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NotAKey {
    /// No PEM of a public key.
    Unknown,
    /// The half that only the API may have.
    Private,
    /// A certificate, which holds one.
    Certificate,
    /// An RSA key of less than 2,048 bits, or of more than can be verified.
    Size,
    /// A key of a kind that no algorithm here takes.
    Kind,
}

impl Key {
    /// An RSA key of a size that may be used.
    pub(super) fn rsa(modulus: &[u8], exponent: &[u8]) -> Option<Self> {
        let (modulus, exponent) = (without_zeros(modulus), without_zeros(exponent));
        let bits = modulus.first().map_or(0, |first| modulus.len() * 8 - first.leading_zeros() as usize);
        let is_odd = exponent.last().is_some_and(|last| last % 2 == 1);
        let is_usable = RSA_BITS.contains(&bits) && is_odd && exponent != [1] && exponent.len() <= MOST_EXPONENT;
        is_usable.then(|| Self::Rsa { modulus: modulus.to_vec(), exponent: exponent.to_vec() })
    }

    /// A point of a curve, by the bytes of its coordinates.
    pub(super) fn of_point(kind: KeyKind, x: &[u8], y: &[u8]) -> Option<Self> {
        Self::of_bytes(kind, [&[4], x, y].concat()).filter(|_| x.len() == y.len())
    }

    /// A key of a curve, if it has the length of one.
    pub(super) fn of_bytes(kind: KeyKind, bytes: Vec<u8>) -> Option<Self> {
        let is_uncompressed = bytes.first() == Some(&4);
        match (kind, bytes.len()) {
            (KeyKind::P256, 65) if is_uncompressed => Some(Self::P256(bytes)),
            (KeyKind::P384, 97) if is_uncompressed => Some(Self::P384(bytes)),
            (KeyKind::Ed25519, 32) => Some(Self::Ed25519(bytes)),
            _ => None,
        }
    }

    /// A public key in PEM (RFC 7468, section 13: `BEGIN PUBLIC KEY`).
    pub(crate) fn from_pem(text: &str) -> Result<Self, NotAKey> {
        let sections: Vec<_> = <(SectionKind, Vec<u8>)>::pem_slice_iter(text.as_bytes())
            .collect::<Result<_, _>>()
            .map_err(|_| NotAKey::Unknown)?;
        match sections.as_slice() {
            [(SectionKind::PublicKey, der)] => Self::from_der(der),
            [(SectionKind::Certificate, _), ..] => Err(NotAKey::Certificate),
            _ if text.contains("PRIVATE KEY-----") => Err(NotAKey::Private),
            _ => Err(NotAKey::Unknown),
        }
    }

    /// A `SubjectPublicKeyInfo` (RFC 5280, section 4.1).
    fn from_der(der: &[u8]) -> Result<Self, NotAKey> {
        const RSA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01];
        const CURVE: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01];
        const P256: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07];
        const P384: &[u8] = &[0x2b, 0x81, 0x04, 0x00, 0x22];
        const ED25519: &[u8] = &[0x2b, 0x65, 0x70];

        let mut whole = Der(der);
        let mut info = Der(whole.take(SEQUENCE).filter(|_| whole.is_empty()).ok_or(NotAKey::Unknown)?);
        let mut algorithm = Der(info.take(SEQUENCE).ok_or(NotAKey::Unknown)?);
        let name = algorithm.take(OBJECT_IDENTIFIER).ok_or(NotAKey::Unknown)?;
        // The first byte counts bits that are not used; keys have none.
        let bits = info.take(BIT_STRING).and_then(|bits| bits.strip_prefix(&[0])).filter(|_| info.is_empty());
        let key = bits.ok_or(NotAKey::Unknown)?;
        let curve = |kind| Self::of_bytes(kind, key.to_vec()).ok_or(NotAKey::Kind);
        match name {
            RSA => {
                let mut key = Der(Der(key).take(SEQUENCE).ok_or(NotAKey::Unknown)?);
                let (modulus, exponent) = (key.take_integer(), key.take_integer());
                let (Some(modulus), Some(exponent), true) = (modulus, exponent, key.is_empty()) else {
                    return Err(NotAKey::Unknown);
                };
                Self::rsa(modulus, exponent).ok_or(NotAKey::Size)
            }
            CURVE => match algorithm.take(OBJECT_IDENTIFIER) {
                Some(P256) => curve(KeyKind::P256),
                Some(P384) => curve(KeyKind::P384),
                _ => Err(NotAKey::Kind),
            },
            ED25519 => curve(KeyKind::Ed25519),
            _ => Err(NotAKey::Kind),
        }
    }

    pub(crate) const fn kind(&self) -> KeyKind {
        match self {
            Self::Secret(_) => KeyKind::Secret,
            Self::Rsa { .. } => KeyKind::Rsa,
            Self::P256(_) => KeyKind::P256,
            Self::P384(_) => KeyKind::P384,
            Self::Ed25519(_) => KeyKind::Ed25519,
        }
    }

    /// Whether the signature is this key's, made by this algorithm. The pairs that are written here are all that there
    /// are: whatever a token says, no key is used in another way than its own.
    pub(super) fn verifies(&self, algorithm: Algorithm, message: &[u8], bytes: &[u8]) -> bool {
        let mac = |kind, secret: &Secret| {
            let key = hmac::Key::new(kind, secret.expose().as_bytes());
            hmac::verify(&key, message, bytes).is_ok()
        };
        let rsa = |kind, modulus: &Vec<u8>, exponent: &Vec<u8>| {
            let key = signature::RsaPublicKeyComponents { n: modulus, e: exponent };
            key.verify(kind, message, bytes).is_ok()
        };
        let curve = |kind: &'static dyn VerificationAlgorithm, key: &Vec<u8>| {
            signature::UnparsedPublicKey::new(kind, key).verify(message, bytes).is_ok()
        };
        match (algorithm, self) {
            (Algorithm::Hs256, Self::Secret(secret)) => mac(hmac::HMAC_SHA256, secret),
            (Algorithm::Hs384, Self::Secret(secret)) => mac(hmac::HMAC_SHA384, secret),
            (Algorithm::Hs512, Self::Secret(secret)) => mac(hmac::HMAC_SHA512, secret),
            (Algorithm::Rs256, Self::Rsa { modulus, exponent }) => {
                rsa(&signature::RSA_PKCS1_2048_8192_SHA256, modulus, exponent)
            }
            (Algorithm::Rs384, Self::Rsa { modulus, exponent }) => {
                rsa(&signature::RSA_PKCS1_2048_8192_SHA384, modulus, exponent)
            }
            (Algorithm::Rs512, Self::Rsa { modulus, exponent }) => {
                rsa(&signature::RSA_PKCS1_2048_8192_SHA512, modulus, exponent)
            }
            (Algorithm::Ps256, Self::Rsa { modulus, exponent }) => {
                rsa(&signature::RSA_PSS_2048_8192_SHA256, modulus, exponent)
            }
            (Algorithm::Ps384, Self::Rsa { modulus, exponent }) => {
                rsa(&signature::RSA_PSS_2048_8192_SHA384, modulus, exponent)
            }
            (Algorithm::Ps512, Self::Rsa { modulus, exponent }) => {
                rsa(&signature::RSA_PSS_2048_8192_SHA512, modulus, exponent)
            }
            (Algorithm::Es256, Self::P256(key)) => curve(&signature::ECDSA_P256_SHA256_FIXED, key),
            (Algorithm::Es384, Self::P384(key)) => curve(&signature::ECDSA_P384_SHA384_FIXED, key),
            (Algorithm::EdDsa | Algorithm::Ed25519, Self::Ed25519(key)) => curve(&signature::ED25519, key),
            _ => false,
        }
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.kind().name())
    }
}

fn without_zeros(bytes: &[u8]) -> &[u8] {
    let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
    bytes.get(zeros..).unwrap_or_default()
}

#[cfg(test)]
mod tests;
