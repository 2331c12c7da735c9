//! What can go wrong between this server and the upstream, one enum for each operation.
//!
//! Errors hold statuses, keys of the configuration and the API's cleaned words; never a body or a password, and no token
//! but the one that must not be lost ([`RefreshError::Unusable`]), whose `Debug` is redacted.

mod sign_in;

use std::fmt;

pub use self::sign_in::SignInError;
use super::Tokens;
use super::profile::MOST_LEVELS;
use super::request::Unsendable;
use super::transport::TransportError;
use super::verify::Unverified;
use crate::secret::RefreshToken;

/// A call of the contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Call {
    /// `[upstream.sign_in]`.
    SignIn,
    /// `[upstream.profile]`.
    Profile,
    /// `[upstream.refresh]`.
    Refresh,
    /// The keys of `upstream.token.verify.jwks_url`.
    Keys,
    /// A provider's token endpoint.
    Provider,
    /// `[providers.exchange]`.
    Exchange,
}

impl fmt::Display for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::SignIn => "upstream.sign_in",
            Self::Profile => "upstream.profile",
            Self::Refresh => "upstream.refresh",
            Self::Keys => "upstream.token.verify.jwks_url",
            Self::Provider => "providers",
            Self::Exchange => "providers.exchange",
        })
    }
}

/// Why the upstream counts as away.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Away {
    /// No connection. The remedy is in [`TransportError`].
    #[error(transparent)]
    Transport(TransportError),
    /// It answered with a 5xx; for its keys, with anything but success. Remedy: look into the upstream's own log.
    #[error("it answered with the status {0}")]
    Status(u16),
    /// It answered with something else than the keys, or whatever was asked for. Remedy: the address; for keys, also
    /// `algorithms`.
    #[error("what it answered is of no use here")]
    Misfit,
}

/// An answer that nobody can make sense of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Oddity {
    /// A status that means neither success nor a known failure; redirects are never followed. Remedy: `path`, and
    /// `success` where the API's success is another one.
    #[error("the status {0}")]
    Status(u16),
    /// Not JSON: HTML, cut short, nested too deeply, or nothing at all. Remedy: `path`.
    #[error("a body that is not JSON")]
    NotJson,
    /// No text stands where the access token should. Remedy: `token` or `token_cookie`.
    #[error("no access token where the contract says")]
    NoToken,
    /// The token has characters that cannot be sent back. Remedy: `token`, or `upstream.auth`.
    #[error("an access token that cannot stand in a header or cookie")]
    UnfitToken,
    /// The token had died a minute or longer before. Remedy: set the clocks; else `upstream.expiry`.
    #[error("an access token that died a minute ago or longer")]
    DeadToken,
    /// The profile's path needs the user's id. Remedy: `upstream.sign_in.user_id`.
    #[error("no user id for the path of the profile")]
    NoUserId,
    /// Nothing stands where the profile should. Remedy: `upstream.profile.pointer`.
    #[error("no profile where the contract says")]
    NoProfile,
    /// The profile is nested too deeply to be sealed and shown. Remedy: `upstream.profile.pointer` to the part that is
    /// needed, or `upstream.profile.omit`.
    #[error("a profile of more than {MOST_LEVELS} levels")]
    TooDeep,
    /// Nothing stands at the configured `upstream.profile.id`. Remedy: set that key.
    #[error("no identity where the contract says")]
    NoIdentity,
    /// `upstream.token.verify` stands, and the token is not what it must be. The remedy is in [`Unverified`].
    #[error("an access token that does not verify: {0}")]
    Unverified(Unverified),
    /// The connection broke, or what came is too large or no HTTP. The remedy is in [`TransportError`].
    #[error(transparent)]
    Transport(TransportError),
    /// The request cannot be written. Remedy: `upstream.base_url` and the path.
    #[error("the address of the request cannot be written")]
    Address,
}

