//! A login page in a design of its own: no part of the library's is on it, and nothing that they do is missing.

pub mod app;
mod welcome;

#[cfg(feature = "hydrate")]
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn hydrate() {
    console_error_panic_hook::set_once();
    leptos::mount::hydrate_body(app::App);
}

#[cfg(all(test, feature = "ssr"))]
mod tests;
