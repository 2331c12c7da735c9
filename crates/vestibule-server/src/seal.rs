//! Sealing: authenticated encryption of what a browser keeps for us, behind a ring of keys.
//!
//! A sealed value is `v1.KID.VALUE`:
//! - `KID`, 8 hex digits, names the key, so that the right one opens at once and a removed one is known as such;
//! - `VALUE` is what the private jar of the `cookie` crate makes: Base64 of nonce (12 bytes, random), AES-256-GCM
//!   ciphertext and tag (16 bytes), with the cookie's name as associated data.
//!
//! Keys are derived from the configured secret with HKDF-SHA-256 (RFC 5869), the [`Purpose`] as info: what was sealed
//! for one purpose does not open for another, whatever name it is given (CVE-2023-48309 was that mistake).
//!
//! These keys are ours alone. They have nothing to do with the key that signs the upstream's tokens.

use std::fmt;
use std::sync::atomic::AtomicU64;

use cookie::{Cookie, CookieJar, Key};
use hkdf::Hkdf;
use prometheus_client::metrics::counter::Counter;
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::secret::Secret;

const VERSION: &str = "v1";
/// Random nonces of 96 bits are good for 2^32 values under one key (NIST SP 800-38D, section 8.3); one process warns at
/// half of that, well before.
const SEALS_TO_WARN_AT: u64 = 1 << 31;
/// Hex digits of a key's id.
const KID_LEN: usize = 8;
/// Bytes of a name.
const NAME_LEN: usize = 16;
/// The private jar wants 64 bytes and uses the latter half to encrypt.
const KEY_LEN: usize = 64;

/// What a sealed value is for. Each has keys of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// The session's record, in cookies.
    Session,
    /// The session's id, in a cookie, with the record in the store.
    Reference,
    /// A record in the store.
    Stored,
    /// What a refresh brought, in the store.
    Landing,
    /// The first step of a sign-in that has a second, in a cookie.
    FirstStep,
    /// A sign-in that is under way at a provider, in a cookie.
    Attempt,
}

impl Purpose {
    const ALL: [Self; 6] =
        [Self::Session, Self::Reference, Self::Stored, Self::Landing, Self::FirstStep, Self::Attempt];

    const fn info(self) -> &'static [u8] {
        match self {
            Self::Session => b"vestibule v1 session",
            Self::Reference => b"vestibule v1 reference",
            Self::Stored => b"vestibule v1 stored record",
            Self::Landing => b"vestibule v1 landing",
            Self::FirstStep => b"vestibule v1 first step",
            Self::Attempt => b"vestibule v1 attempt",
        }
    }
}

/// One configured secret, as keys.
struct RingKey {
    kid: String,
    by_purpose: Vec<(Purpose, Key)>,
    names: Hkdf<Sha256>,
}

impl RingKey {
    fn derive(secret: &Secret) -> Self {
        let hkdf = Hkdf::<Sha256>::new(None, secret.expose().as_bytes());
        let kid = expand::<{ KID_LEN / 2 }>(&hkdf, b"vestibule v1 key id");
        let by_purpose = Purpose::ALL
            .map(|purpose| (purpose, Key::from(expand::<KEY_LEN>(&hkdf, purpose.info()).as_slice())))
            .to_vec();
        let names = Hkdf::new(None, expand::<KEY_LEN>(&hkdf, b"vestibule v1 names").as_slice());
        Self { kid: hex(kid.as_slice()), by_purpose, names }
    }

