//! A sign-in that was not granted: what it was, what the person reads of it, and what the operator.

use std::collections::BTreeMap;

use vestibule_core::{ErrorCode, Text};

use super::{Away, Call, Oddity, ProfileCallError};
use crate::config::Messages;
use crate::locale::{Refused, Said};
use crate::upstream::TransportError;

/// A sign-in that the upstream did not grant.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SignInError {
    /// A rule of `upstream.sign_in.bad_credentials` matched. Remedy: another user name or password.
    #[error("the credentials are wrong")]
    BadCredentials {
        /// The API's words, cleaned; only with `login.messages = "upstream"`.
        message: Option<String>,
    },
    /// A rule of `upstream.sign_in.locked` matched. Remedy: with whoever runs the API.
    #[error("the account may not sign in")]
    Locked {
        /// The API's words, cleaned; only with `login.messages = "upstream"`.
        message: Option<String>,
    },
    /// A rule of `upstream.sign_in.mfa` matched. Remedy: the second step.
    #[error("a second step is asked for")]
    SecondStep {
        /// The API's words, cleaned; only with `login.messages = "upstream"`.
        message: Option<String>,
    },
    /// The upstream wants other values in some fields. Remedy: other values.
    #[error("fields need other values")]
    InvalidFields {
        /// The API's words, cleaned; only with `login.messages = "upstream"`.
        message: Option<String>,
        /// The API's words for each field of the form, cleaned; empty where they may not be repeated.
        fields: BTreeMap<String, String>,
    },
    /// The upstream answered 429. Remedy: wait.
    #[error("too many attempts; the next in {retry_after} s")]
    TooManyAttempts {
        /// The API's words, cleaned; only with `login.messages = "upstream"`.
        message: Option<String>,
        /// Seconds to wait, from 1 to 3,600.
        retry_after: u32,
    },
    /// A 4xx that no rule matches: never "wrong password". Remedy: a rule in `upstream.sign_in.bad_credentials` (or
    /// `locked`, `mfa`) if that is what the status means; else the call itself: `path`, `method`, `body`, `encoding`.
    #[error("no rule of upstream.sign_in matches the status {status}")]
    Configuration {
        /// The answer's status.
        status: u16,
    },
    /// The upstream is away or failing. Remedy: in [`Away`]; trying again later may help.
    #[error("{call}: the upstream is away: {cause}")]
    ServiceUnavailable {
        /// Which call.
        call: Call,
        /// Why.
        cause: Away,
    },
    /// The upstream did not answer in time. Remedy: a faster upstream, or a longer `upstream.timeout`.
    #[error("{call}: the upstream did not answer in time")]
    ServiceTimeout {
        /// Which call.
        call: Call,
    },
    /// The upstream answered something else than the contract says. Remedy: in [`Oddity`].
    #[error("{call}: unexpected answer: {oddity}")]
    UnexpectedAnswer {
        /// Which call.
        call: Call,
        /// What it was.
        oddity: Oddity,
    },
}

impl SignInError {
    pub(crate) const fn odd(call: Call, oddity: Oddity) -> Self {
        Self::UnexpectedAnswer { call, oddity }
    }

    /// A call that brought no whole answer.
    pub(crate) const fn transport(call: Call, error: TransportError) -> Self {
        match error {
            TransportError::Refused | TransportError::Unresolved | TransportError::Tls => {
                Self::ServiceUnavailable { call, cause: Away::Transport(error) }
            }
            TransportError::Timeout => Self::ServiceTimeout { call },
            _ => Self::odd(call, Oddity::Transport(error)),
        }
    }

