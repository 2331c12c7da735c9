//! The head of every page: where one is, who one is, and the way out.

use leptos::prelude::*;
use leptos_router::hooks::use_location;
use serde_json::Value;
use vestibule::{SignOutForm, SignedIn, SignedOut, use_session};

/// Brand and navigation.
#[component]
pub(crate) fn SiteHeader() -> impl IntoView {
    let user = use_session::<Value>().user();
    let who = Signal::derive(move || user.get().and_then(|user| user.name.or(user.email)));
    view! {
        <header class="site">
            <a class="brand" href="/">"Vestibule"</a>
            <nav class="site-nav" aria-label="Main">
                <SignedIn>
                    <NavLink href="/account" text="Account"/>
                    <NavLink href="/projects" text="Projects"/>
                    <span class="whoami">{who}</span>
                    <SignOutForm/>
                </SignedIn>
                <SignedOut>
                    <NavLink href="/login" text="Sign in"/>
                </SignedOut>
            </nav>
        </header>
    }
}

/// A link that knows whether one is there already.
#[component]
fn NavLink(
    /// Where it leads.
    href: &'static str,
    /// What it says.
    text: &'static str,
) -> impl IntoView {
    let here = use_location().pathname;
    let current = Signal::derive(move || here.with(|here| here == href).then_some("page"));
    view! {
        <a href=href aria-current=current>
            {text}
        </a>
    }
}
