//! The account: the whole profile, and the access token with what is left of its life.

use leptos::prelude::*;
use leptos_meta::Title;
use vestibule::{RequireSession, at_once};

use crate::components::{ProfileTable, TokenCard, UpdateProfile};

/// `/account`
#[component]
pub(crate) fn Account() -> impl IntoView {
    at_once(view! {
        <Title text="Account"/>
        <RequireSession>
            <h1>"Your account"</h1>
            <section class="panel">
                <h2>"Profile"</h2>
                <ProfileTable/>
                <UpdateProfile/>
            </section>
            <section class="panel">
                <h2>"Access token"</h2>
                <TokenCard/>
            </section>
        </RequireSession>
    })
}
