//! A set of keys (RFC 7517, section 5).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;
use serde_json::Value;

use super::jws::Jws;
use super::{Algorithm, Key, KeyKind, Unverified};

/// The keys that a token may be signed with.
#[derive(Debug)]
pub(super) struct KeySet(Vec<Entry>);

#[derive(Debug)]
struct Entry {
    id: Id,
    /// The one algorithm that the key is for, where the set says so.
    only: Option<Algorithm>,
    key: Key,
}

#[derive(Debug)]
enum Id {
    /// The key of the configuration, whatever a token calls it.
    Any,
    /// What the set calls it, if anything.
    Of(Option<String>),
}

#[derive(Deserialize)]
struct Document {
    keys: Vec<Value>,
}

/// A key as a set has it (RFC 7518, section 6; RFC 8037, section 2).
#[derive(Deserialize)]
struct Jwk {
    kty: String,
    #[serde(rename = "use")]
    usage: Option<String>,
    key_ops: Option<Vec<String>>,
    alg: Option<String>,
    kid: Option<String>,
    crv: Option<String>,
    n: Option<String>,
    e: Option<String>,
    x: Option<String>,
    y: Option<String>,
}

impl KeySet {
    /// The key of the configuration.
    pub(super) fn of(key: Key) -> Self {
        Self(vec![Entry { id: Id::Any, only: None, key }])
    }

    /// The keys of a document that verify one of these algorithms; `None` if there is none. Others are left out: a set
    /// may have keys for encryption, of kinds that are not known here, and even broken ones.
    pub(super) fn parse(document: &[u8], allowed: &[Algorithm]) -> Option<Self> {
        let document: Document = serde_json::from_slice(document).ok()?;
        let read = |jwk: Value| serde_json::from_value::<Jwk>(jwk).ok().and_then(Jwk::read);
        let fits = |entry: &Entry| allowed.iter().any(|algorithm| entry.takes(*algorithm));
        let entries: Vec<_> = document.keys.into_iter().filter_map(read).filter(fits).collect();
        (!entries.is_empty()).then_some(Self(entries))
    }

    /// Verifies the signature by the keys that the token may be signed with: those of its `kid`, if it names one, and of
    /// the kind that its algorithm takes.
    pub(super) fn verifies(&self, jws: &Jws<'_>, algorithm: Algorithm) -> Result<(), Unverified> {
        let mut why = Unverified::UnknownKey;
        for entry in self.0.iter().filter(|entry| entry.is_called(jws.key_id()) && entry.takes(algorithm)) {
            if entry.key.verifies(algorithm, jws.message.as_bytes(), &jws.signature) {
                return Ok(());
            }
            why = Unverified::Signature;
        }
        Err(why)
    }
}

impl Entry {
    fn takes(&self, algorithm: Algorithm) -> bool {
        self.key.kind() == algorithm.kind() && self.only.is_none_or(|only| only == algorithm)
    }

    fn is_called(&self, name: Option<&str>) -> bool {
        match &self.id {
            Id::Any => true,
            Id::Of(id) => name.is_none_or(|name| id.as_deref() == Some(name)),
        }
    }
}

impl Jwk {
    /// The key, if it is a public one that is for signatures. A secret (`oct`) is never taken from where everybody may
    /// read it.
    fn read(self) -> Option<Entry> {
        let is_for_signatures = self.usage.is_none_or(|usage| usage == "sig")
            && self.key_ops.is_none_or(|ops| ops.iter().any(|op| op == "verify"));
        if !is_for_signatures {
            return None;
        }
        let only = match self.alg.as_deref().map(Algorithm::named) {
            // For an algorithm that is no signature's, or not known here.
            Some(None) => return None,
            only => only.flatten(),
        };
        let bytes = |text: Option<String>| URL_SAFE_NO_PAD.decode(text?).ok();
        let key = match (self.kty.as_str(), self.crv.as_deref()) {
            ("RSA", _) => Key::rsa(&bytes(self.n)?, &bytes(self.e)?),
            ("EC", Some("P-256")) => Key::of_point(KeyKind::P256, &bytes(self.x)?, &bytes(self.y)?),
            ("EC", Some("P-384")) => Key::of_point(KeyKind::P384, &bytes(self.x)?, &bytes(self.y)?),
            ("OKP", Some("Ed25519")) => Key::of_bytes(KeyKind::Ed25519, bytes(self.x)?),
            _ => None,
        };
        key.map(|key| Entry { id: Id::Of(self.kid), only, key })
    }
}

#[cfg(test)]
mod tests;
