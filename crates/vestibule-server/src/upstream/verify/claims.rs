//! The claims of a token whose signature was good.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;
use serde::de::{self, Deserializer, MapAccess, Visitor};
use serde_json::{Map, Value};

use super::Unverified;
use crate::upstream::expiry::SKEW;
use crate::upstream::jwt::whole;
use crate::upstream::request::user_id_text;

/// The claims of a token that was verified: its signature, and whatever `upstream.token.verify` asks for. They may be
/// trusted as far as the API is. `Debug` shows their names only.
#[derive(Clone, PartialEq)]
pub struct Claims(Map<String, Value>);

impl Claims {
    /// A claim.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.0.get(name)
    }

    /// Whom the token names (`sub`): a text that is not empty, or a number in the form of one.
    #[must_use]
    pub fn subject(&self) -> Option<String> {
        self.get("sub").and_then(user_id_text)
    }

    /// All of them.
    #[must_use]
    pub fn as_object(&self) -> &Map<String, Value> {
        &self.0
    }

    pub(super) fn parse(payload: &str) -> Result<Self, Unverified> {
        let bytes = URL_SAFE_NO_PAD.decode(payload).map_err(|_| Unverified::NotCompact)?;
        serde_json::from_slice(&bytes).map(|Distinct(claims)| Self(claims)).map_err(|_| Unverified::Claims)
    }

    /// Checks what the claims say of issuer, audience and time.
    pub(super) fn check(&self, issuer: Option<&str>, audience: Option<&str>, now: i64) -> Result<(), Unverified> {
        if let Some(issuer) = issuer
            && self.get("iss").and_then(Value::as_str) != Some(issuer)
        {
            return Err(Unverified::Issuer);
        }
        if let Some(audience) = audience {
            let is_named = match self.get("aud") {
                Some(Value::String(one)) => one == audience,
                Some(Value::Array(many)) => {
                    many.iter().all(Value::is_string) && many.iter().any(|one| one.as_str() == Some(audience))
                }
                _ => false,
            };
            if !is_named {
                return Err(Unverified::Audience);
            }
        }
        let time = |name| match self.get(name) {
            None => Ok(None),
            Some(value) if value.is_number() => whole(value).map(Some).ok_or(Unverified::Time),
            Some(_) => Err(Unverified::Time),
        };
        let (exp, nbf, iat) = (time("exp")?, time("nbf")?, time("iat")?);
        if exp.is_some_and(|exp| now.saturating_sub(exp) >= SKEW) {
            return Err(Unverified::Expired);
        }
        if [nbf, iat].into_iter().flatten().any(|start| start.saturating_sub(now) > SKEW) {
            return Err(Unverified::NotYet);
        }
        Ok(())
    }
}

impl fmt::Debug for Claims {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

/// An object none of whose members stands twice (RFC 7519, section 4): readers that differ in which one counts would
/// read two tokens.
struct Distinct(Map<String, Value>);

impl<'de> Deserialize<'de> for Distinct {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Object;

        impl<'de> Visitor<'de> for Object {
            type Value = Distinct;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Distinct, A::Error> {
                let mut claims = Map::new();
                while let Some((name, value)) = members.next_entry::<String, Value>()? {
                    if claims.insert(name, value).is_some() {
                        return Err(de::Error::custom("a member stands twice"));
                    }
                }
                Ok(Distinct(claims))
            }
        }

        deserializer.deserialize_map(Object)
    }
}
