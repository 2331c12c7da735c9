//! Why a token was not verified.

use super::Algorithm;

/// A token is not what `upstream.token.verify` asks for. Nothing of the token is in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unverified {
    /// Not three parts of base64url: an opaque token, or the JSON serialization, which nobody sends as a token. Remedy:
    /// `upstream.sign_in.token`; or no `verify`, if the API's tokens are opaque.
    #[error("it is no signed JWT in compact form")]
    NotCompact,
    /// Five parts: a JWE, which only the API can read. Remedy: no `verify`.
    #[error("it is encrypted (JWE)")]
    Encrypted,
    /// It is beyond 64 KiB. Remedy: `upstream.sign_in.token`.
    #[error("it is longer than 64 KiB")]
    TooLong,
    /// The header is no JSON object with one `alg`, and texts where texts must be. Remedy: with whoever runs the API.
    #[error("its header cannot be read")]
    Header,
    /// Remedy: `upstream.token.verify.algorithms`, if the API means to sign so.
    #[error("it is signed by {0}, which is not among the algorithms allowed")]
    Algorithm(Algorithm),
    /// `none`, or another name that is no signature's. Remedy: with whoever runs the API.
    #[error("its algorithm is \"none\" or unknown, and never allowed")]
    UnknownAlgorithm,
    /// `jwk`, `jku`, `x5c` or `x5u`: whoever forges a token brings a key for it. Remedy: with whoever runs the API.
    #[error("its header brings or names a key of its own (jwk, jku, x5c or x5u)")]
    OwnKey,
    /// `crit`, `b64`, `zip` or `enc`: it is to be read in a way of its own. Remedy: with whoever runs the API.
    #[error("its header changes how it is to be read (crit, b64, zip or enc)")]
    Extension,
    /// It is a JWT for another purpose. Remedy: `upstream.token.verify.typ`, if the API calls its access tokens so.
    #[error("its typ is not that of an access token")]
    Type,
    /// Remedy: `jwks_url` of the API that signs the tokens; a key set is asked again 30 s after the last time.
    #[error("no key is known that it could be signed with (its kid and algorithm)")]
    UnknownKey,
    /// Remedy: the key that the API signs with.
    #[error("its signature does not match the key")]
    Signature,
    /// Remedy: with whoever runs the API.
    #[error("its claims are no JSON object whose members stand once")]
    Claims,
    /// Remedy: `upstream.token.verify.issuer`.
    #[error("its iss is not the one configured")]
    Issuer,
    /// Remedy: `upstream.token.verify.audience`.
    #[error("its aud does not name the one configured")]
    Audience,
    /// `exp`, `nbf` or `iat` is no number. Remedy: with whoever runs the API.
    #[error("its exp, nbf or iat is no time")]
    Time,
    /// Remedy: set the clocks of the API and of this machine.
    #[error("it expired a minute ago or longer")]
    Expired,
    /// Remedy: set the clocks of the API and of this machine.
    #[error("its nbf or iat is more than a minute ahead")]
    NotYet,
}

impl Unverified {
    /// The key of the configuration to look at.
    pub(crate) const fn key(self) -> &'static str {
        match self {
            Self::NotCompact | Self::Encrypted | Self::TooLong => {
                "upstream.token.verify: remove it if the API's tokens are opaque, else mend the pointer to the token"
            }
            Self::Algorithm(_) => "upstream.token.verify.algorithms",
            Self::Header | Self::UnknownAlgorithm | Self::OwnKey | Self::Extension | Self::Claims | Self::Time => {
                "upstream.token.verify: with it, the API must not sign tokens like this"
            }
            Self::Type => "upstream.token.verify.typ",
            Self::UnknownKey | Self::Signature => {
                "upstream.token.verify: its jwks_url, public_key_file or secret_file must be that of the API"
            }
            Self::Issuer => "upstream.token.verify.issuer",
            Self::Audience => "upstream.token.verify.audience",
            Self::Expired | Self::NotYet => "upstream.token.verify: set the clocks",
        }
    }
}
