//! The form that looks for projects by name.

use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::HtmlFormElement;

use super::add_project::text_of;
use crate::components::{TextField, asleep};

/// A text that the names should have in them.
#[component]
pub(super) fn SearchProjects(
    /// Called with what is looked for.
    wanted: impl Fn(String) + 'static,
) -> impl IntoView {
    let disabled = asleep();
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        if let Some(form) = event.target().and_then(|target| target.dyn_into::<HtmlFormElement>().ok()) {
            wanted(text_of(&form, "search"));
        }
    };
    view! {
        <form class="form inline" on:submit=submit>
            <TextField name="search" label="Search" problem=Signal::stored(None)/>
            <button type="submit" class="quiet" disabled=disabled>
                "Find"
            </button>
        </form>
    }
}
