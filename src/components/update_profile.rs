//! A button that reads the profile again from the API.

use leptos::prelude::*;
use leptos::task::spawn_local;
use serde_json::Value;
use vestibule::use_session;

/// For a profile that was changed elsewhere since the sign-in.
#[component]
pub(crate) fn UpdateProfile() -> impl IntoView {
    let session = use_session::<Value>();
    let asleep = RwSignal::new(true);
    let pending = RwSignal::new(false);
    let said = RwSignal::new(None);
    let words = Signal::derive(move || said.get());
    Effect::new(move || asleep.set(false));
    let update = move |_| {
        pending.set(true);
        said.set(None);
        spawn_local(async move {
            let word = match session.update().await {
                Ok(()) => "This is the profile as the API has it now.".to_owned(),
                Err(failure) => failure.to_string(),
            };
            said.try_set(Some(word));
            pending.try_set(false);
        });
    };
    view! {
        // Without JavaScript there is nothing that it could do.
        <p hidden=asleep>
            <button type="button" class="quiet" disabled=move || pending.get() on:click=update>
                {move || if pending.get() { "Reading…" } else { "Read it again" }}
            </button>
        </p>
        <p class="muted" role="status">{words}</p>
    }
}
