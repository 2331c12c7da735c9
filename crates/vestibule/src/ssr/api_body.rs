//! Bodies that come bit by bit, on the server.

use std::borrow::Cow;
use std::error::Error;

use axum::body::{Body, BodyDataStream};
use bytes::Bytes;
use futures_util::{Stream, StreamExt};
use http::HeaderMap;
use wasm_bindgen::JsValue;

use crate::api::{ApiBody, ApiError};

/// A body that is not in memory.
pub(crate) struct LiveBody(Option<(Cow<'static, str>, Body)>);

impl LiveBody {
    /// A file or a form of the browser; here there is none, and the call says so.
    pub(crate) fn of_page(_: JsValue) -> Self {
        Self(None)
    }

    pub(super) fn parts(self) -> Result<(Cow<'static, str>, Body), ApiError> {
        self.0.ok_or(ApiError::Unwritable)
    }
}

/// On the server.
impl ApiBody {
    /// Bytes of any media type, sent as they come and never in memory as a whole. A call with such a body is not
    /// repeated. An error of the stream ends the call.
    ///
    /// ```
    /// use axum::body::Body;
    /// use vestibule::{Api, ApiBody, ApiError};
    ///
    /// /// A handler of axum: what the person sends goes on to the API.
    /// async fn keep(api: Api, body: Body) -> Result<(), ApiError> {
    ///     api.post("/files", ApiBody::stream("application/pdf", body.into_data_stream())).await
    /// }
    /// ```
    pub fn stream<S, E>(content_type: impl Into<Cow<'static, str>>, stream: S) -> Self
    where
        S: Stream<Item = Result<Bytes, E>> + Send + 'static,
        E: Into<Box<dyn Error + Send + Sync>> + 'static,
    {
        Self::live(LiveBody(Some((content_type.into(), Body::from_stream(stream)))))
    }
}

/// The headers of an answer.
pub(crate) struct AnswerHeaders(pub(crate) HeaderMap);

impl AnswerHeaders {
    pub(crate) fn get(&self, name: &str) -> Option<String> {
        self.0.get(name)?.to_str().ok().map(str::to_owned)
    }
}

/// An answer's body on its way; dropping it ends the call.
pub(crate) struct LiveAnswer(BodyDataStream);

impl LiveAnswer {
    pub(super) fn of(body: Body) -> Self {
        Self(body.into_data_stream())
    }

    pub(crate) async fn chunk(&mut self) -> Result<Option<Bytes>, ApiError> {
        match self.0.next().await.transpose() {
            Ok(bytes) => Ok(bytes),
            Err(error) => {
                tracing::warn!(%error, "an answer of the API broke off");
                Err(ApiError::Unreachable)
            }
        }
    }

    /// Nobody is here who could save it.
    pub(crate) async fn save(self, _: &str) -> Result<(), ApiError> {
        Err(ApiError::Cancelled)
    }
}
