//! The administrators' page: a gate with a condition on the profile.

use leptos::prelude::*;
use leptos_meta::Title;
use serde::Deserialize;
use vestibule::{RequireSession, at_once, use_session};

/// What this page asks the profile, in the manner of JSON:API. Where an API says nothing of it, nobody is let in.
#[derive(Clone, PartialEq, Deserialize)]
struct Profile {
    attributes: Attributes,
}

#[derive(Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Attributes {
    is_admin: bool,
}

/// `/admin`
#[component]
pub(crate) fn Admin() -> impl IntoView {
    let is_admin = use_session::<Profile>().is(|profile| profile.attributes.is_admin);
    at_once(view! {
        <RequireSession when=is_admin>
            <Title text="Administration"/>
            <h1>"Administration"</h1>
            <p>"You see this page since your profile says "<code>"isAdmin"</code>". Anybody else gets a closed door, and status 403."</p>
        </RequireSession>
    })
}
