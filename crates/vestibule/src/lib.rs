//! Sign-in for Leptos applications whose users live behind a JWT API.
//!
//! The application's `App` calls [`provide_vestibule`] in its first line; from then on every page, on the server and in
//! the browser, reads the session through [`use_session`] and calls the API through [`use_api`]. A page on the session
//! context:
//!
//! ```
//! use leptos::prelude::*;
//! use vestibule::{RequireSession, use_session};
//!
//! #[derive(Clone, PartialEq, serde::Deserialize)]
//! struct Profile { email: String }
//!
//! #[component]
//! fn Account() -> impl IntoView {
//!     let profile = use_session::<Profile>().profile();
//!     let email = move || profile.get().map(|profile| profile.email);
//!     view! { <RequireSession><h1>"Account of " {email}</h1></RequireSession> }
//! }
//! ```
//!
//! The session is there synchronously: the first HTML is already the signed-in page, and the browser takes it over
//! without a request and without a flash.
//!
//! Features: `ssr` for the server, `hydrate` for the browser. The `cfg`s stand here, once: [`mod@side`] is whichever half
//! of the house is being built, and both halves offer the same rooms.
#![warn(missing_docs)]
#![allow(unreachable_pub, reason = "the component macro moves the function that it is given into a private one")]

mod api;
mod at_once;
mod components;
mod context;
mod json;
mod login;
mod pages;
mod query;
mod seed;
mod server_functions;

#[cfg(not(feature = "ssr"))]
mod browser;
#[cfg(feature = "ssr")]
pub mod ssr;

#[cfg(not(feature = "ssr"))]
use browser as side;
#[cfg(feature = "ssr")]
use ssr as side;

pub use api::{Api, ApiAnswer, ApiBody, ApiCall, ApiError, ApiResponse, Multipart, Problem, use_api};
pub use at_once::{AtOnce, GateChildren, at_once};
pub use components::{
    FlatRoutes, ForbiddenPage, LoginAlert, LoginButton, LoginFields, LoginForm, LoginLanguages, LoginLinks,
    LoginNotice, LoginProviders, LoginRemember, LoginStartAgain, RequireSession, Routes, SignOutForm, SignedIn,
    SignedOut, StaySignedIn,
};
pub use context::{Ended, Status, UseSession, provide_vestibule, use_now, use_session};
pub use login::{UseLogin, use_login};
pub use pages::{LoginPage, LogoutPage};
pub use seed::LoginFailure;
pub use server_functions::{
    CurrentSession, FormBody, FormEncoding, LeanJson, ServerFailure, SessionClient, SignIn, SignOut, SignedInSession,
    Update, current_session, sign_in, sign_out, update,
};
pub use vestibule_core::{
    AccessToken, ErrorCode, FieldKind, InvalidTimestamp, LoginField, LoginLink, ProfileError, SecondStep, Session,
    SignInFailure, Timestamp, User, https_url, wire,
};

/// The examples of the guide, compiled.
#[cfg(doctest)]
mod guide {
    #[doc = include_str!("../../../README.md")]
    struct Readme;
    #[doc = include_str!("../../../docs/sessions.md")]
    struct Sessions;
    #[doc = include_str!("../../../docs/pages.md")]
    struct Pages;
    // What these show runs on the server.
    #[cfg(feature = "ssr")]
    #[doc = include_str!("../../../docs/api.md")]
    struct CallingTheApi;
    #[cfg(feature = "ssr")]
    #[doc = include_str!("../../../docs/callbacks.md")]
    struct Callbacks;
    #[cfg(feature = "ssr")]
    #[doc = include_str!("../../../docs/developing.md")]
    struct Developing;
}

/// Sets the HTTP status of the page that is being rendered; in the browser, where there is none, it does nothing.
///
/// It must be called before the first byte leaves: while the page renders, or after the blocking data of a page whose
/// mode is `SsrMode::Async`.
pub fn set_status(status: u16) {
    side::set_status(status);
}

/// The id of the request that the page is rendered for, to be shown where something failed: the operator finds it in
/// the log. `None` in the browser.
#[must_use]
pub fn request_id() -> Option<String> {
    side::request_id()
}
