//! The record: a session as only the server sees it, sealed into the browser's cookie.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};
use vestibule_core::{AccessToken, Session, Timestamp, User};

use crate::callbacks::Way;
use crate::config::{SessionConfig, TokenExposure};
use crate::providers::Provided;
use crate::secret::RefreshToken;
use crate::store::{Identity, SessionKey};
use crate::upstream::{Refreshed, SignedIn, Tokens};

/// The format that this release writes. A record of another format is signed out.
const FORMAT: u8 = 1;
/// Without `session.refresh_before`, a token is renewed in its last fifth, and at most this many seconds ahead.
const LONGEST_AHEAD: i64 = 60;

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
        self.digest().get(..8).map(hex).unwrap_or_default()
    }

    /// What a store that others may read knows the session by: the id's SHA-256, in hex. The id itself opens nothing,
    /// but it need not lie about.
    #[must_use]
    pub(crate) fn for_store(&self) -> String {
        hex(&self.digest())
    }

    fn digest(&self) -> [u8; 32] {
        Sha256::digest(self.0.as_bytes()).into()
    }
}

impl fmt::Debug for SessionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SessionId(hashed {})", self.for_log())
    }
}

pub(crate) fn hex(bytes: &[u8]) -> String {
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
    /// How the person signed in.
    #[serde(default, skip_serializing_if = "Way::is_form")]
    pub way: Way,
    /// How often the record was renewed: no response writes one that is older than what the store knows.
    #[serde(rename = "gen", default, skip_serializing_if = "is_zero")]
    pub generation: u64,
    /// When the access token came, if not with the sign-in.
    #[serde(rename = "tok", default, skip_serializing_if = "Option::is_none")]
    token_since: Option<i64>,
    /// Whether the last refresh answered with the token that was there already.
    #[serde(rename = "same", default, skip_serializing_if = "std::ops::Not::not")]
    same_token: bool,
    /// Whom the access token names, where it is a JWT: a refresh must not change it.
    #[serde(rename = "sub", default, skip_serializing_if = "Option::is_none")]
    subject: Option<String>,
    /// The user's id in the answer to the sign-in, if there was one: neither must a refresh change this.
    #[serde(rename = "uid", default, skip_serializing_if = "Option::is_none")]
    user_id: Option<Value>,
    /// The provider that the session began with, if it did with one.
    #[serde(rename = "prov", default, skip_serializing_if = "Option::is_none")]
    pub(crate) provided: Option<Provided>,
    /// The part of a second at which the session began, in milliseconds: "everything before now" is finer than a second.
    #[serde(rename = "ms", default, skip_serializing_if = "is_zero")]
    begun_millis: u64,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
const fn is_zero(number: &u64) -> bool {
    *number == 0
}

/// Why a sealed record that opened is no session any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Over {
    /// Its absolute end has come.
    Absolute,
    /// Nobody used it for the idle time-out.
    Idle,
    /// The access token died, and cannot be renewed.
    Token,
    /// Somebody signed out: this session, all of the person's, or everybody's.
    SignedOut,
    /// An older copy of a session whose refresh token was spent since.
    Superseded,
    /// The upstream refused to renew the token, or refused a token that it had just renewed.
    Refused,
    /// A refresh brought the tokens of somebody else.
    Stranger,
}

impl Over {
    /// One word for it, such as `idle` or `signed_out`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Absolute => "absolute",
            Self::Idle => "idle",
            Self::Token => "token",
            Self::SignedOut => "signed_out",
            Self::Superseded => "superseded",
            Self::Refused => "refused",
            Self::Stranger => "stranger",
        }
    }

    /// Whether the cookie goes too. Who was signed out may have the cookie of a new session by the time that a slow
    /// response arrives, and that one must stay.
    #[must_use]
    pub const fn takes_cookie(self) -> bool {
        !matches!(self, Self::SignedOut | Self::Superseded)
    }
}

/// A refresh answered with tokens that are not this session's person's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SomebodyElse;

impl Record {
    /// Whether the access token is dead, as far as its own time goes.
    pub(crate) fn has_dead_token(&self, now: Timestamp) -> bool {
        now.as_unix() >= self.expires
    }

