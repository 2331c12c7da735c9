//! The login form on the wire: its fields flat, whatever their names are.
//!
//! Leptos's own encoding knows the names of a function's arguments; the names of a login form are configuration. So the
//! body travels as the one text that a browser's form would send, and one parser on the server reads both.

use std::fmt;

use http::Method;
use server_fn::ContentType;
use server_fn::codec::{Encoding, FromReq, IntoReq};
use server_fn::error::FromServerFnError;
use server_fn::request::{ClientReq, Req};
use vestibule_core::wire;

use super::{CurrentSession, SignIn, SignOut, Update};
use crate::query;

/// The body of a posted login form, `application/x-www-form-urlencoded`. It holds the password: its `Debug` is silent.
///
/// ```
/// use vestibule::FormBody;
///
/// let form = FormBody::new([("username", "ana@example.com"), ("password", "open & shut")]);
/// assert_eq!(format!("{form:?}"), "FormBody(REDACTED)");
/// ```
#[derive(Clone)]
pub struct FormBody(String);

impl FormBody {
    /// Writes a body from names and values.
    pub fn new<'a>(fields: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let mut body = String::new();
        for (name, value) in fields {
            if !body.is_empty() {
                body.push('&');
            }
            query::encode(name, &mut body);
            body.push('=');
            query::encode(value, &mut body);
        }
        Self(body)
    }

    /// Takes a body that is written already.
    pub(crate) fn written(body: String) -> Self {
        Self(body)
    }

    /// The body's text.
    #[allow(dead_code, reason = "read by the server's half")]
    pub(crate) fn text(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for FormBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("FormBody(REDACTED)")
    }
}

/// How [`FormBody`] travels: as it is.
#[derive(Debug)]
pub struct FormEncoding;

impl ContentType for FormEncoding {
    const CONTENT_TYPE: &'static str = "application/x-www-form-urlencoded";
}

impl Encoding for FormEncoding {
    const METHOD: Method = Method::POST;
}

impl<E, Request> IntoReq<FormEncoding, Request, E> for SignIn
where
    Request: ClientReq<E>,
    E: FromServerFnError,
{
    fn into_req(self, path: &str, accepts: &str) -> Result<Request, E> {
        Request::try_new_post(path, FormEncoding::CONTENT_TYPE, accepts, self.form.0)
    }
}

impl<E, Request> FromReq<FormEncoding, Request, E> for SignIn
where
    Request: Req<E> + Send + 'static,
    E: FromServerFnError,
{
    async fn from_req(request: Request) -> Result<Self, E> {
        Ok(Self { form: FormBody(request.try_into_string().await?) })
    }
}

/// Functions without arguments have an empty body; what somebody sends nevertheless is not read.
macro_rules! without_arguments {
    ($($function:ident),*) => {$(
        impl<E, Request> IntoReq<FormEncoding, Request, E> for $function
        where
            Request: ClientReq<E>,
            E: FromServerFnError,
        {
            fn into_req(self, path: &str, accepts: &str) -> Result<Request, E> {
                Request::try_new_post(path, FormEncoding::CONTENT_TYPE, accepts, String::new())
            }
        }

        impl<E, Request> FromReq<FormEncoding, Request, E> for $function
        where
            Request: Req<E> + Send + 'static,
            E: FromServerFnError,
        {
            async fn from_req(_: Request) -> Result<Self, E> {
                Ok(Self {})
            }
        }
    )*};
}

without_arguments!(CurrentSession, Update);

impl<E, Request> IntoReq<FormEncoding, Request, E> for SignOut
where
    Request: ClientReq<E>,
    E: FromServerFnError,
{
    fn into_req(self, path: &str, accepts: &str) -> Result<Request, E> {
        let everywhere = self.everywhere.then_some((wire::EVERYWHERE, "on"));
        let callback_url = self.callback_url.as_deref().map(|target| (wire::CALLBACK_URL, target));
        let body = FormBody::new(everywhere.into_iter().chain(callback_url));
        Request::try_new_post(path, FormEncoding::CONTENT_TYPE, accepts, body.0)
    }
}

impl<E, Request> FromReq<FormEncoding, Request, E> for SignOut
where
    Request: Req<E> + Send + 'static,
    E: FromServerFnError,
{
    async fn from_req(request: Request) -> Result<Self, E> {
        let body = request.try_into_string().await?;
        let everywhere = query::first(&body, wire::EVERYWHERE).as_deref() == Some("on");
        Ok(Self { everywhere, callback_url: query::first(&body, wire::CALLBACK_URL) })
    }
}

#[cfg(test)]
mod tests;
