//! A sign-in with a provider that came to nothing.

use vestibule_core::ErrorCode;

use super::id_token::IdTokenError;
use crate::upstream::{Away, Oddity, SignInError, Unverified};

/// Why nobody is signed in. The log has it; the browser learns a [`Reason`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProviderError {
    /// No attempt of this browser belongs to what came back: it is older than ten minutes, was used, or was begun
    /// elsewhere. Remedy: the person begins again.
    #[error("no attempt of this browser belongs to the answer")]
    NoAttempt,
    /// The answer is that of another provider than the one that the person was sent to (RFC 9207). Remedy: look at who runs
    /// that provider.
    #[error("the answer is another provider's")]
    OtherProvider,
    /// The person, or the provider, said no (`access_denied`). Remedy: none is needed.
    #[error("access was denied at the provider")]
    Denied,
    /// The provider said something else. Remedy: look the word up in its documentation.
    #[error("the provider said {0:?}")]
    Said(String),
    /// The provider's metadata or keys cannot be had. Remedy: in [`Away`].
    #[error("the provider is away: {0}")]
    Away(Away),
    /// The token endpoint refused, with this word. Remedy: of `invalid_client`, `client_id`, `client_secret` and `token_auth`; of
    /// `invalid_grant`, the redirect URI that is registered there, or a code that was used.
    #[error("the token endpoint said {0:?}")]
    Refused(String),
    /// The token endpoint gave no tokens. Remedy: in [`SignInError`].
    #[error("the provider's tokens: {0}")]
    Tokens(SignInError),
    /// The API did not take what the provider gave. Remedy: in [`SignInError`].
    #[error("the exchange: {0}")]
    Exchange(SignInError),
    /// The ID token is missing. Remedy: `scopes` with `openid`.
    #[error("there is no ID token in the provider's answer")]
    NoIdToken,
    /// The ID token is not what it must be. Remedy: `client_id` and `issuer`.
    #[error("the ID token: {0}")]
    Unverified(Unverified),
    /// The ID token says something else than it must. Remedy: `client_id`; see also who runs the provider.
    #[error("{0}")]
    IdToken(IdTokenError),
    /// The profile is somebody else's than the ID token (OpenID Connect Core 1.0, section 5.3.2). Remedy: none here.
    #[error("the profile is not that of the ID token's subject")]
    OtherSubject,
    /// The profile cannot be read. Remedy: in [`Oddity`].
    #[error("the profile: {0}")]
    Profile(Oddity),
    /// The attempt does not fit into its cookie. Remedy: a shorter callback URL.
    #[error("the attempt does not fit into a cookie")]
    TooLarge,
    /// The system has no randomness to give. Remedy: look into the machine.
    #[error("no randomness")]
    NoRandomness,
}

/// What the login page says of it: one of [`REASONS`](vestibule_core::wire::REASONS).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// It was cancelled there.
    Cancelled,
    /// The API, or the application, does not let the person in.
    Denied,
    /// Somebody is away.
    Unavailable,
    /// Something else.
    Error,
}

impl Reason {
    /// As it stands in the query.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Cancelled => "cancelled",
            Self::Denied => "denied",
            Self::Unavailable => "unavailable",
            Self::Error => "error",
        }
    }

    /// The reason of a refusal that has a code.
    pub(crate) const fn of(code: ErrorCode) -> Self {
        match code {
            ErrorCode::Denied | ErrorCode::BadCredentials | ErrorCode::Locked => Self::Denied,
            ErrorCode::ServiceUnavailable | ErrorCode::ServiceTimeout | ErrorCode::TooManyAttempts => Self::Unavailable,
            _ => Self::Error,
        }
    }
}

impl ProviderError {
    /// A code or a client's secret that is refused is nobody's password.
    pub(crate) fn of_tokens(error: SignInError) -> Self {
        match error {
            SignInError::BadCredentials { message } => Self::Refused(message.unwrap_or_default()),
            error => Self::Tokens(error),
        }
    }

    /// The code that an audit hears.
    #[must_use]
    pub fn code(&self) -> ErrorCode {
        use crate::config::Messages::Neutral;
        match self {
            Self::Denied => ErrorCode::Denied,
            Self::Said(word) if word == "temporarily_unavailable" || word == "server_error" => {
                ErrorCode::ServiceUnavailable
            }
            Self::Away(_) => ErrorCode::ServiceUnavailable,
            Self::Tokens(error) => error.code(Neutral),
            Self::Exchange(error) => match error.code(Neutral) {
                ErrorCode::BadCredentials => ErrorCode::Denied,
                code => code,
            },
            Self::NoRandomness => ErrorCode::Internal,
            Self::NoAttempt => ErrorCode::SecondStepOver,
            _ => ErrorCode::UnexpectedAnswer,
        }
    }

    /// What the login page says.
    #[must_use]
    pub fn reason(&self) -> Reason {
        match self {
            Self::Denied => Reason::Cancelled,
            other => Reason::of(other.code()),
        }
    }

    /// One line in the log. What the provider said is cleaned: it came through a browser.
    pub(crate) fn log(&self, provider: &str, key: &str) {
        match self {
            Self::Denied | Self::NoAttempt => tracing::info!(provider, outcome = %self, "nobody is signed in"),
            Self::Said(_) | Self::Away(_) => tracing::warn!(provider, key, error = %self, "nobody is signed in"),
            _ => tracing::error!(provider, key, error = %self, "nobody is signed in"),
        }
    }
}
