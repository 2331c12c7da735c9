//! What can become of an API call.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A call of the API that gave no answer of the wanted type.
///
/// It may be serialized into a page, so nothing in it names a host or quotes a value of the answer.
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
    /// The body cannot be written as JSON. Remedy: look for maps whose keys are no strings.
    #[error("the body cannot be written as JSON")]
    Unwritable,
    /// The API answered with a status that is no success.
    #[error("the API answered with status {status}")]
    Status {
        /// The HTTP status.
        status: u16,
        /// The body, where it is JSON and the status is below 500: usually what is wrong with the input.
        problem: Option<Value>,
    },
    /// The API cannot be reached. Remedy: try again; the server's log says more.
    #[error("the API cannot be reached")]
    Unreachable,
    /// The API did not answer in time: on the server in `upstream.timeout`, through the proxy in `proxy.headers_timeout`,
    /// both of which can be raised; in the browser in 30 s. Remedy: try again.
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
