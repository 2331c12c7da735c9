//! The form that looks for projects by name.

use leptos::prelude::*;

use crate::components::{TextField, asleep, submitted, text_of};

/// A text that the names should have in them.
#[component]
pub(super) fn SearchProjects(
    /// Called with what is looked for.
    wanted: impl Fn(String) + 'static,
) -> impl IntoView {
    let disabled = asleep();
    let submit = submitted(move |form| wanted(text_of(&form, "search")));
    view! {
        <form class="form inline" on:submit=submit>
            <TextField name="search" label="Search" problem=Signal::stored(None)/>
            <button type="submit" class="quiet" disabled=disabled>
                "Find"
            </button>
        </form>
    }
}
