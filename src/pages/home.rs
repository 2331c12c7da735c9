//! The entrance: a greeting for who is signed in, the way in for who is not.

use leptos::prelude::*;
use leptos_meta::Title;
use serde_json::Value;
use vestibule::{SignedIn, SignedOut, at_once, use_session};

/// `/`
#[component]
pub(crate) fn Home() -> impl IntoView {
    let user = use_session::<Value>().user();
    let greeting = move || {
        let user = user.get().unwrap_or_default();
        Some(match user.name.or(user.email) {
            Some(name) => ["Welcome, ", &name, "."].concat(),
            None => "Welcome.".to_owned(),
        })
    };
    let greeting = Signal::derive(greeting);
    at_once(view! {
        <Title text="Home"/>
        <section class="hero">
            <SignedIn>
                <h1>{greeting}</h1>
                <p>"You are signed in. Your account shows everything that the API says of you."</p>
                <p class="actions">
                    <a class="button primary" href="/account">"Your account"</a>
                    <a class="button" href="/projects">"Your projects"</a>
                </p>
            </SignedIn>
            <SignedOut>
                <h1>"Come in."</h1>
                <p>
                    "This application signs people in against an API that hands out JWTs. Every page reads the session: the
                    whole profile, and the token that the API gave."
                </p>
                <p class="actions">
                    <a class="button primary" href="/login">"Sign in"</a>
                </p>
            </SignedOut>
        </section>
    })
}
