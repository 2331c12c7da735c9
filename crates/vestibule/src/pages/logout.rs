//! The page that asks before signing out.

use leptos::prelude::*;
use leptos_meta::Title;
use vestibule_core::Text;

use crate::at_once::at_once;
use crate::components::{SignOutForm, SignedIn, SignedOut};
use crate::context::Context;

/// The page at `/logout`: it asks, since a link must not end a session (ASVS 3.5.3); its form posts to `/auth/sign-out`.
#[component]
pub fn LogoutPage() -> impl IntoView {
    let context = Context::get();
    let word = move |text| context.word(text);
    at_once(view! {
        <Title text=word(Text::SignOut)/>
        <section class="card logout" lang=context.lang()>
            <SignedIn>
                <h1>{word(Text::SignOutQuestion)}</h1>
                <p>{word(Text::SignOutHint)}</p>
                <SignOutForm class="primary" everywhere=true/>
                <p><a href="/">{word(Text::StaySignedIn)}</a></p>
            </SignedIn>
            <SignedOut>
                <h1>{word(Text::SignedOutTitle)}</h1>
                <p><a href="/login">{word(Text::SignIn)}</a></p>
            </SignedOut>
        </section>
    })
}
