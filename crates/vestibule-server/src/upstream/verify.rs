//! Verifying the tokens that the API hands out (`[upstream.token]`, key `verify`): every one of them, before it is kept.
//!
//! ```text
//! token ─► jws: compact form, a header without surprises ─► alg among those allowed, and bound to the kind of key
//!       ─► key: the configured one, or of the key set at jwks_url (crate::remote) ─► signature ─► typ, iss, aud, times
//!       ─► Claims
//! ```
//!
//! It follows RFC 8725 and its successor's draft. The keys here are the API's, and have nothing to do with the ring that
//! seals the session.
//!
//! # Security
//! Nothing in a token chooses how it is verified: algorithms and keys come from the configuration, a header only picks
//! among them. Signatures are checked by ring, which is what TLS uses here.

use std::sync::Arc;
use std::time::Duration;

use url::Url;

use self::jws::Jws;
use self::key_set::KeySet;
use super::error::Away;
use super::transport::Transport;
use crate::clock::Clock;
use crate::remote::{Remote, Source};

mod algorithm;
mod claims;
mod der;
mod jws;
mod key;
mod key_set;
mod unverified;

pub use self::algorithm::Algorithm;
pub(crate) use self::algorithm::KeyKind;
pub use self::claims::Claims;
pub(crate) use self::key::{Key, NotAKey};
pub use self::unverified::Unverified;

/// The longest that fetching the API's keys may take: a sign-in may have to wait for it besides its two calls.
pub(crate) const KEYS_TIMEOUT: Duration = Duration::from_secs(5);

/// `upstream.token.verify`, checked: what a token must be.
#[derive(Clone, Debug)]
pub struct Verify {
    pub(crate) keys: KeySource,
    pub(crate) algorithms: Vec<Algorithm>,
    pub(crate) issuer: Option<String>,
    pub(crate) audience: Option<String>,
    pub(crate) typ: Typ,
}

/// What the `typ` of a token must be: tokens of one kind are no tokens of another (RFC 8725, section 3.11).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Typ {
    /// Any access token's: `JWT`, `at+jwt` (RFC 9068), or none.
    Access,
    /// An ID token's: `JWT` or none.
    Id,
    /// This one.
    Named(String),
}

/// Where the keys are that a token may be signed with.
#[derive(Clone, Debug)]
pub(crate) enum KeySource {
    /// One key, in the configuration.
    Fixed(Key),
    /// The key set of the API (RFC 7517), over the network.
    Remote(Url),
}

impl Verify {
    /// The algorithms that a token may be signed by.
    #[must_use]
    pub fn algorithms(&self) -> &[Algorithm] {
        &self.algorithms
    }

    /// Where the API publishes its keys, if that is where they come from.
    #[must_use]
    pub fn jwks_url(&self) -> Option<&Url> {
        match &self.keys {
            KeySource::Remote(url) => Some(url),
            KeySource::Fixed(_) => None,
        }
    }

    /// Whether tokens are signed by this very secret.
    pub(crate) fn is_signed_with(&self, secret: &str) -> bool {
        matches!(&self.keys, KeySource::Fixed(Key::Secret(key)) if key.expose() == secret)
    }
}

/// A token that was not verified.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NotVerified {
    /// It is not what it must be.
    Token(Unverified),
    /// Nobody can say: the keys cannot be had.
    Keys(Away),
}

impl From<Unverified> for NotVerified {
    fn from(why: Unverified) -> Self {
        Self::Token(why)
    }
}

/// Verifies tokens by one policy.
#[derive(Debug)]
pub(crate) struct Verifier {
    policy: Verify,
    keys: Keys,
    clock: Arc<dyn Clock>,
}

#[derive(Debug)]
enum Keys {
    Fixed(Arc<KeySet>),
    Remote(Arc<Remote<KeySet>>),
}

impl Verifier {
    /// `key`: the key of the configuration that leads to the keys, for the log.
    pub(crate) fn new(
        policy: Verify,
        key: &str,
        transport: Arc<dyn Transport>,
        clock: Arc<dyn Clock>,
        timeout: Duration,
    ) -> Self {
        let keys = match &policy.keys {
            KeySource::Fixed(key) => Keys::Fixed(Arc::new(KeySet::of(key.clone()))),
            KeySource::Remote(url) => {
                let allowed = policy.algorithms.clone();
                let source = Source {
                    url: url.clone(),
                    accept: "application/json, application/jwk-set+json",
                    what: "the keys that verify tokens",
                    key: key.to_owned(),
                    read: Box::new(move |document| KeySet::parse(document, &allowed)),
                };
                let deadline = timeout.min(KEYS_TIMEOUT);
                Keys::Remote(Arc::new(Remote::new(source, transport, Arc::clone(&clock), deadline)))
            }
        };
        Self { policy, keys, clock }
    }

    /// Sees to it that there are keys, before anything is asked of the API that it would do once only: a one-time code,
    /// or a refresh token, must not be spent on a token that nobody can verify.
    pub(crate) async fn ready(&self) -> Result<(), Away> {
        match &self.keys {
            Keys::Fixed(_) => Ok(()),
            Keys::Remote(keys) => keys.that(|_| true).await.map(drop),
        }
    }

    /// The claims of a token that is what it must be.
    pub(crate) async fn verify(&self, token: &str) -> Result<Claims, NotVerified> {
        self.verify_with(token).await.map(|(claims, _)| claims)
    }

    /// The same, and the algorithm of the signature.
    pub(crate) async fn verify_with(&self, token: &str) -> Result<(Claims, Algorithm), NotVerified> {
        self.verify_as(token, &self.policy.typ).await
    }

    /// The same of a token of another kind, from the same hands.
    pub(crate) async fn verify_as(&self, token: &str, typ: &Typ) -> Result<(Claims, Algorithm), NotVerified> {
        let jws = Jws::parse(token)?;
        let policy = &self.policy;
        let algorithm = jws.algorithm(&policy.algorithms)?;
        jws.has_type(typ)?;
        let verifies = |set: &KeySet| set.verifies(&jws, algorithm);
        match &self.keys {
            Keys::Fixed(set) => verifies(set)?,
            Keys::Remote(keys) => {
                let set = keys.that(|set| verifies(set).is_ok()).await.map_err(NotVerified::Keys)?;
                match (verifies(&set), keys.away()) {
                    // The API may have a new key, and cannot be asked for it.
                    (Err(Unverified::UnknownKey), Some(away)) => return Err(NotVerified::Keys(away)),
                    (outcome, _) => outcome?,
                }
            }
        }
        let claims = Claims::parse(jws.payload)?;
        claims.check(policy.issuer.as_deref(), policy.audience.as_deref(), self.clock.now().as_unix())?;
        Ok((claims, algorithm))
    }
}

#[cfg(test)]
pub(crate) mod signing;
#[cfg(test)]
mod tests;
