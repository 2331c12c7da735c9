//! One call of the API, before it is sent, and its answer: what both halves of the client share.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use vestibule_core::without_values;

use super::{ApiError, path};

/// The method of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Method {
    Get,
    Post,
    Put,
    Patch,
    Delete,
}

impl Method {
    /// Whether doing it twice is doing it once (RFC 9110, section 9.2.2).
    #[allow(dead_code, reason = "asked by the browser's half; the server asks the upstream's client")]
    pub(crate) const fn may_be_repeated(self) -> bool {
        matches!(self, Self::Get | Self::Put | Self::Delete)
    }

    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }
}

/// A call whose path was checked and whose body is JSON.
#[derive(Debug)]
pub(crate) struct Call {
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) body: Option<String>,
}

impl Call {
    pub(crate) fn new(method: Method, path: &str, body: Option<String>) -> Result<Self, ApiError> {
        if path::stays_below(path) { Ok(Self { method, path: path.to_owned(), body }) } else { Err(ApiError::BadPath) }
    }

    pub(crate) fn with_body<B: Serialize + ?Sized>(method: Method, path: &str, body: &B) -> Result<Self, ApiError> {
        let body = serde_json::to_string(body).map_err(|_| ApiError::Unwritable)?;
        Self::new(method, path, Some(body))
    }
}

/// What the API answered.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    /// Why this server did not pass the call on, where it did not.
    #[allow(dead_code, reason = "asked by the browser's half; the server has no proxy between itself and the API")]
    pub(crate) fn refusal(&self) -> Option<ApiError> {
        let refused = serde_json::from_slice::<Value>(&self.body).ok()?;
        let code = refused.get("code").and_then(Value::as_str)?;
        let is = |status, name| self.status == status && code == name;
        Some(if is(401, "signed_out") {
            ApiError::SignedOut
        } else if is(404, "not_found") {
            ApiError::NotAllowed
        } else if is(409, "other_user") {
            ApiError::OtherUser
        } else if is(503, "service_unavailable") || is(502, "unexpected_answer") {
            ApiError::Unreachable
        } else if is(504, "service_timeout") {
            ApiError::Timeout
        } else {
            return None;
        })
    }

    /// The body as `T`, if the API says that it succeeded.
    pub(crate) fn read<T: DeserializeOwned>(&self) -> Result<T, ApiError> {
        let value = self.value()?;
        serde_path_to_error::deserialize(&value).map_err(|error| ApiError::Decode {
            path: error.path().to_string(),
            problem: without_values(&error.into_inner().to_string()),
        })
    }

    fn value(&self) -> Result<Value, ApiError> {
        if !(200..300).contains(&self.status) {
            // What a failing API says of itself (5xx) is for its operators; the page gets the status.
            let problem = (self.status < 500).then(|| serde_json::from_slice(&self.body).ok()).flatten();
            return Err(ApiError::Status { status: self.status, problem });
        }
        if self.body.is_empty() {
            return Ok(Value::Null);
        }
        serde_json::from_slice(&self.body)
            .map_err(|_| ApiError::Decode { path: ".".to_owned(), problem: "not JSON".to_owned() })
    }
}

#[cfg(test)]
mod tests;
