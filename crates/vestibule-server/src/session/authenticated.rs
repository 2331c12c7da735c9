//! The extractor of axum handlers: whoever is signed in, and the API in their name.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::response::Response;
use http::request::Parts;
use vestibule_core::{ErrorCode, Session};

use super::full::FullSession;
use super::handle::SessionHandle;
use crate::app::{CallError, Forward};
use crate::layers::refuse;
use crate::upstream::{ApiRequest, ApiResponse};

/// Whoever is signed in. As an argument of a handler it answers 401 in the handler's place where that is nobody.
///
/// The handler's route stands behind the session layer, as everything does that is given to
/// [`layers::protect`](crate::layers::protect) as pages.
///
/// ```
/// use http::Method;
/// use vestibule_server::session::Authenticated;
/// use vestibule_server::upstream::ApiRequest;
///
/// async fn greeting(user: Authenticated) -> String {
///     let count = match user.call(ApiRequest::new(Method::GET, "/messages")).await {
///         Ok(answer) => answer.body.len(),
///         Err(_) => 0,
///     };
///     format!("{} has {count} bytes of messages", user.session().user.name.as_deref().unwrap_or("Somebody"))
/// }
/// # let _: axum::Router = axum::Router::new().route("/greeting", axum::routing::get(greeting));
/// ```
#[derive(Clone, Debug)]
pub struct Authenticated {
    handle: SessionHandle,
    session: Arc<Session>,
}

impl Authenticated {
    /// The session as it was when the request came, as a browser may see it: it may be sent to one.
    #[must_use]
    pub fn session(&self) -> &Arc<Session> {
        &self.session
    }

    /// The session as the server keeps it, with what the application hides from browsers; `None` where it ended since the
    /// request came.
    #[must_use]
    pub fn full(&self) -> Option<FullSession> {
        self.handle.full()
    }

    /// The handle by which the session can be changed, and the access token read.
    #[must_use]
    pub fn handle(&self) -> &SessionHandle {
        &self.handle
    }

    /// Calls the API with the session's token. A dead one is renewed once, and the call made once more if it may be.
    ///
    /// # Errors
    /// [`CallError`]. An answer of any status is no error.
    pub async fn call(&self, request: ApiRequest) -> Result<ApiResponse, CallError> {
        self.handle.vestibule().call(&self.handle, request).await
    }

    /// The same, for bodies that stream; see [`Vestibule::forward`](crate::app::Vestibule::forward).
    ///
    /// # Errors
    /// [`CallError`]. An answer of any status is no error.
    pub async fn forward(&self, request: Forward) -> Result<http::Response<axum::body::Body>, CallError> {
        self.handle.vestibule().forward(&self.handle, request).await
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Authenticated {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Response> {
        let Some(handle) = parts.extensions.get::<SessionHandle>() else {
            tracing::error!(
                "a handler asks for the session outside the session layer: give its route to layers::protect"
            );
            return Err(refuse(&parts.uri, ErrorCode::Internal));
        };
        let session = handle.session().ok_or_else(|| refuse(&parts.uri, ErrorCode::SignedOut))?;
        Ok(Self { handle: handle.clone(), session })
    }
}

#[cfg(test)]
mod tests;
