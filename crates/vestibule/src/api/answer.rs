//! What the API answered: read whole as a type, or bit by bit.

use std::fmt;

use bytes::Bytes;
use futures_util::{Stream, stream};
use serde::de::DeserializeOwned;
use serde_json::Value;
use vestibule_core::{wire, without_values};

use super::ApiError;
use crate::side;

/// What a call's answer can be read as: any type of serde, from JSON (an empty answer reads as `null`, so `()` fits it, and
/// [`IgnoredAny`](serde::de::IgnoredAny) fits any); or an [`ApiResponse`], whose body is anything and comes bit by bit.
pub trait ApiAnswer: Sized {
    /// Whether the body is left to whoever asks.
    #[doc(hidden)]
    const STREAMS: bool;

    /// Reads the answer.
    ///
    /// # Errors
    /// [`ApiError::Decode`] where it does not fit.
    #[doc(hidden)]
    fn of(response: ApiResponse) -> Result<Self, ApiError>;
}

impl<T: DeserializeOwned> ApiAnswer for T {
    const STREAMS: bool = false;

    fn of(response: ApiResponse) -> Result<Self, ApiError> {
        decoded(response.body.whole())
    }
}

impl ApiAnswer for ApiResponse {
    const STREAMS: bool = true;

    fn of(response: ApiResponse) -> Result<Self, ApiError> {
        Ok(response)
    }
}

/// A successful answer whose body is still on its way. Dropping it ends the call.
///
/// ```
/// use vestibule::{Api, ApiError, ApiResponse};
///
/// # async fn all(api: Api) -> Result<(), ApiError> {
/// let report: ApiResponse = api.get("/report.csv").await?;
/// println!("{:?}, {:?} bytes", report.header("content-type"), report.header("content-length"));
/// let text = report.text().await?;
///
/// let mut export: ApiResponse = api.get("/export").await?;
/// while let Some(bytes) = export.chunk().await? {
///     println!("{} more", bytes.len());
/// }
/// # Ok(()) }
/// ```
pub struct ApiResponse {
    pub(crate) status: u16,
    pub(crate) headers: side::AnswerHeaders,
    pub(crate) body: AnswerBody,
}

/// The body of an answer.
pub(crate) enum AnswerBody {
    Whole(Bytes),
    Live(side::LiveAnswer),
}

impl AnswerBody {
    /// What was read already.
    pub(crate) fn whole(&self) -> &[u8] {
        match self {
            Self::Whole(bytes) => bytes,
            Self::Live(_) => &[],
        }
    }
}

impl fmt::Debug for ApiResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ApiResponse").field("status", &self.status).finish_non_exhaustive()
    }
}

impl ApiResponse {
    /// The HTTP status, one of success.
    #[must_use]
    pub const fn status(&self) -> u16 {
        self.status
    }

