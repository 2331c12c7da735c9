//! The login page.

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_location;
use vestibule_core::{Text, wire};

use super::Reason;
use crate::at_once::at_once;
use crate::components::{Languages, LoginForm};
use crate::context::{Context, LoginState};
use crate::{query, side};

/// The login page at `/login`: the form that the configuration describes, with its title, logo and links.
///
/// A signed-in visitor is sent on to the callback URL: at once by the server, else by the router to a page that
/// [`FlatRoutes`](crate::FlatRoutes) knows, and by the browser to anything else.
#[component]
pub fn LoginPage() -> impl IntoView {
    let context = Context::get();
    let (session, login) = (context.session, context.login);
    let search = use_location().search;
    // Somebody who is signed in and fails to sign in as somebody else is told so, and stays who they are.
    let done = move || session.signed_in() && login.failure.with(Option::is_none);
    side::send_on(done, move || callback_target(login, &search.get_untracked()));
    // The context outlives the page: who comes back later finds no failure of then.
    on_cleanup(move || {
        login.failure.try_set(None);
        login.callback.try_set(None);
    });
    let notice =
        move || Reason::of(&search.get()).filter(|reason| !reason.is_alarming()).map(|it| context.word(it.text()));
    let page = move || {
        if done() {
            return at_once(view! { <OnTheWay context target=untrack(|| callback_target(login, &search.get()))/> })
                .into_any();
        }
        let form = login.form.get_value();
        let first = form.title.clone();
        let second = form.second_step.as_ref().map(|step| step.title.clone());
        let is_second = login.is_second_step();
        let title = Signal::derive(move || match &second {
            Some(second) if is_second.get() => second.clone(),
            _ => first.clone(),
        });
        let logo = form.logo.clone().map(|logo| view! { <img class="logo" src=logo alt=""/> });
        let links = (!form.links.is_empty()).then(|| {
            let links = form.links.iter().cloned();
            // Wherever they lead, it is the browser that goes there.
            let links = links.map(|link| view! { <li><a href=link.href rel="external">{link.label}</a></li> });
            view! { <ul class="links">{links.collect_view()}</ul> }
        });
        at_once(view! {
            // A text, and no signal: the server reads it once more when the page is sent, and the signals are gone by then.
            {move || view! { <Title text=title.get()/> }}
            <section class="card login" lang=context.lang()>
                {logo}
                <h1>{title}</h1>
                <p class="notice" role="status">{notice}</p>
                <LoginForm/>
                {links}
                <Languages/>
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
    /// Where the words are.
    context: Context,
    /// Where to.
    target: String,
) -> impl IntoView {
    view! {
        <section class="card passage" lang=context.lang()>
            <h1>{context.word(Text::SignedInTitle)}</h1>
            <p>
                <a href=target rel="external">
                    {context.word(Text::Continue)}
                </a>
            </p>
        </section>
    }
}

/// Where the person goes after signing in. The server's word counts for the page that it was given for; of any other
/// query the raw value is passed on, and checked by the server when the form arrives there. For somebody who is signed
/// in already and follows a link within the application, only a plain path of this site is taken.
pub(crate) fn callback_target(login: LoginState, search: &str) -> String {
    let seeded = login.callback.with(|callback| {
        callback.as_ref().filter(|callback| callback.query == search).map(|callback| callback.target.clone())
    });
    seeded
        .or_else(|| query::first(search, wire::CALLBACK_URL).filter(|target| is_plain_path(target)))
        .unwrap_or_else(|| "/".to_owned())
}

/// A path that every parser takes for one of this site.
fn is_plain_path(target: &str) -> bool {
    let mut bytes = target.bytes();
    bytes.next() == Some(b'/')
        && !matches!(bytes.next(), Some(b'/' | b'\\'))
        && target.bytes().all(|byte| byte > b' ' && byte != b'\\' && byte != 0x7f)
}

#[cfg(test)]
mod tests;
