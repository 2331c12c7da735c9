//! What a call sends.

use std::borrow::Cow;
use std::fmt;

use bytes::Bytes;
use serde::Serialize;

use super::{ApiError, Multipart, pairs};
use crate::side;

/// The body of a call.
///
/// A reference to anything that serde can write becomes JSON, so that most calls never name this type. A `File`, a `Blob`
/// or a `FormData` of the page becomes a body as it is: the browser reads a file from the disk while it sends it. On the
/// server, `ApiBody::stream` sends bytes as they come.
///
/// ```
/// use vestibule::{Api, ApiBody, ApiError, Multipart};
///
/// # async fn all(api: Api, file: web_sys::File) -> Result<(), ApiError> {
/// let () = api.put("/name", &"Reef").await?;                          // JSON
/// let () = api.put("/note", ApiBody::text("Along the coast")).await?; // text/plain
/// let () = api.post("/search", ApiBody::form(&[("q", "reef")])).await?;
/// let () = api.post("/files", file).await?;                           // a file of the person at the browser
/// let csv = Multipart::new().text("kind", "csv").file("file", "a.csv", "text/csv", "1;2");
/// let () = api.post("/import", csv).await?;
/// # Ok(()) }
/// ```
pub struct ApiBody(pub(super) BodyKind);

/// The kinds of bodies.
pub(crate) enum BodyKind {
    None,
    /// It came up when it was made, and is told when the call is.
    Unwritable,
    /// It can be sent again.
    Whole {
        content_type: Cow<'static, str>,
        bytes: Bytes,
    },
    /// Something that only this half of the house has.
    Live(side::LiveBody),
}

impl fmt::Debug for BodyKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::None => "none",
            Self::Unwritable => "unwritable",
            Self::Whole { content_type, .. } => content_type,
            Self::Live(_) => "live",
        })
    }
}

impl fmt::Debug for ApiBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("ApiBody").field(&self.0).finish()
    }
}

impl ApiBody {
    /// No body at all.
    #[must_use]
    pub const fn empty() -> Self {
        Self(BodyKind::None)
    }

    /// JSON; the same as a reference to `value`.
    #[must_use]
    pub fn json<B: Serialize + ?Sized>(value: &B) -> Self {
        Self::written("application/json", serde_json::to_string(value).map_err(|_| ApiError::Unwritable))
    }

    /// A form, url-encoded; of what, [`ApiCall::query`](crate::ApiCall::query) says.
    #[must_use]
    pub fn form<B: Serialize + ?Sized>(fields: &B) -> Self {
        Self::written("application/x-www-form-urlencoded", pairs::encoded(fields))
    }

    /// Plain text, in UTF-8.
    #[must_use]
    pub fn text(text: impl Into<String>) -> Self {
        Self::bytes("text/plain; charset=utf-8", text.into())
    }

    /// Bytes of any media type.
    #[must_use]
    pub fn bytes(content_type: impl Into<Cow<'static, str>>, bytes: impl Into<Bytes>) -> Self {
        Self(BodyKind::Whole { content_type: content_type.into(), bytes: bytes.into() })
    }

    pub(crate) const fn live(body: side::LiveBody) -> Self {
        Self(BodyKind::Live(body))
    }

    fn written(content_type: &'static str, text: Result<String, ApiError>) -> Self {
        text.map_or(Self(BodyKind::Unwritable), |text| Self::bytes(content_type, text))
    }
}

impl<B: Serialize + ?Sized> From<&B> for ApiBody {
    fn from(value: &B) -> Self {
        Self::json(value)
    }
}

impl From<Multipart> for ApiBody {
    fn from(form: Multipart) -> Self {
        form.into_body()
    }
}

impl From<web_sys::File> for ApiBody {
    fn from(file: web_sys::File) -> Self {
        Self::live(side::LiveBody::of_page(file.into()))
    }
}

impl From<web_sys::Blob> for ApiBody {
    fn from(blob: web_sys::Blob) -> Self {
        Self::live(side::LiveBody::of_page(blob.into()))
    }
}

/// As a form of several parts; the browser reads its files while it sends them.
impl From<web_sys::FormData> for ApiBody {
    fn from(form: web_sys::FormData) -> Self {
        Self::live(side::LiveBody::of_page(form.into()))
    }
}