impl Oddity {
    /// The key of the configuration to look at.
    pub(crate) fn key(self, call: Call) -> String {
        let below = match self {
            Self::Unverified(why) => return why.key().to_owned(),
            Self::Status(_) | Self::NotJson => "path",
            Self::NoToken => "token",
            Self::UnfitToken => "token, or upstream.auth",
            Self::DeadToken => "token, or upstream.expiry and the clocks",
            Self::NoUserId => "path, or upstream.sign_in.user_id",
            Self::NoProfile => "pointer",
            Self::TooDeep => "pointer, or upstream.profile.omit",
            Self::NoIdentity => "id",
            Self::Transport(_) | Self::Address => "path, or upstream.base_url",
        };
        format!("{call}.{below}")
    }
}

impl From<Unsendable> for Oddity {
    fn from(error: Unsendable) -> Self {
        match error {
            Unsendable::NoUserId => Self::NoUserId,
            Unsendable::Token => Self::UnfitToken,
            Unsendable::Address => Self::Address,
        }
    }
}

/// A profile that the upstream did not give.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProfileCallError {
    /// A rule of `upstream.profile.unauthorized` matched: the access token is dead. Remedy: refresh, or sign in.
    #[error("the access token is dead (status {status})")]
    Unauthorized {
        /// The answer's status.
        status: u16,
    },
    /// The upstream is away or failing. Remedy: in [`Away`].
    #[error("the upstream is away: {0}")]
    Away(Away),
    /// The upstream did not answer in time. Remedy: a faster upstream, or a longer `upstream.timeout`.
    #[error("the upstream did not answer in time")]
    Timeout,
    /// The upstream answered something else than the contract says. Remedy: in [`Oddity`].
    #[error("unexpected answer: {0}")]
    Unexpected(Oddity),
}

impl From<TransportError> for ProfileCallError {
    fn from(error: TransportError) -> Self {
        match error {
            TransportError::Refused | TransportError::Unresolved | TransportError::Tls => {
                Self::Away(Away::Transport(error))
            }
            TransportError::Timeout => Self::Timeout,
            _ => Self::Unexpected(Oddity::Transport(error)),
        }
    }
}

/// An access token that was not renewed. Only [`RefreshError::Refused`] ends the session.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RefreshError {
    /// A rule of `upstream.refresh.unauthorized` matched: the upstream will never renew it. Remedy: sign in again.
    #[error("the upstream refused (status {status})")]
    Refused {
        /// The answer's status.
        status: u16,
    },
    /// The upstream answered 429. Remedy: wait.
    #[error("too many attempts; the next in {retry_after} s")]
    TooManyAttempts {
        /// Seconds to wait, from 1 to 3,600.
        retry_after: u32,
    },
    /// The upstream is away or failing; it did not get the call, or says that it did not carry it out. Remedy: in
    /// [`Away`].
    #[error("the upstream is away: {0}")]
    Away(Away),
    /// The upstream did not answer in time. Remedy: a faster upstream, or a longer `upstream.timeout`.
    #[error("the upstream did not answer in time")]
    Timeout,
    /// The call was sent and the answer did not come whole: the refresh token may be spent or not. Remedy: look into
    /// the upstream's own log.
    #[error("the answer was lost: {0}")]
    Lost(TransportError),
    /// The upstream answered something else than the contract says. Remedy: in [`Oddity`].
    #[error("unexpected answer: {0}")]
    Unexpected(Oddity),
    /// The upstream renewed, but the new access token cannot be used. Remedy: in `why`; with the new refresh token another
    /// attempt can be made, and with the one that was sent none.
    #[error("{why}")]
    Unusable {
        /// What is wrong with the access token.
        why: Box<Self>,
        /// The refresh token that came beside it.
        refresh_token: RefreshToken,
    },
    /// The keys that would verify a new token cannot be had. Remedy: in [`Away`].
    #[error("the keys that verify tokens cannot be had: {0}")]
    NoKeys(Away),
    /// There is no `[upstream.refresh]`. Remedy: that table.
    #[error("no upstream.refresh is configured")]
    NotConfigured,
}

impl RefreshError {
    /// The error, with the refresh token that came beside it where that is a new one: the one that was sent is spent,
    /// whatever else the answer is worth.
    pub(crate) fn beside(self, rotated: Option<RefreshToken>, sent: &Tokens) -> Self {
        match rotated.filter(|new| sent.refresh_token.as_ref() != Some(new)) {
            Some(refresh_token) => Self::Unusable { why: Box::new(self), refresh_token },
            None => self,
        }
    }
}