    /// The first value of a header; `None`, too, for one that is no text, and in the browser for one that the proxy, or
    /// the API's CORS, does not let through.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<String> {
        self.headers.get(name)
    }

    /// The next bytes of the body; `None` at its end.
    ///
    /// # Errors
    /// [`ApiError::Unreachable`] where the body breaks off, [`ApiError::Cancelled`] where the component is gone.
    pub async fn chunk(&mut self) -> Result<Option<Bytes>, ApiError> {
        match &mut self.body {
            AnswerBody::Whole(bytes) if bytes.is_empty() => Ok(None),
            AnswerBody::Whole(bytes) => Ok(Some(std::mem::take(bytes))),
            AnswerBody::Live(body) => body.chunk().await,
        }
    }

    /// The body, bit by bit, as [`chunk`](Self::chunk) gives it; an error is the last of it.
    pub fn into_stream(self) -> impl Stream<Item = Result<Bytes, ApiError>> + Send + 'static {
        stream::unfold(Some(self), |answer| async {
            let mut answer = answer?;
            match answer.chunk().await.transpose()? {
                Ok(bytes) => Some((Ok(bytes), Some(answer))),
                Err(error) => Some((Err(error), None)),
            }
        })
    }

    /// The whole body, in memory.
    ///
    /// # Errors
    /// As for [`chunk`](Self::chunk).
    pub async fn bytes(mut self) -> Result<Bytes, ApiError> {
        let mut whole = Vec::new();
        while let Some(bytes) = self.chunk().await? {
            whole.extend_from_slice(&bytes);
        }
        Ok(whole.into())
    }

    /// The whole body as text; what is no UTF-8 becomes `U+FFFD`.
    ///
    /// # Errors
    /// As for [`chunk`](Self::chunk).
    pub async fn text(self) -> Result<String, ApiError> {
        Ok(String::from_utf8_lossy(&self.bytes().await?).into_owned())
    }

    /// The whole body, from JSON: for who wants to see the headers first.
    ///
    /// # Errors
    /// [`ApiError::Decode`], and as for [`chunk`](Self::chunk).
    pub async fn json<T: DeserializeOwned>(self) -> Result<T, ApiError> {
        decoded(&self.bytes().await?)
    }

    /// Gives the body to the person at the browser, as a file to save; the browser keeps a large one on the disk.
    ///
    /// # Errors
    /// As for [`chunk`](Self::chunk); on the server, where nobody could save it, [`ApiError::Cancelled`].
    pub async fn save(self, file_name: &str) -> Result<(), ApiError> {
        match self.body {
            AnswerBody::Live(body) => body.save(file_name).await,
            AnswerBody::Whole(_) => Err(ApiError::Cancelled),
        }
    }
}

fn decoded<T: DeserializeOwned>(body: &[u8]) -> Result<T, ApiError> {
    serde_path_to_error::deserialize(&value(body)?).map_err(|error| ApiError::Decode {
        path: error.path().to_string(),
        problem: without_values(&error.into_inner().to_string()),
    })
}

/// An empty body reads as `null`.
fn value(body: &[u8]) -> Result<Value, ApiError> {
    if body.is_empty() {
        return Ok(Value::Null);
    }
    serde_json::from_slice(body).map_err(|_| ApiError::Decode { path: ".".to_owned(), problem: "not JSON".to_owned() })
}

/// An answer that is no success, as an error.
fn failure(status: u16, body: &[u8]) -> Option<ApiError> {
    if is_success(status) {
        return None;
    }
    // What a failing API says of itself (5xx) is for its operators; the page gets the status.
    let problem = if status < 500 { serde_json::from_slice(body).ok() } else { None };
    Some(ApiError::Status { status, problem })
}

impl ApiResponse {
    /// An answer of any status, which was read whole.
    pub(crate) const fn read(status: u16, headers: side::AnswerHeaders, body: Bytes) -> Self {
        Self { status, headers, body: AnswerBody::Whole(body) }
    }

    /// The answer, if the API says that it succeeded.
    pub(crate) fn checked(self) -> Result<Self, ApiError> {
        failure(self.status, self.body.whole()).map_or(Ok(self), Err)
    }

    /// Why this server did not pass the call on, where it did not.
    #[allow(dead_code, reason = "asked by the browser's half; the server has no proxy between itself and the API")]
    pub(crate) fn refusal(&self) -> Option<ApiError> {
        // The body cannot tell: the API has errors with codes of its own.
        let code = self.headers.get(wire::REFUSED)?;
        Some(match code.as_str() {
            "signed_out" => ApiError::SignedOut,
            "not_found" => ApiError::NotAllowed,
            "other_user" => ApiError::OtherUser,
            "service_unavailable" | "unexpected_answer" => ApiError::Unreachable,
            "service_timeout" => ApiError::Timeout,
            _ => return None,
        })
    }
}

/// Whether the API says that it succeeded.
pub(crate) const fn is_success(status: u16) -> bool {
    matches!(status, 200..300)
}

#[cfg(all(test, feature = "ssr"))]
mod refusals;
#[cfg(test)]
mod tests;
