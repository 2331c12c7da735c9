//! What a caller gets instead of an answer: Marxan's JSON shape.

use axum::Json;
use axum::extract::rejection::JsonRejection;
use axum::http::header::{CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

/// A refusal: `{"errors": [{"status", "title", "code"?, "meta": {"hint"}}]}`.
///
/// The hint is for the developer who looks at the call; it never says which of two secrets was wrong.
#[derive(Debug)]
pub(crate) struct Fault {
    status: StatusCode,
    hint: &'static str,
    code: Option<&'static str>,
    header: Option<(HeaderName, HeaderValue)>,
}

impl Fault {
    pub(crate) fn new(status: StatusCode, hint: &'static str) -> Self {
        Self { status, hint, code: None, header: None }
    }

    /// 401, with the challenge that RFC 9110, section 15.5.2, asks for.
    pub(crate) fn unauthorized(hint: &'static str) -> Self {
        let challenge = (WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        Self { header: Some(challenge), ..Self::new(StatusCode::UNAUTHORIZED, hint) }
    }

    /// The same, with a word that programs can tell it by.
    pub(crate) fn because(self, code: &'static str) -> Self {
        Self { code: Some(code), ..self }
    }

    /// 429: the next call may succeed after so many seconds.
    pub(crate) fn too_many(seconds: u64) -> Self {
        let fault = Self::new(StatusCode::TOO_MANY_REQUESTS, "Too many calls from this address.");
        Self { header: Some((RETRY_AFTER, seconds.into())), ..fault }
    }

    pub(crate) fn internal() -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "A fault of the demonstration API.")
    }
}

impl From<JsonRejection> for Fault {
    fn from(rejection: JsonRejection) -> Self {
        match rejection.status() {
            StatusCode::UNSUPPORTED_MEDIA_TYPE => {
                Self::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "The body must be application/json.")
            }
            StatusCode::PAYLOAD_TOO_LARGE => Self::new(StatusCode::PAYLOAD_TOO_LARGE, "The body is too large."),
            _ => Self::new(StatusCode::BAD_REQUEST, "The body is not JSON."),
        }
    }
}

impl IntoResponse for Fault {
    fn into_response(self) -> Response {
        let title = self.status.canonical_reason().unwrap_or("Error");
        let mut error = json!({ "status": self.status.as_u16(), "title": title, "meta": { "hint": self.hint } });
        if let (Some(code), Some(error)) = (self.code, error.as_object_mut()) {
            error.insert("code".to_owned(), code.into());
        }
        let mut response = (self.status, Json(json!({ "errors": [error] }))).into_response();
        response.headers_mut().extend(self.header);
        response
    }
}

/// 422 in the words of RFC 9457, for what is wrong with a file.
#[derive(Debug)]
pub(crate) struct Problem {
    /// What is wrong this time.
    pub(crate) detail: String,
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        let problem = json!({
            "type": "/problems/unreadable-file", "title": "The file cannot be read.",
            "status": status.as_u16(), "detail": self.detail,
        });
        let content_type = [(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"))];
        (status, content_type, problem.to_string()).into_response()
    }
}

/// 422 with words for single fields: `{"errors": {"name": "…"}}`.
#[derive(Debug)]
pub(crate) struct FieldErrors(pub(crate) Value);

impl IntoResponse for FieldErrors {
    fn into_response(self) -> Response {
        (StatusCode::UNPROCESSABLE_ENTITY, Json(json!({ "errors": self.0 }))).into_response()
    }
}
