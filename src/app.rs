//! The application's frame and its route table.

use leptos::prelude::*;
use leptos_meta::{Title, provide_meta_context};
use leptos_router::components::{Route, Router};
use leptos_router::{SsrMode, path};
use vestibule::{FlatRoutes, LoginPage, LogoutPage, StaySignedIn, provide_vestibule};

use crate::components::{SiteFooter, SiteHeader};
use crate::pages::{Account, Admin, Home, NotFound, Projects};

/// The application, on the server and in the browser.
#[component]
pub fn App() -> impl IntoView {
    // First, and unconditionally: what it seeds is numbered by the order of the calls.
    provide_vestibule();
    provide_meta_context();
    view! {
        <Title formatter=|page| format!("{page} · Vestibule")/>
        <Router>
            // The browser's own jump, which moves the focus too.
            <a class="skip" href="#main" rel="external">"Skip to the content"</a>
            <SiteHeader/>
            <main id="main" tabindex="-1">
                <FlatRoutes fallback=NotFound>
                    <Route path=path!("/") view=Home/>
                    <Route path=path!("/login") view=LoginPage/>
                    <Route path=path!("/logout") view=LogoutPage/>
                    <Route path=path!("/account") view=Account/>
                    <Route path=path!("/admin") view=Admin/>
                    // Its data decides about the status, so the page waits for it: nothing is sent before.
                    <Route path=path!("/projects") view=Projects ssr=SsrMode::Async/>
                </FlatRoutes>
            </main>
            <SiteFooter/>
            <StaySignedIn/>
        </Router>
    }
}
