//! A signed token in compact form (RFC 7515, section 3.1), taken apart.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny};

use super::{Algorithm, Typ, Unverified};

/// The longest token that is looked at, in bytes: no session could hold more.
const LONGEST: usize = 64 * 1_024;

/// The parts of a token, nothing of them believed yet.
pub(super) struct Jws<'a> {
    header: Header,
    /// What is signed: header and claims as they stand.
    pub(super) message: &'a str,
    /// The claims, in base64url.
    pub(super) payload: &'a str,
    pub(super) signature: Vec<u8>,
}

/// The header (RFC 7515, section 4.1), as far as it matters. A member that stands twice is refused by serde, `null`
/// counts as being there, and members that are not named here say nothing that could change the outcome.
#[derive(Deserialize)]
struct Header {
    alg: String,
    #[serde(default)]
    typ: Option<String>,
    #[serde(default)]
    kid: Option<String>,
    #[serde(default, deserialize_with = "is_there")]
    jwk: bool,
    #[serde(default, deserialize_with = "is_there")]
    jku: bool,
    #[serde(default, deserialize_with = "is_there")]
    x5c: bool,
    #[serde(default, deserialize_with = "is_there")]
    x5u: bool,
    #[serde(default, deserialize_with = "is_there")]
    crit: bool,
    #[serde(default, deserialize_with = "is_there")]
    b64: bool,
    #[serde(default, deserialize_with = "is_there")]
    zip: bool,
    #[serde(default, deserialize_with = "is_there")]
    enc: bool,
}

fn is_there<'de, D: Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    IgnoredAny::deserialize(deserializer).map(|IgnoredAny| true)
}

impl<'a> Jws<'a> {
    /// Takes a token apart.
    pub(super) fn parse(token: &'a str) -> Result<Self, Unverified> {
        if token.len() > LONGEST {
            return Err(Unverified::TooLong);
        }
        let (message, signature) = token.rsplit_once('.').ok_or(Unverified::NotCompact)?;
        let (header, payload) = match message.split_once('.') {
            Some((header, payload)) if !payload.contains('.') => (header, payload),
            _ if token.matches('.').count() == 4 => return Err(Unverified::Encrypted),
            _ => return Err(Unverified::NotCompact),
        };
        // Without padding, and with no bits left over: a token has one spelling (RFC 8725, section 3.13 of its draft).
        let signature = URL_SAFE_NO_PAD.decode(signature).map_err(|_| Unverified::NotCompact)?;
        let header = URL_SAFE_NO_PAD.decode(header).map_err(|_| Unverified::NotCompact)?;
        // serde would take an array for the object, too.
        let is_object = header.trim_ascii_start().starts_with(b"{");
        let header = serde_json::from_slice(&header).ok().filter(|_: &Header| is_object).ok_or(Unverified::Header)?;
        if header.jwk || header.jku || header.x5c || header.x5u {
            return Err(Unverified::OwnKey);
        }
        if header.crit || header.b64 || header.zip || header.enc {
            return Err(Unverified::Extension);
        }
        Ok(Self { header, message, payload, signature })
    }

    /// The algorithm that the header names, if it is among those allowed.
    pub(super) fn algorithm(&self, allowed: &[Algorithm]) -> Result<Algorithm, Unverified> {
        let algorithm = Algorithm::named(&self.header.alg).ok_or(Unverified::UnknownAlgorithm)?;
        if allowed.contains(&algorithm) { Ok(algorithm) } else { Err(Unverified::Algorithm(algorithm)) }
    }

    /// Whether `typ` is one that is wanted. Media types are compared without case, and `application/` may stand before them
    /// (RFC 7515, section 4.1.9).
    pub(super) fn has_type(&self, wanted: &Typ) -> Result<(), Unverified> {
        let short = |typ: &str| {
            let typ = typ.to_ascii_lowercase();
            typ.strip_prefix("application/").map(str::to_owned).unwrap_or(typ)
        };
        let is_right = match (wanted, self.header.typ.as_deref().map(short)) {
            (Typ::Named(wanted), typ) => typ.is_some_and(|typ| typ == short(wanted)),
            (Typ::Access, typ) => typ.is_none_or(|typ| typ == "jwt" || typ == "at+jwt"),
            (Typ::Id, typ) => typ.is_none_or(|typ| typ == "jwt"),
        };
        if is_right { Ok(()) } else { Err(Unverified::Type) }
    }

    /// Which key the header says that it is signed with.
    pub(super) fn key_id(&self) -> Option<&str> {
        self.header.kid.as_deref()
    }
}
