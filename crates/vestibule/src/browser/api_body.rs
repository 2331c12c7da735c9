//! Bodies that the browser keeps: the person's files, and answers on their way.

use std::time::Duration;

use bytes::Bytes;
use js_sys::{Reflect, Uint8Array};
use leptos::prelude::*;
use send_wrapper::SendWrapper;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, Headers, HtmlAnchorElement, ReadableStreamDefaultReader, Response, Url};

use super::fetch::{Ending, failure};
use crate::api::ApiError;

/// How long the address of a file to save is good for.
const SAVING: Duration = Duration::from_secs(60);

/// A file or a form, which is read while it is sent.
pub(crate) struct LiveBody(SendWrapper<JsValue>);

impl LiveBody {
    pub(crate) fn of_page(value: JsValue) -> Self {
        Self(SendWrapper::new(value))
    }

    pub(super) fn value(&self) -> &JsValue {
        &self.0
    }
}

/// The headers of an answer.
pub(crate) struct AnswerHeaders(SendWrapper<Headers>);

impl AnswerHeaders {
    pub(super) fn of(headers: Headers) -> Self {
        Self(SendWrapper::new(headers))
    }

    pub(crate) fn get(&self, name: &str) -> Option<String> {
        self.0.get(name).ok().flatten()
    }
}

/// An answer's body on its way; dropping it ends the call.
pub(crate) struct LiveAnswer(SendWrapper<Inner>);

struct Inner {
    response: Response,
    /// Once the first bytes were asked for.
    reader: Option<ReadableStreamDefaultReader>,
    _ending: Ending,
}

impl LiveAnswer {
    pub(super) fn of(response: Response, ending: Ending) -> Self {
        Self(SendWrapper::new(Inner { response, reader: None, _ending: ending }))
    }

    /// In one room with the thread that it stays on: whoever waits may be asked to be able to leave it.
    pub(crate) async fn chunk(&mut self) -> Result<Option<Bytes>, ApiError> {
        let next = SendWrapper::new(self.0.next());
        next.await.map_err(|error| failure(&error))
    }

    pub(crate) async fn save(self, file_name: &str) -> Result<(), ApiError> {
        let saved = SendWrapper::new(self.0.take().save(file_name));
        saved.await.map_err(|error| failure(&error))
    }
}

impl Inner {
    async fn next(&mut self) -> Result<Option<Bytes>, JsValue> {
        if self.reader.is_none() {
            let Some(body) = self.response.body() else { return Ok(None) };
            self.reader = Some(body.get_reader().unchecked_into());
        }
        let Some(reader) = &self.reader else { return Ok(None) };
        let read = JsFuture::from(reader.read()).await?;
        let bytes = Reflect::get(&read, &JsValue::from_str("value"))?;
        // At the end there are none.
        Ok(bytes.dyn_ref::<Uint8Array>().map(|bytes| bytes.to_vec().into()))
    }

    async fn save(self, file_name: &str) -> Result<(), JsValue> {
        let blob: Blob = JsFuture::from(self.response.blob()?).await?.unchecked_into();
        let url = Url::create_object_url_with_blob(&blob)?;
        let link: HtmlAnchorElement = document().create_element("a")?.unchecked_into();
        link.set_href(&url);
        link.set_download(file_name);
        link.click();
        // The browser reads it now, or when it has asked the person where to.
        set_timeout(move || drop(Url::revoke_object_url(&url)), SAVING);
        Ok(())
    }
}
