//! The page that asks before signing out.

use leptos::prelude::*;
use leptos_meta::Title;

use crate::at_once::at_once;
use crate::components::{SignOutForm, SignedIn, SignedOut};

/// The page at `/logout`: it asks, since a link must not end a session (ASVS 3.5.3); its form posts to `/auth/sign-out`.
#[component]
pub fn LogoutPage() -> impl IntoView {
    at_once(view! {
        <Title text="Sign out"/>
        <section class="card logout">
            <SignedIn>
                <h1>"Sign out?"</h1>
                <p>"You will need to sign in again to come back."</p>
                <SignOutForm class="primary" everywhere=true/>
                <p><a href="/">"Stay signed in"</a></p>
            </SignedIn>
            <SignedOut>
                <h1>"You are signed out"</h1>
                <p><a href="/login">"Sign in"</a></p>
            </SignedOut>
        </section>
    })
}