impl From<TransportError> for RefreshError {
    fn from(error: TransportError) -> Self {
        match error {
            TransportError::Refused | TransportError::Unresolved | TransportError::Tls => {
                Self::Away(Away::Transport(error))
            }
            TransportError::Timeout => Self::Timeout,
            _ => Self::Lost(error),
        }
    }
}

impl RefreshError {
    /// One line in the log, with the key to set where there is one.
    pub(crate) fn log(&self, session: &str) {
        let call = Call::Refresh;
        match self {
            Self::Refused { status } => tracing::info!(session, status, "the upstream refused to renew the token"),
            Self::TooManyAttempts { retry_after } => {
                tracing::warn!(session, retry_after, "the upstream limits refreshes");
            }
            Self::Unexpected(oddity) => {
                let key = oddity.key(call);
                tracing::error!(session, %call, %oddity, key, "unexpected answer of the upstream");
            }
            Self::Timeout => {
                tracing::warn!(session, %call, key = "upstream.timeout", "the upstream did not answer in time")
            }
            Self::Unusable { why, .. } => why.log(session),
            Self::NoKeys(cause) => {
                let key = Call::Keys;
                tracing::warn!(session, %call, %key, %cause, "no token is renewed that cannot be verified");
            }
            Self::Away(_) | Self::Lost(_) | Self::NotConfigured => {
                tracing::warn!(session, %call, error = %self, "the token was not renewed");
            }
        }
    }
}

/// The upstream may not know of a sign-out. The session here is over all the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SignOutError {
    /// No whole answer came. The remedy is in [`TransportError`].
    #[error(transparent)]
    Transport(TransportError),
    /// The answer does not mean success; a token that had died already is one reason. Remedy: `upstream.sign_out`.
    #[error("the upstream answered a sign-out with the status {0} (upstream.sign_out.success says what is expected)")]
    Status(u16),
    /// The request cannot be written: the path needs a user id, or the token cannot be carried. Remedy:
    /// `upstream.sign_out.path`.
    #[error("the request of upstream.sign_out cannot be written")]
    Unsendable,
}

/// A page's request to the API that did not come to an answer. An answer of any status is no error.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ApiError {
    /// The path could leave `base_url`, or cannot be written. Remedy: begin it with one slash; encode what is data,
    /// without `/`, `\`, `.` and `%` in encoded form; no `..`, `//` or `#`.
    #[error("the path of an API request must begin with one slash and stay below the base address")]
    Path,
    /// The access token cannot be carried in the way that `upstream.auth` says. Remedy: that key.
    #[error("the access token cannot stand in the header or cookie that upstream.auth names")]
    Token,
    /// The upstream is away. The remedy is in [`TransportError`].
    #[error("the API is away: {0}")]
    Away(TransportError),
    /// The upstream did not answer in time. Remedy: a faster upstream, or a longer `upstream.timeout`.
    #[error("the API did not answer in time")]
    Timeout,
    /// The access token is dead, and the upstream renews none at the moment: nobody was signed out. Remedy: look into the
    /// upstream's own log; the session recovers by itself.
    #[error("the access token is dead, and the API renews none at the moment")]
    NotRenewed,
    /// The connection broke, or what came is larger than 1 MiB or no HTTP. The remedy is in [`TransportError`].
    #[error("unexpected answer of the API: {0}")]
    Unexpected(TransportError),
}

impl From<Unsendable> for ApiError {
    fn from(error: Unsendable) -> Self {
        match error {
            Unsendable::Token | Unsendable::NoUserId => Self::Token,
            Unsendable::Address => Self::Path,
        }
    }
}

impl From<TransportError> for ApiError {
    fn from(error: TransportError) -> Self {
        match error {
            TransportError::Refused | TransportError::Unresolved | TransportError::Tls => Self::Away(error),
            TransportError::Timeout => Self::Timeout,
            _ => Self::Unexpected(error),
        }
    }
}
