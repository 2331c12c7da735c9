//! The document around the application, rendered by the server alone.

use leptos::prelude::*;
use leptos_meta::MetaTags;
use vestibule::ssr::PageHead;

use crate::app::App;

/// The whole HTML document. Nothing in it but `<App/>` reaches the browser's code.
#[must_use]
pub fn shell() -> impl IntoView {
    view! {
        <!DOCTYPE html>
        <html lang="en">
            <head>
                <meta charset="utf-8"/>
                <meta name="viewport" content="width=device-width, initial-scale=1"/>
                <meta name="color-scheme" content="light dark"/>
                <link rel="icon" href="/favicon.svg" r#type="image/svg+xml"/>
                <PageHead/>
                <MetaTags/>
            </head>
            <body>
                <App/>
            </body>
        </html>
    }
}
