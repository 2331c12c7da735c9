//! The application: one page, and the way in.

use leptos::prelude::*;
use leptos_meta::{MetaTags, Title, provide_meta_context};
use leptos_router::components::{Route, Router};
use leptos_router::path;
use serde_json::Value;
use vestibule::{FlatRoutes, LogoutPage, RequireSession, SignOutForm, provide_vestibule, use_session};

use crate::welcome::Welcome;

/// The document around every page.
#[cfg(feature = "ssr")]
pub fn shell() -> impl IntoView {
    view! {
        <!DOCTYPE html>
        <html lang="en">
            <head>
                <meta charset="utf-8"/>
                <meta name="viewport" content="width=device-width, initial-scale=1"/>
                <vestibule::ssr::PageHead/>
                <MetaTags/>
            </head>
            <body><App/></body>
        </html>
    }
}

#[component]
pub fn App() -> impl IntoView {
    provide_vestibule();
    provide_meta_context();
    view! {
        <Router>
            <FlatRoutes fallback=|| "There is no such page.">
                <Route path=path!("/") view=Harbour/>
                // `login.page` of Leptos.toml names this one.
                <Route path=path!("/welcome") view=Welcome/>
                <Route path=path!("/logout") view=LogoutPage/>
            </FlatRoutes>
        </Router>
    }
}

#[component]
fn Harbour() -> impl IntoView {
    let user = use_session::<Value>().user();
    let name = move || user.get().and_then(|user| user.name.or(user.email));
    view! {
        <RequireSession>
            <Title text="Harbour"/>
            <main class="harbour">
                <h1>"Good evening, " {name} "."</h1>
                <SignOutForm/>
            </main>
        </RequireSession>
    }
}
