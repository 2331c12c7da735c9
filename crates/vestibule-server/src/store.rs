//! The store: where instances share what a cookie cannot hold.
//!
//! Six things are in it, all of them for a while only:
//! - **ended sessions**: by id, by identity ("sign out everywhere"), or all of them, so that a copied cookie is signed
//!   out (ASVS 7.4.1);
//! - **flights**: who renews a session's tokens right now, and what came of it, so that a hundred requests on ten
//!   instances spend a refresh token once;
//! - **generations**: how often a session was renewed, where the refresh token rotated, so that an older cookie never
//!   comes back to life;
//! - **records**, with `session.storage = "store"`;
//! - **marks** of what may be used once;
//! - **wrong guesses**, by account and by address.
//!
//! Whatever is secret in there is sealed before it comes here: a dump of the store opens nothing.
//!
//! # When the store is away
//! Every operation then fails with [`StoreError`], within a bounded time. Sign-in and pages go on without it, unless
//! `store.required` is set: then a request with a session is answered by 503, since nobody can say whether the session
//! was ended.

#[cfg(test)]
pub(crate) mod gated;
mod guess;
mod memory;
mod redis;
#[cfg(test)]
mod suite;

use std::fmt;
use std::time::Duration;

use futures_util::future::BoxFuture;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};

pub(crate) use self::guess::LONGEST_GUESS;
pub use self::guess::{Bucket, Guess, Guessed};
pub use self::memory::MemoryStore;
pub use self::redis::{InvalidUrl, RedisStore};
use crate::config::Quota;
use crate::record::{SessionId, hex};

/// A user at the upstream, as the store knows them: a hash of `profile.id` (128 bits, in hex).
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Identity(String);

impl Identity {
    /// The identity of a profile's id: a text or a number. The number 7 and the text "7" are one, since an operator
    /// writes both the same way.
    #[must_use]
    pub fn of(id: &Value) -> Self {
        match id {
            Value::String(text) => Self::of_text(text),
            other => Self::of_text(&other.to_string()),
        }
    }

    /// The identity of an id as an operator writes it.
    #[must_use]
    pub fn of_text(id: &str) -> Self {
        Self(Sha256::digest(id.as_bytes()).get(..16).map(hex).unwrap_or_default())
    }

    /// The hash, in hex.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Identity(hashed {})", self.0)
    }
}

/// What the store knows a session by.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct SessionKey {
    /// The session's random name.
    pub id: SessionId,
    /// Whose it is; a profile without an id belongs to nobody who could be told to leave.
    pub identity: Option<Identity>,
    /// By what else it may be ended: the subject and the session of the provider that it began with.
    pub also: [Option<Identity>; 2],
    /// When it began: Unix time in milliseconds.
    pub begun_millis: i64,
    /// How often it was renewed.
    pub generation: u64,
}

impl SessionKey {
    /// Whoever may end it by name.
    pub(crate) fn owners(&self) -> impl Iterator<Item = &Identity> {
        self.identity.iter().chain(self.also.iter().flatten())
    }
}

/// Whose sessions to end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Whose {
    /// One person's.
    Of(Identity),
    /// Everybody's.
    All,
}

/// What is known of a session.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// It was ended.
    pub ended: bool,
    /// A newer generation exists, and its refresh token is another one: this one is spent.
    pub superseded: bool,
    /// What came of the flight that started from this generation.
    pub landing: Option<Landing>,
}

impl Standing {
    /// Whether the next generation is there.
    #[must_use]
    pub const fn is_renewed(&self) -> bool {
        matches!(self.landing, Some(Landing::Renewed(_)))
    }
}

/// What came of a flight.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Landing {
    /// The next generation, sealed.
    Renewed(String),
    /// No new tokens; the session stays as it is.
    Failed(Failure),
}

impl fmt::Debug for Landing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Renewed(_) => f.write_str("Renewed(REDACTED)"),
            Self::Failed(failure) => failure.fmt(f),
        }
    }
}

/// How often a flight failed, and when the next may start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// In a row, since the last success.
    pub failures: u32,
    /// How many of them ended without an answer after the call was sent.
    pub lost: u32,
    /// When the next may start: Unix time in milliseconds.
    pub again_at: i64,
}

