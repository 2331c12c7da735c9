//! What `record` is given, and how it may fail.

use serde_json::Value;
use vestibule_core::{AccessToken, ErrorCode, User};

use super::member;

/// When a record is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Occasion {
    /// The session begins.
    SignIn,
    /// The access token was renewed; the profile is the kept one.
    Refresh,
    /// The profile was read again from the API.
    Update,
}

/// What is about to be kept of a session.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Keeping {
    /// Why it is kept now.
    pub occasion: Occasion,
    /// The profile that will be kept: the API's at sign-in and update, the kept one at refresh.
    pub profile: Value,
    /// At an update, the profile that was kept until now, with what this callback added then.
    pub former: Option<Value>,
    user: User,
    access_token: AccessToken,
}

impl Keeping {
    /// Something to be kept, for tests of an application's callbacks.
    #[must_use]
    pub fn new(occasion: Occasion, profile: Value, user: User, access_token: AccessToken) -> Self {
        Self { occasion, profile, former: None, user, access_token }
    }

    /// The well-known members, as they were. The identity stays what it is here.
    #[must_use]
    pub fn user(&self) -> &User {
        &self.user
    }

    /// The access token, for a question to the API. It is kept where tokens are: what equals it in the profile is
    /// dropped.
    #[must_use]
    pub fn access_token(&self) -> &AccessToken {
        &self.access_token
    }

    /// Takes a value out of the profile, by a JSON Pointer (RFC 6901).
    pub fn remove(&mut self, pointer: &str) -> Option<Value> {
        member::remove(&mut self.profile, pointer)
    }
}

/// Why a profile was not made into what should be kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RecordError {
    /// What was asked did not answer. At sign-in: 503, `service_unavailable`. Remedy: try again later.
    #[error("what was asked is away")]
    Away,
    /// What was asked gave an answer that nobody can use. At sign-in: 502, `unexpected_answer`. Remedy: its operator.
    #[error("what was asked gave an unexpected answer")]
    Unexpected,
    /// A fault of the application's own. At sign-in: 500, `internal`. Remedy: the log.
    #[error("a fault of the application")]
    Internal,
}

impl RecordError {
    /// What the browser learns of it at sign-in.
    #[must_use]
    pub const fn code(self) -> ErrorCode {
        match self {
            Self::Away => ErrorCode::ServiceUnavailable,
            Self::Unexpected => ErrorCode::UnexpectedAnswer,
            Self::Internal => ErrorCode::Internal,
        }
    }
}
