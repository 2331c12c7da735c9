//! The request that a page is rendered for, or that a server function answers, as a context.

use std::fmt;
use std::sync::Arc;

use http::request::Parts;
use leptos::nonce::Nonce;
use leptos::prelude::*;
use vestibule_core::{ErrorCode, Session};
use vestibule_server::app::Vestibule;
use vestibule_server::callbacks::After;
use vestibule_server::layers::{RequestId, RequestLocale, RequestNonce};
use vestibule_server::locale::Locale;
use vestibule_server::session::{FullSession, SessionHandle};

use super::assets::{AssetSource, Assets};
use super::session_actions;
use crate::seed::{DirectApi, LoginFailure, SeededCallback};
use crate::server_functions::ServerFailure;

/// What is the same for every request of an application.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) vestibule: Vestibule,
    pub(crate) api: Option<Arc<DirectApi>>,
    pub(crate) assets: AssetSource,
    pub(crate) options: LeptosOptions,
}

/// The request behind a page or a server function: the application's [`Vestibule`] and the session's handle, for
/// server functions of the application's own.
///
/// It is provided as one context, always whole: looking for a type that this request did not provide could find
/// another request's.
#[derive(Clone)]
pub struct PageRequest(Arc<Inner>);

struct Inner {
    shared: Arc<Shared>,
    handle: Option<SessionHandle>,
    id: Option<RequestId>,
    nonce: Option<Nonce>,
    locale: Arc<Locale>,
    failed: Option<FailedLogin>,
    callback: Option<SeededCallback>,
    last_provider: Option<String>,
}

impl fmt::Debug for PageRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PageRequest").field("id", &self.0.id).field("handle", &self.0.handle).finish_non_exhaustive()
    }
}

/// Put into the request's extensions by `POST /login`, for the page that is rendered again.
#[derive(Clone, Debug)]
pub(crate) struct FailedLogin {
    pub(crate) failure: LoginFailure,
    pub(crate) callback: SeededCallback,
}

impl PageRequest {
    /// The request that is being answered; `None` outside of one.
    #[must_use]
    pub fn current() -> Option<Self> {
        use_context()
    }

    /// As [`require_session`](Self::require_session), with the whole that the server keeps: also what the application's
    /// [`session`](vestibule_server::callbacks::Callbacks::session) hides from browsers.
    ///
    /// # Errors
    /// The same.
    pub fn require_full_session() -> Result<FullSession, ServerFailure> {
        let (_, handle) = session_actions::current()?;
        handle.full().ok_or_else(|| ServerFailure::of(ErrorCode::SignedOut))
    }

    /// The session of whoever calls, for the first line of a server function that answers nobody else: a gate in front of
    /// a page does not guard what can be called without the page.
    ///
    /// ```
    /// use leptos::prelude::*;
    /// use vestibule::ServerFailure;
    ///
    /// #[server(endpoint = "greeting", prefix = "/api")]
    /// async fn greeting() -> Result<String, ServerFailure> {
    ///     let session = vestibule::ssr::PageRequest::require_session()?;
    ///     Ok(format!("Welcome, {}", session.user.name.as_deref().unwrap_or("you")))
    /// }
    /// ```
    ///
    /// # Errors
    /// [`ErrorCode::SignedOut`] where nobody is signed in; the response's status is then 401. [`ErrorCode::Internal`] where
    /// no session layer is around the route.
    pub fn require_session() -> Result<Arc<Session>, ServerFailure> {
        let (_, handle) = session_actions::current()?;
        handle.session().ok_or_else(|| ServerFailure::of(ErrorCode::SignedOut))
    }

    /// Provides the contexts of a request: this, and the nonce of its scripts and styles.
    pub(crate) fn provide(shared: &Arc<Shared>) {
        let request =
            with_context(|parts: &Parts| Self::of(shared, Some(parts))).unwrap_or_else(|| Self::of(shared, None));
        if let Some(nonce) = &request.0.nonce {
            provide_context(nonce.clone());
        }
        provide_context(request);
    }

    fn of(shared: &Arc<Shared>, parts: Option<&Parts>) -> Self {
        let extensions = parts.map(|parts| &parts.extensions);
        let failed = extensions.and_then(|it| it.get::<FailedLogin>()).cloned();
        let callback = match (&failed, parts) {
            (Some(failed), _) => Some(failed.callback.clone()),
            (None, Some(parts)) if parts.uri.path() == shared.vestibule.login_form().page => Some(SeededCallback {
                query: parts.uri.query().unwrap_or_default().to_owned(),
                target: match extensions.and_then(|it| it.get::<SessionHandle>()).filter(|it| it.session().is_some()) {
                    // They are signed in already, and sent on at once.
                    Some(handle) => shared.vestibule.destination(After::SignIn, handle, None, parts.uri.query()),
                    None => shared.vestibule.callback(None, parts.uri.query()),
                },
                asked: shared.vestibule.asked(None, parts.uri.query()),
            }),
            _ => None,
        };
        let locale = extensions.and_then(|it| it.get::<RequestLocale>()).map(|RequestLocale(locale)| locale);
        Self(Arc::new(Inner {
            locale: Arc::clone(locale.unwrap_or(shared.vestibule.locales().standard())),
            shared: Arc::clone(shared),
            handle: extensions.and_then(|it| it.get()).cloned(),
            id: extensions.and_then(|it| it.get()).cloned(),
            nonce: extensions.and_then(|it| it.get::<RequestNonce>()).map(|nonce| Nonce::from_value(nonce.0.as_str())),
            failed,
            callback,
            last_provider: parts.and_then(|parts| shared.vestibule.last_provider(&parts.headers)).map(str::to_owned),
        }))
    }

    /// The running application.
    #[must_use]
    pub fn vestibule(&self) -> &Vestibule {
        &self.0.shared.vestibule
    }

    /// The session's handle; `None` where no session layer is around the route.
    #[must_use]
    pub fn handle(&self) -> Option<&SessionHandle> {
        self.0.handle.as_ref()
    }

    /// The session as a page may see it.
    #[must_use]
    pub fn session(&self) -> Option<Arc<Session>> {
        self.0.handle.as_ref()?.session()
    }

    /// The id under which the log knows the request.
    #[must_use]
    pub fn id(&self) -> Option<&str> {
        self.0.id.as_ref().map(|id| id.0.as_str())
    }

    pub(crate) fn nonce(&self) -> Option<&Nonce> {
        self.0.nonce.as_ref()
    }

    /// The language in which the library speaks to whoever asks.
    #[must_use]
    pub fn locale(&self) -> &Arc<Locale> {
        &self.0.locale
    }

    pub(crate) fn direct_api(&self) -> Option<&Arc<DirectApi>> {
        self.0.shared.api.as_ref()
    }

    pub(crate) fn assets(&self) -> Arc<Assets> {
        self.0.shared.assets.get()
    }

    pub(crate) fn options(&self) -> &LeptosOptions {
        &self.0.shared.options
    }

    pub(crate) fn failure(&self) -> Option<&LoginFailure> {
        self.0.failed.as_ref().map(|failed| &failed.failure)
    }

    pub(crate) fn last_provider(&self) -> Option<&str> {
        self.0.last_provider.as_deref()
    }

    pub(crate) fn callback(&self) -> Option<&SeededCallback> {
        self.0.callback.as_ref()
    }
}

#[cfg(test)]
mod tests;
