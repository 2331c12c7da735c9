//! The API client of pages: the same calls on the server and in the browser, each carrying the session's token.
//!
//! On the server a call goes straight to the upstream. In the browser it goes through this server (`/upstream/…`), which
//! adds the token; with `api.browser = "direct"` it is a `fetch` of the API itself, with the token of the context.

mod answer;
mod body;
mod call;
mod error;
mod header;
mod multipart;
mod pairs;
mod path;
mod problem;
mod request;

pub(crate) use self::answer::{AnswerBody, is_success};
pub use self::answer::{ApiAnswer, ApiResponse};
pub use self::body::ApiBody;
pub(crate) use self::body::BodyKind;
pub(crate) use self::call::{Call, Method};
pub use self::error::ApiError;
pub use self::multipart::Multipart;
pub use self::problem::Problem;
pub use self::request::ApiCall;
pub(crate) use self::request::Sent;
use crate::side;

/// The client for the API behind the session. Take it with [`use_api`] while a component is set up; it may be cloned
/// into resources and event handlers. A handler of axum takes it as an argument.
///
/// Paths are appended to `upstream.base_url` and begin with `/`. What a verb gives is a call, which is made when it is
/// awaited; until then more can be said of it: [`query`](ApiCall::query), [`header`](ApiCall::header),
/// [`body`](ApiCall::body), [`detached`](ApiCall::detached).
///
/// Answers are read as the type that is asked for ([`ApiAnswer`]): JSON, or an [`ApiResponse`], whose body streams. A
/// dead token is renewed once, and the call made once more if its method may be repeated (`GET`, `PUT`, `DELETE`) and its
/// body is still there.
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
/// In the browser, calls that are under way end with the component that called this ([`ApiError::Cancelled`]); on the
/// server, with whoever waits for them.
///
/// # Panics
/// Without [`provide_vestibule`](crate::provide_vestibule) above it.
#[must_use]
pub fn use_api() -> Api {
    Api { link: side::ApiLink::of_page() }
}

impl Api {
    #[allow(dead_code, reason = "the server's half makes it of a handler's session")]
    pub(crate) const fn over(link: side::ApiLink) -> Self {
        Self { link }
    }

    /// Reads `path`.
    pub fn get<T: ApiAnswer>(&self, path: &str) -> ApiCall<T> {
        self.call(Method::Get, path)
    }

    /// Creates something at `path`: a reference to anything that serde can write goes as JSON; see [`ApiBody`] for the
    /// rest.
    ///
    /// ```
    /// # #[derive(serde::Serialize)] struct NewProject { name: String }
    /// # #[derive(serde::Deserialize)] struct Project { id: u64 }
    /// # async fn add(api: vestibule::Api) -> Result<u64, vestibule::ApiError> {
    /// let project: Project = api.post("/projects", &NewProject { name: "Reef".into() }).await?;
    /// # Ok(project.id) }
    /// ```
    pub fn post<B: Into<ApiBody>, T: ApiAnswer>(&self, path: &str, body: B) -> ApiCall<T> {
        self.call(Method::Post, path).body(body)
    }

    /// Replaces what is at `path`; bodies as for [`post`](Self::post).
    pub fn put<B: Into<ApiBody>, T: ApiAnswer>(&self, path: &str, body: B) -> ApiCall<T> {
        self.call(Method::Put, path).body(body)
    }

    /// Changes parts of what is at `path`; bodies as for [`post`](Self::post).
    pub fn patch<B: Into<ApiBody>, T: ApiAnswer>(&self, path: &str, body: B) -> ApiCall<T> {
        self.call(Method::Patch, path).body(body)
    }

    /// Removes what is at `path`.
    pub fn delete<T: ApiAnswer>(&self, path: &str) -> ApiCall<T> {
        self.call(Method::Delete, path)
    }

    fn call<T: ApiAnswer>(&self, method: Method, path: &str) -> ApiCall<T> {
        ApiCall::new(self.link.clone(), Call::new(method, path))
    }
}
