//! API calls of a page: through this server, or straight to the API with the token of the context.

use std::cell::RefCell;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use futures_util::FutureExt;
use futures_util::future::Shared;
use leptos::prelude::*;
use send_wrapper::SendWrapper;
use vestibule_core::{AccessToken, wire};

use super::fetch::{Calls, Target, fetch};
use super::watch::{identity_of_page, look_again};
use crate::api::{ApiError, ApiResponse, Call, Sent};
use crate::context::{Context, SessionState};
use crate::seed::DirectApi;

type Renewal = Shared<Pin<Box<dyn Future<Output = ()>>>>;

thread_local! {
    /// The renewal that is under way.
    static RENEWAL: RefCell<Option<Renewal>> = const { RefCell::new(None) };
}

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
        Box::pin(SendWrapper::new(self.clone().answer(call, streams)))
    }

    async fn answer(self, call: Call, streams: bool) -> Result<ApiResponse, ApiError> {
        let mut token = self.session.token_now().map_err(|_| ApiError::SignedOut)?;
        let mut is_first = true;
        loop {
            let target = match (&self.direct, &token) {
                (Some(api), Some(token)) => to_api(api, token, &call),
                _ => to_server(&call),
            };
            let is_direct = target.is_direct;
            let answer = fetch(&self.calls, target, &call, streams).await?;
            if !is_direct {
                return of_server(answer);
            }
            if answer.status != 401 || !is_first {
                return answer.checked();
            }
            is_first = false;
            // Another call may have renewed it meanwhile.
            if self.session.token_now().is_ok_and(|now| now == token) {
                renew(self.session).await;
            }
            let new = self.session.token_now().map_err(|_| ApiError::SignedOut)?;
            if new.is_none() || new == token || !call.method.may_be_repeated() {
                return answer.checked();
            }
            token = new;
        }
    }
}

/// Renews the page's token, once for however many calls found it dead: reading the profile anew does.
async fn renew(session: SessionState) {
    let renewal = RENEWAL.with_borrow_mut(|running| {
        let at_it = running.take().filter(|renewal| renewal.peek().is_none());
        let renewal = at_it.unwrap_or_else(|| {
            let begun: Pin<Box<dyn Future<Output = ()>>> = Box::pin(async move {
                // Where it fails, the token stays what it is.
                let _ = session.update().await;
            });
            begun.shared()
        });
        running.insert(renewal).clone()
    });
    renewal.await;
}

/// Straight to the API.
fn to_api(api: &DirectApi, token: &AccessToken, call: &Call) -> Target {
    let credential = match api.scheme.as_str() {
        "" => token.secret().to_owned(),
        scheme => [scheme, " ", token.secret()].concat(),
    };
    let url = [api.base_url.as_str(), &call.path].concat();
    Target { url, header: Some((api.header.clone(), credential)), is_direct: true }
}

/// Through this server, which adds the token and renews it where it is dead.
fn to_server(call: &Call) -> Target {
    let made_for = identity_of_page().map(|identity| (wire::SESSION_USER.to_owned(), identity));
    Target { url: [wire::UPSTREAM, &call.path].concat(), header: made_for, is_direct: false }
}

fn of_server(answer: ApiResponse) -> Result<ApiResponse, ApiError> {
    let refusal = answer.refusal();
    if answer.headers.get(wire::SESSION_RENEWED).is_some()
        || matches!(refusal, Some(ApiError::SignedOut | ApiError::OtherUser))
    {
        look_again();
    }
    refusal.map_or_else(|| answer.checked(), Err)
}
