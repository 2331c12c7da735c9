//! `<RequireSession>`: the gate around a page.

use leptos::either::Either;
use leptos::prelude::*;
use leptos_meta::Title;
use vestibule_core::{Text, wire};

use crate::at_once::{GateChildren, at_once};
use crate::context::Context;
use crate::side;

/// Shows its children to whoever is signed in, and sends everybody else to `/login?callbackUrl=…`.
///
/// The server decides from the seed, before anything is rendered: a real 303 whose body holds nothing of the
/// children. In the browser the gate stays shut after the session has gone, and the router leaves for the login page.
///
/// ```
/// use leptos::prelude::*;
/// use vestibule::RequireSession;
///
/// #[component]
/// fn Account() -> impl IntoView {
///     view! { <RequireSession><h1>"Your account"</h1></RequireSession> }
/// }
/// ```
///
/// With `when`, only to those of them for whom it holds. Everybody else who is signed in gets status 403 and
/// [`ForbiddenPage`], or what `denied` says:
///
/// ```
/// use leptos::prelude::*;
/// use vestibule::{RequireSession, use_session};
///
/// #[derive(Clone, PartialEq, serde::Deserialize)]
/// struct Profile { roles: Vec<String> }
///
/// #[component]
/// fn Admin() -> impl IntoView {
///     let is_admin = use_session::<Profile>().is(|profile| profile.roles.iter().any(|role| role == "admin"));
///     view! {
///         <RequireSession when=is_admin denied=|| "Ask your administrator for access.">
///             <h1>"All users"</h1>
///         </RequireSession>
///     }
/// }
/// ```
///
/// A gate decides what is shown. What may be done is decided by the API, and by the first lines of a server function:
/// both can be called without the page.
#[component]
pub fn RequireSession(
    /// The page; not run at all while nobody is signed in, or the condition does not hold.
    children: GateChildren,
    /// Who may see it, of those who are signed in; everybody, if not given.
    #[prop(optional, into)]
    when: Option<Signal<bool>>,
    /// What the others see; [`ForbiddenPage`], if not given.
    #[prop(optional, into)]
    denied: Option<ViewFn>,
) -> impl IntoView {
    let context = Context::get();
    side::require_session(context);
    let may = move || when.is_none_or(|when| when.get());
    if untrack(|| context.session.signed_in() && !may()) {
        side::set_status(403);
    }
    let page = move || match may() {
        true => Either::Left(children.render()),
        false => Either::Right(denied.as_ref().map_or_else(forbidden, ViewFn::run)),
    };
    move || context.session.signed_in().then(&page)
}

fn forbidden() -> AnyView {
    at_once(view! { <ForbiddenPage/> }).into_any()
}

/// What somebody sees who is signed in, but may not see a page: so much, and how to come with another account.
#[component]
pub fn ForbiddenPage() -> impl IntoView {
    let context = Context::get();
    at_once(view! {
        <Title text=context.word(Text::ForbiddenTitle)/>
        <section class="card forbidden" lang=context.lang()>
            <h1>{context.word(Text::ForbiddenTitle)}</h1>
            <p>{context.word(Text::ForbiddenHint)}</p>
            <p><a href=wire::LOGOUT>{context.word(Text::OtherAccount)}</a></p>
        </section>
    })
}
