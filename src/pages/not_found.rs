//! What is shown where nothing is.

use leptos::prelude::*;
use leptos_meta::Title;
use vestibule::at_once;

/// Any path that no route takes; its status is 404.
#[component]
pub(crate) fn NotFound() -> impl IntoView {
    vestibule::set_status(404);
    at_once(view! {
        <Title text="Not found"/>
        <section class="error-page">
            <h1>"There is no such page"</h1>
            <p>"The address may be mistyped, or the page may have moved."</p>
            <p><a href="/">"Back to the entrance"</a></p>
        </section>
    })
}
