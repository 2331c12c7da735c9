//! API calls on the server: straight to the upstream, with the token of the session's record.

use std::future::Future;

use http::{HeaderValue, Method};
use vestibule_server::app::CallError;
use vestibule_server::upstream::{self, ApiRequest};

use super::PageRequest;
use crate::api::{Answer, ApiError, Call};

/// The server's way to the API; the token is taken when the call is made, and renewed where it turns out to be dead.
#[derive(Clone, Debug)]
pub(crate) struct ApiLink {
    request: Option<PageRequest>,
}

impl ApiLink {
    pub(crate) fn of_page() -> Self {
        Self { request: PageRequest::current() }
    }

    pub(crate) fn send(&self, call: Call) -> impl Future<Output = Result<Answer, ApiError>> + Send + use<> {
        let request = self.request.clone();
        async move {
            // The list of routes is made without a request: nothing is called then.
            ask(&request.ok_or(ApiError::SignedOut)?, call).await
        }
    }
}

async fn ask(page: &PageRequest, call: Call) -> Result<Answer, ApiError> {
    let handle = page.handle().ok_or(ApiError::SignedOut)?;
    let method = Method::from_bytes(call.method.as_str().as_bytes()).map_err(|_| ApiError::BadPath)?;
    let mut request = ApiRequest::new(method, call.path);
    if let Some(body) = call.body {
        request = request.with_body(HeaderValue::from_static("application/json"), body);
    }
    let answer = page.vestibule().call(handle, request).await.map_err(|error| match error {
        CallError::SignedOut => ApiError::SignedOut,
        CallError::Api(error) => {
            tracing::warn!(%error, "an API call of a page failed");
            match error {
                upstream::ApiError::Path => ApiError::BadPath,
                upstream::ApiError::Token => ApiError::Unreachable,
                upstream::ApiError::Timeout => ApiError::Timeout,
                upstream::ApiError::Away(_) | upstream::ApiError::Unexpected(_) => ApiError::Unreachable,
            }
        }
    })?;
    Ok(Answer { status: answer.status.as_u16(), body: answer.body.to_vec() })
}