    /// Begins a session with what the upstream gave.
    ///
    /// # Errors
    /// When the system has no randomness to give.
    pub fn begin(
        signed_in: SignedIn,
        remember: bool,
        config: &SessionConfig,
        now_millis: i64,
    ) -> Result<Self, getrandom::Error> {
        let now = Timestamp::from_unix(now_millis.div_euclid(1_000));
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
            way: Way::default(),
            generation: 0,
            token_since: None,
            same_token: false,
            subject: signed_in.subject,
            user_id: signed_in.user_id,
            provided: None,
            begun_millis: u64::try_from(now_millis.rem_euclid(1_000)).unwrap_or_default(),
        })
    }

    /// The next generation, with what a refresh brought. A refresh token that did not come stays the old one
    /// (RFC 6749, section 6).
    ///
    /// # Errors
    /// [`SomebodyElse`] when the answer names another person than the sign-in did.
    pub fn renewed(&self, refreshed: Refreshed, now: Timestamp) -> Result<Self, SomebodyElse> {
        let differs =
            |ours: &Option<Value>, theirs: &Option<Value>| ours.is_some() && theirs.is_some() && ours != theirs;
        let subject_differs =
            self.subject.is_some() && refreshed.subject.is_some() && self.subject != refreshed.subject;
        if subject_differs || differs(&self.user_id, &refreshed.user_id) {
            return Err(SomebodyElse);
        }
        Ok(Self {
            same_token: refreshed.access_token == self.access_token,
            access_token: refreshed.access_token,
            refresh_token: refreshed.refresh_token.or_else(|| self.refresh_token.clone()),
            expires: refreshed.expires.map_or(self.end, Timestamp::as_unix),
            token_since: Some(now.as_unix()),
            generation: self.generation + 1,
            ..self.clone()
        })
    }

    /// The next generation, with another refresh token: all that was good of what a refresh brought.
    #[must_use]
    pub fn with_refresh_token(&self, refresh_token: RefreshToken) -> Self {
        Self { refresh_token: Some(refresh_token), generation: self.generation + 1, ..self.clone() }
    }

    /// The next generation, with the profile as the API has it now.
    #[must_use]
    pub fn with_profile(&self, profile: Value, user: User) -> Self {
        Self { profile, user, generation: self.generation + 1, ..self.clone() }
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

    /// Whether the session is over by the server's clock, and why (ASVS 7.3.1, 7.3.2). The death of a token that is
    /// `renewable` ends nothing.
    #[must_use]
    pub fn over(&self, config: &SessionConfig, renewable: bool, now: Timestamp) -> Option<Over> {
        let now = now.as_unix();
        // A token that outlives the session ends with it; the end of the token is a reason of its own.
        if now >= self.end {
            Some(Over::Absolute)
        } else if now - self.seen >= seconds(self.idle(config)) {
            Some(Over::Idle)
        } else if now >= self.expires && !renewable {
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

    /// Whether the access token should be renewed now: it is dead, or has less than `session.refresh_before` left. A
    /// token that the upstream gave a second time is left alone until it is dead.
    #[must_use]
    pub fn due(&self, config: &SessionConfig, now: Timestamp) -> bool {
        let left = self.expires - now.as_unix();
        left <= 0 || left < self.ahead(config)
    }

    /// How long before its end the token is renewed, in seconds.
    fn ahead(&self, config: &SessionConfig) -> i64 {
        if self.same_token {
            return 0;
        }
        let life = self.expires - self.token_since();
        config.refresh_before.map_or_else(|| (life / 5).min(LONGEST_AHEAD), seconds)
    }

    /// Whether the token is due as soon as it comes, since `session.refresh_before` is not below its life.
    #[must_use]
    pub fn is_always_due(&self, config: &SessionConfig) -> bool {
        let life = self.expires - self.token_since();
        life > 0 && life <= self.ahead(config)
    }

    /// Whether this generation goes on with the access token of `other`, and not even the API gave it a second time.
    #[must_use]
    pub fn has_token_of(&self, other: &Self) -> bool {
        self.access_token == other.access_token
            && self.token_since() == other.token_since()
            && self.same_token == other.same_token
    }

    /// Seconds since the access token came.
    #[must_use]
    pub fn token_age(&self, now: Timestamp) -> i64 {
        now.as_unix() - self.token_since()
    }

    fn token_since(&self) -> i64 {
        self.token_since.unwrap_or(self.issued_at)
    }

    /// Whether this is `other`, but for its last use.
    #[must_use]
    pub fn is_of(&self, other: &Self) -> bool {
        self.id == other.id && self.generation == other.generation
    }

    /// Whom the access token names, where it is a JWT.
    #[must_use]
    pub fn subject(&self) -> Option<&str> {
        self.subject.as_deref()
    }

    /// What the store knows the session by.
    #[must_use]
    pub fn key(&self) -> SessionKey {
        SessionKey {
            id: self.id.clone(),
            identity: self.user.id.as_ref().map(Identity::of),
            also: {
                let mut marks = self.provided.iter().flat_map(Provided::marks);
                [marks.next(), marks.next()]
            },
            begun_millis: self.issued_at.saturating_mul(1_000).saturating_add_unsigned(self.begun_millis),
            generation: self.generation,
        }
    }

    /// The session as a page may see it.
    #[must_use]
    pub fn public(&self, config: &SessionConfig, renewable: bool) -> Session {
        Session {
            profile: self.profile.clone(),
            user: self.user.clone(),
            access_token: match config.access_token {
                TokenExposure::Browser => Some(self.access_token.clone()),
                TokenExposure::ServerOnly => None,
            },
            expires: Timestamp::from_unix(self.expires),
            session_expires: Timestamp::from_unix(self.end),
            idle_expires: Timestamp::from_unix(self.end.min(self.seen.saturating_add(seconds(self.idle(config))))),
            renews: renewable.then(|| Timestamp::from_unix(self.expires - self.ahead(config))),
            identity: self.user.id.as_ref().map(|id| Identity::of(id).as_str().to_owned()),
        }
    }

    /// What the upstream must hear when the session ends.
    #[must_use]
    pub fn tokens(&self) -> Tokens {
        Tokens {
            access_token: self.access_token.clone(),
            refresh_token: self.refresh_token.clone(),
            user_id: self.user_id.clone().or_else(|| self.user.id.clone()),
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
