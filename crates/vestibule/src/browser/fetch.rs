//! One `fetch`, which ends with whoever waits for it.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use js_sys::Uint8Array;
use leptos::prelude::*;
use send_wrapper::SendWrapper;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortController, DomException, Headers, RequestCredentials, RequestInit, RequestRedirect, Response};

use super::api_body::{AnswerHeaders, LiveAnswer};
use crate::api::{AnswerBody, ApiError, ApiResponse, BodyKind, Call, is_success};

/// How long a call may take in all, unless its bodies are the person's files or come bit by bit.
const PATIENCE: Duration = Duration::from_secs(30);
/// What a call is ended with when it takes too long, and when its component goes.
const TOO_LATE: &str = "TimeoutError";
const GONE: &str = "Gone";

/// The calls of a component that are under way.
#[derive(Clone, Debug)]
pub(super) struct Calls(SendWrapper<Rc<UnderWay>>);

#[derive(Debug, Default)]
struct UnderWay {
    is_over: Cell<bool>,
    controllers: RefCell<Vec<AbortController>>,
}

impl Calls {
    pub(super) fn none() -> Self {
        Self(SendWrapper::new(Rc::default()))
    }

    /// The component goes.
    pub(super) fn end(&self) {
        self.0.is_over.set(true);
        for controller in self.0.controllers.take() {
            controller.abort_with_reason(&JsValue::from_str(GONE));
        }
    }
}

/// A call that ends with this value: whoever does not wait for the answer any more does not load it.
pub(super) struct Ending {
    controller: AbortController,
    calls: Option<Calls>,
}

impl Ending {
    fn begin(calls: &Calls, is_detached: bool) -> Result<Self, ApiError> {
        let controller = AbortController::new().map_err(|_| ApiError::Unreachable)?;
        if is_detached {
            return Ok(Self { controller, calls: None });
        }
        if calls.0.is_over.get() {
            return Err(ApiError::Cancelled);
        }
        calls.0.controllers.borrow_mut().push(controller.clone());
        Ok(Self { controller, calls: Some(calls.clone()) })
    }
}

impl Drop for Ending {
    fn drop(&mut self) {
        if let Some(calls) = &self.calls {
            calls.0.controllers.borrow_mut().retain(|other| *other != self.controller);
        }
        self.controller.abort();
    }
}

/// Where a call goes, and in whose name.
pub(super) struct Target {
    pub(super) url: String,
    pub(super) header: Option<(String, String)>,
    /// To the API itself. The token alone speaks for the person there; cookies of its origin are none of ours.
    pub(super) is_direct: bool,
}

/// Makes the call; the answer has any status. Its body is there, unless it is one of success and left to come bit by bit.
pub(super) async fn fetch(calls: &Calls, target: Target, call: &Call, streams: bool) -> Result<ApiResponse, ApiError> {
    let ending = Ending::begin(calls, call.is_detached)?;
    let controller = ending.controller.clone();
    let is_short = !matches!(call.body, BodyKind::Live(_));
    let late = is_short
        .then(|| set_timeout_with_handle(move || controller.abort_with_reason(&JsValue::from_str(TOO_LATE)), PATIENCE));
    let result = exchange(target, call, ending, streams).await;
    if let Some(Ok(late)) = late {
        late.clear();
    }
    result.map_err(|error| failure(&error))
}

async fn exchange(target: Target, call: &Call, ending: Ending, streams: bool) -> Result<ApiResponse, JsValue> {
    let headers = Headers::new()?;
    headers.set("Accept", if streams { "*/*" } else { "application/json" })?;
    let init = RequestInit::new();
    match &call.body {
        BodyKind::Whole { content_type, bytes } => {
            headers.set("Content-Type", content_type)?;
            init.set_body(&Uint8Array::from(&bytes[..]));
        }
        // The browser knows its type.
        BodyKind::Live(body) => init.set_body(body.value()),
        BodyKind::None | BodyKind::Unwritable => {}
    }
    for (name, value) in &call.headers {
        headers.set(name, value)?;
    }
    if let Some((name, value)) = &target.header {
        headers.set(name, value)?;
    }
    init.set_method(call.method.as_str());
    init.set_headers(&headers);
    init.set_credentials(if target.is_direct { RequestCredentials::Omit } else { RequestCredentials::SameOrigin });
    // A redirect would carry the token to wherever it points.
    init.set_redirect(RequestRedirect::Error);
    init.set_signal(Some(&ending.controller.signal()));
    let response: Response =
        JsFuture::from(window().fetch_with_str_and_init(&target.url, &init)).await?.unchecked_into();
    let (status, headers) = (response.status(), AnswerHeaders::of(response.headers()));
    if streams && is_success(status) {
        return Ok(ApiResponse { status, headers, body: AnswerBody::Live(LiveAnswer::of(response, ending)) });
    }
    let bytes = Uint8Array::new(&JsFuture::from(response.array_buffer()?).await?).to_vec();
    Ok(ApiResponse::read(status, headers, bytes.into()))
}

/// Why there is no answer, or no more of it.
pub(super) fn failure(error: &JsValue) -> ApiError {
    let name = error.dyn_ref::<DomException>().map(DomException::name).or_else(|| error.as_string());
    match name.as_deref() {
        Some(TOO_LATE) => ApiError::Timeout,
        Some(GONE) => ApiError::Cancelled,
        _ => ApiError::Unreachable,
    }
}
