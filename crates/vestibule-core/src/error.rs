//! What a browser may learn of a failure: a closed set of codes, and words for a person.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Every failure that reaches a browser, on a page, in a server function or as JSON.
///
/// The set is closed so that a program can match on it; what exactly went wrong at the upstream is for the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ErrorCode {
    /// The upstream knows no such user, or not with this password; also a locked account, while messages are neutral.
    BadCredentials,
    /// The account may not sign in (only with `login.messages = "upstream"`).
    Locked,
    /// The upstream took the credentials, and the application lets this person not in.
    Denied,
    /// The upstream asks for a second step, such as a one-time code.
    SecondStep,
    /// The first step is over: it is good for five minutes.
    SecondStepOver,
    /// Single fields of the form need another value; `fields` says which.
    InvalidFields,
    /// Too many attempts; `retry_after` says when the next may be made.
    TooManyAttempts,
    /// The upstream is away or failing: trying again later may help.
    ServiceUnavailable,
    /// The upstream did not answer in time.
    ServiceTimeout,
    /// The upstream answered something that nobody can read.
    UnexpectedAnswer,
    /// The profile and the tokens do not fit into the session's cookies.
    SessionTooLarge,
    /// The configured contract does not match the upstream; the log names the key.
    Configuration,
    /// This call needs a session and there is none.
    SignedOut,
    /// The page was made for somebody else than who is signed in now: nothing was done. Reload the page.
    OtherUser,
    /// There is nothing here that may be called.
    NotFound,
    /// The request itself cannot be read, or names a key twice.
    Malformed,
    /// The request was not answered in the time that every request has; mostly its body did not come.
    RequestTimeout,
    /// The request comes from another site.
    CrossOrigin,
    /// The request's body is too large.
    TooLarge,
    /// The request's body is not of a type that this address takes.
    UnsupportedType,
    /// A fault of our own; the log has it under the request's id.
    Internal,
}

impl ErrorCode {
    /// Every code.
    pub const ALL: [Self; 21] = [
        Self::BadCredentials,
        Self::Locked,
        Self::Denied,
        Self::SecondStep,
        Self::SecondStepOver,
        Self::InvalidFields,
        Self::TooManyAttempts,
        Self::ServiceUnavailable,
        Self::ServiceTimeout,
        Self::UnexpectedAnswer,
        Self::SessionTooLarge,
        Self::Configuration,
        Self::SignedOut,
        Self::OtherUser,
        Self::NotFound,
        Self::Malformed,
        Self::RequestTimeout,
        Self::CrossOrigin,
        Self::TooLarge,
        Self::UnsupportedType,
        Self::Internal,
    ];

    /// The code as it is on the wire, and its key in `[login.text]` of the configuration.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::BadCredentials => "bad_credentials",
            Self::Locked => "locked",
            Self::Denied => "denied",
            Self::SecondStep => "second_step",
            Self::SecondStepOver => "second_step_over",
            Self::InvalidFields => "invalid_fields",
            Self::TooManyAttempts => "too_many_attempts",
            Self::ServiceUnavailable => "service_unavailable",
            Self::ServiceTimeout => "service_timeout",
            Self::UnexpectedAnswer => "unexpected_answer",
            Self::SessionTooLarge => "session_too_large",
            Self::Configuration => "configuration",
            Self::SignedOut => "signed_out",
            Self::OtherUser => "other_user",
            Self::NotFound => "not_found",
            Self::Malformed => "malformed",
            Self::RequestTimeout => "request_timeout",
            Self::CrossOrigin => "cross_origin",
            Self::TooLarge => "too_large",
            Self::UnsupportedType => "unsupported_type",
            Self::Internal => "internal",
        }
    }

    /// The HTTP status that goes with the code.
    #[must_use]
    pub const fn status(self) -> u16 {
        match self {
            Self::BadCredentials | Self::Locked | Self::SecondStep | Self::SecondStepOver | Self::SignedOut => 401,
            Self::OtherUser => 409,
            Self::InvalidFields => 422,
            Self::TooManyAttempts => 429,
            Self::ServiceUnavailable => 503,
            Self::ServiceTimeout => 504,
            Self::UnexpectedAnswer | Self::SessionTooLarge | Self::Configuration => 502,
            Self::NotFound => 404,
            Self::Malformed => 400,
            Self::RequestTimeout => 408,
            Self::Denied | Self::CrossOrigin => 403,
            Self::TooLarge => 413,
            Self::UnsupportedType => 415,
            Self::Internal => 500,
        }
    }

    /// Our own words for the person at the page, in English.
    #[must_use]
    pub const fn message(self) -> &'static str {
        match self {
            Self::BadCredentials => "That did not match an account. Please check what you typed and try again.",
            Self::Denied => "You were not given access. Please sign in with another account, or ask for access.",
            Self::Locked => "This account cannot sign in at the moment.",
            Self::SecondStep => "This account asks for one more step.",
            Self::SecondStepOver => "That took too long. Please sign in again.",
            Self::InvalidFields => "Please check the marked fields.",
            Self::TooManyAttempts => "Too many attempts. Please wait a moment before you try again.",
            Self::ServiceUnavailable => "The sign-in service is unavailable at the moment. Please try again shortly.",
            Self::ServiceTimeout => "The sign-in service took too long to answer. Please try again shortly.",
            Self::UnexpectedAnswer => "The sign-in service gave an unexpected answer. Please try again later.",
            Self::SessionTooLarge => "Your profile is too large for a session here. Please tell the site's operator.",
            Self::Configuration => "The sign-in service gave an unexpected answer. Please tell the site's operator.",
            Self::SignedOut => "You are signed out. Please sign in again.",
            Self::OtherUser => "Somebody else has signed in meanwhile. Please reload the page.",
            Self::NotFound => "There is nothing at this address.",
            Self::Malformed => "That request could not be read. Please try again.",
            Self::RequestTimeout => "The request took too long. Please try again.",
            Self::CrossOrigin => "That request came from another site and was refused.",
            Self::TooLarge => "That was too much to send at once.",
            Self::UnsupportedType => "That kind of request is not taken here.",
            Self::Internal => "Something went wrong on our side. Please try again.",
        }
    }
}

/// A sign-in that did not succeed, as the browser learns it: from the server function as JSON, or in the login page.
///
/// Nothing that the person typed is in it, and nothing that the upstream said unless `login.messages = "upstream"`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "camelCase")]
#[error("{message}")]
pub struct SignInFailure {
    /// The code to match on.
    pub code: ErrorCode,
    /// Words for the person: our own, or the upstream's, cleaned.
    pub message: String,
    /// Words for single fields of the form, by field name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub fields: BTreeMap<String, String>,
    /// How long to wait before the next attempt, in seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after: Option<u32>,
    /// Whether the form to show next is that of the second step: the first was taken.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub second_step: bool,
    /// A path of this site where the application sends the person instead, made safe by the server.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub elsewhere: Option<String>,
}

impl SignInFailure {
    /// A failure in our own words, in English.
    #[must_use]
    pub fn new(code: ErrorCode) -> Self {
        Self {
            code,
            message: code.message().to_owned(),
            fields: BTreeMap::new(),
            retry_after: None,
            second_step: false,
            elsewhere: None,
        }
    }
}

#[cfg(test)]
mod tests;
