//! An attempt: what must be remembered of a sign-in while the person is away at the provider.
//!
//! It travels in a sealed cookie of its own, so that two tabs do not disturb each other, and so that nobody but the browser
//! that left can come back: state, nonce and PKCE verifier are bound to that browser, to the provider, and to ten minutes
//! (RFC 9700, section 2.1; ASVS 10.2.1, 10.5.1; OA-01).

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use vestibule_core::Timestamp;
use zeroize::Zeroizing;

use crate::record::hex;

/// How long a person may be away, in seconds.
pub(crate) const GOOD_FOR: i64 = 10 * 60;
/// The format that this release writes.
const FORMAT: u8 = 1;

/// See the module.
#[derive(Serialize, Deserialize)]
pub(crate) struct Attempt {
    #[serde(rename = "v")]
    format: u8,
    /// The provider that the person was sent to.
    pub(crate) provider: String,
    /// What comes back with the person; 256 bits.
    pub(crate) state: String,
    /// What the ID token must say; 128 bits.
    pub(crate) nonce: String,
    /// What proves at the token endpoint that the code is ours (RFC 7636, section 4.1).
    pub(crate) verifier: Zeroizing<String>,
    /// The callback URL that was asked for, unchecked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) callback: Option<String>,
    /// What the provider's page posted, on the way from there to a request that carries all of this browser's cookies.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) posted: Option<Zeroizing<String>>,
    /// When it is over, by the server's clock.
    until: Timestamp,
}

impl fmt::Debug for Attempt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Attempt").field("provider", &self.provider).field("until", &self.until).finish_non_exhaustive()
    }
}

impl Attempt {
    /// A new one.
    ///
    /// # Errors
    /// When the system has no randomness to give.
    pub(crate) fn new(provider: &str, callback: Option<String>, now: Timestamp) -> Result<Self, getrandom::Error> {
        Ok(Self {
            format: FORMAT,
            provider: provider.to_owned(),
            state: random::<32>()?,
            nonce: random::<16>()?,
            verifier: Zeroizing::new(random::<32>()?),
            callback,
            posted: None,
            until: Timestamp::from_unix(now.as_unix() + GOOD_FOR),
        })
    }

    /// What was sealed, if it is of this release and not over.
    pub(crate) fn from_text(text: &str, now: Timestamp) -> Option<Self> {
        serde_json::from_str::<Self>(text).ok().filter(|attempt| attempt.format == FORMAT && now < attempt.until)
    }

    /// What is shown to the provider of the verifier (RFC 7636, section 4.2, S256).
    pub(crate) fn challenge(&self) -> String {
        URL_SAFE_NO_PAD.encode(Sha256::digest(self.verifier.as_bytes()))
    }

    /// What the store knows of an attempt that was used: nothing that could be used.
    pub(crate) fn mark(&self) -> String {
        hex(&Sha256::digest(self.state.as_bytes()))
    }
}

/// The end of the name of an attempt's cookie, by what comes back with the person.
pub(crate) fn cookie_of(state: &str) -> String {
    let digest = Sha256::digest(state.as_bytes());
    digest.get(..4).map(hex).unwrap_or_default()
}

fn random<const BYTES: usize>() -> Result<String, getrandom::Error> {
    let mut bytes = Zeroizing::new([0; BYTES]);
    getrandom::fill(bytes.as_mut())?;
    Ok(URL_SAFE_NO_PAD.encode(bytes.as_ref()))
}

#[cfg(test)]
mod tests;
