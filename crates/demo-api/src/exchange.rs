//! People of OpenID providers: whoever brings an ID token that one of the trusted ones signed for this application has an
//! account here, by issuer and subject.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use jsonwebtoken::jwk::JwkSet;
use jsonwebtoken::{DecodingKey, Validation};
use serde_json::Value;

/// How far a provider's clock may be off, in seconds.
const SKEW: u64 = 60;

/// An OpenID provider whose word counts, for one application.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrustedIssuer {
    /// As its ID tokens have it.
    pub issuer: String,
    /// The client that they must be for.
    pub audience: String,
}

type Fetched = Pin<Box<dyn Future<Output = Option<String>> + Send>>;

/// Reads the document at an address, such as a provider's keys; `None` where it cannot be had.
#[derive(Clone)]
pub struct Fetch(Arc<dyn Fn(String) -> Fetched + Send + Sync>);

impl Fetch {
    /// By this function.
    pub fn new<F: Future<Output = Option<String>> + Send + 'static>(
        fetch: impl Fn(String) -> F + Send + Sync + 'static,
    ) -> Self {
        Self(Arc::new(move |address| Box::pin(fetch(address))))
    }

    async fn json(&self, address: String) -> Option<Value> {
        serde_json::from_str(&(self.0)(address).await?).ok()
    }
}

impl fmt::Debug for Fetch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Fetch")
    }
}

/// What an ID token says, if one of the issuers signed it for its client and it lives. Keys are fetched anew each time,
/// which a demonstration may do.
pub(crate) async fn verified(token: &str, issuers: &[TrustedIssuer], fetch: &Fetch, now: u64) -> Option<Value> {
    let named = jsonwebtoken::dangerous::insecure_decode::<Value>(token).ok()?.claims;
    let mut trusted =
        issuers.iter().filter(|trusted| named.get("iss").and_then(Value::as_str) == Some(&*trusted.issuer));
    let first = trusted.next()?;
    let audiences: Vec<_> = std::iter::once(first).chain(trusted).map(|trusted| &trusted.audience).collect();
    let trusted = first;
    let root = trusted.issuer.trim_end_matches('/');
    let metadata = fetch.json(format!("{root}/.well-known/openid-configuration")).await?;
    let keys = fetch.json(metadata.get("jwks_uri")?.as_str()?.to_owned()).await?;
    let keys: JwkSet = serde_json::from_value(keys).ok()?;
    let header = jsonwebtoken::decode_header(token).ok()?;
    let key = keys.find(header.kid.as_deref()?)?;
    // A public key is no secret: of its own kind alone.
    let key = DecodingKey::from_jwk(key).ok()?;
    let mut validation = Validation::new(header.alg);
    validation.set_issuer(&[&trusted.issuer]);
    validation.set_audience(&audiences);
    validation.validate_exp = false;
    let claims = jsonwebtoken::decode::<Value>(token, &key, &validation).ok()?.claims;
    let lives = now < claims.get("exp")?.as_u64()?.saturating_add(SKEW);
    (lives && claims.get("sub")?.is_string()).then_some(claims)
}

#[cfg(test)]
mod tests;
