use leptos::prelude::*;
use leptos_meta::{MetaTags, Title, provide_meta_context};
use leptos_router::components::{A, Route, Router};
use leptos_router::path;
use serde::Deserialize;
use vestibule::{
    FlatRoutes, LoginPage, LogoutPage, RequireSession, SignOutForm, SignedIn, provide_vestibule, use_session,
};

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
        <Title text="Tides"/>
        <Router>
            <nav>
                <A href="/">"Today"</A>
                <A href="/log">"Log"</A>
                <SignedIn><SignOutForm/></SignedIn>
            </nav>
            <main>
                <FlatRoutes fallback=|| "There is no such page.">
                    <Route path=path!("/") view=Today/>
                    <Route path=path!("/log") view=Log/>
                    <Route path=path!("/login") view=LoginPage/>
                    <Route path=path!("/logout") view=LogoutPage/>
                </FlatRoutes>
            </main>
        </Router>
    }
}

#[component]
fn Today() -> impl IntoView {
    view! {
        <h1>"Today"</h1>
        <p>"High water at 04:12 and 16:38."</p>
    }
}

#[derive(Clone, PartialEq, Deserialize)]
struct Profile {
    attributes: Person,
}

#[derive(Clone, PartialEq, Deserialize)]
struct Person {
    fname: String,
}

#[component]
fn Log() -> impl IntoView {
    let profile = use_session::<Profile>().profile();
    let name = move || profile.get().map(|profile| profile.attributes.fname);
    let (entries, write) = signal(Vec::<String>::new());
    let note = move |_| write.update(|entries| entries.push(format!("Entry {}", entries.len() + 1)));
    view! {
        <RequireSession>
            <h1>"The log of " {name}</h1>
            <button on:click=note>"Write an entry"</button>
            <ul>{move || entries.get().into_iter().map(|entry| view! { <li>{entry}</li> }).collect_view()}</ul>
        </RequireSession>
    }
}
