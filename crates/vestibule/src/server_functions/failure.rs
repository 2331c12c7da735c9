//! The error of the server functions: the closed set of codes, and nothing of what a framework has to say.

use serde::{Deserialize, Serialize};
use server_fn::error::{FromServerFnError, ServerFnErrorErr};
use vestibule_core::{ErrorCode, SignInFailure};

use crate::json::LeanJson;
use crate::side;

/// A server function that did not succeed; on the wire it is the [`SignInFailure`] as JSON, with the code's status.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(transparent)]
#[error(transparent)]
pub struct ServerFailure(pub SignInFailure);

impl ServerFailure {
    /// A failure in the reader's language, with the response's status and `Retry-After` set where there is a response.
    pub(crate) fn of(code: ErrorCode) -> Self {
        Self::reported(SignInFailure { message: side::message(code), ..SignInFailure::new(code) })
    }

    /// As above, for a failure that has its words.
    pub(crate) fn reported(failure: SignInFailure) -> Self {
        side::report(&failure);
        Self(failure)
    }
}

impl FromServerFnError for ServerFailure {
    type Encoder = LeanJson;

    /// What the framework says names types, lengths and parts of the input; only a code leaves.
    fn from_server_fn_error(error: ServerFnErrorErr) -> Self {
        let code = match error {
            ServerFnErrorErr::Args(_)
            | ServerFnErrorErr::MissingArg(_)
            | ServerFnErrorErr::UnsupportedRequestMethod(_) => ErrorCode::Malformed,
            // In the browser: our own server cannot be reached.
            ServerFnErrorErr::Request(_) => ErrorCode::ServiceUnavailable,
            // In the browser: something between us and the server answered in its place.
            ServerFnErrorErr::Deserialization(_) => ErrorCode::UnexpectedAnswer,
            ServerFnErrorErr::Registration(_)
            | ServerFnErrorErr::ServerError(_)
            | ServerFnErrorErr::MiddlewareError(_)
            | ServerFnErrorErr::Serialization(_)
            | ServerFnErrorErr::Response(_) => ErrorCode::Internal,
        };
        Self::of(code)
    }
}

#[cfg(test)]
mod tests;
