//! API calls by `fetch`: through this server, or straight to the API with the token of the context.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use leptos::prelude::*;
use send_wrapper::SendWrapper;
use vestibule_core::{AccessToken, wire};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortController, DomException, Headers, RequestCredentials, RequestInit, RequestRedirect, Response};

use super::watch::{identity_of_page, look_again};
use crate::api::{Answer, ApiError, Call};
use crate::context::{Context, SessionState};
use crate::seed::DirectApi;

/// How long a call may take in all.
const PATIENCE: Duration = Duration::from_secs(30);

/// The browser's way to the API.
#[derive(Clone, Debug)]
pub(crate) struct ApiLink {
    session: SessionState,
    direct: Option<Arc<DirectApi>>,
}

impl ApiLink {
    pub(crate) fn of_page() -> Self {
        let context = Context::get();
        Self { session: context.session, direct: context.api.get_value() }
    }

    /// Resources want futures that may be sent between threads; a browser's page has one thread. Who drops the future
    /// ends the call.
    pub(crate) fn send(&self, call: Call) -> impl Future<Output = Result<Answer, ApiError>> + Send + use<> {
        let link = self.clone();
        SendWrapper::new(async move {
            let token = link.session.token_now().map_err(|_| ApiError::SignedOut)?;
            match (&link.direct, token) {
                (Some(api), Some(token)) => link.ask_api(api, token, &call).await,
                _ => ask_server(&call).await,
            }
        })
    }

    /// Straight to the API. A token that it refuses is renewed once, by this server, and the call made once more if it may
    /// be.
    async fn ask_api(&self, api: &DirectApi, token: AccessToken, call: &Call) -> Result<Answer, ApiError> {
        let answer = fetch_from_api(api, &token, call).await?;
        if answer.status != 401 {
            return Ok(answer);
        }
        // Reading the profile anew renews a token that is dead.
        let _ = self.session.update().await;
        match self.session.token_now() {
            Ok(Some(new)) if new != token && call.method.may_be_repeated() => fetch_from_api(api, &new, call).await,
            Ok(_) => Ok(answer),
            Err(_) => Err(ApiError::SignedOut),
        }
    }
}

async fn fetch_from_api(api: &DirectApi, token: &AccessToken, call: &Call) -> Result<Answer, ApiError> {
    let credential = match api.scheme.as_str() {
        "" => token.secret().to_owned(),
        scheme => [scheme, " ", token.secret()].concat(),
    };
    let url = [api.base_url.as_str(), &call.path].concat();
    // The token alone speaks for the person; cookies of the API's origin are none of ours.
    let (answer, _) = fetch(&url, Some((&api.header, &credential)), RequestCredentials::Omit, call).await?;
    Ok(answer)
}

/// Through this server, which adds the token and renews it where it is dead.
async fn ask_server(call: &Call) -> Result<Answer, ApiError> {
    let url = [wire::UPSTREAM, &call.path].concat();
    let identity = identity_of_page();
    let made_for = identity.as_deref().map(|identity| (wire::SESSION_USER, identity));
    let (answer, headers) = fetch(&url, made_for, RequestCredentials::SameOrigin, call).await?;
    let refusal = answer.refusal();
    if headers.has(wire::SESSION_RENEWED).unwrap_or_default()
        || matches!(refusal, Some(ApiError::SignedOut | ApiError::OtherUser))
    {
        look_again();
    }
    refusal.map_or(Ok(answer), Err)
}

/// A call that ends with its future: whoever does not wait for the answer any more does not load it.
struct Ending(AbortController);

impl Drop for Ending {
    fn drop(&mut self) {
        self.0.abort();
    }
}

async fn fetch(
    url: &str,
    header: Option<(&str, &str)>,
    credentials: RequestCredentials,
    call: &Call,
) -> Result<(Answer, Headers), ApiError> {
    let ending = Ending(AbortController::new().map_err(|_| ApiError::Unreachable)?);
    let controller = ending.0.clone();
    let late = set_timeout_with_handle(move || controller.abort_with_reason(&JsValue::from_str(TOO_LATE)), PATIENCE);
    let result = exchange(url, header, credentials, call, &ending.0).await;
    if let Ok(late) = late {
        late.clear();
    }
    result.map_err(|error| failure(&error))
}

/// What a call is ended with when it takes too long.
const TOO_LATE: &str = "TimeoutError";

async fn exchange(
    url: &str,
    header: Option<(&str, &str)>,
    credentials: RequestCredentials,
    call: &Call,
    controller: &AbortController,
) -> Result<(Answer, Headers), JsValue> {
    let headers = Headers::new()?;
    headers.set("Accept", "application/json")?;
    if let Some((name, value)) = header {
        headers.set(name, value)?;
    }
    let init = RequestInit::new();
    init.set_method(call.method.as_str());
    init.set_headers(&headers);
    init.set_credentials(credentials);
    // A redirect would carry the token to wherever it points.
    init.set_redirect(RequestRedirect::Error);
    init.set_signal(Some(&controller.signal()));
    if let Some(body) = &call.body {
        headers.set("Content-Type", "application/json")?;
        init.set_body(&JsValue::from_str(body));
    }
    let response: Response = JsFuture::from(window().fetch_with_str_and_init(url, &init)).await?.unchecked_into();
    let text = JsFuture::from(response.text()?).await?.as_string().unwrap_or_default();
    Ok((Answer { status: response.status(), body: text.into_bytes() }, response.headers()))
}

fn failure(error: &JsValue) -> ApiError {
    let name = error.dyn_ref::<DomException>().map(DomException::name).or_else(|| error.as_string());
    if name.as_deref() == Some(TOO_LATE) { ApiError::Timeout } else { ApiError::Unreachable }
}
