//! The ID token: what an OpenID provider says, signed, of who signed in (OpenID Connect Core 1.0, section 3.1.3.7).
//!
//! Signature, `iss`, `aud` and the times are the [`Verifier`](crate::upstream)'s; here is what is OpenID's own.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::digest;
use serde_json::{Map, Value};

use super::metadata::TENANT;
use super::subject::Subject;
use crate::upstream::{Algorithm, Claims};

/// Claims that are about the token, and say nothing of the person.
const OF_THE_TOKEN: [&str; 14] = [
    "acr",
    "aio",
    "amr",
    "at_hash",
    "aud",
    "auth_time",
    "azp",
    "c_hash",
    "exp",
    "iat",
    "jti",
    "nbf",
    "nonce",
    "s_hash",
];

/// An ID token that says something else than it must.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IdTokenError {
    /// It lacks one of `sub`, `exp` and `iat`, or has it in a form that none may have.
    #[error("the ID token lacks its {0}")]
    Lacks(&'static str),
    /// It answers another request: this is what a replayed or injected token looks like.
    #[error("the ID token's nonce is not that of this attempt")]
    Nonce,
    /// It was made for another client.
    #[error("the ID token's azp is another client")]
    AuthorizedParty,
    /// The access token beside it is another one.
    #[error("the ID token's at_hash is not that of the access token")]
    AccessToken,
    /// It was issued by a tenant that it does not name.
    #[error("the ID token's iss is not that of its tenant")]
    Issuer,
}

/// What an ID token must say besides.
pub(crate) struct Expected<'a> {
    /// As in the metadata; with [`TENANT`] in it, the token's own tenant stands for that.
    pub(crate) issuer: &'a str,
    pub(crate) client_id: &'a str,
    /// `None` at a refresh, which answers no request of the browser.
    pub(crate) nonce: Option<&'a str>,
    pub(crate) access_token: &'a str,
}

/// Checks the claims of an ID token whose signature, audience and times were good, and gives its subject.
///
/// # Errors
/// [`IdTokenError`]; no session may begin with any of them.
pub(crate) fn check(claims: &Claims, algorithm: Algorithm, expected: &Expected<'_>) -> Result<Subject, IdTokenError> {
    let text = |name: &'static str| claims.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
    let subject = Subject::of(claims, expected.issuer.contains(TENANT)).map_err(IdTokenError::Lacks)?;
    for name in ["exp", "iat"] {
        if !claims.get(name).is_some_and(Value::is_number) {
            return Err(IdTokenError::Lacks(name));
        }
    }
    if let Some(nonce) = expected.nonce
        && text("nonce") != Some(nonce)
    {
        return Err(IdTokenError::Nonce);
    }
    // Section 3.1.3.7, steps 4 and 5: with more than one audience it must be there, and wherever it is, it is us.
    let is_shared = claims.get("aud").and_then(Value::as_array).is_some_and(|audience| audience.len() > 1);
    match claims.get("azp") {
        None if is_shared => return Err(IdTokenError::AuthorizedParty),
        Some(azp) if azp.as_str() != Some(expected.client_id) => return Err(IdTokenError::AuthorizedParty),
        _ => {}
    }
    if let Some(hash) = claims.get("at_hash")
        && hash.as_str() != Some(half_hash(algorithm, expected.access_token).as_str())
    {
        return Err(IdTokenError::AccessToken);
    }
    match subject.tenant() {
        Some(tenant) if text("iss") != Some(expected.issuer.replace(TENANT, tenant).as_str()) => {
            Err(IdTokenError::Issuer)
        }
        _ => Ok(subject),
    }
}

/// What the token says of the person.
pub(crate) fn of_person(claims: &Claims) -> Map<String, Value> {
    let of_person = |(name, _): &(&String, &Value)| !OF_THE_TOKEN.contains(&name.as_str());
    claims.as_object().iter().filter(of_person).map(|(name, value)| (name.clone(), value.clone())).collect()
}

/// The left half of a token's hash, by the hash of the signature's algorithm (Core 1.0, section 3.1.3.6).
fn half_hash(algorithm: Algorithm, token: &str) -> String {
    let hash = match algorithm {
        Algorithm::Hs256 | Algorithm::Rs256 | Algorithm::Ps256 | Algorithm::Es256 => &digest::SHA256,
        Algorithm::Hs384 | Algorithm::Rs384 | Algorithm::Ps384 | Algorithm::Es384 => &digest::SHA384,
        // Of Ed25519 the hash of the curve's own scheme is meant.
        Algorithm::Hs512 | Algorithm::Rs512 | Algorithm::Ps512 | Algorithm::EdDsa | Algorithm::Ed25519 => {
            &digest::SHA512
        }
    };
    let digest = digest::digest(hash, token.as_bytes());
    URL_SAFE_NO_PAD.encode(digest.as_ref().get(..digest.as_ref().len() / 2).unwrap_or_default())
}

#[cfg(test)]
mod tests;
