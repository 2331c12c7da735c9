//! API calls by `fetch`, with the token of the context.

use std::future::Future;
use std::sync::Arc;

use leptos::prelude::*;
use send_wrapper::SendWrapper;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortSignal, DomException, Headers, RequestCredentials, RequestInit, RequestRedirect, Response};

use crate::api::{Answer, ApiError, Call};
use crate::context::{Context, SessionState};
use crate::seed::ApiTarget;

/// How long a call may take in all, in milliseconds.
const PATIENCE: u32 = 30_000;

/// The browser's way to the API.
#[derive(Clone, Debug)]
pub(crate) struct ApiLink {
    session: SessionState,
    target: Option<Arc<ApiTarget>>,
}

impl ApiLink {
    pub(crate) fn of_page() -> Self {
        let context = Context::get();
        Self { session: context.session, target: context.api.get_value() }
    }

    pub(crate) fn works_in_browser(&self) -> bool {
        self.target.is_some()
    }

    /// Resources want futures that may be sent between threads; a browser's page has one thread.
    pub(crate) fn send(&self, call: Call) -> impl Future<Output = Result<Answer, ApiError>> + Send + use<> {
        let link = self.clone();
        SendWrapper::new(async move {
            let token = link.session.token_now().map_err(|_| ApiError::SignedOut)?;
            let (Some(target), Some(token)) = (link.target, token) else { return Err(ApiError::NoToken) };
            fetch(&target, token.secret(), &call).await.map_err(|error| failure(&error))
        })
    }
}

async fn fetch(target: &ApiTarget, token: &str, call: &Call) -> Result<Answer, JsValue> {
    let headers = Headers::new()?;
    headers.set("Accept", "application/json")?;
    let credential = match target.scheme.as_str() {
        "" => token.to_owned(),
        scheme => [scheme, " ", token].concat(),
    };
    headers.set(&target.header, &credential)?;
    let init = RequestInit::new();
    init.set_method(call.method.as_str());
    init.set_headers(&headers);
    // The token alone speaks for the person; cookies of the API's origin are none of ours.
    init.set_credentials(RequestCredentials::Omit);
    // A redirect would carry the token to wherever it points.
    init.set_redirect(RequestRedirect::Error);
    init.set_signal(Some(&AbortSignal::timeout_with_u32(PATIENCE)));
    if let Some(body) = &call.body {
        headers.set("Content-Type", "application/json")?;
        init.set_body(&JsValue::from_str(body));
    }
    let url = [target.base_url.as_str(), &call.path].concat();
    let response: Response = JsFuture::from(window().fetch_with_str_and_init(&url, &init)).await?.unchecked_into();
    let text = JsFuture::from(response.text()?).await?.as_string().unwrap_or_default();
    Ok(Answer { status: response.status(), body: text.into_bytes() })
}

fn failure(error: &JsValue) -> ApiError {
    match error.dyn_ref::<DomException>() {
        Some(exception) if exception.name() == "TimeoutError" => ApiError::Timeout,
        _ => ApiError::Unreachable,
    }
}