    fn key(&self, purpose: Purpose) -> Option<&Key> {
        self.by_purpose.iter().find_map(|(of, key)| (*of == purpose).then_some(key))
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn expand<const N: usize>(hkdf: &Hkdf<Sha256>, info: &[u8]) -> Zeroizing<[u8; N]> {
    let mut bytes = Zeroizing::new([0; N]);
    #[expect(clippy::expect_used, reason = "fails only beyond 255 times 32 bytes, and the lengths here are constants")]
    hkdf.expand(info, bytes.as_mut_slice()).expect("a constant length that HKDF can give");
    bytes
}

/// The keys that seal and open: the first seals, all open.
///
/// To rotate, put a new secret first and keep the old one until its sessions are over; removing a secret ends the
/// sessions that it sealed (ASVS 11.2.2).
///
/// ```
/// use vestibule_server::seal::{KeyRing, NoKey, Purpose};
/// use vestibule_server::secret::Secret;
///
/// # fn main() -> Result<(), NoKey> {
/// let ring = KeyRing::new(&[Secret::new("replace-this-with-the-output-of-vestibule-app-secret")])?;
/// let sealed = ring.seal(Purpose::Session, "session", "a record");
/// assert_eq!(ring.open(Purpose::Session, "session", &sealed).unwrap().text.as_str(), "a record");
/// assert!(ring.open(Purpose::Session, "another name", &sealed).is_none());
/// # Ok(())
/// # }
/// ```
pub struct KeyRing {
    first: RingKey,
    older: Vec<RingKey>,
    seals: Counter<u64, AtomicU64>,
}

/// A key ring was asked for without a secret. Remedy: set `session.secrets`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no secret to seal with: set session.secrets")]
pub struct NoKey;

/// What came out of a sealed value.
pub struct Opened {
    /// The plain text; wiped on drop.
    pub text: Zeroizing<String>,
    /// Whether the first key sealed it. If not, it is due to be sealed anew.
    pub current: bool,
}

impl fmt::Debug for Opened {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Opened").field("current", &self.current).finish_non_exhaustive()
    }
}

impl fmt::Debug for KeyRing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyRing").field("keys", &(1 + self.older.len())).finish_non_exhaustive()
    }
}

impl KeyRing {
    /// Derives the keys; the first secret is the one that seals.
    ///
    /// # Errors
    /// [`NoKey`] without a secret.
    pub fn new(secrets: &[Secret]) -> Result<Self, NoKey> {
        let (first, older) = secrets.split_first().ok_or(NoKey)?;
        let older = older.iter().map(RingKey::derive).collect();
        Ok(Self { first: RingKey::derive(first), older, seals: Counter::default() })
    }

    /// How many values were sealed since the ring was made, by this process alone: what `vestibule_seals_total` counts.
    #[must_use]
    pub fn seals(&self) -> u64 {
        self.seals.get()
    }

    pub(crate) fn counter(&self) -> &Counter<u64, AtomicU64> {
        &self.seals
    }

    /// What to call `text` where it must not stand: 32 hex digits, from which nobody without the first secret can tell it by
    /// trying (ASVS 16.2.5). Whoever has that secret calls it the same.
    #[must_use]
    pub(crate) fn name(&self, text: &str) -> String {
        hex(expand::<NAME_LEN>(&self.first.names, text.as_bytes()).as_slice())
    }

    /// Seals `text` for `purpose` under `name`, which must be given again to open it.
    #[must_use]
    pub fn seal(&self, purpose: Purpose, name: &str, text: &str) -> String {
        if self.seals.inc() == SEALS_TO_WARN_AT {
            tracing::warn!("this process has sealed 2^31 values with one secret: rotate session.secrets");
        }
        let mut jar = CookieJar::new();
        if let Some(key) = self.first.key(purpose) {
            jar.private_mut(key).add(Cookie::new(name.to_owned(), text.to_owned()));
        }
        let value = jar.get(name).map_or("", Cookie::value);
        format!("{VERSION}.{}.{value}", self.first.kid)
    }

    /// Opens what [`KeyRing::seal`] made. `None` for everything else: another key, purpose or name, a changed bit.
    #[must_use]
    pub fn open(&self, purpose: Purpose, name: &str, sealed: &str) -> Option<Opened> {
        let (kid, value) = parts(sealed)?;
        let decrypt = |key: &RingKey| {
            let sealed = Cookie::new(name.to_owned(), value.to_owned());
            let opened = CookieJar::new().private(key.key(purpose)?).decrypt(sealed)?;
            Some(Zeroizing::new(opened.value().to_owned()))
        };
        if self.first.kid == kid
            && let Some(text) = decrypt(&self.first)
        {
            return Some(Opened { text, current: true });
        }
        let text = self.older.iter().filter(|key| key.kid == kid).find_map(decrypt)?;
        Some(Opened { text, current: false })
    }

    /// Whether a sealed value says that a key of the ring sealed it.
    pub(crate) fn knows_key_of(&self, sealed: &str) -> bool {
        parts(sealed).is_some_and(|(kid, _)| [&self.first].into_iter().chain(&self.older).any(|key| key.kid == kid))
    }
}

/// The key's id and the rest of a sealed value.
fn parts(sealed: &str) -> Option<(&str, &str)> {
    sealed.strip_prefix(VERSION)?.strip_prefix('.')?.split_once('.')
}

#[cfg(any(test, fuzzing))]
pub(crate) mod invariants;
#[cfg(test)]
mod tests;
