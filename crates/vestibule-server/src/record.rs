//! The record: a session as only the server sees it, sealed into the browser's cookie.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};
use vestibule_core::{AccessToken, Session, Timestamp, User};

use crate::config::{SessionConfig, TokenExposure};
use crate::secret::RefreshToken;
use crate::upstream::{SignedIn, Tokens};

/// The format that this release writes. A record of another format is signed out.
const FORMAT: u8 = 1;

/// The random name of a session: 128 bits as 32 hex digits. It ends sessions and never leaves the seal.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SessionId(String);

impl SessionId {
    /// A new one, from the system's random source.
    ///
    /// # Errors
    /// When the system has no randomness to give.
    pub fn random() -> Result<Self, getrandom::Error> {
        let mut bytes = [0; 16];
        getrandom::fill(&mut bytes)?;
        Ok(Self(hex(&bytes)))
    }

    /// What a log line may say of the session: the first 8 bytes of the id's SHA-256, in hex.
    #[must_use]
    pub fn for_log(&self) -> String {
        Sha256::digest(self.0.as_bytes()).get(..8).map(hex).unwrap_or_default()
    }
}

impl fmt::Debug for SessionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SessionId(hashed {})", self.for_log())
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Everything that the server keeps of a session. Moments are Unix seconds.
///
/// It has no conversion to JSON for a browser but [`Record::public`], which makes another type.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Record {
    #[serde(rename = "v")]
    format: u8,
    /// The session's random name.
    pub id: SessionId,
    /// What the API says of the user, whole but for credentials.
    pub profile: Value,
    /// The well-known members of it.
    pub user: User,
    /// The upstream's access token.
    #[serde(rename = "access")]
    pub access_token: AccessToken,
    /// The upstream's refresh token, if it gave one.
    #[serde(rename = "refresh", default, skip_serializing_if = "Option::is_none")]
    pub refresh_token: Option<RefreshToken>,
    /// When the session began.
    #[serde(rename = "iat")]
    issued_at: i64,
    /// When the access token dies.
    #[serde(rename = "exp")]
    expires: i64,
    /// When the session ends, whatever happens.
    end: i64,
    /// When it was last used, to a tenth of the idle time-out.
    seen: i64,
    /// Whether the person asked for a longer session.
    #[serde(rename = "rem", default, skip_serializing_if = "std::ops::Not::not")]
    pub remember: bool,
}

/// Why a sealed record that opened is no session any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Over {
    /// Its absolute end has come.
    Absolute,
    /// Nobody used it for the idle time-out.
    Idle,
    /// The access token died.
    Token,
}

impl Record {
    /// Begins a session with what the upstream gave.
    ///
    /// # Errors
    /// When the system has no randomness to give.
    pub fn begin(
        signed_in: SignedIn,
        remember: bool,
        config: &SessionConfig,
        now: Timestamp,
    ) -> Result<Self, getrandom::Error> {
        let life = if remember { config.remember_absolute } else { config.absolute };
        let end = now.plus(seconds(life));
        Ok(Self {
            format: FORMAT,
            id: SessionId::random()?,
            profile: signed_in.profile,
            user: signed_in.user,
            access_token: signed_in.access_token,
            refresh_token: signed_in.refresh_token,
            issued_at: now.as_unix(),
            expires: signed_in.expires.unwrap_or(end).as_unix(),
            end: end.as_unix(),
            seen: now.as_unix(),
            remember,
        })
    }

    /// Reads the plain text of a seal. `None` for another format.
    #[must_use]
    pub fn from_text(text: &str) -> Option<Self> {
        serde_json::from_str::<Self>(text).ok().filter(|record| record.format == FORMAT)
    }

    /// The plain text to seal.
    ///
    /// # Errors
    /// Never for what [`Record::begin`] made.
    pub fn to_text(&self) -> Result<String, serde_json::Error> {
        serde_json::to_string(self)
    }

    /// Whether the session is over by the server's clock, and why (ASVS 7.3.1, 7.3.2).
    #[must_use]
    pub fn over(&self, config: &SessionConfig, now: Timestamp) -> Option<Over> {
        let now = now.as_unix();
        // A token that outlives the session ends with it; the end of the token is a reason of its own.
        if now >= self.end {
            Some(Over::Absolute)
        } else if now - self.seen >= seconds(self.idle(config)) {
            Some(Over::Idle)
        } else if now >= self.expires {
            Some(Over::Token)
        } else {
            None
        }
    }

    /// The record with `now` as its last use, if that is worth writing: the last one is older than a tenth of the idle
    /// time-out, and than a second.
    #[must_use]
    pub fn touched(&self, config: &SessionConfig, now: Timestamp) -> Option<Self> {
        let due = (seconds(self.idle(config)) / 10).max(1);
        (now.as_unix() - self.seen >= due).then(|| Self { seen: now.as_unix(), ..self.clone() })
    }

    /// The session as a page may see it.
    #[must_use]
    pub fn public(&self, exposure: TokenExposure) -> Session {
        Session {
            profile: self.profile.clone(),
            user: self.user.clone(),
            access_token: match exposure {
                TokenExposure::Browser => Some(self.access_token.clone()),
                TokenExposure::ServerOnly => None,
            },
            expires: Timestamp::from_unix(self.expires),
            session_expires: Timestamp::from_unix(self.end),
        }
    }

    /// What the upstream must hear when the session ends.
    #[must_use]
    pub fn tokens(&self) -> Tokens {
        Tokens {
            access_token: self.access_token.clone(),
            refresh_token: self.refresh_token.clone(),
            user_id: self.user.id.clone(),
        }
    }

    /// When the session ends at the latest.
    #[must_use]
    pub fn end(&self) -> Timestamp {
        Timestamp::from_unix(self.end)
    }

    /// The cookie's `Max-Age` in seconds: the time left to the absolute end for a remembered session, none for one that
    /// goes with the browser.
    #[must_use]
    pub fn max_age(&self, now: Timestamp) -> Option<i64> {
        self.remember.then(|| (self.end - now.as_unix()).max(0))
    }

    fn idle(&self, config: &SessionConfig) -> std::time::Duration {
        if self.remember { config.remember_idle } else { config.idle }
    }
}

fn seconds(duration: std::time::Duration) -> i64 {
    i64::try_from(duration.as_secs()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests;
