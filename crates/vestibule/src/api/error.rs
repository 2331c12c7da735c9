//! What can become of an API call.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use server_fn::error::{FromServerFnError, ServerFnErrorErr};
use vestibule_core::ErrorCode;

use super::Problem;
use crate::json::LeanJson;
use crate::server_functions::ServerFailure;
use crate::side;

/// A call of the API that gave no answer of the wanted type.
///
/// It crosses every wire of an application, as the error of a resource and of a server function, so nothing in it names a
/// host, a token or a value of a successful answer.
///
/// ```
/// use leptos::prelude::*;
/// use vestibule::{ApiError, use_api};
///
/// #[server(endpoint = "project_names", prefix = "/api", client = vestibule::SessionClient)]
/// async fn project_names() -> Result<Vec<String>, ApiError> {
///     use_api().get("/projects").await
/// }
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, thiserror::Error)]
#[non_exhaustive]
pub enum ApiError {
    /// Nobody is signed in. Remedy: wrap the page in [`RequireSession`](crate::RequireSession).
    #[error("nobody is signed in")]
    SignedOut,
    /// The proxy does not pass the call on. Remedy: name its method and path in `proxy.allow`.
    #[error("the call is not among those that pages may make")]
    NotAllowed,
    /// Somebody else has signed in meanwhile, in another tab; the page is about to load anew.
    #[error("somebody else has signed in meanwhile")]
    OtherUser,
    /// The path is not one below the API's base URL. Remedy: begin it with `/`, and leave out `..` and fragments.
    #[error("not a path of the API")]
    BadPath,
    /// The body or the query cannot be written. Remedy: look for maps whose keys are no texts; in a query or a form, for
    /// lists in lists; for a body of `get`, which has none; on the server, for a file or form of the browser.
    #[error("the body or the query cannot be written")]
    Unwritable,
    /// A header's name or value cannot stand in a request. Remedy: ASCII without line breaks.
    #[error("the name or the value of a header cannot be sent")]
    BadHeader,
    /// The component that made the call is gone, and with it whoever would read the answer. Remedy: none is needed; for a
    /// call that is to go on, [`ApiCall::detached`](crate::ApiCall::detached).
    #[error("the page that made the call is gone")]
    Cancelled,
    /// The API answered with a status that is no success.
    #[error("the API answered with status {status}")]
    Status {
        /// The HTTP status.
        status: u16,
        /// The body, where it is JSON and the status is below 500: usually what is wrong with the input. See
        /// [`ApiError::problem`] and [`ApiError::body`].
        problem: Option<Value>,
    },
    /// The API cannot be reached. Remedy: try again; the server's log says more.
    #[error("the API cannot be reached")]
    Unreachable,
    /// The API did not answer in time: on the server in `upstream.timeout`, through the proxy and where a body streams in
    /// `proxy.headers_timeout`, both of which can be raised; in the browser in 30 s, unless a file is sent. Remedy: try
    /// again.
    #[error("the API did not answer in time")]
    Timeout,
    /// The answer is not what the type expects. Remedy: compare the type with the answer at `path`.
    #[error("the answer does not fit at `{path}`: {problem}")]
    Decode {
        /// Where in the answer; `.` is the whole.
        path: String,
        /// What is wrong there, without the value.
        problem: String,
    },
}

impl ApiError {
    /// The status of an answer that is no success.
    #[must_use]
    pub const fn status(&self) -> Option<u16> {
        match self {
            Self::Status { status, .. } => Some(*status),
            _ => None,
        }
    }

    /// What the API says is wrong, in the words of RFC 9457; `None` where it has other ones ([`body`](Self::body)), or
    /// none.
    ///
    /// ```
    /// use serde_json::json;
    /// use vestibule::ApiError;
    ///
    /// let answer = json!({ "type": "/out-of-credit", "title": "Too little credit", "balance": 30 });
    /// let problem = ApiError::Status { status: 403, problem: Some(answer) }.problem().unwrap();
    /// assert_eq!(problem.title.as_deref(), Some("Too little credit"));
    /// assert_eq!(problem.extensions["balance"], 30);
    /// ```
    #[must_use]
    pub fn problem(&self) -> Option<Problem> {
        match self {
            Self::Status { status, problem: Some(answer) } => Problem::of(*status, answer),
            _ => None,
        }
    }

    /// The answer's JSON as the API's own type of errors; `None` where there is none or it does not fit.
    ///
    /// ```
    /// use vestibule::ApiError;
    ///
    /// #[derive(serde::Deserialize)]
    /// struct FieldErrors { errors: std::collections::BTreeMap<String, String> }
    ///
    /// # fn show(error: ApiError) -> Option<String> {
    /// error.body::<FieldErrors>()?.errors.remove("name")
    /// # }
    /// ```
    #[must_use]
    pub fn body<T: DeserializeOwned>(&self) -> Option<T> {
        match self {
            Self::Status { problem: Some(answer), .. } => T::deserialize(answer).ok(),
            _ => None,
        }
    }

    /// The code for the one who asked this server: what a handler of axum refuses with, and the status of a server
    /// function.
    #[must_use]
    pub const fn code(&self) -> ErrorCode {
        match self {
            Self::SignedOut => ErrorCode::SignedOut,
            Self::OtherUser => ErrorCode::OtherUser,
            // What is wrong with a request is wrong with whatever made us send it.
            Self::Status { status: 400, .. } => ErrorCode::Malformed,
            Self::Status { status: 403, .. } => ErrorCode::Denied,
            Self::NotAllowed | Self::Status { status: 404 | 410, .. } => ErrorCode::NotFound,
            Self::Status { status: 413, .. } => ErrorCode::TooLarge,
            Self::Status { status: 415, .. } => ErrorCode::UnsupportedType,
            Self::Status { status: 422, .. } => ErrorCode::InvalidFields,
            Self::Status { status: 429, .. } => ErrorCode::TooManyAttempts,
            Self::Unreachable | Self::Status { status: 500.., .. } => ErrorCode::ServiceUnavailable,
            Self::Timeout => ErrorCode::ServiceTimeout,
            Self::Status { .. } | Self::Decode { .. } => ErrorCode::UnexpectedAnswer,
            Self::BadPath | Self::BadHeader | Self::Unwritable | Self::Cancelled => ErrorCode::Internal,
        }
    }
}

impl From<ApiError> for ServerFailure {
    /// The code alone, for a server function whose error is that of the library's own.
    fn from(error: ApiError) -> Self {
        Self::of(error.code())
    }
}

impl FromServerFnError for ApiError {
    type Encoder = LeanJson;

    /// What the framework says names types, lengths and parts of the input; nothing of it leaves.
    fn from_server_fn_error(error: ServerFnErrorErr) -> Self {
        match error {
            ServerFnErrorErr::Request(_) => Self::Unreachable,
            ServerFnErrorErr::Deserialization(_) => {
                Self::Decode { path: ".".to_owned(), problem: "not an answer of the server function".to_owned() }
            }
            _ => Self::Status { status: ErrorCode::Internal.status(), problem: None },
        }
    }

    fn ser(&self) -> bytes::Bytes {
        // The response's status says the same, so that whoever reads nothing else is told the truth.
        side::set_status(match self {
            Self::Status { status, .. } if matches!(status, 400..500) => *status,
            _ => self.code().status(),
        });
        serde_json::to_vec(self).map(bytes::Bytes::from).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests;
