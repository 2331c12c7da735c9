//! API calls of a page: through this server, or straight to the API with the token of the context.

use std::sync::Arc;

use leptos::prelude::*;
use send_wrapper::SendWrapper;
use vestibule_core::{AccessToken, wire};
use web_sys::RequestCredentials;

use super::fetch::{Calls, Target, fetch};
use super::watch::{identity_of_page, look_again};
use crate::api::{ApiError, ApiResponse, Call, Sent};
use crate::context::{Context, SessionState};
use crate::seed::DirectApi;

/// The browser's way to the API, for one component.
#[derive(Clone, Debug)]
pub(crate) struct ApiLink {
    session: SessionState,
    direct: Option<Arc<DirectApi>>,
    calls: Calls,
}

impl ApiLink {
    /// What is under way ends with the component that asks.
    pub(crate) fn of_page() -> Self {
        let context = Context::get();
        let calls = Calls::none();
        on_cleanup({
            let calls = calls.clone();
            move || calls.end()
        });
        Self { session: context.session, direct: context.api.get_value(), calls }
    }

    /// Resources want futures that may be sent between threads; a browser's page has one thread. Who drops the future
    /// ends the call.
    pub(crate) fn send(&self, call: Call, streams: bool) -> Sent {
        let link = self.clone();
        Box::pin(SendWrapper::new(async move {
            let token = link.session.token_now().map_err(|_| ApiError::SignedOut)?;
            match (&link.direct, token) {
                (Some(api), Some(token)) => link.ask_api(api, token, &call, streams).await,
                _ => link.ask_server(&call, streams).await,
            }
        }))
    }

    /// Straight to the API. A token that it refuses is renewed once, by this server, and the call made once more if it may
    /// be.
    async fn ask_api(
        &self,
        api: &DirectApi,
        token: AccessToken,
        call: &Call,
        streams: bool,
    ) -> Result<ApiResponse, ApiError> {
        let answer = self.fetch_from_api(api, &token, call, streams).await;
        if !matches!(answer, Err(ApiError::Status { status: 401, .. })) {
            return answer;
        }
        // Reading the profile anew renews a token that is dead.
        let _ = self.session.update().await;
        match self.session.token_now() {
            Ok(Some(new)) if new != token && call.method.may_be_repeated() => {
                self.fetch_from_api(api, &new, call, streams).await
            }
            Ok(_) => answer,
            Err(_) => Err(ApiError::SignedOut),
        }
    }

    async fn fetch_from_api(
        &self,
        api: &DirectApi,
        token: &AccessToken,
        call: &Call,
        streams: bool,
    ) -> Result<ApiResponse, ApiError> {
        let credential = match api.scheme.as_str() {
            "" => token.secret().to_owned(),
            scheme => [scheme, " ", token.secret()].concat(),
        };
        let target = Target {
            url: [api.base_url.as_str(), &call.path].concat(),
            header: Some((&api.header, &credential)),
            // The token alone speaks for the person; cookies of the API's origin are none of ours.
            credentials: RequestCredentials::Omit,
        };
        fetch(&self.calls, target, call, streams).await?.checked()
    }

    /// Through this server, which adds the token and renews it where it is dead.
    async fn ask_server(&self, call: &Call, streams: bool) -> Result<ApiResponse, ApiError> {
        let identity = identity_of_page();
        let target = Target {
            url: [wire::UPSTREAM, &call.path].concat(),
            header: identity.as_deref().map(|identity| (wire::SESSION_USER, identity)),
            credentials: RequestCredentials::SameOrigin,
        };
        let answer = fetch(&self.calls, target, call, streams).await?;
        let refusal = answer.refusal();
        if answer.headers.get(wire::SESSION_RENEWED).is_some()
            || matches!(refusal, Some(ApiError::SignedOut | ApiError::OtherUser))
        {
            look_again();
        }
        refusal.map_or_else(|| answer.checked(), Err)
    }
}
