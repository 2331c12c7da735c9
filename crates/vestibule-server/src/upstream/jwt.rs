//! What an unverified JWT may tell: a hint when it dies, and whom it names. Never who somebody is or what they may do.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;

/// The largest payload that is read, in bytes of base64: more than any session could hold.
const LARGEST: usize = 64 * 1_024;

/// The two claims that are read. The signature was **not** verified (ASVS 9.1.1): hints, nothing else.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Hints {
    /// `exp`, in whole seconds since 1970, where it is a number (RFC 7519, section 2: it may have a fraction).
    pub(crate) exp: Option<i64>,
    /// `sub`, where it is a text or a number.
    pub(crate) sub: Option<String>,
}

/// Reads the hints of a token in JWS compact form. Any other token has none.
pub(crate) fn hints(token: &str) -> Hints {
    claims(token).unwrap_or_default()
}

fn claims(token: &str) -> Option<Hints> {
    let mut parts = token.split('.');
    let (_, payload, _) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() || payload.len() > LARGEST {
        return None;
    }
    let bytes = URL_SAFE_NO_PAD.decode(payload.trim_end_matches('=')).ok()?;
    let claims: Value = serde_json::from_slice(&bytes).ok()?;
    Some(Hints {
        exp: claims.get("exp").and_then(whole),
        sub: claims.get("sub").and_then(super::request::user_id_text),
    })
}

/// A JSON number as whole seconds; `None` beyond what 64 bits hold.
pub(crate) fn whole(value: &Value) -> Option<i64> {
    value.as_i64().or_else(|| {
        // A float beyond 2^53 is no time that anybody means, and the cast below would only saturate.
        value.as_f64().filter(|number| number.abs() < 9.0e15).map(|number| number.floor() as i64)
    })
}

#[cfg(any(test, fuzzing))]
pub(crate) mod invariants;
#[cfg(test)]
mod tests;
