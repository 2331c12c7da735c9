//! The API client of pages: the same calls on the server and in the browser, each carrying the session's token.
//!
//! On the server a call goes straight to the upstream. In the browser it goes through this server (`/upstream/…`), which
//! adds the token; with `api.browser = "direct"` it is a `fetch` of the API itself, with the token of the context.

mod call;
mod error;
mod path;

use std::future::Future;

use serde::Serialize;
use serde::de::DeserializeOwned;

pub(crate) use self::call::{Answer, Call, Method};
pub use self::error::ApiError;
use crate::side;

/// The client for the API behind the session. Take it with [`use_api`] while a component is set up; it may be cloned
/// into resources and event handlers.
///
/// Paths are appended to `upstream.base_url` and begin with `/`. Bodies and answers are JSON; an empty answer reads as
/// `null`, so `()` fits it.
#[derive(Clone, Debug)]
pub struct Api {
    link: side::ApiLink,
}

/// The API client of the page's session.
///
/// ```
/// use leptos::prelude::*;
/// use vestibule::{ApiError, use_api};
///
/// #[component]
/// fn Projects() -> impl IntoView {
///     let api = use_api();
///     let projects = Resource::new_blocking(|| (), move |()| {
///         let api = api.clone();
///         async move { api.get::<Vec<String>>("/projects").await }
///     });
///     view! { <Suspense>{move || Suspend::new(async move { projects.await.map(|all| all.join(", ")).ok() })}</Suspense> }
/// }
/// ```
///
/// # Panics
/// Without [`provide_vestibule`](crate::provide_vestibule) above it.
#[must_use]
pub fn use_api() -> Api {
    Api { link: side::ApiLink::of_page() }
}

impl Api {
    /// Reads `path`.
    ///
    /// # Errors
    /// See [`ApiError`]; so for every verb.
    pub fn get<T: DeserializeOwned>(&self, path: &str) -> impl Future<Output = Result<T, ApiError>> + Send + use<T> {
        self.send(Call::new(Method::Get, path, None))
    }

    /// Creates something at `path`.
    ///
    /// # Errors
    /// See [`ApiError`].
    pub fn post<B: Serialize + ?Sized, T: DeserializeOwned>(
        &self,
        path: &str,
        body: &B,
    ) -> impl Future<Output = Result<T, ApiError>> + Send + use<B, T> {
        self.send(Call::with_body(Method::Post, path, body))
    }

    /// Replaces what is at `path`.
    ///
    /// # Errors
    /// See [`ApiError`].
    pub fn put<B: Serialize + ?Sized, T: DeserializeOwned>(
        &self,
        path: &str,
        body: &B,
    ) -> impl Future<Output = Result<T, ApiError>> + Send + use<B, T> {
        self.send(Call::with_body(Method::Put, path, body))
    }

    /// Changes parts of what is at `path`.
    ///
    /// # Errors
    /// See [`ApiError`].
    pub fn patch<B: Serialize + ?Sized, T: DeserializeOwned>(
        &self,
        path: &str,
        body: &B,
    ) -> impl Future<Output = Result<T, ApiError>> + Send + use<B, T> {
        self.send(Call::with_body(Method::Patch, path, body))
    }

    /// Removes what is at `path`.
    ///
    /// # Errors
    /// See [`ApiError`].
    pub fn delete<T: DeserializeOwned>(&self, path: &str) -> impl Future<Output = Result<T, ApiError>> + Send + use<T> {
        self.send(Call::new(Method::Delete, path, None))
    }

    fn send<T: DeserializeOwned>(
        &self,
        call: Result<Call, ApiError>,
    ) -> impl Future<Output = Result<T, ApiError>> + Send + use<T> {
        let link = self.link.clone();
        async move { link.send(call?).await?.read() }
    }
}
