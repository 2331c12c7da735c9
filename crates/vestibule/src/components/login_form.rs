//! `<LoginForm>`: the generated form, with and without JavaScript.

use leptos::prelude::*;
use vestibule_core::wire;

use super::login_parts::{LoginAlert, LoginButton, LoginFields, LoginRemember, LoginStartAgain};
use crate::at_once::at_once;
use crate::login::UseLogin;

/// The login form that `[login]` of the configuration describes, with the alert above it.
///
/// Without JavaScript it posts to `/login`, and the server renders the page again where it must. With it, the server
/// function `sign_in` is called; the session then appears in the context, and the page around this form
/// ([`LoginPage`](crate::LoginPage), or any that calls [`use_login`](crate::use_login)) sends the person on. It is used
/// inside a `<Router>`.
///
/// With children, it is the form alone, and they are what stands in it: [`LoginAlert`](crate::LoginAlert),
/// [`LoginFields`](crate::LoginFields), [`LoginRemember`](crate::LoginRemember), [`LoginButton`](crate::LoginButton) and
/// [`LoginStartAgain`](crate::LoginStartAgain), in any order, with anything between them.
#[component]
pub fn LoginForm(
    /// What stands in the form, where it is not as usual.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    let login = UseLogin::here();
    let pending = login.pending();
    let (alert, parts) = match children {
        Some(children) => (None, children()),
        None => (Some(view! { <LoginAlert/> }), usual_parts()),
    };
    at_once(view! {
        {alert}
        <form
            class="form"
            method="post"
            action=wire::LOGIN
            on:submit=move |event| login.submit(event)
            aria-busy=move || pending.get().then_some("true")
        >
            {login.hidden()}
            {parts}
        </form>
    })
    .into_any()
}

fn usual_parts() -> AnyView {
    at_once(view! {
        <LoginFields/>
        <LoginRemember/>
        <LoginButton/>
        <LoginStartAgain/>
    })
    .into_any()
}
