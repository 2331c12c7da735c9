//! The foot of every page.

use leptos::prelude::*;

/// A line at the end.
#[component]
pub(crate) fn SiteFooter() -> impl IntoView {
    view! {
        <footer class="site">
            <p>"Built on Vestibule."</p>
        </footer>
    }
}
