//! The login page.

use leptos::prelude::*;
use leptos_meta::Title;
use vestibule_core::Text;

use crate::at_once::at_once;
use crate::components::{LoginAlert, LoginForm, LoginLanguages, LoginLinks, LoginNotice, LoginProviders};
use crate::login::{UseLogin, use_login};

/// The login page at `/login`: the form that the configuration describes, with its title, logo and links.
///
/// A signed-in visitor is sent on to the callback URL: at once by the server, else by the router to a page that
/// [`FlatRoutes`](crate::FlatRoutes) knows, and by the browser to anything else.
///
/// An application that wants a page of its own routes to that, with [`use_login`](crate::use_login) in it, and writes its
/// path into `login.page` of the configuration.
#[component]
pub fn LoginPage() -> impl IntoView {
    let login = use_login();
    let done = login.is_done();
    let page = move || {
        if done.get() {
            return at_once(view! { <OnTheWay login/> }).into_any();
        }
        let title = login.title();
        let logo = login.form().logo.clone().map(|logo| view! { <img class="logo" src=logo alt=""/> });
        let form = (!login.form().fields.is_empty()).then(|| view! { <LoginForm/> });
        let form = form.map_or_else(|| view! { <LoginAlert/> }.into_any(), IntoAny::into_any);
        at_once(view! {
            // A text, and no signal: the server reads it once more when the page is sent, and the signals are gone by then.
            {move || view! { <Title text=title.get()/> }}
            <section class="card login" lang=login.context.lang()>
                {logo}
                <h1>{title}</h1>
                <LoginNotice/>
                {form}
                <LoginProviders/>
                <LoginLinks/>
                <LoginLanguages/>
            </section>
        })
        .into_any()
    };
    at_once(page)
}

/// What is seen for as long as it takes to be sent on, and longer where the way leads to a download: the browser stays on
/// the page then.
#[component]
fn OnTheWay(
    /// Where to.
    login: UseLogin,
) -> impl IntoView {
    view! {
        <section class="card passage" lang=login.context.lang()>
            <h1>{login.word(Text::SignedInTitle)}</h1>
            <p>
                <a href=untrack(|| login.target()) rel="external">
                    {login.word(Text::Continue)}
                </a>
            </p>
        </section>
    }
}