    /// The code that a program in the browser may match on.
    #[must_use]
    pub const fn code(&self, messages: Messages) -> ErrorCode {
        match self {
            Self::BadCredentials { .. } => ErrorCode::BadCredentials,
            // Neutral: nobody learns from the answer that the account exists (ASVS 6.3.8).
            Self::Locked { .. } => match messages {
                Messages::Neutral => ErrorCode::BadCredentials,
                Messages::Upstream => ErrorCode::Locked,
            },
            Self::SecondStep { .. } => ErrorCode::SecondStep,
            Self::InvalidFields { .. } => ErrorCode::InvalidFields,
            Self::TooManyAttempts { .. } => ErrorCode::TooManyAttempts,
            Self::Configuration { .. } => ErrorCode::Configuration,
            Self::ServiceUnavailable { .. } => ErrorCode::ServiceUnavailable,
            Self::ServiceTimeout { .. } => ErrorCode::ServiceTimeout,
            Self::UnexpectedAnswer { .. } => ErrorCode::UnexpectedAnswer,
        }
    }

    /// What the browser learns: our own words while messages are neutral, else the API's where it has some.
    #[must_use]
    pub fn refused(&self, messages: Messages) -> Refused {
        let mut refused = Refused::from(self.code(messages));
        let theirs = |text: &String| match messages {
            Messages::Upstream if !text.is_empty() => Said::Theirs(text.clone()),
            _ => Said::Ours(Text::CheckValue),
        };
        match self {
            Self::BadCredentials { message }
            | Self::Locked { message }
            | Self::SecondStep { message }
            | Self::InvalidFields { message, .. }
            | Self::TooManyAttempts { message, .. } => {
                refused.message = message.clone().filter(|_| messages == Messages::Upstream).map(Said::Theirs);
            }
            _ => {}
        }
        if let Self::InvalidFields { fields, .. } = self {
            refused.fields = fields.iter().map(|(field, text)| (field.clone(), theirs(text))).collect();
        }
        if let Self::TooManyAttempts { retry_after, .. } = self {
            refused.retry_after = Some(*retry_after);
        }
        refused
    }

    /// One line in the log, with the status and the key to set where there is one. Nothing that was typed or answered.
    /// `account`: whose sign-in it was, by a hash, if that is known.
    pub fn log(&self, account: Option<&str>) {
        match self {
            Self::BadCredentials { .. } => tracing::info!(outcome = "bad_credentials", account, "sign-in refused"),
            Self::Locked { .. } => tracing::info!(outcome = "locked", account, "sign-in refused"),
            Self::SecondStep { .. } => tracing::info!(outcome = "second_step", account, "sign-in refused"),
            Self::InvalidFields { fields, .. } => {
                tracing::info!(outcome = "invalid_fields", account, fields = ?fields.keys(), "sign-in refused");
            }
            Self::TooManyAttempts { retry_after, .. } => {
                tracing::warn!(outcome = "too_many_attempts", retry_after, "the upstream limits sign-ins");
            }
            Self::Configuration { status } => tracing::error!(
                status,
                key = "upstream.sign_in.bad_credentials",
                "the upstream refused a sign-in with a status that no rule matches: if it means wrong credentials, set \
                 the key; else mend path, method, encoding or body of upstream.sign_in"
            ),
            Self::ServiceUnavailable { call, cause } => {
                tracing::error!(%call, %cause, "the upstream is away");
            }
            Self::ServiceTimeout { call } => {
                tracing::error!(%call, key = "upstream.timeout", "the upstream did not answer in time");
            }
            Self::UnexpectedAnswer { call, oddity } => {
                let key = oddity.key(*call);
                tracing::error!(%call, %oddity, key, "unexpected answer of the upstream");
            }
        }
    }
}

impl From<ProfileCallError> for SignInError {
    fn from(error: ProfileCallError) -> Self {
        let call = Call::Profile;
        match error {
            // A token that was given a moment ago and is not taken: the contract is wrong, not the password.
            ProfileCallError::Unauthorized { status } => Self::odd(call, Oddity::Status(status)),
            ProfileCallError::Away(cause) => Self::ServiceUnavailable { call, cause },
            ProfileCallError::Timeout => Self::ServiceTimeout { call },
            ProfileCallError::Unexpected(oddity) => Self::odd(call, oddity),
        }
    }
}

#[cfg(test)]
mod tests;