/// Whether a flight may start.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Start {
    /// It is ours, until the lease is over; `Failure` tells of the attempts before.
    Ours(Failure),
    /// Another instance is at it.
    Busy,
    /// It landed: the result, or the failure whose time is not over.
    Landed(Landing),
    /// The generation is spent, or the session ended: there is nothing to renew.
    Gone,
}

/// Whether a flight's result counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Finish {
    /// It does.
    Kept,
    /// The session was ended meanwhile: what the flight brought must be given back.
    Ended,
    /// The lease was over and another flight landed before: its result counts, sealed.
    Overtaken(String),
}

/// How a flight's result is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Keep {
    /// How long late requests find it.
    pub result: Duration,
    /// How long the older generation is known to be spent; `None` where its refresh token is still good.
    pub spent: Option<Duration>,
}

/// A name that no other flight or guess has. Without randomness it may be another's, too, and sealing would fail anyway.
pub(crate) fn random_name() -> String {
    let mut bytes = [0; 16];
    let _ = getrandom::fill(&mut bytes);
    hex(&bytes)
}

/// The store cannot be used. Remedy: look after it; requests go on as `store.required` says.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the store is away: {0}")]
pub struct StoreError(pub String);

/// What an operation of the store becomes.
pub type Operation<'a, T> = BoxFuture<'a, Result<T, StoreError>>;

/// What instances share. [`MemoryStore`] is one instance's own; [`RedisStore`] is for several.
///
/// Lives are durations from now, by the store's own clock. An entry may go earlier than asked where memory is bounded,
/// never later than a second after. Each operation is atomic, and answers in bounded time.
pub trait Store: Send + Sync + fmt::Debug {
    /// What is known of a session. It is asked once a request, so it is one round trip.
    fn look_up<'a>(&'a self, key: &'a SessionKey) -> Operation<'a, Standing>;

    /// Ends one session: nothing of it is opened again within `life`, which is what is left of it. A stored record goes
    /// too.
    fn end<'a>(&'a self, id: &'a SessionId, life: Duration) -> Operation<'a, ()>;

    /// Ends every session of `whose` that began at or before a moment (Unix time in milliseconds), within `life`, which
    /// is the longest that a session can have left.
    fn end_before<'a>(&'a self, whose: &'a Whose, moment_millis: i64, life: Duration) -> Operation<'a, ()>;

    /// Asks to be the one who renews a session. `holder` is a name that no other flight has; `now_millis` is compared
    /// with [`Failure::again_at`].
    fn start_flight<'a>(
        &'a self,
        key: &'a SessionKey,
        holder: &'a str,
        lease: Duration,
        now_millis: i64,
    ) -> Operation<'a, Start>;

    /// Leaves the result of a flight, for everybody who asks, and gives the lease back.
    fn finish_flight<'a>(
        &'a self,
        key: &'a SessionKey,
        holder: &'a str,
        landing: &'a Landing,
        keep: Keep,
    ) -> Operation<'a, Finish>;

    /// The result of a flight has reached a browser: from now on it is kept for `grace` only.
    fn delivered<'a>(&'a self, key: &'a SessionKey, grace: Duration) -> Operation<'a, ()>;

    /// Keeps a sealed record, unless a newer generation of it is there already or its session was ended.
    fn put_record<'a>(&'a self, key: &'a SessionKey, sealed: &'a str, life: Duration) -> Operation<'a, ()>;

    /// The sealed record of a session.
    fn record<'a>(&'a self, id: &'a SessionId) -> Operation<'a, Option<String>>;

    /// Uses up what may be used once: `true` for whoever is the first to name `mark` within `life`.
    fn spend<'a>(&'a self, mark: &'a str, life: Duration) -> Operation<'a, bool>;

    /// Asks whether one more guess may be wrong in `bucket`: those that are under way may all be. `holder` is a name that no
    /// other guess has; asked again by the same one, it is one guess.
    fn start_guess<'a>(&'a self, bucket: &'a Bucket, quota: Quota, holder: &'a str) -> Operation<'a, Guess>;

    /// A guess is over. One that nobody tells of is over by itself after half a minute.
    fn finish_guess<'a>(
        &'a self,
        bucket: &'a Bucket,
        quota: Quota,
        holder: &'a str,
        guessed: Guessed,
    ) -> Operation<'a, ()>;

    /// Whether the store answers.
    fn ping(&self) -> Operation<'_, ()>;
}
