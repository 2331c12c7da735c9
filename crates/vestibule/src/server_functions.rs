//! The server functions of the session, under fixed names that other programs may call: `POST /api/sign_in`,
//! `/api/sign_out`, `/api/current_session`, `/api/update`, url-encoded, with JSON answers.

mod client;
mod encoding;
mod failure;

use std::sync::Arc;

use leptos::prelude::*;
use serde::{Deserialize, Serialize};
use server_fn::codec::Post;
use vestibule_core::Session;

pub use self::client::SessionClient;
pub use self::encoding::{FormBody, FormEncoding};
pub use self::failure::ServerFailure;
pub use crate::json::LeanJson;

/// What a sign-in gives back: the session, so that the context is fresh without a reload, and where to go.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SignedInSession {
    /// The new session.
    pub session: Arc<Session>,
    /// Where the person wanted to go: a path of this site, made safe by the server.
    pub callback_url: String,
}

/// Signs in with the fields of the login form and begins a session. On the wire the fields stand flat:
/// `username=…&password=…&callbackUrl=…&remember=on`.
///
/// # Errors
/// [`ServerFailure`], with the same status as `POST /login` would answer.
#[server(endpoint = "sign_in", prefix = "/api", input = FormEncoding, output = Post<LeanJson>, input_derive = (Clone,), client = SessionClient)]
#[allow(missing_docs, reason = "the struct's field is the function's argument")]
pub async fn sign_in(form: FormBody) -> Result<SignedInSession, ServerFailure> {
    crate::ssr::session_actions::sign_in(&form).await
}

/// Ends the session, here and at the upstream; with `everywhere`, all sessions of the person that began before now. It
/// succeeds for somebody who is signed out, too. On the wire: nothing, or `everywhere=on` and `callbackUrl=…`.
///
/// It gives back where to go, where the application's `redirect` callback wants the person elsewhere than `callback_url`.
///
/// # Errors
/// [`ServerFailure`] only when the server cannot be reached.
#[server(endpoint = "sign_out", prefix = "/api", input = FormEncoding, output = Post<LeanJson>, input_derive = (Clone,), client = SessionClient)]
#[allow(missing_docs, reason = "the struct's field is the function's argument")]
pub async fn sign_out(everywhere: bool, callback_url: Option<String>) -> Result<Option<String>, ServerFailure> {
    crate::ssr::session_actions::sign_out(everywhere, callback_url.as_deref()).await
}

/// The session as the server sees it now; `None` when signed out.
///
/// # Errors
/// [`ServerFailure`] only when the server cannot be reached.
#[server(endpoint = "current_session", prefix = "/api", input = FormEncoding, output = Post<LeanJson>, input_derive = (Clone,), client = SessionClient)]
pub async fn current_session() -> Result<Option<Arc<Session>>, ServerFailure> {
    crate::ssr::session_actions::current_session()
}

/// Reads the profile again from the API, and gives back the session with it.
///
/// # Errors
/// [`ServerFailure`]: 401 when nobody is signed in any more, 503 when the API did not give the profile.
#[server(endpoint = "update", prefix = "/api", input = FormEncoding, output = Post<LeanJson>, input_derive = (Clone,), client = SessionClient)]
pub async fn update() -> Result<Arc<Session>, ServerFailure> {
    crate::ssr::session_actions::update().await
}
