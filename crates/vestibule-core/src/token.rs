//! The access token of the upstream API: the one secret that a page may hold.

use core::fmt;

use serde::{Deserialize, Serialize};

/// The upstream's own access token, as it came: opaque, never parsed here.
///
/// It is serialized on purpose: the session context carries it to the page, unless `session.access_token` is
/// `"server-only"`. It has no `Display`, and its `Debug` says nothing, so that it cannot slip into a log line.
///
/// ```
/// use vestibule_core::AccessToken;
///
/// let token = AccessToken::new("eyJhbGciOi…");
/// assert_eq!(format!("{token:?}"), "AccessToken(REDACTED)");
/// assert_eq!(token.secret(), "eyJhbGciOi…");
/// ```
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct AccessToken(String);

impl AccessToken {
    /// Wraps a token.
    pub fn new(token: impl Into<String>) -> Self {
        Self(token.into())
    }

    /// The token itself, for the `Authorization` header of a request to the upstream; not for logs.
    #[must_use]
    pub fn secret(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for AccessToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AccessToken(REDACTED)")
    }
}
