//! A call that is being put together, and then made.

use std::fmt;
use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{Context, Poll};

use serde::Serialize;

use super::answer::{ApiAnswer, ApiResponse};
use super::{ApiBody, ApiError, Call, pairs};
use crate::side::ApiLink;

/// What both halves of the client make of a call.
pub(crate) type Sent = Pin<Box<dyn Future<Output = Result<ApiResponse, ApiError>> + Send>>;

/// A call of the API, which is made when it is awaited, and ends when it is dropped. See [`Api`](crate::Api).
///
/// ```
/// # #[derive(serde::Deserialize)] struct Project { name: String }
/// #[derive(serde::Serialize)]
/// struct Wanted<'a> { search: &'a str, page: Option<u32> }
///
/// # async fn find(api: vestibule::Api) -> Result<Vec<Project>, vestibule::ApiError> {
/// // GET /projects?search=coral%20reefs
/// let found = api.get("/projects").query(&Wanted { search: "coral reefs", page: None }).await?;
/// # Ok(found) }
/// ```
///
/// # Errors
/// What it comes to is a `Result<T, ApiError>`; see [`ApiError`].
#[must_use = "a call is made when it is awaited"]
pub struct ApiCall<T> {
    state: State,
    answer: PhantomData<fn() -> T>,
}

/// What there is of a call, whatever its answer is read as.
struct State {
    link: ApiLink,
    /// Until it is made.
    call: Option<Call>,
    sent: Option<Sent>,
}

impl<T> fmt::Debug for ApiCall<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ApiCall").field("call", &self.state.call).finish_non_exhaustive()
    }
}

impl<T> ApiCall<T> {
    pub(super) fn new(link: ApiLink, call: Call) -> Self {
        Self { state: State { link, call: Some(call), sent: None }, answer: PhantomData }
    }

    /// Adds to the query whatever serde writes as an object, or as pairs of name and value.
    ///
    /// Text, numbers and truth values stand as they are; `None` is left out; a list repeats its name (`tag=a&tag=b`); an
    /// object within puts its names into brackets (`page[size]=10`). Members of an object come in the order of their
    /// names, so that the same query is the same address; pairs keep theirs.
    pub fn query<Q: Serialize + ?Sized>(self, query: &Q) -> Self {
        let text = pairs::encoded(query);
        self.with(|call| call.add_query(text))
    }

    /// Sets a header, which goes before one of the same name that this client sets itself, such as `Accept`.
    ///
    /// What the proxy keeps from the API (`Authorization`, `Cookie`, `Origin` …) is not sent from the server either. With
    /// `api.browser = "direct"` the API's CORS has to allow the name.
    pub fn header(self, name: &str, value: &str) -> Self {
        self.with(|call| call.set_header(name, value))
    }

    /// Sets the body; for the verbs that have none of themselves.
    pub fn body(self, body: impl Into<ApiBody>) -> Self {
        let body = body.into();
        self.with(|call| call.body = body.0)
    }

    /// Goes on when the component that made the call goes: for what should be done even if the person leaves the page.
    /// On the server it changes nothing.
    pub fn detached(self) -> Self {
        self.with(|call| call.is_detached = true)
    }

    fn with(mut self, change: impl FnOnce(&mut Call)) -> Self {
        if let Some(call) = &mut self.state.call {
            change(call);
        }
        self
    }
}

impl<T: ApiAnswer> Future for ApiCall<T> {
    type Output = Result<T, ApiError>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        self.state.poll(T::STREAMS, context).map(|answer| answer.and_then(T::of))
    }
}

impl State {
    fn poll(&mut self, streams: bool, context: &mut Context<'_>) -> Poll<Result<ApiResponse, ApiError>> {
        if let Some(call) = self.call.take() {
            self.sent = Some(self.link.send(call.checked()?, streams));
        }
        // A call that could not be made, and is asked for again.
        let Some(sent) = &mut self.sent else { return Poll::Ready(Err(ApiError::Cancelled)) };
        sent.as_mut().poll(context)
    }
}

#[cfg(all(test, feature = "ssr"))]
mod tests;
