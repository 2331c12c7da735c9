//! The client of server functions: it says whom the page was made for.

use std::future::Future;

use bytes::Bytes;
use futures_util::{Sink, Stream};
use server_fn::client::Client;
use server_fn::client::browser::BrowserClient;
use server_fn::error::FromServerFnError;
use server_fn::request::browser::BrowserRequest;
use server_fn::response::ClientRes;
use server_fn::response::browser::BrowserResponse;
use vestibule_core::wire;

use crate::side;

/// Where somebody else signed in meanwhile, in another tab, nothing is done in their name.
const OTHER_USER: u16 = 409;

/// Calls server functions as Leptos's own client does, and says for whom: a call of a page that was made for Ana is
/// refused with 409 once Zoë has signed in in another tab, and the page then loads anew.
///
/// The library's own functions use it. Give it to the application's, too:
///
/// ```
/// use leptos::prelude::*;
/// use vestibule::{ServerFailure, SessionClient};
///
/// #[server(endpoint = "rename", prefix = "/api", client = SessionClient)]
/// async fn rename(name: String) -> Result<(), ServerFailure> {
///     let session = vestibule::ssr::PageRequest::require_session()?;
///     // …
///     Ok(())
/// }
/// ```
#[derive(Clone, Copy, Debug)]
pub struct SessionClient;

impl<E, I, O> Client<E, I, O> for SessionClient
where
    E: FromServerFnError,
    I: FromServerFnError,
    O: FromServerFnError,
{
    type Request = BrowserRequest;
    type Response = BrowserResponse;

    fn send(request: BrowserRequest) -> impl Future<Output = Result<BrowserResponse, E>> + Send {
        if let Some(identity) = side::identity_of_page() {
            request.headers().set(wire::SESSION_USER, &identity);
        }
        let answer = <BrowserClient as Client<E, I, O>>::send(request);
        async move {
            let response = answer.await?;
            if ClientRes::<E>::status(&response) == OTHER_USER {
                side::look_again();
            } else {
                side::was_asked();
            }
            Ok(response)
        }
    }

    fn open_websocket(
        path: &str,
    ) -> impl Future<
        Output = Result<
            (impl Stream<Item = Result<Bytes, Bytes>> + Send + 'static, impl Sink<Bytes> + Send + 'static),
            E,
        >,
    > + Send {
        <BrowserClient as Client<E, I, O>>::open_websocket(path)
    }

    fn spawn(future: impl Future<Output = ()> + Send + 'static) {
        <BrowserClient as Client<E, I, O>>::spawn(future);
    }
}
